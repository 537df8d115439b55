"""A database is brought to this version while nobody serves, and is kept as it was."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from console.runtime import schema_version
from console.runtime.backup import archive
from console.runtime.migrate import migrate
from desk.clock import now
from desk.model.settings import load
from desk.storage.database import Database
from desk.storage.process_identity import new_holder
from desk.storage.queue_and_lease_tables import arrivals, leases
from tests.console.command_line import Terminal
from tests.console.maintenance.conftest import KeptDesk
from tests.peers.botapi import BotApi

EARLIER = "0001"


async def _says(database: Database, statement: str) -> None:
    async with database.work() as connection:
        await connection.execute(text(statement))
    await database.close()


def becomes_earlier(kept: KeptDesk) -> None:
    """The database is one of the first version, as a desk has it that was not brought up to date for years."""
    database = kept.database()
    if kept.postgres:
        kept.postgres.database(database.url.rpartition("/")[2])
    else:
        Path(database.url.partition(":///")[2]).unlink()
    asyncio.run(_made(database))


async def _made(database: Database) -> None:
    await migrate(database, EARLIER)
    async with database.work() as connection:
        row = {"channel": "a", "key": "1", "lane": "b", "body": b"kept", "state": "done"}
        await connection.execute(insert(arrivals).values(**row, received_at=now(), due_at=now()))
    await database.close()


def copies(kept: KeptDesk) -> list[Path]:
    return sorted((kept.folder / "data" / "backups").glob("*"))


def test_an_earlier_database_is_kept_before_it_is_changed(kept: KeptDesk) -> None:
    becomes_earlier(kept)
    done = kept.typist.types("migrate")
    assert done.exit_code == 0, done.output
    (copy,) = copies(kept)
    assert str(copy) in done.output.replace("\n", "")
    assert archive.checked(copy).revision == EARLIER
    again = kept.typist.types("migrate")
    assert (again.exit_code, len(copies(kept))) == (0, 1), "there is nothing to do, so nothing is kept"


def test_what_was_kept_becomes_a_desk_of_this_version(kept: KeptDesk) -> None:
    becomes_earlier(kept)
    assert kept.typist.types("migrate").exit_code == 0
    root = kept.folder.parent / "again"
    kind = "postgresql" if kept.postgres else "sqlite"
    words = ("restore", str(copies(kept)[0]), "--into", str(root), "--database", kept.new_database(kind))
    done = kept.typist.types(*words)
    assert done.exit_code == 0, done.output
    asyncio.run(schema_version.require_current(kept.database(root)))


def test_without_a_copy_only_when_asked(kept: KeptDesk) -> None:
    """On PostgreSQL there may be no role that can read all rows."""
    becomes_earlier(kept)
    path = kept.folder / "firstline.toml"
    path.write_text(re.sub("(?m)^backup_.*\n", "", path.read_text("utf-8")), "utf-8")
    done = kept.typist.types("migrate")
    if kept.postgres:
        assert (done.exit_code, "With --no-copy it goes on without one" in done.output) == (4, True)
        done = kept.typist.types("migrate", "--no-copy")
        assert copies(kept) == []
    assert done.exit_code == 0, done.output


def test_nothing_is_changed_under_a_desk_that_serves(kept: KeptDesk) -> None:
    async def serves() -> None:
        database = kept.database()
        async with database.work() as connection:
            row = {"name": "clock", "holder": new_holder(), "fence": 1, "held_until": now() + timedelta(minutes=1)}
            await connection.execute(insert(leases).values(**row))
        await database.close()

    becomes_earlier(kept)
    asyncio.run(serves())
    refused = kept.typist.types("migrate")
    assert (refused.exit_code, "somebody serves this desk" in refused.output) == (4, True), refused.output
    assert copies(kept) == []
    forced = kept.typist.types("migrate", "--force")
    assert forced.exit_code == 0, forced.output


@pytest.mark.parametrize("roles", [(), ("--only", "worker")])
async def test_a_desk_that_serves_stops_when_the_tables_change_under_it(
    terminal: Terminal, api: BotApi, roles: tuple[str, ...]
) -> None:
    """Whatever it does; and commands know that it is there."""
    assert api.url
    async with terminal.serving(*roles) as service:
        await service.logs(" serves: ")
        before, settings = schema_version.latest_version(), load(terminal.root, terminal.environment)
        refused = await terminal.types("copy", "--to", "sqlite:///data/other.db")
        assert (refused.code, "somebody serves this desk" in refused.err) == (4, True), refused.err
        await _says(Database(settings.database), f"UPDATE alembic_version SET version_num = '{EARLIER}'")
        assert await asyncio.wait_for(service.process.wait(), 60) == 5
    assert f"somebody brought the database to another version than {before}" in service.log
    assert "Traceback" not in service.log


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("ALTER TABLE cases ADD COLUMN mine INTEGER", "the column cases.mine is unknown"),
        ("DROP TABLE timers", "the table timers is missing"),
        ("DROP INDEX arrivals_waiting", "arrivals_waiting of arrivals is missing"),
        ("ALTER TABLE people DROP COLUMN name", "the column people.name is missing"),
        ("DROP TRIGGER {audit}", "of the audit is missing"),
        ("ALTER TABLE cases DISABLE ROW LEVEL SECURITY", "row-level security of cases is off"),
        ("ALTER TABLE cases ALTER COLUMN subject DROP NOT NULL", "the column cases.subject is another one"),
    ],
)
def test_check_tells_how_the_tables_differ(kept: KeptDesk, statement: str, told: str) -> None:
    if not kept.postgres and statement.startswith("ALTER TABLE cases") and "ADD" not in statement:
        pytest.skip("SQLite cannot do that")
    trigger = "audit_only_grows ON audit" if kept.postgres else "audit_no_update"
    asyncio.run(_says(kept.database(), statement.format(audit=trigger)))
    done = kept.typist.types("check", "--offline")
    assert (done.exit_code, told in " ".join(done.output.split())) == (1, True), done.output
