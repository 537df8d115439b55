"""Retention: purging half a desk of a million rows, and what others feel of it.

A writer stores a message and a case's change every few milliseconds, as a busy desk would, first alone and then beside
the purge; its longest wait for the database is what the purge costs others. The rival is the purge that most desks
have: one DELETE for each table. Then a person is forgotten, and the database is written anew.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

import console.sample
from benchmarks.measuring import Figures, percentile, rounded, tell
from console.runtime.migrate import migrate
from console.runtime.personal_data.compact_database import compact
from console.runtime.personal_data.erase_person import PersonErasure
from console.runtime.personal_data.find_person import find_people
from console.runtime.personal_data.retention_purge import RetentionPurge
from desk.model.case import Case
from desk.model.messages import RawMessage
from desk.model.provider_files import load_all
from desk.model.settings import Secret, Settings
from desk.pipeline.write_buffer import ADDRESSES, CASES, JOURNAL, PEOPLE
from desk.queues import inbox
from desk.storage.database import Database, is_database_trouble
from desk.storage.queue_and_lease_tables import arrivals, departures, fingerprints

PROVIDERS = load_all(Path(console.sample.__file__).parent / "providers")
PROVIDER = "sever"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OLD, YOUNG = NOW - timedelta(days=120), NOW - timedelta(days=10)
PER_CASE = 20
"""Rows of a case: itself, its person and address, 7 of the journal, 5 arrivals, 4 departures, a fingerprint."""
BATCH = 2_000
WORDS = "второй день нет интернета, роутер перезагружали, лампочка красная. " * 4


async def fill(database: Database, cases: int) -> None:
    """Cases that are over, each second one old enough to go."""
    for first in range(1, cases + 1, BATCH):
        async with database.write(PROVIDER) as session:
            connection = await session.connection()
            rows = _rows(range(first, min(first + BATCH, cases + 1)))
            for table, mine in rows.items():
                await connection.execute(insert(table), mine)


def _rows(numbers: range) -> Mapping[Table, list[dict[str, Any]]]:
    found: dict[Table, list[dict[str, Any]]] = {
        table: [] for table in (PEOPLE, ADDRESSES, CASES, arrivals, fingerprints, JOURNAL, departures)
    }
    for number in numbers:
        at = OLD if number % 2 else YOUNG
        key = {"provider": PROVIDER}
        lane = f"mail:support:p{number}@example.test"
        found[PEOPLE].append(
            {**key, "id": number, "name": f"P {number}", "language": "ru", "contract": "", "created_at": at}
        )
        address = {"channel": "mail:support", "value": f"p{number}@example.test", "channel_kind": "mail", "since": at}
        found[ADDRESSES].append({**key, **address, "person_id": number, "blocked": "", "confirmed": True})
        case = Case(
            **key, id=number, number=f"SN-2026-{number:06d}-0", person_id=number, channel="mail:support",
            channel_kind="mail", address=f"p{number}@example.test", description=WORDS, state="closed",
            opened_at=at, updated_at=at, registered_at=at, closed_at=at,
        )  # fmt: skip
        found[CASES].append(case.as_row())
        for at_ in range(7):
            entry = {"id": number * 10 + at_, "case_id": number, "at": at, "kind": "dialogue", "data": {}, "files": []}
            more = {"actor": "subscriber", "channel_kind": "mail", "text": WORDS, "public": True, "rule": ""}
            found[JOURNAL].append({**key, **entry, **more, "arrival_id": number * 10})
        for at_ in range(5):
            row = {"id": number * 10 + at_, "channel": "mail:support", "key": f"7:{number * 10 + at_}", "lane": lane}
            more = {"body": WORDS.encode() * 4, "received_at": at, "due_at": at, "state": "done", "case_id": number}
            found[arrivals].append({**row, **more})
        found[fingerprints].append({**key, "fingerprint": f"{number:064}", "arrival_id": number * 10})
        for at_ in range(4):
            row = {**key, "key": f"{number * 10}.{at_}", "channel": "mail:support", "lane": lane, "case_id": number}
            more = {"kind": "mail", "policy": "retry", "body": {"text": WORDS}, "state": "sent", "created_at": at}
            found[departures].append({**row, **more, "due_at": at})
    return found


class Writer:
    """Somebody who stores a message and changes a case again and again; ``waits`` are the seconds each time took."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._number = 0
        self.waits: list[float] = []

    async def write(self) -> None:
        """Once."""
        self._number += 1
        began = time.perf_counter()
        raw = RawMessage("telegram:main", f"bench{self._number}", "telegram:main:1", b"{}", NOW)
        while True:
            try:
                await inbox.accept(self._database, [raw])
                async with self._database.write(PROVIDER) as session:
                    mine = (CASES.c.provider == PROVIDER, CASES.c.id == 2)
                    await session.execute(update(CASES).where(*mine).values(unread=self._number))
                break
            except Exception as error:
                if not is_database_trouble(error):
                    raise
                await asyncio.sleep(0.1)  # locked for longer than a connection waits: the desk tries again, too
        self.waits.append(time.perf_counter() - began)

    @contextlib.asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Writes until the block ends."""
        stop = asyncio.Event()

        async def writing() -> None:
            while not stop.is_set():
                await self.write()
                await asyncio.sleep(0.005)

        task = asyncio.create_task(writing())
        try:
            yield
        finally:
            stop.set()
            await task


def waited(waits: list[float]) -> Figures:
    """What a writer waited, in milliseconds."""
    return {
        "writes": len(waits),
        "p50 ms": percentile([one * 1000 for one in waits], 0.5),
        "p95 ms": percentile([one * 1000 for one in waits], 0.95),
        "longest ms": rounded(max(waits) * 1000),
    }


class _Lines(list[Figures]):
    """Lines of a table that are shown as soon as they are known: the whole takes long."""

    def append(self, line: Figures) -> None:
        """One more."""
        print(line, file=sys.stderr, flush=True)
        super().append(line)


async def measure(folder: Path, url: str, cases: int) -> list[Figures]:
    """The writer alone, beside the purge, beside forgetting a person; in one process, as in a desk that serves."""
    database = Database(url)
    settings = Settings(folder, url, folder / "data", secret=Secret("a secret of a benchmark"))
    await migrate(database)
    began = time.perf_counter()
    await fill(database, cases)
    lines = _Lines()
    print(f"filled with {cases * PER_CASE:,} rows in {time.perf_counter() - began:.0f} s")

    writer = Writer(database)
    async with writer.beside():
        await asyncio.sleep(10)
    lines.append({"what": "nothing", "seconds": 10, "rows": 0, **waited(writer.waits)})

    purge, gone, writer = RetentionPurge(database, settings, PROVIDERS), Counter[str](), Writer(database)
    began, used = time.perf_counter(), time.process_time()
    async with writer.beside():
        async for step in purge.steps(NOW):
            gone += step
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    purged = {"what": "purge", "seconds": rounded(seconds), "rows": gone.total(), **waited(writer.waits)}
    lines.append({**purged, "cpu s": rounded(cpu)})

    async with database.read(PROVIDER) as session:
        people = await find_people(session, "p2@example.test")
    writer, began = Writer(database), time.perf_counter()
    erasure = PersonErasure(database, settings, PROVIDERS)
    async with writer.beside():
        report = await erasure.erase(people, [], NOW, "operator:bench")
    seconds = time.perf_counter() - began
    lines.append({"what": "forget", "seconds": rounded(seconds), "rows": report.rows.total(), **waited(writer.waits)})

    writer, began = Writer(database), time.perf_counter()
    async with writer.beside():
        await compact(database)
    seconds = time.perf_counter() - began
    lines.append({"what": "compact", "seconds": rounded(seconds), "rows": 0, **waited(writer.waits)})
    await database.close()
    return lines


async def one_delete(url: str, cases: int) -> Figures:
    """The rival: one statement a table, in one transaction."""
    database = Database(url)
    await migrate(database)
    await fill(database, cases)
    writer, began = Writer(database), time.perf_counter()
    async with writer.beside(), database.write(PROVIDER) as session:
        rows = await _delete_all(await session.connection())
    seconds = time.perf_counter() - began
    await database.close()
    return {"what": "one DELETE a table", "seconds": rounded(seconds), "rows": rows, **waited(writer.waits)}


async def _delete_all(connection: AsyncConnection) -> int:
    rows = 0
    old = "(SELECT id FROM cases WHERE updated_at < :then)"
    for statement in (
        f"DELETE FROM fingerprints WHERE arrival_id IN (SELECT id FROM arrivals WHERE case_id IN {old})",
        f"DELETE FROM arrivals WHERE case_id IN {old}",
        f"DELETE FROM departures WHERE case_id IN {old}",
        f"DELETE FROM journal WHERE case_id IN {old}",
        f"DELETE FROM addresses WHERE person_id IN {old}",
        f"DELETE FROM people WHERE id IN {old}",
    ):
        then = (OLD + timedelta(days=1)).replace(tzinfo=None if connection.dialect.name == "sqlite" else UTC)
        rows += (await connection.execute(text(statement), {"then": _instant(then, connection)})).rowcount
    return rows


def _instant(at: datetime, connection: AsyncConnection) -> object:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f") if connection.dialect.name == "sqlite" else at


def main() -> None:
    """Measures, and prints a table for each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows in the desk")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--without-rival", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cases = options.rows // PER_CASE
    folder = Path(tempfile.mkdtemp(prefix="retention-"))
    (folder / "data").mkdir()
    try:
        if options.postgresql:
            from tests.peers.postgres import Postgres

            server = Postgres.start()
            try:
                lines = asyncio.run(_both(folder, _url(server, "bench"), _url(server, "rival"), cases, options))
            finally:
                server.remove()
        else:
            urls = [f"sqlite+aiosqlite:///{folder / 'data' / name}.db" for name in ("bench", "rival")]
            lines = asyncio.run(_both(folder, urls[0], urls[1], cases, options))
            size = (folder / "data" / "bench.db").stat().st_size
            lines[-1]["MiB after"] = rounded(size / 2**20)
        kind = "PostgreSQL" if options.postgresql else "SQLite"
        names = dict.fromkeys(name for line in lines for name in line)
        tell(
            f"Retention, {options.rows:,} rows, {kind}",
            [{n: one.get(n, "") for n in names} for one in lines],
            options.json,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _url(server: Any, name: str) -> str:
    return str(server.database(name)).replace("postgresql://", "postgresql+asyncpg://")


async def _both(folder: Path, url: str, rival: str, cases: int, options: argparse.Namespace) -> list[Figures]:
    lines = await measure(folder, url, cases)
    return lines if options.without_rival else [*lines[:2], await one_delete(rival, cases), *lines[2:]]


if __name__ == "__main__":
    main()
