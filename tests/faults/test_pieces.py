"""Pieces in the inbox: a head waits until its lane is quiet, and takes what is right behind it along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from desk.model.messages import ClaimedArrival, RawMessage
from desk.queues import inbox, message_pieces
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
QUIET = 1000


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def piece(key: str, seconds: float, lane: str = "telegram:main:1", quiet_ms: int = QUIET) -> RawMessage:
    return RawMessage("telegram:main", key, lane, b"{}", at(seconds), quiet_ms=quiet_ms)


def press(key: str, seconds: float) -> RawMessage:
    return RawMessage("telegram:main", key, "telegram:main:1", b"{}", at(seconds), ends_wait=True)


async def claimed(database: Database, seconds: float, holder: str = "worker") -> list[list[str]]:
    """What may be decided at that second: the keys of each arrival and of its pieces."""
    found = await inbox.claim(database, holder, at(seconds), 100)
    return [[one.key for one in (arrival, *arrival.pieces)] for arrival in found]


async def comes(database: Database, *raws: RawMessage) -> None:
    for raw in raws:
        await inbox.accept(database, [raw])


async def test_a_piece_waits_until_its_lane_is_quiet(database: Database) -> None:
    await comes(database, piece("a", 0), piece("b", 0.8))
    assert await claimed(database, 1.2) == []
    await comes(database, piece("c", 1.5))
    assert await claimed(database, 2.4) == []
    assert await claimed(database, 2.5) == [["a", "b", "c"]]


async def test_whoever_writes_without_a_pause_is_answered_all_the_same(database: Database) -> None:
    for number in range(12):
        await comes(database, piece(str(number), number * 0.5))
        if found := await claimed(database, number * 0.5):
            assert number * 0.5 <= message_pieces.LONGEST_WAIT * QUIET / 1000
            assert found == [[str(one) for one in range(number + 1)]]
            return
    pytest.fail("nothing was decided in six seconds")


async def test_a_press_ends_the_wait_and_is_no_piece(database: Database) -> None:
    await comes(database, piece("a", 0), piece("b", 0.1), press("press", 0.2), piece("after", 0.3))
    (found,) = await inbox.claim(database, "worker", at(0.31), 100)
    assert [one.key for one in (found, *found.pieces)] == ["a", "b"]
    assert await claimed(database, 0.31) == [], "the press waits for what was written before it"
    await done(database, [found])
    assert await claimed(database, 0.31) == [["press"]]


async def test_many_lanes_are_stored_at_once(database: Database) -> None:
    lanes = [f"telegram:main:{number}" for number in range(3)]
    await inbox.accept(database, [piece(lane, 0, lane) for lane in lanes])
    await inbox.accept(database, [piece(f"{lane} more", 0.5, lane) for lane in lanes])
    assert await claimed(database, 1.4) == []
    ends = [RawMessage("telegram:main", f"{lane} press", lane, b"{}", at(1.4), ends_wait=True) for lane in lanes]
    await inbox.accept(database, ends)
    assert await claimed(database, 1.4) == [[lane, f"{lane} more"] for lane in lanes]


async def test_other_lanes_wait_for_nobody(database: Database) -> None:
    await comes(database, piece("a", 0), piece("other", 0.1, lane="telegram:main:2", quiet_ms=0))
    assert await claimed(database, 0.1) == [["other"]]


async def test_two_workers_do_not_share_the_pieces_of_one_message(database: Database) -> None:
    await comes(database, piece("a", 0), piece("b", 0))
    first = await claimed(database, 1, "one")
    await comes(database, piece("c", 1))
    assert (first, await claimed(database, 5, "two")) == ([["a", "b"]], [])


async def test_what_a_dead_worker_held_is_one_message_again(database: Database) -> None:
    await comes(database, piece("a", 0), piece("b", 0))
    assert await claimed(database, 1, "one") == [["a", "b"]]
    late = 1 + inbox.HELD_FOR.total_seconds() + 1
    assert await claimed(database, late, "two") == [["a", "b"]]


async def test_whose_deciding_failed_goes_alone(database: Database) -> None:
    """So that a message that cannot be decided takes no other with it."""
    await comes(database, piece("a", 0), piece("b", 0))
    (found,) = await inbox.claim(database, "worker", at(1), 100)
    await inbox.release(database, "worker", [one.id for one in found.pieces])
    await inbox.record_failure(database, "worker", found, "it failed", at(1))
    assert await claimed(database, 30) == [["a"]]


async def test_no_more_are_joined_than_a_message_may_have(database: Database) -> None:
    await inbox.accept(database, [piece(str(number), 0) for number in range(message_pieces.MOST_PIECES + 2)])
    (found,) = await claimed(database, 5)
    assert len(found) == message_pieces.MOST_PIECES


async def done(database: Database, found: Sequence[ClaimedArrival]) -> None:
    """These are decided."""
    ids = [name for one in found for name in one.ids]
    async with database.work() as connection:
        await connection.execute(arrivals.update().where(arrivals.c.id.in_(ids)).values(state="done", holder=None))
        waiting = await connection.execute(
            select(arrivals.c.id).where(arrivals.c.id.in_(ids), arrivals.c.state != "done")
        )
        assert waiting.first() is None
