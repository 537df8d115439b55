"""Rows between PostgreSQL and an SQLite file of the same tables, as they are: no value is read for what it means.

Reading is one snapshot of the whole database (REPEATABLE READ), by a role that row-level security does not hold; a role
that it holds would see few rows or none, and is refused. Writing is one transaction, by the desk's own role.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncpg.exceptions import InsufficientPrivilegeError, PostgresError
from sqlalchemy import inspect
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from console.runtime.all_tables import METADATA
from console.runtime.backup.archive import BackupRefused, Progress, count_rows, opened, sequences_of, table_names
from desk.clock import now
from desk.language.translatable import sentence
from desk.storage.channel_leases import anybody_serves
from desk.storage.database import Database

ROWS, BYTES = 1000, 8_000_000
"""Of so many rows, or so many bytes, is what is in memory at a time."""
Converter = Callable[[Any], Any]
_COLUMNS = (
    "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
)
_SERIAL = "SELECT pg_get_serial_sequence(quote_ident($1), 'id')"


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


async def read_into(driver: Any, target: Path, progress: Progress, longest_rest: float = 0.0) -> dict[str, int]:
    """Copies every row of a snapshot into an SQLite file whose tables are of the same version and empty.

    Every batch is followed by a rest as long as it took, at most of ``longest_rest`` seconds, in which the server works
    for others. Returns how many rows each table has in PostgreSQL. Raises `BackupRefused` where the two differ at the
    end.
    """
    columns = await _columns(driver)
    with opened(target) as file:
        # The file is new, and is brought to the disk once, at the end.
        for pragma in ("synchronous = OFF", "journal_mode = OFF", "cache_size = -100000"):
            file.execute(f"PRAGMA {pragma}")
        indexes = _drop_indexes(file)
        names = table_names(file)
        counted = {name: int(await driver.fetchval(f'SELECT count(*) FROM "{name}"')) for name in names}
        total, done, began = sum(counted.values()), 0, time.monotonic()
        file.execute("BEGIN")
        for name in names:
            _require_same_columns(file, name, columns.get(name, []))
            file.execute(f'DELETE FROM "{name}"')  # the migration puts the first counters there
            async for batch in _read(driver, name, columns[name]):
                places = ", ".join("?" * len(columns[name]))
                file.executemany(f"INSERT INTO {_named(name, columns[name])} VALUES ({places})", batch)
                done += len(batch)
                progress(sentence("rows"), done, total)
                await asyncio.sleep(min(time.monotonic() - began, longest_rest))
                began = time.monotonic()
            await _take_sequence(driver, file, name)
        for statement in indexes:
            file.execute(statement)
        file.execute("COMMIT")
        if (there := count_rows(file)) != counted:
            raise BackupRefused(difference(counted, there))
    return counted


def _drop_indexes(file: sqlite3.Connection) -> list[str]:
    """Drops the indexes, which are made much faster once all rows are there. Returns how each is made again."""
    query = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    found = {str(name): str(sql) for name, sql in file.execute(query)}
    for name in found:
        file.execute(f'DROP INDEX "{name}"')
    return list(found.values())


async def _columns(driver: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in await driver.fetch(_COLUMNS):
        found.setdefault(row["table_name"], []).append(row["column_name"])
    return found


def _require_same_columns(file: sqlite3.Connection, table: str, theirs: Sequence[str]) -> None:
    ours = {str(row[1]) for row in file.execute(f'PRAGMA table_info("{table}")')}
    if differing := sorted(ours ^ set(theirs)):
        what = "the table {table} is not as this version has it ({columns}): see 'firstline check'"
        raise BackupRefused(sentence(what, table=table, columns=", ".join(differing)))


async def _read(driver: Any, table: str, columns: Sequence[str]) -> AsyncIterator[list[tuple[Any, ...]]]:
    """All rows, a bounded number of bytes at a time."""
    query = f"SELECT {_listed(columns)} FROM "
    statement = await driver.prepare(f'{query} "{table}"')
    converters = [_TO_SQLITE.get(one.type.name) for one in statement.get_attributes()]
    if table == "arrivals":
        # Mails may have 25 MB each, so it is asked first how large they are.
        ranged = await driver.prepare(f'{query} "{table}" WHERE id BETWEEN $1 AND $2 ORDER BY id')
        sizes = await driver.fetch('SELECT id, octet_length(body) AS size FROM "arrivals" ORDER BY id')
        for first, last in _ranges(sizes):
            yield [_converted(row, converters) for row in await ranged.fetch(first, last)]
        return
    cursor = await statement.cursor()
    while rows := await cursor.fetch(ROWS):
        yield [_converted(row, converters) for row in rows]


def _ranges(sizes: Sequence[Mapping[str, int]]) -> Iterator[tuple[int, int]]:
    first, rows, weight, last = 0, 0, 0, 0
    for one in sizes:
        if rows and (rows >= ROWS or weight + one["size"] > BYTES):
            yield first, last
            rows = weight = 0
        first = first if rows else one["id"]
        rows, weight, last = rows + 1, weight + one["size"], one["id"]
    if rows:
        yield first, last


async def _take_sequence(driver: Any, file: sqlite3.Connection, table: str) -> None:
    """Ids go on where they are, also where the last rows are gone."""
    keeps = "SELECT 1 FROM sqlite_schema WHERE name = ? AND sql LIKE '%AUTOINCREMENT%'"
    if not file.execute(keeps, (table,)).fetchone():
        return
    sequence = await driver.fetchval(_SERIAL, table)
    last = await driver.fetchrow(f"SELECT last_value, is_called FROM {sequence}")
    file.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    value = last["last_value"] if last["is_called"] else last["last_value"] - 1
    file.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, value))


async def write_from(source: Path, url: str, progress: Progress) -> None:
    """Copies every row of an SQLite file into PostgreSQL, whose tables are of the same version and have no rows.

    Raises `BackupRefused` where a row is not taken, or the two differ afterwards; nothing is written then.
    """
    order = [table.name for table in METADATA.sorted_tables]
    with opened(source, "ro") as file:
        counted = count_rows(file)
        total, done = sum(counted.values()), 0
        async with connected(url) as driver, driver.transaction():
            await driver.execute("SELECT set_config('firstline.providers', $1, true)", ",".join(_providers(file)))
            for name in [one for one in order if one in counted]:
                columns = [str(row[1]) for row in file.execute(f'PRAGMA table_info("{name}")')]
                if name == "counters":
                    await driver.execute("DELETE FROM counters")  # the migration puts the first ones there
                statement, converters = await _insertion(driver, name, columns)
                for batch in _batches(file.execute(f'SELECT {_listed(columns)} FROM "{name}"')):
                    await _insert(driver, statement, [_converted(row, converters) for row in batch], name)
                    done += len(batch)
                    progress(sentence("rows"), done, total)
            for name, last in sequences_of(file).items():
                if last:
                    await driver.execute("SELECT setval(pg_get_serial_sequence(quote_ident($1), 'id'), $2)", name, last)
            there = {name: int(await driver.fetchval(f'SELECT count(*) FROM "{name}"')) for name in counted}
            if there != counted:
                raise BackupRefused(difference(counted, there))
        async with connected(url) as driver:
            for name in counted:
                await driver.execute(f'ANALYZE "{name}"')  # queries are planned by what is there now


async def _insertion(driver: Any, table: str, columns: Sequence[str]) -> tuple[str, list[Converter | None]]:
    """A statement that takes an array for each column, since one a row would cost more than the row does; and how each
    column's values are spelled for it. Strings go as text: a cast to an array of varchar(80) would cut them."""
    numbers = range(1, len(columns) + 1)
    plain = ", ".join(f"${number}" for number in numbers)
    statement = await driver.prepare(f"INSERT INTO {_named(table, columns)} VALUES ({plain})")
    types = [one.name for one in statement.get_parameters()]
    arrays = [f"${number}::{_AS_ARRAY.get(kind, kind)}[]" for number, kind in zip(numbers, types, strict=True)]
    values = [f"c{number}{'::json' * (kind == 'json')}" for number, kind in zip(numbers, types, strict=True)]
    rows = f"unnest({', '.join(arrays)}) AS one ({', '.join(f'c{number}' for number in numbers)})"
    whole = f"INSERT INTO {_named(table, columns)} SELECT {', '.join(values)} FROM {rows}"
    return whole, [_TO_POSTGRES.get(kind) for kind in types]


