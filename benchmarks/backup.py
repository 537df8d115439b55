"""Backups: how long one of a desk with a million rows takes, how long to restore it, and what people who write notice.

The desk serves one bot on the emulator of the Bot API and has decided real messages; their rows are multiplied until
there are ``--rows``. People it knows write evenly, ``--pace`` a second; their delay is from the update being there to
the first call that answers it: first alone, then while `firstline backup` runs, again and again until as many were
measured. The rivals keep less: copying the file alone, which under a desk that serves loses rows, and pg_dump as the
superuser.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from aiohttp import ClientSession
from sqlalchemy import text
from sqlalchemy.engine import make_url

from benchmarks.databases import each_with_server
from benchmarks.measuring import ROOT, Figures, median, percentile, rounded, running, tell
from benchmarks.priorities import FIRST, TOKEN, _delay
from benchmarks.telegram import Emulator, contestant
from console.runtime.all_tables import METADATA
from desk.storage.database import Database
from tests.peers.local_process import program
from tests.peers.postgres import PLACES, Postgres

SHARES = {"people": 0.1, "cases": 0.1, "addresses": 0.1, "journal": 0.3, "arrivals": 0.2, "departures": 0.2}
"""Of the rows, in an order in which each finds the rows that it belongs to."""
BASE = 10_000_000
CHANGED = {
    "people": {"id": "{base} + n.i"},
    "cases": {
        "id": "{base} + n.i",
        "person_id": "{base} + n.i",
        "number": "'B-' || n.i",
        "state": "'closed'",
        "closed_at": "updated_at",
    },
    "addresses": {"value": "'b' || n.i", "person_id": "{base} + n.i"},
    "journal": {"id": "{base} + n.i", "case_id": "{base} + 1 + n.i % {cases}"},
    "arrivals": {"id": "{base} + n.i", "key": "'b' || n.i", "lane": "'b' || n.i % {cases}", "state": "'done'"},
    "departures": {"id": "{base} + n.i", "key": "'b' || n.i", "lane": "'b' || n.i % {cases}", "state": "'sent'"},
}
"""What differs from the row that is multiplied."""
ROLE = "CREATE ROLE firstline_backup LOGIN BYPASSRLS IN ROLE pg_read_all_data PASSWORD 'backup'"


async def filled(database: Database, rows: int) -> None:
    """Multiplies a real row of each table, within the database."""
    cases = int(rows * SHARES["cases"])
    for name, share in SHARES.items():
        count = int(rows * share)
        changed = {column: made.format(base=BASE, cases=cases) for column, made in CHANGED[name].items()}
        columns = [column.name for column in METADATA.tables[name].columns]
        values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
        series = (
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
            if database.sqlite
            else f"WITH n AS (SELECT generate_series(1, {count}) AS i)"
        )
        into = f"INSERT INTO {name} ({', '.join(columns)})"
        query = f"SELECT {values} FROM (SELECT * FROM {name} LIMIT 1) AS one, n"
        whole = f"{series} {into} {query}" if not database.sqlite else f"{into} {series} {query}"
        async with database.write("sever") as session:
            await session.execute(text(whole))
        async with database.work() as connection:
            # At once: PostgreSQL would look for what the next table's rows refer to as in a table of one row.
            await connection.execute(text("ANALYZE"))


async def delays(emulator: Emulator, people: Sequence[int], pace: float, count: int) -> list[float]:
    """Milliseconds from update to answer, of people who write in turns."""
    began, pending = time.monotonic(), list[asyncio.Task[float]]()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / pace - time.monotonic()))
        pending.append(asyncio.create_task(_delay(emulator, people[number % len(people)])))
    return list(await asyncio.gather(*pending))


async def typed(folder: Path, *words: str) -> float:
    """Seconds that a command takes in a process of its own, its start included."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console.main", "-C", str(folder), *words),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "BACKUP_PASSWORD": "backup"},
        stdout=subprocess.DEVNULL,
    )
    if await process.wait():
        raise SystemExit(f"firstline {words[0]} failed")
    return time.monotonic() - began


