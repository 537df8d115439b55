"""Priorities: how long an ordinary answer takes while ten thousand notices wait at the same bot.

The desk serves one bot on the emulator of the Bot API, with Telegram's limits in force. People it knows write evenly,
``--pace`` a second; their delay is from the update being there to the first call that answers it. First nothing else
is to be sent, then the notices are put into the outbox, each to a chat of its own, and the same people write again.
``notices left`` says how many of them still waited at the end: none means that the run was too long to prove anything.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from aiohttp import ClientSession
from sqlalchemy import func, select

from benchmarks.databases import each_with_server
from benchmarks.measuring import Figures, percentile, rounded, running, tell
from benchmarks.telegram import Emulator, contestant
from desk.model.messages import SendPriority
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import departures, is_unsent
from tests.peers.postgres import Postgres

TOKEN = "1000:benchmark"
FIRST = "Второй день нет интернета, договор 40-1187, оператор"
AGAIN = "/status"
_turns = itertools.count()


async def delays(emulator: Emulator, people: Sequence[int], pace: float, count: int) -> list[float]:
    """Milliseconds from update to answer for each message of people whom the desk knows, who write in turns."""
    began = time.monotonic()
    pending: list[asyncio.Task[float]] = []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / pace - time.monotonic()))
        pending.append(asyncio.create_task(_delay(emulator, people[next(_turns) % len(people)])))
    return list(await asyncio.gather(*pending))


async def _delay(emulator: Emulator, person: int) -> float:
    since = await emulator.calls()
    (came,) = await emulator.say([person], AGAIN)
    (answered,) = await emulator.answers([person], since, 120)
    return 1000 * (answered - came)


async def notices(emulator: Emulator, database: Database, count: int) -> None:
    """So many notices wait, each to somebody who started the bot once."""
    now, chats = datetime.now(UTC), range(5_000_000, 5_000_000 + count)
    for at in range(0, count, 1000):
        users = [{"id": chat, "started": [TOKEN]} for chat in chats[at : at + 1000]]
        await emulator.ask("users", users=users)
    rows = [
        {
            "key": f"notice.{chat}",
            "provider": "sever",
            "channel": "telegram:b0",
            "lane": f"telegram:b0:{chat}",
            "kind": "text",
            "policy": "hold",
            "body": {"method": "sendMessage", "params": {"chat_id": chat, "text": "Связь восстановлена."}, "files": []},
            "case_id": 1,
            "state": "pending",
            "due_at": now,
            "created_at": now,
            "priority": int(SendPriority.NOTICE),
        }
        for chat in chats
    ]
    async with database.work() as connection:
        await connection.execute(departures.insert(), rows)


async def left(database: Database) -> int:
    """How many notices wait still."""
    query = select(func.count()).where(is_unsent(departures), departures.c.key.startswith("notice."))
    async with database.look() as connection:
        return int((await connection.execute(query)).scalar() or 0)


async def measured(url: str, database_url: str, chosen: argparse.Namespace) -> tuple[list[float], list[float], int]:
    """The delays without and with notices, and how many notices waited at the end."""
    database = Database(database_url)
    async with ClientSession() as http:
        emulator = Emulator(url, [TOKEN], http)
        people = list(range(20_000, 20_000 + chosen.people))
        for person in people:
            since = await emulator.calls()
            await emulator.say([person], FIRST)
            await emulator.answers([person], since, 60)
        await delays(emulator, people, chosen.pace, 10)
        without = await delays(emulator, people, chosen.pace, chosen.messages)
        await notices(emulator, database, chosen.notices)
        await asyncio.sleep(2)
        waiting = await delays(emulator, people, chosen.pace, chosen.messages)
        remaining = await left(database)
    await database.close()
    return without, waiting, remaining


def measure(name: str, postgres: Postgres | None, chosen: argparse.Namespace) -> Figures:
    """One database."""
    with running("tests.peers.botapi", "--tokens", TOKEN, "--rate-limits", "off") as (_, url):
        emulator, urls = Emulator(url, [TOKEN], None), list[str]()  # type: ignore[arg-type]
        with contestant(name, emulator, postgres, False, urls.append):
            without, waiting, remaining = asyncio.run(measured(url, urls[0], chosen))
    made: Figures = {"database": name, "notices left": remaining}
    for share in (0.5, 0.95):
        alone, among = percentile(without, share), percentile(waiting, share)
        p = f"p{round(100 * share)}"
        made |= {f"{p} ms alone": alone, f"{p} among notices": among, f"{p} ratio": rounded(among / alone)}
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.priorities", description=__doc__)
    parser.add_argument("--notices", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=100, help="answers measured each way (100)")
    parser.add_argument("--people", type=int, default=40, help="who write in turns (40)")
    parser.add_argument("--pace", type=float, default=3, help="messages a second (3)")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    lines = []
    for name, server in each_with_server(chosen.databases):
        lines.append(measure(name, server, chosen))
    tell("An answer among notices, update to answer", lines, chosen.json, notices=chosen.notices, pace=chosen.pace)


if __name__ == "__main__":
    main()
