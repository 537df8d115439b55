"""A desk on each kind of database that has something to lose, and roles and databases to move it with."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from console.main import cli
from desk.model.case import Case
from desk.model.journal import JournalEntry
from desk.model.settings import load
from desk.model.subscribers import Person
from desk.storage import audit
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, counters, departures, timers
from tests.console.conftest import Typist
from tests.peers.postgres import Postgres

NOW = datetime.now(UTC)
NUMBER = "SN-2026-000041-1"
ODD_BYTES = bytes(range(256)) * 8
BACKUP_ROLE = "firstline_backup"
_databases = itertools.count(1)


@dataclass
class KeptDesk:
    """A desk folder, the commands one types there, and where to find new databases of each kind."""

    typist: Typist
    postgres: Postgres | None
    """The server where this desk's database is; None for SQLite."""
    new_database: Callable[[str], str]

    @property
    def folder(self) -> Path:
        """Its folder."""
        return self.typist.folder

    def database(self, root: Path | None = None) -> Database:
        """The database of the desk in a folder, by default this one."""
        return Database(load(root or self.folder).database, pool=1)

    def backup(self, name: str, root: Path | None = None) -> Path:
        """Takes a backup, and returns its file."""
        path = self.folder.parent / name
        done = CliRunner().invoke(cli, ["backup", "-C", str(root or self.folder), str(path)])
        assert done.exit_code == 0, done.output
        return path


def rows_of_file(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of an SQLite file, but leases and what tells of commands."""
    with closing(sqlite3.connect(path)) as file:
        names = [row[0] for row in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        ours = [one for one in names if not one.startswith("sqlite_")]
        return {
            one: sorted(file.execute(f"SELECT * FROM {one}").fetchall(), key=repr)
            for one in ours
            if one not in ("leases", "audit", "sqlar", "backup_manifest")
        }


@pytest.fixture
def new_database(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Gives the address of an empty database of a kind, as firstline.toml has it."""

    def made(kind: str) -> str:
        if kind == "sqlite":
            return "sqlite:///data/firstline.db"
        server: Postgres = request.getfixturevalue("postgres")
        makes_backup_role(server)
        return server.database(f"kept{next(_databases)}")

    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, typist: Typist, new_database: Callable[[str], str]) -> KeptDesk:
    """A desk with rows of every kind."""
    postgres: Postgres | None = None
    if request.param == "postgresql":
        postgres = request.getfixturevalue("postgres")
        uses_postgresql(typist, postgres, new_database("postgresql"))
    made = KeptDesk(typist, postgres, new_database)
    asyncio.run(_fill(made.database()))
    return made


def makes_backup_role(postgres: Postgres) -> None:
    """Once a server."""
    sql = f"CREATE ROLE {BACKUP_ROLE} LOGIN BYPASSRLS IN ROLE pg_read_all_data PASSWORD 'change me'"
    postgres.admin(f"DO $$ BEGIN IF to_regrole('{BACKUP_ROLE}') IS NULL THEN {sql}; END IF; END $$")


def uses_postgresql(typist: Typist, postgres: Postgres, url: str) -> None:
    """Moves a new desk to PostgreSQL, with a role for its backups."""
    makes_backup_role(postgres)
    path, secret = typist.folder / "firstline.toml", typist.folder / "secret.backup"
    secret.touch(0o600)
    secret.write_text("change me\n")
    named = f'"{url}"\nbackup_role = "{BACKUP_ROLE}"\nbackup_password = "file:secret.backup"\n'
    path.write_text(path.read_text("utf-8").replace('"sqlite:///data/firstline.db"', named, 1), "utf-8")
    assert typist.types("migrate").exit_code == 0


async def _fill(database: Database) -> None:
    """One case with its journal, messages in every state, counters, a timer that is due, a row of the audit."""
    async with database.write("sever", "volga") as session:
        for provider in ("sever", "volga"):
            session.add(Person(provider=provider, id=1, created_at=NOW, name="Анна"))
            case = Case(
                provider=provider, id=2, person_id=1, opened_at=NOW, updated_at=NOW, answers={"since": "ё\n\"'"}
            )
            if provider == "sever":
                case.number, case.registered_at, case.zone_sure = NUMBER, NOW, 0.1
            session.add(case)
            await session.flush()
            entry = JournalEntry(
                provider=provider, id=3, case_id=2, at=NOW, kind="dialogue", text="Здравствуйте", actor="subscriber"
            )
            session.add(entry)
    async with database.work() as connection:
        for number, state in enumerate(("done", "waiting", "quarantined"), 1):
            row = {"channel": "telegram:main", "key": str(number), "lane": "a", "body": ODD_BYTES, "state": state}
            await connection.execute(insert(arrivals).values(**row, received_at=NOW, due_at=NOW))
        for number, state in enumerate(("sent", "pending", "sending"), 1):
            row = {"key": f"1.{number}", "provider": "sever", "channel": "telegram:main", "lane": "a", "state": state}
            more = {"kind": "text", "policy": "retry", "body": {"text": "Добрый день\u2028 😀"}, "case_id": 2}
            await connection.execute(insert(departures).values(**row, **more, due_at=NOW, created_at=NOW))
        counted = {"provider": "sever", "name": f"case {NOW.year}", "value": 41}
        await connection.execute(insert(counters).values(**counted))
        due = {"key": "2:eta", "provider": "sever", "case_id": 2, "kind": "eta", "version": 1}
        await connection.execute(insert(timers).values(**due, fire_at=NOW - timedelta(minutes=1)))
        await audit.record(connection, at=NOW, actor="agent:ivanova", operation="take", provider="sever", case_id=2)
    await database.close()
