"""Who was thought dead and is not: what another has taken over is not touched by its former holder."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select, update

from desk.model.arrival_outcomes import Done, DoneCode, OperationRefusalCode, OperationRefused
from desk.model.channel_interface import Channel, ChannelCapabilities
from desk.model.channel_registry import ChannelRegistry
from desk.model.messages import (
    FENCED,
    ClaimedDeparture,
    RawMessage,
    RedeliveryPolicy,
    ResultUnknown,
    RetryLater,
    SendPriority,
    SendResult,
    Sent,
)
from desk.pipeline.send import OutboxSender
from desk.queues import inbox, outbox, recovery
from desk.queues.finishing import ArrivalResult, finish
from desk.queues.next_due import NextDue, next_due
from desk.queues.outbox import SendOutcome
from desk.queues.question_delivery_times import departure_behind
from desk.queues.send_quotas import ClaimQuota
from desk.storage import channel_leases
from desk.storage.channel_leases import send_lease
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ANY = [ClaimQuota(("telegram:main",), SendPriority.DIALOG, 5)]


async def _something_to_say(database: Database) -> None:
    values = {"provider": "sever", "channel": "telegram:main", "lane": "telegram:main:1", "kind": "text", "case_id": 1}
    async with database.work() as connection:
        await connection.execute(
            departures.insert().values(
                **values,
                key="1.0",
                policy=RedeliveryPolicy.RETRY.value,
                body={},
                state="pending",
                due_at=NOW,
                created_at=NOW,
            )
        )


async def _row(database: Database) -> tuple[str, int, str]:
    async with database.look() as connection:
        row = (await connection.execute(select(departures))).one()
    return row.state, row.doubts, row.problem or ""


async def test_a_sender_that_was_taken_over_settles_nothing(database: Database) -> None:
    """Its departure was given a fate by another: the late answer changes nothing."""
    await _something_to_say(database)
    (mine,) = await outbox.claim(database, ANY, "sleeper", NOW)
    late = NOW + outbox.HELD_FOR + timedelta(seconds=1)
    assert await recovery.recover(database, late) == 1
    await outbox.settle(database, [SendOutcome(mine, Sent("77"))], "sleeper", late)
    assert (await _row(database))[:2] == ("pending", 1)
    (again,) = await outbox.claim(database, ANY, "other", late)
    await outbox.settle(database, [SendOutcome(mine, RetryLater(0, "too late"))], "sleeper", late)
    assert (await _row(database))[0] == "sending"
    await outbox.settle(database, [SendOutcome(again, Sent("78"))], "other", late)
    state, doubts, problem = await _row(database)
    assert (state, doubts) == ("sent", 1)
    assert "may be read twice" in problem


async def test_a_claim_lasts_as_long_as_the_lease_to_send(database: Database) -> None:
    """Whoever takes the lease over treats at once what the other has marked; that one marks nothing more."""
    await _something_to_say(database)
    assert await channel_leases.acquire(database, [send_lease("telegram:main")], "sleeper", NOW)
    (mine,) = await outbox.claim(database, ANY, "sleeper", NOW)
    assert await recovery.recover(database, NOW + outbox.HELD_FOR * 2) == 0, "its lease still stands"
    late = NOW + channel_leases.LEASE_TIME
    assert await channel_leases.acquire(database, [send_lease("telegram:main")], "other", late)
    assert await recovery.take_over(database, ["telegram:main"], "other", late) == 1
    assert (await _row(database))[:2] == ("pending", 1)
    assert await outbox.claim(database, ANY, "sleeper", late) == []
    await outbox.settle(database, [SendOutcome(mine, Sent("77"))], "sleeper", late)
    (again,) = await outbox.claim(database, ANY, "other", late)
    await outbox.settle(database, [SendOutcome(again, FENCED)], "other", late)
    assert (await _row(database))[:2] == ("pending", 1), "the fence is no try"


async def test_refusals_do_not_use_up_the_one_repetition(database: Database) -> None:
    """After three refused tries an answer is lost for the first time: it is still repeated once, and only once."""
    await _something_to_say(database)
    for fate, then in (
        *((RetryLater(0, "502"), "pending"),) * 3,
        (ResultUnknown("no answer"), "pending"),
        (RetryLater(0, "502"), "pending"),
        (ResultUnknown("no answer"), "unknown"),
    ):
        (mine,) = await outbox.claim(database, ANY, "me", NOW)
        await outbox.settle(database, [SendOutcome(mine, fate)], "me", NOW)
        assert (await _row(database))[0] == then


async def test_an_id_given_twice_means_the_later_message_and_none_of_another_chat(database: Database) -> None:
    """A group that becomes a supergroup, or another group in its place, counts its messages anew."""
    group, other = "telegram:main:-1", "telegram:main:-2"
    common: dict[str, Any] = {
        "provider": "sever",
        "channel": "telegram:main",
        "kind": "text",
        "policy": "retry",
        "body": {},
    }
    async with database.work() as connection:
        for case, lane in ((1, group), (2, group), (3, other)):
            row = {**common, "key": f"{case}.0", "lane": lane, "case_id": case, "remote": "57"}
            await connection.execute(
                departures.insert().values(**row, state="sent", due_at=NOW, created_at=NOW),
            )
        assert (await departure_behind(connection, group, "57")).case_id == 2
    edits = {**common, "key": "4.0", "lane": other, "case_id": 1, "body": {"edits": "1.0"}, "state": "pending"}
    async with database.work() as connection:
        await connection.execute(departures.insert().values(**edits, due_at=NOW, created_at=NOW))
    channel = Wire()
    await OutboxSender(
        database, ChannelRegistry({"telegram:main": cast(Channel, channel)}, {}), "me", lambda: NOW
    ).sweep(["telegram:main"])
    assert channel.knew == [{}], "the old group's message 57 is not the new one's"
    assert await outbox.remotes(database, ["1.0"]) == {"1.0": (other, "58")}, "from now on the card is here"


class Wire:
    """A channel that sends whatever it is given."""

    name, channel_kind, provider = "telegram:main", "telegram", "sever"
    capabilities = ChannelCapabilities(buttons=True, letters=False)

    def __init__(self) -> None:
        self.knew: list[dict[str, str]] = []

    async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
        """Notes which messages it was told of."""
        self.knew.append(dict(remotes))
        return Sent("58")


async def test_words_no_database_can_keep_do_not_stop_the_sender(database: Database) -> None:
    """A server's refusal with a NUL and half a surrogate pair in it is written down all the same."""
    await _something_to_say(database)
    (mine,) = await outbox.claim(database, ANY, "me", NOW)
    await outbox.settle(database, [SendOutcome(mine, RetryLater(0, "a\0b\ud800c"))], "me", NOW)
    assert (await _row(database))[2] == "a\ufffdb\ufffdc"