async def _insert(driver: Any, statement: str, rows: Sequence[tuple[Any, ...]], table: str) -> None:
    try:
        await driver.execute(statement, *(list(column) for column in zip(*rows, strict=True)))
    except (PostgresError, ValueError, OverflowError) as error:
        why = str(error).splitlines()[0]
        raise BackupRefused(sentence("PostgreSQL takes no row of {table}: {why}", table=table, why=why)) from None


def _batches(cursor: sqlite3.Cursor) -> Iterator[list[tuple[Any, ...]]]:
    batch, weight = [], 0
    for row in cursor:
        batch.append(row)
        weight += sum(len(one) for one in row if isinstance(one, bytes | str))
        if len(batch) >= ROWS or weight >= BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _providers(file: sqlite3.Connection) -> list[str]:
    """Whose rows there are: all are named to the transaction that writes them."""
    found: set[str] = set()
    for name in table_names(file):
        if any(row[1] == "provider" for row in file.execute(f'PRAGMA table_info("{name}")')):
            found |= {str(row[0]) for row in file.execute(f'SELECT DISTINCT provider FROM "{name}"')}
    return sorted(found)


async def is_served(database: Database) -> bool:
    """Whether a living process serves on this database."""
    async with database.look() as connection:
        there = await connection.run_sync(lambda plain: inspect(plain).has_table("leases"))
        return there and await anybody_serves(connection, now())


