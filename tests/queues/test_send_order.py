"""Who goes first through a channel, and that nothing waits for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from desk.model.messages import SendPriority
from desk.queues import outbox
from desk.queues.send_quotas import COUNTED, MOST_OF_A_KIND, ClaimQuota, shares
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import departures
from tests.prepared_desks import DeskFiles

DIALOG, NOTICE, BULK, STRANGER = SendPriority
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
BOT = "telegram:main"


def claimed(due: dict[SendPriority, int], turn: int = 0, places: int = 240, **sending: int) -> dict[SendPriority, int]:
    """What one channel may claim."""
    on_its_way = {BOT: {SendPriority[name]: count for name, count in sending.items()}}
    return {share.priority: share.most for share in shares({BOT: due}, on_its_way, places, turn)}


def test_answers_find_a_place_however_much_waits() -> None:
    assert claimed({NOTICE: COUNTED, BULK: COUNTED, STRANGER: COUNTED}) == {NOTICE: 6, STRANGER: 3, BULK: 3}
    assert claimed({DIALOG: 4, NOTICE: COUNTED}, NOTICE=12) == {DIALOG: 4}


def test_the_rest_finds_a_place_however_many_answers_wait() -> None:
    assert claimed({DIALOG: COUNTED}) == {DIALOG: MOST_OF_A_KIND}
    assert claimed({DIALOG: COUNTED, BULK: COUNTED}, DIALOG=12) == {BULK: 4}
    assert claimed({DIALOG: COUNTED, BULK: 1}, places=2) == {DIALOG: 1, BULK: 1}


def test_a_turn_that_nobody_needs_is_the_next_ones() -> None:
    assert claimed({BULK: COUNTED}) == {BULK: 12}
    assert claimed({NOTICE: 1, BULK: COUNTED}, NOTICE=9) == {NOTICE: 1, BULK: 2}


@pytest.mark.parametrize("other", [NOTICE, BULK, STRANGER])
def test_nothing_waits_for_ever(other: SendPriority) -> None:
    """One place at a time, while everything else never ends: within four turns it is this one's."""
    endless = dict.fromkeys(SendPriority, COUNTED)
    got = Counter(one for turn in range(4) for one in claimed(endless, turn, BULK=3, DIALOG=12))
    assert got[other] == (2 if other is NOTICE else 1)


def test_channels_that_have_a_place_for_all_are_served_together() -> None:
    due = {BOT: {DIALOG: 2}, "mail:main": {DIALOG: 1, NOTICE: 3}, "telegram:busy": {DIALOG: COUNTED}}
    assert shares(due, {}, 240) == [
        ClaimQuota((BOT, "mail:main"), DIALOG, 3),
        ClaimQuota(("telegram:busy",), DIALOG, 12),
        ClaimQuota(("mail:main",), NOTICE, 3),
    ]


@pytest.fixture
async def database(desk_files: DeskFiles) -> AsyncIterator[Database]:
    """An empty outbox on each kind of database."""
    opened = Database(desk_files.database)
    yield opened
    await opened.close()


async def waits(database: Database, *rows: tuple[int, str, SendPriority], **more: Any) -> None:
    """Departures with these ids, lanes and priorities."""
    same = {"provider": "sever", "channel": BOT, "kind": "text", "policy": "retry", "body": {}, "case_id": 1}
    same |= {"state": "pending", "due_at": NOW, "created_at": NOW} | more
    async with database.work() as connection:
        written = [
            {**same, "id": number, "key": f"{number}", "lane": lane, "priority": int(priority)}
            for number, lane, priority in rows
        ]
        await connection.execute(departures.insert(), written)


async def taken(database: Database, places: int = 240) -> list[tuple[int, SendPriority]]:
    """What one sweep takes: id, and as what."""
    due = await outbox.count_due(database, [BOT, "mail:main"], NOW, COUNTED)
    found = await outbox.claim(database, shares(due, {}, places), "sender", NOW)
    return [(one.id, one.priority) for one in found]


async def test_two_thousand_strangers_leave_the_known_before_them(database: Database) -> None:
    """And each lane keeps its order."""
    await waits(database, *((number, f"stranger {number}", STRANGER) for number in range(1, 2001)))
    await waits(database, (2001, "known", DIALOG), (2002, "known", DIALOG))
    assert await taken(database, 2) == [(1, STRANGER), (2001, DIALOG)]
    assert await taken(database, 3) == [(2, STRANGER), (3, STRANGER), (4, STRANGER)]


async def test_an_answer_takes_the_notice_before_it_along(database: Database) -> None:
    """In one chat nothing overtakes, so the notice that is in an answer's way goes as an answer does."""
    await waits(database, *((number, f"lane {number}", NOTICE) for number in range(1, 500)))
    await waits(database, (500, "lane 400", DIALOG), (501, "lane 400", DIALOG))
    assert (400, DIALOG) in await taken(database, 2)
    async with database.work() as connection:
        await connection.execute(departures.update().where(departures.c.id == 400).values(state="sent"))
    assert (500, DIALOG) in await taken(database, 2)


async def test_a_lane_that_is_busy_or_waits_is_no_ones_way(database: Database) -> None:
    await waits(database, (1, "busy", DIALOG), state="sending", holder="another")
    await waits(database, (2, "later", NOTICE), due_at=NOW.replace(year=2027))
    await waits(database, (3, "busy", DIALOG), (4, "later", DIALOG), (5, "free", BULK))
    assert await taken(database) == [(5, BULK)]


async def test_counting_stops_at_what_nobody_needs_to_know(database: Database) -> None:
    await waits(database, *((number, f"lane {number}", NOTICE) for number in range(1, 100)))
    await waits(database, (100, "a", DIALOG), (101, "b", BULK), channel="mail:main")
    await waits(database, (102, "c", DIALOG), channel="mail:another")
    due = await outbox.count_due(database, [BOT, "mail:main", "mail:none"], NOW, COUNTED)
    assert due == {
        BOT: {DIALOG: 0, NOTICE: COUNTED, BULK: 0, STRANGER: 0},
        "mail:main": {DIALOG: 1, NOTICE: 0, BULK: 1, STRANGER: 0},
    }
    assert list(await outbox.count_due(database, [BOT, "mail:main"], NOW, COUNTED, "a")) == ["mail:main"]
