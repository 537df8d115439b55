"""One run: the desk's whole process tree is killed at random while people write, and started again each time.

Half of the kills come after some time, half after some calls and letters, so that they hit both a desk that is still
coming up and one in the middle of its work. At each kill what the desk had marked as being sent is written down.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy import text as sql

from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures
from mail.receiving.tables import mailboxes
from tests.kills.agent import Agent
from tests.kills.desk_process import DeskProcess
from tests.kills.outside_record import OutsideRecord, Said, letters_of, shown_of
from tests.kills.telegram_process import TelegramProcess
from tests.kills.traffic import Person, Traffic
from tests.peers.mail_servers import MailServers

UNSENT = ("pending", "sending")


@dataclass(frozen=True)
class Size:
    """How much of everything. ``least`` and ``most`` bound a life that is ended by the clock, in seconds."""

    texts: int
    mails: int
    kills: int
    chatters: int = 200
    writers: int = 100
    least: float = 0.3
    most: float = 12.0


@dataclass(frozen=True)
class Kill:
    """One kill: when, and the departures (key, lane) that were marked as being sent at that moment."""

    at: float
    sending: tuple[tuple[str, str], ...]


@dataclass
class KillRun:
    """One run: the desk, the servers around it, and what was done to it."""

    desk: DeskProcess
    telegram: TelegramProcess
    mail_servers: MailServers
    traffic: Traffic
    size: Size
    seed: int
    agent: Agent
    kills: list[Kill] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    deaths: list[float] = field(default_factory=list)
    written: int = 0

    def __post_init__(self) -> None:
        # One for each hand, so that how fast one works changes nothing of what the other draws.
        self.kill_times, self.writer = random.Random(self.seed + 1), random.Random(self.seed + 2)

    async def run(self) -> None:
        """Connects once, lets people write while killing, and then lets the desk finish."""
        self.desk.start()
        await self.until(self._connected, 120, "the first connection to the mailbox")
        writing = asyncio.create_task(self._write())
        working = asyncio.create_task(self.agent.work())
        began = time.monotonic()
        try:
            while len(self.kills) < self.size.kills:
                await self._until_death()
                await self._kill()
                self.desk.start()
                await self._tell_progress(began)
        finally:
            if len(self.kills) < self.size.kills:
                writing.cancel()
        await writing
        print(f"everything is written after {time.monotonic() - began:.0f} s", flush=True)
        await self.drained(3600)
        self.agent.goes_home = True
        await working
        await self.drained(600)

    async def drained(self, seconds: float) -> None:
        """Waits until everything that was written is decided and everything decided is sent."""
        await self.until(self._done, seconds, "the end of all work")

    async def revived(self, number: int) -> tuple[float, float]:
        """Kills once more while somebody new writes. Seconds from the start to their words stored, and to an answer."""
        self.desk.kill()
        self.deaths.append(time.time())
        person = self.traffic.stranger(number)
        await self._say([person])
        before = len(await self.telegram.sent())
        self.desk.start()
        await self.until(lambda: self._more_sent(before), 120, "the first answer after a kill")
        await self.drained(300)
        answered = (await self.telegram.sent())[before]["wall"]
        channel = next(channel for channel in self.traffic.channels if channel.token == person.reach)
        query = select(arrivals.c.received_at).where(
            arrivals.c.channel == f"telegram:{channel.name}", arrivals.c.key == str(person.updates[-1])
        )
        async with self._opened() as database, database.look() as connection:
            stored = (await connection.execute(query)).scalar_one()
        return stored.timestamp() - self.desk.started, answered - self.desk.started

    async def _more_sent(self, before: int) -> bool:
        return len(await self.telegram.sent()) > before

    async def until(self, check: Callable[[], Awaitable[object]], seconds: float, what: str) -> None:
        """Waits for something. Raises AssertionError with the end of the desk's log."""
        deadline = time.monotonic() + seconds
        while not await check():
            assert self.desk.alive, f"the desk ended by itself:\n{self.desk.said()}"
            assert time.monotonic() < deadline, f"{what} did not come within {seconds} s:\n{self.desk.said()}"
            await asyncio.sleep(0.1)

    async def _tell_progress(self, began: float) -> None:
        done, seconds = len(self.kills), time.monotonic() - began
        if done % max(1, self.size.kills // 30):
            return
        print(
            f"{seconds:.0f} s: {done} of {self.size.kills} kills, {self.written} of {len(self.traffic.queue)} written; "
            f"outside: {await self.telegram.count()} calls, {await self.telegram.pending()} updates not confirmed, "
            f"{len(self.mail_servers.sink.letters)} letters; "
            f"some {seconds / done * (self.size.kills - done) / 60:.0f} min to go",
            flush=True,
        )

    # killing

    async def _until_death(self) -> None:
        """A life of random length: by the clock, or by how much was done."""
        seconds = self.kill_times.uniform(self.size.least, self.size.most)
        if self.kill_times.random() < 0.5:
            await asyncio.sleep(seconds)
            return
        # About as much as comes between two kills, so that the desk neither idles nor falls behind for long.
        share = 2 * len(self.traffic.queue) // self.size.kills
        before, wanted = await self._work_done(), self.kill_times.randint(1, max(1, share))
        deadline = time.monotonic() + 2 * self.size.most
        while time.monotonic() < deadline:
            if await self._work_done() - before >= wanted:
                break
            await asyncio.sleep(0.02)
        await asyncio.sleep(self.kill_times.uniform(0, 0.05))

    async def _work_done(self) -> int:
        """What the servers around the desk count of it: calls of the Bot API, and letters."""
        return await self.telegram.count() + len(self.mail_servers.sink.letters)

    async def _kill(self) -> None:
        assert self.desk.alive, f"the desk ended by itself:\n{self.desk.said()}"
        self.desk.kill()
        at = time.time()
        self.deaths.append(at)
        await self._left()
        query = select(departures.c.key, departures.c.lane).where(departures.c.state == "sending")
        async with self._opened() as database, database.look() as connection:
            rows = (await connection.execute(query)).all()
        self.kills.append(Kill(at, tuple((row.key, row.lane) for row in rows)))

    async def _left(self) -> None:
        """Waits until PostgreSQL has done with the dead one: it may still be committing what that had asked for."""
        others = sql(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
        deadline = time.monotonic() + 30
        async with self._opened() as database:
            while not database.sqlite and time.monotonic() < deadline:
                async with database.look() as connection:
                    if not (await connection.execute(others)).scalar_one():
                        return
                await asyncio.sleep(0.05)

    # writing

    async def _write(self) -> None:
        """People keep step with the kills: as much of what they write is written as kills are done."""
        queue = self.traffic.queue
        while self.written < len(queue):
            share = (len(self.kills) + self.writer.random()) / max(1, self.size.kills)
            target = min(len(queue), round(len(queue) * share) + 1)
            bunch = queue[self.written : min(target, self.written + self.writer.randint(1, 20))]
            if bunch:
                await self._say(bunch)
                self.written += len(bunch)
            await asyncio.sleep(self.writer.uniform(0, 0.25))

    async def _say(self, bunch: list[Person]) -> None:
        at = time.time()
        chatting = [person for person in bunch if person.reach]
        texts = [
            {"token": one.reach, "user": {"id": one.id, "first_name": one.name}, "text": one.speaks()}
            for one in chatting
        ]
        for person, text, update in zip(chatting, texts, await self.telegram.says(texts), strict=True):
            person.updates.append(update)
            bot = int(person.reach.partition(":")[0])
            self.said.append(Said(at, bot, str(person.id), str(update), str(text["text"])))
        for person in bunch:
            if not person.reach:
                subscriber = self.mail_servers.subscriber(person.address, person.name)
                words = person.speaks()
                message_id = await subscriber.writes(f"Вопрос {person.name}", words)
                self.said.append(Said(time.time(), 0, person.address, message_id, words))

    async def record(self) -> OutsideRecord:
        """What everybody but the desk knows of the run so far."""
        calls = await self.telegram.calls()
        flags = self.mail_servers.dovecot.flags(self.mail_servers.box)
        return OutsideRecord(
            self.said,
            self.agent.said,
            shown_of(calls),
            letters_of(self.mail_servers.sink.letters),
            self.deaths,
            [(uid, " ".join(sorted(found))) for uid, found in sorted(flags.items())],
            await self.telegram.pending(),
            sum(call["code"] == 429 for call in calls),
        )

    # looking

    def _opened(self) -> _Opened:
        return _Opened(self.desk.folder.open())

    async def _connected(self) -> bool:
        async with self._opened() as database, database.look() as connection:
            return (await connection.execute(select(mailboxes.c.channel))).first() is not None

    async def _done(self) -> bool:
        await asyncio.sleep(0.4)
        letters, texts = (
            sum(not one.reach for one in self.traffic.queue),
            sum(bool(one.reach) for one in self.traffic.queue),
        )
        stored = select(
            func.count().filter(arrivals.c.channel.startswith("telegram:")),
            func.count().filter(arrivals.c.channel.startswith("mail:")),
            func.count().filter(arrivals.c.state == "waiting"),
        )
        unsent = select(func.count()).where(departures.c.state.in_(UNSENT))
        async with self._opened() as database, database.look() as connection:
            chats, mails, waiting = (await connection.execute(stored)).one()
            leaving = (await connection.execute(unsent)).scalar_one()
        return chats >= texts and mails >= letters and not waiting and not leaving


class _Opened:
    """A database that is closed again."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def __aenter__(self) -> Database:
        return self.database

    async def __aexit__(self, *_: object) -> None:
        await self.database.close()