async def is_empty(database: Database) -> bool:
    """Whether there are no tables yet, or none with a row but the first counters."""
    async with connected(database.url) as driver:
        tables = set(await _columns(driver)) - {"alembic_version"}
        if tables - {table.name for table in METADATA.sorted_tables}:
            return False
        for name in tables - {"counters"}:
            if await driver.fetchval(f'SELECT EXISTS (SELECT 1 FROM "{name}")'):
                return False
    return True


def difference(wanted: Mapping[str, int], there: Mapping[str, int]) -> str:
    some = (name for name in wanted if wanted[name] != there.get(name))
    differing = ", ".join(f"{name} {wanted[name]} / {there.get(name, 0)}" for name in some)
    return sentence("the copy is not whole: {tables}. Nothing was kept of it.", tables=differing)


def _named(table: str, columns: Sequence[str]) -> str:
    return f'"{table}" ({_listed(columns)})'


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{one}"' for one in columns)


def _converted(row: Sequence[Any], converters: Sequence[Converter | None]) -> tuple[Any, ...]:
    return tuple(
        value if convert is None or value is None else convert(value)
        for value, convert in zip(row, converters, strict=True)
    )


_TO_SQLITE: Mapping[str, Converter] = {
    "timestamptz": lambda value: value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds"),
    "bool": int,
}
_TO_POSTGRES: Mapping[str, Converter] = {
    "timestamptz": lambda value: datetime.fromisoformat(value).replace(tzinfo=UTC),
    "bool": bool,
    "float4": float,
    "float8": float,
}
"""How a value is spelled on the other side, by PostgreSQL's names of types."""
_AS_ARRAY = {"varchar": "text", "bpchar": "text", "json": "text"}
