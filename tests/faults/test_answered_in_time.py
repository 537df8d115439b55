"""No lane stays unanswered for longer than its wait: what may come between is tried one by one, on a clock of its own.

Whatever happens to those who work on a lane, its head can be claimed again soon, and nobody else waits for it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from desk.model.channel_interface import Channel, ChannelCapabilities
from desk.model.channel_registry import ChannelRegistry
from desk.model.messages import ClaimedArrival, ClaimedDeparture, RawMessage, RedeliveryPolicy, SendResult, Sent
from desk.pipeline import send
from desk.pipeline.send import OutboxSender
from desk.queues import inbox, message_pieces, outbox
from desk.storage.database import Database, is_database_trouble
from desk.storage.queue_and_lease_tables import arrivals, departures

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
QUIET = timedelta(milliseconds=1300)
STEP = timedelta(milliseconds=50)
"""How often a worker looks."""
LANES = [f"telegram:main:{number}" for number in range(5)]


class Lines:
    """People who write and press at random, and two workers to whom everything happens."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.random, self.now = database, random.Random(seed), NOW
        self.written = 0
        self.hung: list[tuple[datetime, ClaimedArrival]] = []
        self.late: dict[str, timedelta] = {}

    async def someone_writes(self) -> None:
        """A piece, an album's, or a press; now and then several in one transaction."""
        raws = []
        for lane in self.random.sample(LANES, self.random.randint(1, 3)):
            pause = self.random.choice((0, 1300, 1300, 1950))
            self.written += 1
            raw = RawMessage("telegram:main", str(self.written), lane, b"{}", self.now, quiet_ms=pause)
            raws.append(raw if pause else RawMessage(*_plain(raw), ends_wait=True))
        await inbox.accept(self.database, raws)

    async def someone_works(self) -> None:
        """What was claimed is decided, put off, fails, is given back, or is held by who has died."""
        holder = self.random.choice(("one", "two"))
        for arrival in await inbox.claim(self.database, holder, self.now, self.random.choice((1, 2, 100))):
            await self._becomes(arrival, holder, self.random.random())

    async def _becomes(self, arrival: ClaimedArrival, holder: str, luck: float) -> None:
        if luck < 0.15:
            async with self.database.work() as connection:
                await inbox.postpone(connection, holder, dict.fromkeys(arrival.ids, self.now + STEP / 2))
        elif luck < 0.25:
            await inbox.release(self.database, holder, [one.id for one in arrival.pieces])
            await inbox.record_failure(self.database, holder, arrival, "it failed", self.now)
        elif luck < 0.32:
            await inbox.release(self.database, holder, arrival.ids)
        elif luck > 0.95:
            return  # it has died
        else:
            await self.decided(arrival)

    async def decided(self, arrival: ClaimedArrival) -> None:
        """These are done."""
        async with self.database.work() as connection:
            await connection.execute(
                arrivals.update().where(arrivals.c.id.in_(arrival.ids)).values(state="done", holder=None)
            )

    async def waiting(self) -> list[str]:
        """The keys of what is not decided yet."""
        async with self.database.look() as connection:
            query = select(arrivals.c.key).where(arrivals.c.state == "waiting")
            return list((await connection.execute(query)).scalars())


def _plain(raw: RawMessage) -> tuple[str, str, str, bytes, datetime]:
    return raw.channel, raw.key, raw.lane, raw.body, raw.received_at


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_every_lane_comes_to_its_end(database: Database, seed: int) -> None:
    """After the last message each lane is decided within its longest wait, what a dead worker may hold, and a pause
    for each failure."""
    lines = Lines(database, seed)
    for _ in range(40):
        await lines.someone_writes()
        for _ in range(lines.random.randint(0, 12)):
            lines.now += STEP
            await lines.someone_works()
    longest = message_pieces.LONGEST_WAIT * 1.5 * QUIET + inbox.HELD_FOR + timedelta(seconds=10)
    until = lines.now + longest
    while await lines.waiting() and lines.now < until:
        lines.now += 5 * STEP
        for arrival in await inbox.claim(database, "three", lines.now, 100):
            await lines.decided(arrival)
    assert await lines.waiting() == []