def made_folder(place: Path, url: str) -> Path:
    """A desk folder for the commands, with the database of the desk that serves."""
    folder = place / "desk"
    folder.mkdir()
    plain = url.replace("+asyncpg", "").replace("+aiosqlite", "")
    lines = ["[desk]", f'database = "{plain}"', 'secret = "file:secret"']
    if "postgresql" in plain:
        lines += ['backup_role = "firstline_backup"', 'backup_password = "env:BACKUP_PASSWORD"']
    (folder / "firstline.toml").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "secret").touch(0o600)
    (folder / "secret").write_text("a secret for benchmarks")
    return folder


async def measured(
    url: str, database_url: str, place: Path, server: Postgres | None, chosen: argparse.Namespace
) -> Figures:
    """One database."""
    database, folder = Database(database_url), made_folder(place, database_url)
    async with ClientSession() as http:
        emulator, people = Emulator(url, [TOKEN], http), list(range(20_000, 20_000 + chosen.people))
        for person in people:
            since = await emulator.calls()
            await emulator.say([person], FIRST)
            await emulator.answers([person], since, 60)
        began = time.monotonic()
        await filled(database, chosen.rows)
        print(f"filled in {time.monotonic() - began:.0f} s", file=sys.stderr)
        await delays(emulator, people, chosen.pace, 20)
        alone = await delays(emulator, people, chosen.pace, chosen.messages)
        among, took = list[float](), list[float]()
        while len(among) < chosen.messages or len(took) < chosen.runs:
            path = place / f"{len(took)}.backup"
            running_backup = asyncio.create_task(typed(folder, "backup", str(path)))
            while not running_backup.done():
                among += await delays(emulator, people, chosen.pace, max(1, round(chosen.pace / 2)))
            took.append(await running_backup)
    await database.close()
    target = server.database("restored") if server else "sqlite:///data/firstline.db"
    restored = await typed(place, "restore", str(path), "--into", str(place / "again"), "--database", target)
    made: Figures = {"database": "postgresql" if server else "sqlite", "rows": chosen.rows}
    made |= {"MB": rounded(path.stat().st_size / 1e6), "backup s": median(took), "restore s": rounded(restored)}
    made["rival s"] = rounded(rival(database_url, place, server))
    for share in (0.5, 0.95):
        p = f"p{round(100 * share)} ms"
        made |= {f"{p} alone": percentile(alone, share), f"{p} in backup": percentile(among, share)}
    return made | {"p95 ratio": rounded(percentile(among, 0.95) / percentile(alone, 0.95))}


def rival(database_url: str, place: Path, server: Postgres | None) -> float:
    """Seconds to copy the file, or of pg_dump."""
    began = time.monotonic()
    if server is None:
        shutil.copyfile(str(make_url(database_url).database), place / "copied.db")
        os.sync()
        return time.monotonic() - began
    name = str(make_url(database_url).database)
    where = ["-h", str(server.folder), "-p", str(server.port), "-U", "postgres", "-Fc", "-f", str(place / "dump")]
    subprocess.run([str(program("pg_dump", *PLACES)), *where, name], check=True)
    return time.monotonic() - began


def measure(name: str, server: Postgres | None, chosen: argparse.Namespace) -> Figures:
    """Serves a desk on one database, and measures beside it."""
    place = Path(tempfile.mkdtemp(prefix="firstline-bench-"))
    try:
        with running("tests.peers.botapi", "--tokens", TOKEN, "--rate-limits", "off") as (_, url):
            emulator, urls = Emulator(url, [TOKEN], None), list[str]()  # type: ignore[arg-type]
            with contestant(name, emulator, server, False, urls.append):
                return asyncio.run(measured(url, urls[0], place, server, chosen))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backup", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=200, help="answers measured each way (200)")
    parser.add_argument("--people", type=int, default=40, help="who write in turns (40)")
    parser.add_argument("--pace", type=float, default=5, help="messages a second (5)")
    parser.add_argument("--runs", type=int, default=3, help="backups at least (3)")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    lines = []
    for name, server in each_with_server(chosen.databases):
        if server:
            server.admin(ROLE)
        lines.append(measure(name, server, chosen))
    tell("A backup of a desk that serves, and people who write", lines, chosen.json, pace=chosen.pace)


if __name__ == "__main__":
    main()
