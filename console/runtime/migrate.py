"""Bringing the database to this version of the desk."""

from __future__ import annotations

from datetime import datetime

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from console.runtime.schema_version import MIGRATIONS, database_version, refuse_newer
from desk.storage import audit
from desk.storage.database import Database


async def migrate(database: Database, upto: str = "head", by: str = "", at: datetime | None = None) -> tuple[str, str]:
    """Runs what is missing, in one transaction. Returns the versions before ("" for a new database) and after.

    ``upto`` names an earlier version where one is wanted. ``by`` and ``at`` say who does it and when: it goes into the
    audit then, in the same transaction. Raises `console.runtime.schema_version.SchemaMismatch` for a database of a
    later Firstline.
    """

    def run(connection: Connection) -> tuple[str, str]:
        before = database_version(connection)
        refuse_newer(before)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, upto)
        return before, database_version(connection)

    async with database.work() as connection:
        before, after = await connection.run_sync(run)
        if by and at and before != after:
            details = {"before": before, "after": after}
            await audit.record(connection, at=at, actor=by, operation="migrate", details=details)
        return before, after


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