class Line:
    """A channel that sends whatever it is given."""

    name, channel_kind, provider = "telegram:main", "telegram", "sever"
    capabilities = ChannelCapabilities(buttons=True, letters=False)

    def __init__(self) -> None:
        self.sent: list[tuple[str, int]] = []

    async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
        """Notes what is sent, and the how manieth try that is."""
        self.sent.append((departure.key, departure.attempts))
        return Sent("58")


async def test_what_was_claimed_when_the_database_went_away_is_sent_when_it_is_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between claiming and sending: it is neither kept back for as long as a dead sender's, nor taken for sent."""
    values = {"provider": "sever", "channel": "telegram:main", "kind": "text", "case_id": 1, "state": "pending"}
    values |= {"policy": RedeliveryPolicy.HOLD.value, "body": {"edits": "0.0"}, "due_at": NOW, "created_at": NOW}
    async with database.work() as connection:
        for number in (1, 2):
            row = {**values, "key": f"{number}.0", "lane": f"telegram:main:{number}"}
            await connection.execute(departures.insert().values(**row))
    line, ask = Line(), outbox.remotes

    async def gone(*_: object) -> Mapping[str, tuple[str, str]]:
        raise OperationalError("the server closed the connection", None, OSError())

    sender = OutboxSender(database, ChannelRegistry({"telegram:main": cast(Channel, line)}, {}), "me", lambda: NOW)
    monkeypatch.setattr(outbox, "remotes", gone)
    with pytest.raises(OperationalError):
        await sender.sweep(["telegram:main"])
    assert line.sent == []
    monkeypatch.setattr(outbox, "remotes", ask)
    await sender.sweep(["telegram:main"])
    assert line.sent == [("1.0", 1), ("2.0", 1)]


async def test_giving_back_leaves_what_is_being_sent_and_what_another_sends(database: Database) -> None:
    values = {"provider": "sever", "channel": "telegram:main", "kind": "text", "case_id": 1, "state": "sending"}
    values |= {"policy": "retry", "body": {}, "due_at": NOW, "created_at": NOW, "attempts": 1}
    async with database.work() as connection:
        for key, holder in (("flying", "me"), ("left", "me"), ("theirs", "other")):
            row = {**values, "key": key, "lane": key, "holder": holder, "held_until": NOW}
            await connection.execute(departures.insert().values(**row))
        found = await connection.execute(select(departures.c.id).where(departures.c.key == "flying"))
        flying = [int(one) for one in found.scalars()]
    await outbox.release(database, "me", flying)
    async with database.look() as connection:
        rows = (await connection.execute(select(departures).order_by(departures.c.id))).all()
    assert [(row.key, row.state, row.attempts) for row in rows] == [
        ("flying", "sending", 1),
        ("left", "pending", 0),
        ("theirs", "sending", 1),
    ]


def test_waiting_for_a_connection_in_vain_is_no_fault_of_the_message() -> None:
    """Three of these would else quarantine it."""
    assert is_database_trouble(NoConnectionFree())


async def test_an_answer_does_not_wait_for_notices_that_are_on_their_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one notice sent hangs until the answer, decided meanwhile, has gone."""
    answer_has_gone, notice_hangs, due = asyncio.Event(), asyncio.Event(), asyncio.Event()

    class SlowLine(Line):
        async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
            if departure.key == "1.0":
                notice_hangs.set()
                await answer_has_gone.wait()
            else:
                answer_has_gone.set()
            return await super().send(departure, remotes)

    async def decided(number: int) -> None:
        values = {"provider": "sever", "channel": "telegram:main", "kind": "text", "case_id": 1, "state": "pending"}
        values |= {"policy": RedeliveryPolicy.RETRY.value, "body": {}, "due_at": NOW, "created_at": NOW}
        row = {**values, "key": f"{number}.0", "lane": f"telegram:main:{number}"}
        async with database.work() as connection:
            await connection.execute(departures.insert().values(**row))

    monkeypatch.setattr(send, "LOOK_INTERVAL", None)
    line = SlowLine()
    sender = OutboxSender(database, ChannelRegistry({"telegram:main": cast(Channel, line)}, {}), "me", lambda: NOW)
    await decided(1)
    sweeping = asyncio.create_task(sender.sweep(["telegram:main"], due))
    await notice_hangs.wait()
    await decided(2)
    due.set()
    assert await sweeping
    assert [key for key, _ in line.sent] == ["2.0", "1.0"]
