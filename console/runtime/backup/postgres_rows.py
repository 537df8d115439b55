"""A PostgreSQL database whose rows are copied: connections, what is in it, and what two sides differ in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from asyncpg.exceptions import InsufficientPrivilegeError
from sqlalchemy import inspect
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from console.runtime.all_tables import METADATA
from console.runtime.backup.archive import BackupRefused
from desk.clock import now
from desk.language.translatable import sentence
from desk.storage.channel_leases import anybody_serves
from desk.storage.database import Database

ROWS, BYTES = 1000, 8_000_000
"""Of so many rows, or so many bytes, is what is in memory at a time."""
_COLUMNS = (
    "SELECT table_name, column_name, udt_name FROM information_schema.columns "
    "WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """asyncpg's own connection. JSON is text in it, so that not a byte of it changes."""
    engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.set_type_codec("json", schema="pg_catalog", encoder=str, decoder=str, format="text")
            yield driver
    finally:
        await engine.dispose()


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[Any]:
    """One moment of the whole database, as a role that sees all of it. Raises `BackupRefused` for any other."""
    role = make_url(url).username or ""
    async with connected(url) as driver, driver.transaction(isolation="repeatable_read", readonly=True):
        sees_all = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        if not await driver.fetchval(sees_all):
            what = (
                "row-level security hides rows from the role {role}, so its backup would lack them: "
                "ALTER ROLE {role} BYPASSRLS, or name another in [desk] backup_role (see docs/operating.md)"
            )
            raise BackupRefused(sentence(what, role=role))
        await driver.execute("SET LOCAL row_security = off")  # what would be hidden all the same is an error
        try:
            yield driver
        except InsufficientPrivilegeError as error:
            what = "the role {role} may not read everything ({why}): GRANT pg_read_all_data TO {role}"
            raise BackupRefused(sentence(what, role=role, why=str(error).splitlines()[0])) from None


async def revision(driver: Any) -> str:
    """The version of the tables; "" where there are none."""
    if await driver.fetchval("SELECT to_regclass('alembic_version')") is None:
        return ""
    return str(await driver.fetchval("SELECT version_num FROM alembic_version") or "")


async def columns_of(driver: Any) -> dict[str, dict[str, str]]:
    """The columns of each table in their order, with PostgreSQL's names of their types."""
    found: dict[str, dict[str, str]] = {}
    for row in await driver.fetch(_COLUMNS):
        found.setdefault(row["table_name"], {})[row["column_name"]] = row["udt_name"]
    return found


async def is_served(database: Database) -> bool:
    """Whether a living process serves on this database."""
    async with database.look() as connection:
        there = await connection.run_sync(lambda plain: inspect(plain).has_table("leases"))
        return there and await anybody_serves(connection, now())


async def is_empty(database: Database) -> bool:
    """Whether there are no tables yet, or none with a row but the first counters."""
    async with connected(database.url) as driver:
        tables = set(await columns_of(driver)) - {"alembic_version"}
        if tables - {table.name for table in METADATA.sorted_tables}:
            return False
        for name in tables - {"counters"}:
            if await driver.fetchval(f'SELECT EXISTS (SELECT 1 FROM "{name}")'):
                return False
    return True


def difference(wanted: Mapping[str, int], there: Mapping[str, int]) -> str:
    """Which tables have other numbers of rows than they should, in a sentence."""
    some = (name for name in wanted if wanted[name] != there.get(name))
    differing = ", ".join(f"{name} {wanted[name]} / {there.get(name, 0)}" for name in some)
    return sentence("the copy is not whole: {tables}. Nothing was kept of it.", tables=differing)


def named(table: str, columns: Iterable[str]) -> str:
    """A table with its columns, as an INSERT names them."""
    return f'"{table}" ({listed(columns)})'


def listed(columns: Iterable[str]) -> str:
    """Columns as a query names them."""
    return ", ".join(f'"{one}"' for one in columns)
