"""Telegram in trouble: the desk waits as long as it must, and then goes on by itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from desk.storage.queue_tables import departures
from tests.faults.scene import Scene
from tests.peers.botapi.faults import Kind

TROUBLES: list[tuple[Kind, dict[str, Any]]] = [
    ("error", {"code": 502, "times": 2}),
    ("error", {"code": 429, "description": "Too Many Requests: retry after 2", "retry_after": 2, "times": 1}),
    ("close", {"times": 2}),
    ("garbage", {"times": 1}),
]


async def doubtful(scene: Scene) -> tuple[Any, int]:
    """The one departure whose answer was lost, and how often its text was read."""
    (row,) = await scene.rows(select(departures).where(departures.c.doubts > 0))
    calls = scene.api.calls("sendMessage", ok=True)
    return row, sum(call.params["text"] == row.body["params"]["text"] for call in calls)


async def test_refused_or_cut_off_calls_are_made_again_until_they_are_taken(scene: Scene) -> None:
    """502, 429 and cut connections, on the way in and out: everybody is answered in the end, and nothing is lost."""
    for kind, how in TROUBLES[:3]:
        scene.api.fails("sendMessage", kind, **how)
        scene.api.fails("getUpdates", kind, **how)
    people = [scene.person(5100 + number) for number in range(6)]
    for person in people:
        await scene.says(person)
        await asyncio.sleep(0.3)
    for person in people:
        await scene.answered(person, 60)
    await scene.settled()
    assert await scene.count("done") == len(people)
    assert await scene.count() == len(people)


async def test_an_answer_that_is_lost_is_repeated_once_and_the_repetition_is_marked(scene: Scene) -> None:
    """Telegram took it and the connection broke: a person reads it twice at most, and the outbox says why."""
    scene.api.fails("sendMessage", "accept_then_close", times=1)
    person = scene.person(5200)
    await scene.says(person)
    await scene.answered(person)
    await scene.settled()
    row, seen = await doubtful(scene)
    assert (row.state, row.doubts, seen) == ("sent", 1, 2)
    assert "may be read twice" in row.problem


async def test_after_two_lost_answers_it_is_not_said_a_third_time(scene: Scene) -> None:
    """However often tries were refused before: only lost answers count."""
    scene.api.fails("sendMessage", "error", code=502, times=2)
    scene.api.fails("sendMessage", "accept_then_close", times=2)
    person = scene.person(5300)
    await scene.says(person)
    await scene.answered(person)
    await scene.settled()
    row, seen = await doubtful(scene)
    assert (row.state, row.doubts, seen) == ("unknown", 2, 2)


@pytest.mark.parametrize(("kind", "how"), TROUBLES)
async def test_one_chat_in_trouble_holds_up_nobody_else(scene: Scene, kind: Kind, how: dict[str, Any]) -> None:
    """While one chat's messages fail for ever, others are answered; healed, it gets its answers in order."""
    unlucky = scene.person(5400)
    fault = scene.api.fails("sendMessage", "error", chat_id=5400, code=502, times=None)
    await scene.says(unlucky)
    scene.api.fails("sendMessage", kind, **how)
    await scene.serves(5401)
    scene.api.faults.lift(fault)
    await scene.answered(unlucky, 60)
