"""Clocks of service levels: a due instant, a calendar's years, and what is due next among a million open clocks.

Limits: 5 microseconds for a due instant in a calendar that is built, 50 ms to build one, 5 ms for the next due of a
million clocks on both databases.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from benchmarks.databases import each_with_server
from benchmarks.measuring import Figures, percentile, rounded, tell
from console.runtime.migrate import migrate
from desk.model.calendars.business_calendar import WorkingTime
from desk.model.calendars.make_calendar import make_calendar
from desk.model.calendars.typed_hours import parse_week
from desk.model.case import Case
from desk.model.subscribers import Person
from desk.pipeline.write_buffer import CASES, PEOPLE
from desk.storage.database import Database
from escalation.sla.clock_table import CLOCKS, NEXT_DUE

PROVIDER = "sever"
START = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
KINDS = ("first_response", "next_response", "acceptance", "resolution")
BATCH = 5_000


def counting(rounds: int) -> list[Figures]:
    """A due instant and an elapsed time, and the building of a calendar for three years."""
    made = make_calendar(ZoneInfo("Europe/Moscow"), parse_week("Mon-Fri 09:00-18:00"), "RU", years=range(2026, 2029))
    working_time = WorkingTime(made)
    later = START + timedelta(days=40)
    due = _best(lambda: working_time.due(START, timedelta(hours=24)), rounds)
    elapsed = _best(lambda: working_time.elapsed(START, later), rounds)
    build = _best(lambda: WorkingTime(made).due(START, timedelta(hours=24)), 5, repeats=5)
    return [
        {"what": "due instant, us", "figure": rounded(due * 1e6), "limit": 5},
        {"what": "elapsed time, us", "figure": rounded(elapsed * 1e6), "limit": 5},
        {"what": "three years built, ms", "figure": rounded(build * 1e3), "limit": 50},
    ]


def _best(run: Callable[[], object], rounds: int, repeats: int = 7) -> float:
    """Seconds a run; the best of several, for a busy machine only adds."""
    run()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        for _ in range(rounds):
            run()
        times.append((time.perf_counter() - began) / rounds)
    return min(times)


async def next_due(url: str, count: int, name: str) -> list[Figures]:
    """The clock that is due next among ``count`` open ones."""
    database = Database(url)
    try:
        await migrate(database)
        await _fill(database, count)
        waits = []
        for _ in range(200):
            began = time.perf_counter()
            async with database.read(PROVIDER) as session:
                assert (await session.execute(NEXT_DUE)).first() is not None
            waits.append((time.perf_counter() - began) * 1e3)
        return [
            {"what": f"{name}: next due, p50 ms", "figure": rounded(statistics.median(waits)), "limit": 5},
            {"what": f"{name}: next due, p99 ms", "figure": percentile(waits, 0.99), "limit": 5},
        ]
    finally:
        await database.close()


async def _fill(database: Database, count: int) -> None:
    person = Person(provider=PROVIDER, id=1, created_at=START)
    async with database.write(PROVIDER) as session:
        await session.execute(insert(PEOPLE), [person.as_row()])
    cases = count // len(KINDS)
    for first in range(1, cases + 1, BATCH):
        numbers = range(first, min(first + BATCH, cases + 1))
        async with database.write(PROVIDER) as session:
            await session.execute(insert(CASES), [_case(number) for number in numbers])
            await session.execute(insert(CLOCKS), [_clock(number, kind) for number in numbers for kind in KINDS])


def _case(number: int) -> dict[str, Any]:
    made = Case(
        provider=PROVIDER, id=number, number=f"SN-2026-{number:06d}-0", person_id=1, opened_at=START, updated_at=START,
        registered_at=START,
    )  # fmt: skip
    return made.as_row()


def _clock(number: int, kind: str) -> dict[str, Any]:
    due = START + timedelta(seconds=(number * 7919) % 2_000_000)
    return {
        "provider": PROVIDER, "case_id": number, "kind": kind, "state": "running", "target": "24h", "calendar": "24x7",
        "started_at": START, "since": START, "used_us": 0, "reason": "", "ended_at": None, "breached_at": None,
        "due_at": due, "done": [],
    }  # fmt: skip


def main() -> None:
    """Runs it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clocks", type=int, default=1_000_000, help="how many open clocks")
    parser.add_argument("--rounds", type=int, default=20_000, help="how often a due instant is counted")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args()
    lines = counting(options.rounds)
    for name, server in each_with_server(options.databases):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite+aiosqlite:///{Path(folder) / 'desk.db'}"
            if server:
                url = server.database("clocks").replace("postgresql://", "postgresql+asyncpg://")
            lines += asyncio.run(next_due(url, options.clocks, name))
    tell(f"Clocks, {options.clocks:,} open", lines, options.json)


if __name__ == "__main__":
    main()
