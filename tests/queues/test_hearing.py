"""What a sweep of the worker keeps waiting: only whose message it is, and for no longer than was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from desk.alarms.alarm_condition_queries import standing_alarms
from desk.alarms.alarm_policy import AlarmKind
from desk.model.acts import Expect, SayTemplate
from desk.model.dialog_state import QUESTION
from desk.model.events import Event, Inbound
from desk.model.messages import ClaimedArrival
from desk.pipeline import worker
from desk.pipeline.join_message_pieces import joined
from desk.queues import outbox
from desk.queues.question_delivery_times import IN_FLIGHT
from desk.storage.queue_and_lease_tables import departures
from tests.queues.conftest import Bench


async def sweeps(one: worker.Worker) -> None:
    """Works until nothing is being heard any more, however slow the machine is."""
    while await one.work():
        pass


@pytest.mark.parametrize("error", [MemoryError(), OSError(24, "Too many open files")])
async def test_trouble_of_the_machine_is_waited_for_unless_it_is_one_message_s(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """It counts against nobody; only what fails for an hour while others of its channel are heard is set aside."""
    channel, ill = bench.house.registry.channels["chat:sever"], True
    hear = channel.hear

    async def troubled(arrival: ClaimedArrival) -> Inbound[Event]:
        if ill or b"huge" in arrival.body:
            raise error
        return await hear(arrival)

    monkeypatch.setattr(channel, "hear", troubled)
    one = bench.worker()
    await bench.says("huge", person="boris", work=False)
    await bench.says("hello", work=False)
    for _ in range(60):
        bench.later(minutes=5)
        await sweeps(one)
    async with bench.house.database.read("sever") as session:
        alarms = await standing_alarms(session, bench.now)
    assert [(alarm.kind, alarm.count) for alarm in alarms] == [(AlarmKind.NOT_DECIDED, 2)]
    assert [(row["state"], row["attempts"]) for row in await bench.inbox("chat:sever")] == [("waiting", 0)] * 2
    ill = False
    for minutes in (5, 50, 10):
        bench.later(seconds=6)
        assert next(row["state"] for row in await bench.inbox("chat:sever")) == "waiting"
        await sweeps(one)
        bench.later(minutes=minutes)
    await sweeps(one)
    huge, hello = await bench.inbox("chat:sever")
    assert (huge["state"], hello["state"], type(error).__name__ in huge["problem"]) == ("quarantined", "done", True)


async def test_a_message_that_cannot_be_put_together_keeps_nobody_waiting(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is quarantined after three tries, and whoever wrote in the same moment is answered in that moment."""

    def unlucky(heard: Sequence[tuple[Any, Inbound[Event]]]) -> Inbound[Event]:
        whole = joined(heard)
        if whole.text == "broken":
            raise KeyError("broken")
        return whole

    monkeypatch.setattr(worker, "joined", unlucky)
    await bench.says("broken", person="boris", work=False)
    await bench.says("whole")
    assert [one.text for one in bench.heard] == ["whole"]
    for _ in range(3):
        bench.later(seconds=15)
        await bench.works()
    assert [row["state"] for row in await bench.inbox("chat:sever")] == ["quarantined", "done"]


@pytest.mark.parametrize("ahead", [0, 60], ids=["one clock", "the sender's clock is ahead"])
async def test_no_message_waits_longer_for_a_question_on_its_way(bench: Bench, ahead: int) -> None:
    """However long the call hangs: after three seconds the words are heard, as no answer to it."""
    await bench.says("first", Expect(QUESTION, "place"), SayTemplate("greeting"))
    held = bench.now + timedelta(seconds=ahead) + outbox.HELD_FOR
    async with bench.house.database.work() as connection:
        await connection.execute(update(departures).values(state="sending", holder="other", held_until=held))
    await bench.says("second")
    bench.later(seconds=1)
    await bench.works()
    assert [one.text for one in bench.heard] == ["first"]
    bench.now += IN_FLIGHT
    await bench.works()
    assert [one.text for one in bench.heard] == ["first", "second"]
