"""kill -9 at random instants of a migration of a large desk: ``python -m tests.migrations.killed --kills 20``.

A desk of the first version is filled with rows, and brought to this version in processes that are killed. After each
the database must be of the one version or the other, as a whole; at the end `migrate` brings it up, and no row is gone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from console.commands.checking.tables import table_differences
from console.runtime.schema_version import latest_version
from desk.storage.database import Database
from tests.peers.local_process import program
from tests.peers.postgres import PLACES, ROLE, Postgres

RELEASED = Path(__file__).resolve().parent / "released"
FIRST = "0001"
SHARES = {"cases": 0.3, "journal": 0.3, "arrivals": 0.2, "departures": 0.2}
CHANGED = {
    "cases": {"id": "1000000 + n.i", "number": "'B-' || n.i"},
    "journal": {"id": "1000000 + n.i"},
    "arrivals": {"id": "1000000 + n.i", "key": "'b' || n.i"},
    "departures": {"id": "1000000 + n.i", "key": "'b' || n.i"},
}
"""What differs from the row that is multiplied."""
RUN = """
import asyncio, sys
from console.runtime.migrate import migrate
from desk.storage.database import Database
print("begun", flush=True)
asyncio.run(migrate(Database(sys.argv[1])))
"""


@dataclass(frozen=True, slots=True)
class Killed:
    """How often it was killed, after how many of these the database was of this version already, and the seconds of a
    whole migration."""

    kills: int
    done: int
    seconds: float


def on_sqlite(path: Path) -> str:
    """A desk of the first version in a file."""
    with closing(sqlite3.connect(path)) as file:
        file.executescript((RELEASED / f"{FIRST}.sqlite.sql").read_text("utf-8"))
    return f"sqlite+aiosqlite:///{path}"


def on_postgresql(server: Postgres, name: str) -> str:
    """A desk of the first version in a database of a server."""
    made = server.database(name)
    psql = [str(program("psql", *PLACES)), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(server.folder)]
    script = f"SET ROLE {ROLE};\n{(RELEASED / f'{FIRST}.postgresql.sql').read_text('utf-8')}"
    where = ["-p", str(server.port), "-U", "postgres", "-d", name, "-f", "-"]
    subprocess.run([*psql, *where], input=script, capture_output=True, text=True, check=True)
    return made.replace("postgresql://", "postgresql+asyncpg://")


async def filled(url: str, rows: int) -> Mapping[str, int]:
    """Multiplies a row of each large table. Returns how many rows they have then."""
    database = Database(url)
    for name, share in SHARES.items():
        async with database.write("sever", "volga") as session:
            connection = await session.connection()
            names = await connection.run_sync(_columns, name)
            values = ", ".join(CHANGED[name].get(one, f'"{one}"') for one in names)
            count = int(rows * share)
            series = (
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
                if database.sqlite
                else f"WITH n AS (SELECT generate_series(1, {count}) AS i)"
            )
            one = f"(SELECT * FROM {name} ORDER BY id LIMIT 1) AS one"
            listed = ", ".join(f'"{one}"' for one in names)
            query = f"SELECT {values} FROM {one}, n"
            into = f"INSERT INTO {name} ({listed})"
            await connection.execute(
                text(f"{into} {series} {query}" if database.sqlite else f"{series} {into} {query}")
            )
        async with database.work() as connection:
            await connection.execute(text("ANALYZE"))
    counted = await _counted(database)
    await database.close()
    return counted


def _columns(connection: Connection, table: str) -> list[str]:
    return [one["name"] for one in inspect(connection).get_columns(table)]


async def _counted(database: Database) -> Mapping[str, int]:
    async with database.read("sever", "volga") as session:
        return {
            name: int((await session.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one()) for name in SHARES
        }


async def killed(url: str, kills: int, draws: random.Random, anew: Callable[[], str]) -> Killed:
    """Kills the migration of the database ``url`` again and again, and lets it end at last.

    ``anew`` puts the database back as it was, for a kill that came too late. Raises AssertionError.
    """
    counted = await _look(url, FIRST)
    seconds = _run(url, None)
    assert await _look(url, latest_version()) == counted
    done = 0
    url = anew()
    for _ in range(kills):
        _run(url, draws.uniform(0, seconds))
        version = await _version(url)
        assert version in (FIRST, latest_version())
        assert await _look(url, version) == counted
        if version != FIRST:
            done += 1
            url = anew()
    _run(url, None)
    assert await _look(url, latest_version()) == counted
    return Killed(kills, done, seconds)


def _run(url: str, kill_after: float | None) -> float:
    """Seconds of a migration, from when its process is ready."""
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen([sys.executable, "-c", RUN, url], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        began = time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            process.wait(kill_after)
        if process.returncode is None:
            process.kill()
        code = process.wait()
    assert code in (0, -signal.SIGKILL), f"migrate ended with {code}"
    assert kill_after is not None or code == 0
    return time.monotonic() - began


async def _version(url: str) -> str:
    database = Database(url)
    async with database.look() as connection:
        version = (await connection.exec_driver_sql("SELECT version_num FROM alembic_version")).scalar_one()
    await database.close()
    return str(version)


async def _look(url: str, version: str) -> Mapping[str, int]:
    """The rows of the large tables; of this version, the tables must be as the models say. Raises AssertionError."""
    assert await _version(url) == version
    database = Database(url)
    if version == latest_version():
        assert await table_differences(database) == []
    counted = await _counted(database)
    await database.close()
    return counted


def sqlite_anew(kept: Path, path: Path) -> Callable[[], str]:
    """Copies a file in the place of another."""

    def anew() -> str:
        for more in ("-wal", "-shm"):
            Path(f"{path}{more}").unlink(missing_ok=True)
        shutil.copyfile(kept, path)
        return f"sqlite+aiosqlite:///{path}"

    return anew


def postgresql_anew(server: Postgres, kept: str, name: str) -> Callable[[], str]:
    """Copies a database in the place of another."""

    def anew() -> str:
        server.left(kept)
        return server.database(name, template=kept).replace("postgresql://", "postgresql+asyncpg://")

    return anew


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.migrations.killed", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    chosen = parser.parse_args()
    for kind in chosen.databases:
        draws = random.Random(chosen.seed)
        if kind == "sqlite":
            with tempfile.TemporaryDirectory(prefix="firstline-killed-") as folder:
                kept = Path(folder) / "kept.db"
                asyncio.run(filled(on_sqlite(kept), chosen.rows))
                anew = sqlite_anew(kept, Path(folder) / "desk.db")
                found = asyncio.run(killed(anew(), chosen.kills, draws, anew))
        else:
            server = Postgres.start()
            try:
                asyncio.run(filled(on_postgresql(server, "kept"), chosen.rows))
                anew = postgresql_anew(server, "kept", "desk")
                found = asyncio.run(killed(anew(), chosen.kills, draws, anew))
            finally:
                server.remove()
        print(f"{kind}, {chosen.rows:,} rows, seed {chosen.seed}: {found}", flush=True)


if __name__ == "__main__":
    main()
