"""Desks of every released version are brought to this one: the tables become those of the models, and no row is lost.

``released`` has a dump of each released version on both databases, with a case in it, made with that version; and the
hashes of the migrations that are merged. Neither is ever changed: a desk that ran a migration will not run it again.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import event, func, select, text

from console.commands.checking.tables import table_differences
from console.runtime.all_tables import METADATA
from console.runtime.migrate import migrate
from console.runtime.schema_version import MIGRATIONS, latest_version
from desk.model.case import Case
from desk.storage.database import Database
from tests.peers.local_process import program
from tests.peers.postgres import PLACES, ROLE, Postgres

RELEASED = Path(__file__).resolve().parent / "released"
VERSIONS = sorted({path.name.partition(".")[0] for path in RELEASED.glob("*.sql")})
NUMBER = "SN-2026-000001-5"
ROWS = {"arrivals": 4, "departures": 4, "cases": 1, "journal": 11, "people": 1, "teams": 7, "agents": 4}
_databases = itertools.count(1)

KILLED = """
import asyncio, os, signal, sys
from sqlalchemy import Engine, event
from console.runtime.migrate import migrate
from desk.storage.database import Database
left = int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(migrate(Database(sys.argv[1])))
"""


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    """A released version."""
    return str(request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, version: str, tmp_path: Path) -> str:
    """A desk of that version, on each database."""
    dump = RELEASED / f"{version}.{request.param}.sql"
    if request.param == "sqlite":
        with closing(sqlite3.connect(tmp_path / "desk.db")) as file:
            file.executescript(dump.read_text("utf-8"))
        return f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    made = server.database(name := f"released{next(_databases)}")
    psql = [str(program("psql", *PLACES)), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(server.folder)]
    where = ["-p", str(server.port), "-U", "postgres", "-d", name]
    script = f"SET ROLE {ROLE};\n{dump.read_text('utf-8')}"
    done = subprocess.run([*psql, *where, "-f", "-"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made.replace("postgresql://", "postgresql+asyncpg://")


async def _rows(database: Database) -> Mapping[str, int]:
    async with database.read("sever", "volga") as session:
        counted = {name: select(func.count()).select_from(METADATA.tables[name]) for name in ROWS}
        return {name: int((await session.execute(query)).scalar_one()) for name, query in counted.items()}


async def test_a_released_desk_becomes_one_of_this_version(url: str, version: str) -> None:
    """With the tables, indexes, triggers and guards that the models say, and every row that it had."""
    database = Database(url)
    try:
        assert await migrate(database) == (version, latest_version())
        assert await table_differences(database) == []
        assert await _rows(database) == ROWS
        async with database.read("sever") as session:
            case = (await session.scalars(select(Case))).one()
            assert (case.number, case.contract, case.subject) == (NUMBER, "40-1187", "")
        assert await migrate(database) == (latest_version(), latest_version())
    finally:
        await database.close()


async def test_a_new_database_is_as_the_models_say(database_url: str) -> None:
    """So a column that was added to a model and to no migration is found."""
    database = Database(database_url)
    try:
        await migrate(database)
        assert await table_differences(database) == []
    finally:
        await database.close()


async def test_whatever_ends_a_migration_it_is_whole_or_nothing(url: str, version: str) -> None:
    """Cut off before its first statement, its second, and so on; then it is run again."""
    ended = 0
    for number in itertools.count(1):
        database, left = Database(url), iter(range(number - 1))
        cut = _cutting(left)
        for engine in {database._writer, database._reader}:
            event.listen(engine.sync_engine, "before_cursor_execute", cut)
        try:
            before, _ = await migrate(database)
        except RuntimeError:
            ended += 1
        else:
            assert before == version
            break
        finally:
            await database.close()
    assert ended > 10
    database = Database(url)
    assert await table_differences(database) == []
    assert await _rows(database) == ROWS
    await database.close()


def _cutting(left: Iterator[int]) -> Any:
    def cut(*_: Any) -> None:
        if next(left, None) is None:
            raise RuntimeError("cut off here")

    return cut


@pytest.mark.parametrize("at", [3, 8, 13])
async def test_a_killed_migration_is_run_again(url: str, version: str, at: int) -> None:
    """By kill -9, as the machine or an operator would."""
    ended = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, url, str(at)), env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    assert await ended.wait() == -signal.SIGKILL
    database = Database(url)
    try:
        async with database.look() as connection:
            assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar() == version
        await migrate(database)
        assert await table_differences(database) == []
        assert await _rows(database) == ROWS
    finally:
        await database.close()


MERGED: Mapping[str, str] = tomllib.loads((RELEASED / "merged.toml").read_text("utf-8"))
"""The hash of every migration that is merged, by the name of its file."""


def hash_of(name: str) -> str:
    return hashlib.sha256((MIGRATIONS / "versions" / name).read_bytes()).hexdigest()


@pytest.mark.parametrize("name", MERGED)
def test_a_merged_migration_is_never_edited(name: str) -> None:
    assert (MIGRATIONS / "versions" / name).is_file(), f"{name} is gone: older desks need it"
    assert hash_of(name) == MERGED[name], (
        f"{name} was edited after it was merged. Desks that have run it will not run it again, so they would never get "
        "this change. Undo it, and write what you want as a new migration: its number is one higher than the last, its "
        "down_revision is the last."
    )


def test_every_migration_is_among_the_merged() -> None:
    """One that is not merged yet may still be edited; with its merge it stands there."""
    there = {path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}
    lines = "\n".join(f'"{name}" = "{hash_of(name)}"' for name in sorted(there - MERGED.keys()))
    assert not lines, f"a new migration: once it is final, write into tests/migrations/released/merged.toml\n{lines}"


def test_migrations_follow_one_another() -> None:
    """In one line, each numbered one higher than the one before."""
    script = ScriptDirectory(str(MIGRATIONS))
    numbers = [one.revision for one in script.walk_revisions()][::-1]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    assert numbers[-1] == latest_version()
