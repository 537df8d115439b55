"""Honest people during a flood: how long they wait for their answer at a public bot, with and without one.

*Quiet*: people whom the desk knows ask one after the other, evenly. *Flood*: the same, while so many strangers press
/start within ten seconds and one person sends a hundred messages a second. Everything goes through one bot, whose 30
messages a second are what there is to share. Latency is from the update being there to the end of the first call that
answers it.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession
from sqlalchemy import func, select, update

from benchmarks.measuring import Figures, percentile, processor_seconds, rounded, running, tell
from benchmarks.telegram import KINDS, Emulator, contestant
from desk.model.subscribers import Person
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures
from tests.peers.postgres import Postgres

TOKEN = "1000:benchmark"
FLOODER = 9_000_000
BEAT = 0.1
"""Seconds between two handfuls of the flood."""
_people: Iterator[int] = itertools.count(10_000)


async def honest(emulator: Emulator, people: list[int], pace: int) -> list[float]:
    """Milliseconds until each of these was answered; they ask evenly, ``pace`` a second."""
    since, came = await emulator.calls(), []
    began = time.monotonic()
    for number, person in enumerate(people):
        await asyncio.sleep(max(0.0, began + number / pace - time.monotonic()))
        came += await emulator.say([person], "/status")
    answered = await emulator.answers(people, since, 240)
    return [1000 * (there - here) for here, there in zip(came, answered, strict=True)]


async def flood(emulator: Emulator, strangers: int, seconds: float) -> None:
    """Strangers who press /start, and one person who sends a hundred messages a second."""
    began, each = time.monotonic(), int(strangers * BEAT / seconds)
    for number in range(int(seconds / BEAT)):
        await asyncio.sleep(max(0.0, began + number * BEAT - time.monotonic()))
        await emulator.say([next(_people) for _ in range(each)], "/start")
        await emulator.say([FLOODER] * int(100 * BEAT), "нет интернета, сделайте что-нибудь")


@asynccontextmanager
async def flooded(emulator: Emulator, strangers: int, seconds: float) -> AsyncIterator[None]:
    """The flood, beside what is done meanwhile."""
    task = asyncio.create_task(flood(emulator, strangers, seconds))
    await asyncio.sleep(1)
    try:
        yield
    finally:
        await task


async def known(emulator: Emulator, url: str, count: int) -> list[int]:
    """People who have written to the desk before, a day ago as far as it can tell."""
    people, since = [next(_people) for _ in range(count)], await emulator.calls()
    await emulator.say(people, KINDS["asked"])
    await emulator.answers(people, since, 120)
    database = Database(url)
    async with database.write("sever") as session:
        at = (await session.scalars(select(func.min(Person.created_at)))).one()
        await session.execute(update(Person).values(created_at=at - timedelta(days=1)))
    await database.close()
    return people


async def left(url: str) -> tuple[int, int, int]:
    """How many arrivals wait, how many were quarantined, how many departures wait."""
    database = Database(url)
    async with database.look() as connection:
        rows = await connection.execute(select(arrivals.c.state, func.count()).group_by(arrivals.c.state))
        states: dict[str, int] = dict(rows.tuples().all())
        query = select(func.count()).where(departures.c.state == "pending")
        pending = int((await connection.execute(query)).scalar_one())
    await database.close()
    return states.get("waiting", 0), states.get("quarantined", 0), pending


async def once(emulator: Emulator, url: str, pids: list[int], chosen: argparse.Namespace) -> list[Figures]:
    """Both loads, one after the other, on one desk."""
    count = int(chosen.pace * chosen.seconds)
    people = await known(emulator, url, 2 * count)
    lines: list[Figures] = []
    for name, some in (("quiet", people[:count]), ("flood", people[count:])):
        before = sum(map(processor_seconds, pids))
        if name == "quiet":
            times = await honest(emulator, some, chosen.pace)
        else:
            async with flooded(emulator, chosen.strangers, chosen.seconds - 2):
                times = await honest(emulator, some, chosen.pace)
        spent = sum(map(processor_seconds, pids)) - before
        waiting, quarantined, pending = await left(url)
        line: dict[str, Any] = {
            "load": name,
            "p50 ms": percentile(times, 0.5),
            "p95": percentile(times, 0.95),
            "most": rounded(max(times)),
            "cpu s": rounded(spent),
            "arrivals wait": waiting,
            "quarantined": quarantined,
            "answers wait": pending,
        }
        lines.append(line)
    quiet, flooding = (float(str(line["p95"])) for line in lines)
    lines[0]["p95 of the quiet one"], lines[1]["p95 of the quiet one"] = 1.0, rounded(flooding / quiet)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flood", description=__doc__)
    parser.add_argument("--strangers", type=int, default=2000, help="who press /start (2000)")
    parser.add_argument("--pace", type=int, default=6, help="honest questions a second (6)")
    parser.add_argument("--seconds", type=float, default=12, help="of honest questions; the flood is 2 s shorter (12)")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        postgres = Postgres.start() if chosen.database == "postgresql" else None
        if postgres:
            stack.callback(postgres.remove)
        _, url = stack.enter_context(running("tests.peers.botapi", "--tokens", TOKEN, "--rate-limits", "off"))
        emulator = Emulator(url, [TOKEN], None)  # type: ignore[arg-type]
        found: list[str] = []
        pids = stack.enter_context(contestant(chosen.database, emulator, postgres, False, found.append))

        async def measured() -> list[Figures]:
            async with ClientSession() as http:
                return await once(Emulator(url, [TOKEN], http), found[0], pids, chosen)

        lines = asyncio.run(measured())
    tell("Honest people during a flood", lines, chosen.json, strangers=chosen.strangers, pace=chosen.pace)


if __name__ == "__main__":
    main()
