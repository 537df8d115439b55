"""Four processes on one PostgreSQL: what they cost while idle, and how soon the others go on when one is gone.

Everything is seen from outside: by the emulator's log and by PostgreSQL's own counters. Each part is a desk of its own.

* *start*: four `serve` together on a new desk: seconds to the first answer, and from "serves" to the first decision.
* *idle*: commits a second while nobody writes.
* *frozen*, *killed*: people write evenly, and the process that sends is stopped, or killed: the longest that anybody
  waited who wrote then, and how many messages anybody read twice after it woke up, explained in the outbox or not.
* *limits*: a burst to many chats with Telegram's limits on, the sender killed in between; and with a bot that Telegram
  gives less than we know of: the share of calls refused with 429.
* *load*: messages at a pace: deadlocks, rows updated in place (HOT), and the disk that a message takes.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from benchmarks.measuring import Figures, rounded, tell
from desk.model.messages import SendPriority
from desk.storage.queue_and_lease_tables import arrivals, departures
from tests.faults.served_desk import ServedDesk, eventually
from tests.peers.botapi import BotApi
from tests.peers.postgres import Postgres

PROCESSES = 4
TEXTS = (
    "Здравствуйте! Второй день нет интернета",
    "это на всех устройствах",
    "роутер уже перезагружал",
    "когда почините?",
)
NOTICE = "Завтра с десяти до двенадцати интернета не будет."
DISK = ("pg_database_size(current_database())", "(SELECT 1) AS one")
SENDING = ("sendMessage", "sendPhoto", "sendMediaGroup", "editMessageText", "setMessageReaction")


class Desk(ServedDesk):
    """A served desk, with PostgreSQL's counters."""

    server: Postgres
    name: str

    async def four(self, *, wait: bool = True) -> None:
        """Starts them together."""
        started = [self.opens(f"p{number}") for number in range(PROCESSES)]
        if wait:
            await asyncio.gather(*started)

    async def all_stored(self, count: int) -> None:
        """Waits until so many arrivals are stored."""

        async def stored() -> bool:
            return await self.count() >= count

        await eventually(stored, 120)

    async def notices(self, people: Sequence[int]) -> None:
        """A notice to each of these people, in one commit; returns when the sender has several of them in hand."""
        now = datetime.now(UTC)
        fixed = {"provider": "sever", "channel": "telegram:main", "kind": "text", "policy": "retry", "case_id": 0}
        fixed |= {"state": "pending", "due_at": now, "created_at": now, "priority": int(SendPriority.NOTICE)}
        rows = []
        for one in people:
            call = {"method": "sendMessage", "params": {"chat_id": one, "text": NOTICE}, "files": []}
            rows.append({**fixed, "key": f"notice.{one}", "lane": f"telegram:main:{one}", "body": call})
        database = self.folder.open()
        async with database.work() as connection:
            await connection.execute(departures.insert(), rows)
        await database.close()

        async def in_hand() -> bool:
            # The first thirty go at once; those after them wait for their turn while they are marked.
            marked = self.counter("count(*)", "departures WHERE state = 'sending'")
            return marked >= 4 and len([call for call in self.api.log if call.params.get("text") == NOTICE]) > 40

        await eventually(in_hand, 60)

    def counter(self, expression: str, table: str = "pg_stat_database") -> float:
        """One figure of PostgreSQL's statistics for this database."""
        where = f"WHERE datname = '{self.name}'" if table == "pg_stat_database" else ""
        return float(self.server.admin(f"SELECT {expression} FROM {table} {where}", self.name) or 0)

    def next_call(self, since: float) -> float:
        """When something was said to anybody again; what had left before arrives within half a second."""
        return min(c.at for c in self.api.log if c.method in SENDING and c.code == 200 and c.at > since + 0.5)

    def longest_wait(self, since: Sequence[tuple[int, float]]) -> float:
        """Of people by their ids, with the second each wrote: the longest until the desk said something to them."""
        waits = []
        for person, at in since:
            answers = [
                call.at + call.took
                for call in self.api.log
                if call.method in SENDING and call.code == 200 and call.chat_id == person and call.at >= at
            ]
            waits.append(min(answers) - at if answers else float("inf"))
        return rounded(max(waits))