async def test_a_worker_that_was_taken_over_counts_no_failure_of_another(database: Database) -> None:
    """The arrival is another worker's by now: it keeps its holder and its tries."""
    await inbox.accept(database, [RawMessage("telegram:main", "1", "lane", b"{}", NOW)])
    (mine,) = await inbox.claim(database, "sleeper", NOW, 5)
    late = NOW + inbox.HELD_FOR + timedelta(seconds=1)
    assert len(await inbox.claim(database, "other", late, 5)) == 1
    assert not await inbox.record_failure(database, "sleeper", mine, "deciding failed", late, final=True)
    async with database.look() as connection:
        row = (await connection.execute(select(arrivals))).one()
    assert (row.state, row.holder, row.attempts) == ("waiting", "other", 0)


async def test_keeping_claims_waits_for_nobody_who_is_finishing_them(database: Database) -> None:
    """Two that lock the same rows in another order would wait for each other: a deadlock, and a second's stall."""
    if database.sqlite:
        pytest.skip("SQLite has one writer")
    await inbox.accept(database, [RawMessage("telegram:main", str(one), f"lane {one}", b"{}", NOW) for one in range(3)])
    claimed = [one.id for one in await inbox.claim(database, "me", NOW, 5)]
    later = NOW + timedelta(seconds=5)
    async with database.work() as finishing:
        await finishing.execute(update(arrivals).where(arrivals.c.id == claimed[1]).values(problem="being finished"))
        await asyncio.wait_for(inbox.keep_holding(database, "me", claimed, later), 10)
    async with database.look() as connection:
        held = (await connection.execute(select(arrivals.c.held_until).order_by(arrivals.c.id))).scalars().all()
    assert held == [later + inbox.HELD_FOR, NOW + inbox.HELD_FOR, later + inbox.HELD_FOR]


async def test_the_next_thing_to_do_is_known_by_one_look(database: Database) -> None:
    """An arrival that is held is due when its time runs out; a departure of another's channel is none of ours."""
    assert await next_due(database, ["telegram:main"]) == NextDue()
    await inbox.accept(database, [RawMessage("telegram:main", "1", "lane", b"{}", NOW, quiet_ms=700)])
    await _something_to_say(database)
    assert await next_due(database, []) == NextDue(NOW + timedelta(milliseconds=700))
    assert (await next_due(database, ["telegram:main"])).departure == NOW
    later = NOW + timedelta(seconds=1)
    await inbox.claim(database, "me", later, 5)
    assert await next_due(database, ["mail:main"]) == NextDue(later + inbox.HELD_FOR)


async def test_what_became_of_several_is_written_together_or_not_at_all(database: Database) -> None:
    """Each with its own outcome, names and case; and nothing where one of them is another worker's by now."""
    await inbox.accept(database, [RawMessage("telegram:main", str(one), f"lane {one}", b"{}", NOW) for one in range(3)])
    first, second, third = [one.id for one in await inbox.claim(database, "me", NOW, 5)]
    refused = OperationRefused(next(iter(OperationRefusalCode)), {"number": "SN-1", "who": "Анна"})
    results = {
        first: ArrivalResult(refused, 7, ("a_rule", "another")),
        second: ArrivalResult(Done(DoneCode.JOINED), None, (), first),
    }
    async with database.work() as connection:
        assert not await finish(connection, "other", results, NOW)
    async with database.work() as connection:
        assert await finish(connection, "me", results, NOW)
    query = select(*(arrivals.c[name] for name in ("state", "outcome_names", "case_id", "decided_by", "joined_to")))
    async with database.look() as connection:
        rows = [tuple(row) for row in (await connection.execute(query.order_by(arrivals.c.id))).all()]
    assert rows == [
        ("done", {"number": "SN-1", "who": "Анна"}, 7, "a_rule another", None),
        ("done", None, None, "", first),
        ("waiting", None, None, None, None),
    ]
    assert third > second
