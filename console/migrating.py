"""Bringing the database to this version of the desk, and refusing to work on another."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from desk.database import Database

_FOLDER = Path(__file__).resolve().parent / "migrations"


class OtherVersion(RuntimeError):
    """The database belongs to another version: says what to do."""


async def migrate(database: Database) -> tuple[str, str]:
    """Runs what is missing, in one transaction. Returns the versions before ("" for a new database) and after."""

    def run(connection: Connection) -> tuple[str, str]:
        before = _current(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return before, _current(connection)

    async with database.work() as connection:
        return await connection.run_sync(run)


async def require_current(database: Database) -> None:
    """Raises `OtherVersion` unless the database is of exactly this version."""
    async with database.look() as connection:
        current = await connection.run_sync(_current)
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if current != head:
        known = "has no tables yet" if not current else f"is of version {current}, this desk needs {head}"
        raise OtherVersion(f"the database {known}: run 'firstline migrate'")


def _current(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