@asynccontextmanager
async def desk(server: Postgres, name: str, *, rate_limits: bool = False) -> AsyncIterator[Desk]:
    """A new desk on a database of its own, nobody serving yet."""
    root = Path(tempfile.mkdtemp(prefix="firstline-bench-"))
    async with await BotApi.start(rate_limits=rate_limits) as api:
        made = await Desk.made(root / "desk", server.database(name), api)
        assert isinstance(made, Desk)
        made.server, made.name = server, name
        try:
            yield made
        finally:
            await made.closes()
            shutil.rmtree(root, ignore_errors=True)


async def start(server: Postgres) -> list[Figures]:
    """Four at once on a new desk, with a message waiting."""
    async with desk(server, "start") as made:
        person = made.person(1)
        await made.says(person)
        began, wall = time.monotonic(), time.time()
        serving = asyncio.create_task(made.four())
        await made.answered(person, 120)
        first = time.monotonic() - began
        await serving
        decided = (await made.rows(select(arrivals.c.decided_at)))[0].decided_at
        served = min(_serves_at(made, number) for number in range(PROCESSES))
        return [
            {
                "first answer s": rounded(first),
                "first serves s": rounded(served - wall),
                "from serves to the first decision s": rounded(max(0.0, decided.timestamp() - served)),
            }
        ]


def _serves_at(made: Desk, number: int) -> float:
    for line in made.desks[number].log.read_text("utf-8").splitlines():
        if " serves: " in line:
            return datetime.fromisoformat(line.split(" ", 1)[0]).timestamp()
    return float("inf")


async def idle(server: Postgres, seconds: float) -> list[Figures]:
    """Nobody writes."""
    async with desk(server, "idle") as made:
        await made.four()
        await made.serves(1)
        await made.settled()
        await asyncio.sleep(15)
        before, began = made.counter("xact_commit"), time.monotonic()
        await asyncio.sleep(seconds)
        # Looking counts too: one commit of ours.
        return [{"commits a second": rounded((made.counter("xact_commit") - before - 1) / (time.monotonic() - began))}]


async def gone(server: Postgres, kind: str, frozen_for: float) -> list[Figures]:
    """The process that sends is frozen or killed while people write, two a second."""
    async with desk(server, kind) as made:
        await made.four()
        await made.serves(1)
        wrote: list[tuple[int, float]] = []
        victim = made.desk_of(await made.holder("send:telegram:main"))
        await _people_write(made, 100, 150, [], pause=0.02)
        await made.all_stored(151)
        await made.settled()
        wrote += [(number, time.monotonic()) for number in range(100, 250)]
        await made.notices(range(100, 250))
        (victim.freeze if kind == "frozen" else victim.kill)()
        stopped = time.monotonic()
        await _people_write(made, 300, int(frozen_for * 2), wrote)
        if kind == "frozen":
            victim.thaw()
        await asyncio.sleep(3)
        await made.serves(2)
        await made.settled(180)
        said = [call for call in made.api.log if call.method == "sendMessage" and call.code == 200]
        twice = Counter((call.chat_id, str(call.params.get("text"))) for call in said)
        doubted = await made.rows(select(departures.c.id).where(departures.c.problem.is_not(None)))
        repeats = sum(count - 1 for count in twice.values())
        return [
            {
                "the sender is": kind,
                "others go on after s": rounded(made.next_call(stopped) - stopped),
                "longest wait s": made.longest_wait(wrote),
                "read twice": repeats,
                "of these unexplained": max(0, repeats - len(doubted)),
            }
        ]


