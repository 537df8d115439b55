"""Which version of the database this desk works on, told without Alembic: loading that takes a third of a second."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, String, column, inspect, select, table

from desk.language.translatable import sentence
from desk.storage.database import Database

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_NUMBER = column("version_num", String)
_VERSION = select(_NUMBER).select_from(table("alembic_version", _NUMBER))


class SchemaMismatch(RuntimeError):
    """The database belongs to another version: says what to do."""


@cache
def latest_version() -> str:
    """This desk's version: the number at the head of the last migration's file name."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def require_current(database: Database) -> None:
    """Raises `SchemaMismatch` unless the database is of exactly this version."""
    async with database.look() as connection:
        current = await connection.run_sync(database_version)
    refuse_newer(current)
    if current != latest_version():
        raise SchemaMismatch(
            sentence(
                "the database is of version {current}, this desk needs {wanted}: run 'firstline migrate'",
                current=current,
                wanted=latest_version(),
            )
            if current
            else sentence("the database has no tables yet: run 'firstline migrate'")
        )


class SchemaChanged(SchemaMismatch):
    """Somebody has brought the database to another version under a desk that serves."""

    def __init__(self) -> None:
        what = "somebody brought the database to another version than {wanted}: this desk stops, start the new one"
        super().__init__(sentence(what, wanted=latest_version()))


async def is_changed(database: Database) -> bool:
    """Whether the database is of another version than this desk, asked again and again while it serves."""
    async with database.look() as connection:
        return (await connection.execute(_VERSION)).scalar() != latest_version()


def refuse_newer(current: str) -> None:
    """Raises `SchemaMismatch` for a database that a later Firstline has brought to a version we know nothing of."""
    if current > latest_version():
        raise SchemaMismatch(
            sentence(
                "the database is of version {current}, this desk knows none after {wanted}: "
                "install the newer Firstline again",
                current=current,
                wanted=latest_version(),
            )
        )


def database_version(connection: Connection) -> str:
    """The database's version as Alembic keeps it; "" for one without tables."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(_VERSION).scalar() or ""
