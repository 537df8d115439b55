"""Telegram in trouble: the desk waits as long as it must, and then goes on by itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from desk.storage.queue_and_lease_tables import departures
from tests.faults.served_desk import ServedDesk, eventually
from tests.peers.botapi.faults import Kind

WORDED = "Второй день нет интернета"
"""Is answered by a text; a contract in it by an article with its picture, which goes by another method."""
TROUBLES: list[tuple[Kind, dict[str, Any]]] = [
    ("error", {"code": 502, "times": 2}),
    ("error", {"code": 429, "description": "Too Many Requests: retry after 2", "retry_after": 2, "times": 1}),
    ("close", {"times": 2}),
    ("garbage", {"times": 1}),
]


@pytest.fixture(autouse=True)
def answers_in_words(served_desk: ServedDesk) -> None:
    """The troubles here are those of ``sendMessage``."""
    served_desk.first = WORDED


async def doubtful(served_desk: ServedDesk) -> tuple[Any, int]:
    """The one departure whose answer was lost, and how often its text was read."""
    (row,) = await served_desk.rows(select(departures).where(departures.c.doubts > 0))
    calls = served_desk.api.calls("sendMessage", ok=True)
    return row, sum(call.params["text"] == row.body["params"]["text"] for call in calls)


async def test_refused_or_cut_off_calls_are_made_again_until_they_are_taken(served_desk: ServedDesk) -> None:
    """502, 429 and cut connections, on the way in and out: everybody is answered in the end, and nothing is lost."""
    for kind, how in TROUBLES[:3]:
        # One departure that is cut off twice is not tried again: nobody knows whether it was read.
        served_desk.api.fails("sendMessage", kind, **{**how, "times": 1} if kind == "close" else how)
        served_desk.api.fails("getUpdates", kind, **how)
    people = [served_desk.person(5100 + number) for number in range(6)]
    for person in people:
        await served_desk.says(person)
        await asyncio.sleep(0.3)
    for person in people:
        await served_desk.answered(person, 60)
    await served_desk.settled()
    assert await served_desk.count("done") == len(people)
    assert await served_desk.count() == len(people)


async def test_an_answer_that_is_lost_is_repeated_once_and_the_repetition_is_marked(served_desk: ServedDesk) -> None:
    """Telegram took it and the connection broke: a person reads it twice at most, and the outbox says why."""
    served_desk.api.fails("sendMessage", "accept_then_close", times=1)
    person = served_desk.person(5200)
    await served_desk.says(person)
    await served_desk.answered(person)
    await served_desk.settled()
    row, seen = await doubtful(served_desk)
    assert (row.state, row.doubts, seen) == ("sent", 1, 2)
    assert "may be read twice" in row.problem


async def test_after_two_lost_answers_it_is_not_said_a_third_time(served_desk: ServedDesk) -> None:
    """However often tries were refused before: only lost answers count."""
    served_desk.api.fails("sendMessage", "error", code=502, times=2)
    served_desk.api.fails("sendMessage", "accept_then_close", times=2)
    person = served_desk.person(5300)
    await served_desk.says(person)
    await served_desk.answered(person)
    await served_desk.settled()
    row, seen = await doubtful(served_desk)
    assert (row.state, row.doubts, seen) == ("unknown", 2, 2)


# A text whose answer is lost twice is not said again: here it is lost once.
@pytest.mark.parametrize(("kind", "how"), [*TROUBLES[:2], ("close", {"times": 1}), TROUBLES[3]])
async def test_one_chat_in_trouble_holds_up_nobody_else(
    served_desk: ServedDesk, kind: Kind, how: dict[str, Any]
) -> None:
    """While one chat's messages fail for ever, others are answered; healed, it gets its answers in order."""
    unlucky = served_desk.person(5400)
    fault = served_desk.api.fails("sendMessage", "error", chat_id=5400, code=502, times=None)
    await served_desk.says(unlucky)
    served_desk.api.fails("sendMessage", kind, **how)
    await served_desk.serves(5401)

    async def refused() -> bool:
        return any(call.params.get("chat_id") == 5400 for call in served_desk.api.calls("sendMessage", ok=False))

    await eventually(refused)
    served_desk.api.faults.lift(fault)
    await served_desk.answered(unlucky, 60)