async def _people_write(made: Desk, first: int, count: int, wrote: list[tuple[int, float]], pause: float = 0.5) -> None:
    for number in range(first, first + count):
        wrote.append((number, time.monotonic()))
        await made.says(made.person(number))
        await asyncio.sleep(pause)


async def limits(server: Postgres, people: int) -> list[Figures]:
    """Bursts: within Telegram's limits with the sender killed in between, and with a bot that is given less."""
    found: list[Figures] = []
    for name, per_bot in (("sender killed", 30.0), ("ten a second", 10.0)):
        async with desk(server, f"limits{int(per_bot)}", rate_limits=True) as made:
            await made.four()
            await made.serves(1)
            made.api.limits.per_bot = made.api.limits.per_bot_burst = per_bot
            made.api.limits._bots.clear()
            before = len(made.api.log)
            began = time.monotonic()
            for number in range(people):
                await made.says(made.person(1000 + number))
                if per_bot == 30.0 and number == people // 2:
                    made.desk_of(await made.holder("send:telegram:main")).kill()
            await made.all_stored(people + 1)
            await made.settled(300)
            calls = [call for call in made.api.log[before:] if call.method in SENDING]
            refused = sum(call.code == 429 for call in calls)
            found.append(
                {
                    "a burst": name,
                    "calls": len(calls),
                    "seconds": rounded(time.monotonic() - began),
                    "refused": refused,
                    "refused %": rounded(100 * refused / len(calls)),
                }
            )
    return found


async def load(server: Postgres, pace: float, seconds: float) -> list[Figures]:
    """Messages of forty people at a pace."""
    async with desk(server, "load") as made:
        await made.four()
        await made.serves(1)
        empty = made.counter(*DISK)
        count, began = int(pace * seconds), time.monotonic()
        for number in range(count):
            await made.says(made.person(2000 + number % 400), TEXTS[number // 400 % len(TEXTS)])
            await asyncio.sleep(max(0.0, began + number / pace - time.monotonic()))
        await made.all_stored(count + 1)
        await made.settled(600)
        await asyncio.sleep(2)
        size = made.counter(*DISK)
        hot = "round(100.0 * sum(n_tup_hot_upd) / greatest(sum(n_tup_upd), 1), 1)"
        of = "pg_stat_user_tables WHERE relname = '{}'"
        return [
            {
                "messages": count,
                "deadlocks": made.counter("deadlocks"),
                "HOT % arrivals": made.counter(hot, of.format("arrivals")),
                "HOT % departures": made.counter(hot, of.format("departures")),
                "dead rows": made.counter("n_dead_tup", of.format("arrivals")),
                "kB a message": rounded((size - empty) / 1000 / count),
            }
        ]


async def measured(chosen: argparse.Namespace) -> None:
    server = Postgres.start()
    parts: dict[str, tuple[str, Callable[[], Awaitable[list[Figures]]]]] = {
        "start": ("Four processes start together", lambda: start(server)),
        "idle": ("Four processes, idle", lambda: idle(server, chosen.seconds)),
        "frozen": ("The sender is frozen", lambda: gone(server, "frozen", chosen.seconds)),
        "killed": ("The sender is killed", lambda: gone(server, "killed", chosen.seconds)),
        "limits": ("Telegram's limits", lambda: limits(server, chosen.people)),
        "load": ("Under load", lambda: load(server, chosen.pace, chosen.seconds)),
    }
    try:
        for name, (title, part) in parts.items():
            if name in chosen.parts:
                tell(title, await part(), chosen.json)
    finally:
        server.remove()


PARTS = ("start", "idle", "frozen", "killed", "limits", "load")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.processes", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seconds", type=float, default=30, help="that each part lasts (30)")
    parser.add_argument("--people", type=int, default=200, help="who write in a burst (200)")
    parser.add_argument("--pace", type=float, default=135, help="messages a second under load (135)")
    parser.add_argument("--json", action="store_true")
    asyncio.run(measured(parser.parse_args()))


if __name__ == "__main__":
    main()
