"""Who wants to be called is called, or told when: promises of calls are kept, or missed and told, and counted."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from desk.storage.database import Database
from escalation.callbacks.callback_table import CALLBACKS
from tests.stories.conftest import Newcomer
from tests.stories.desk import AgentsGroup, Desk
from tests.stories.subscribers import Subscriber
from tests.stories.test_service_levels import clocks, journal_tells_the_same

FIRST = "нет интернета, договор 40-1187, позовите оператора"
CALL = "перезвоните мне, пожалуйста, +7 000 555-00-01"


async def callbacks(desk: Desk) -> list[Any]:
    """Every call that was asked for, oldest first."""
    database = Database(desk.settings.database)
    try:
        async with database.read(desk.provider) as session:
            return [*(await session.execute(select(CALLBACKS).order_by(CALLBACKS.c.case_id, CALLBACKS.c.place)))]
    finally:
        await database.close()


async def asks_for_a_call(subscriber: Subscriber, words: str = CALL) -> None:
    """A case is open, and its person wants to be called."""
    await subscriber.says(FIRST)
    await subscriber.hears("registered")
    await subscriber.says(words)
    await subscriber.hears("callback_noted")


async def test_a_call_that_was_promised_is_made(desk: Desk, subscriber: Subscriber, agents: AgentsGroup) -> None:
    """Within thirty minutes; the agent says by a button how it ended."""
    await asks_for_a_call(subscriber)
    assert subscriber.heard("callback_promised", minutes="30") == 1
    task = await agents.sees("agents_callback", phone="+7 000 555-00-01")
    await desk.settled()
    assert (await clocks(desk))["callback"] == ("running", False)
    desk.later(minutes=25)
    await agents.sees("agents_callback_soon")
    await agents.presses(task, "called:reached", says="call_noted")
    await desk.settled()
    (call,) = await callbacks(desk)
    assert (call.outcome, call.attempts, call.missed) == ("reached", 1, 0)
    ended = await clocks(desk)
    assert ended["callback"] == ended["first_response"] == ("fulfilled", False)
    await journal_tells_the_same(desk)
    await agents.presses(task, "called:reached", says="refused_no_call_awaited")
    desk.later(hours=2)
    await desk.settled()
    assert subscriber.heard("callback_late") == 0


async def test_a_call_that_was_missed_is_told_tried_again_and_given_up(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """The new time is told, each attempt is, and in the end the subscriber is asked when it suits."""
    await asks_for_a_call(subscriber)
    task = await agents.sees("agents_callback")
    desk.later(minutes=31)
    await subscriber.hears("callback_late")
    await agents.sees("agents_callback_over")
    await desk.settled()
    assert (await clocks(desk))["callback"] == ("running", True)
    await agents.replies(task, "/called не ответили")
    await subscriber.hears("callback_no_answer")
    await desk.settled()
    desk.later(days=1)
    await subscriber.hears("callback_late")
    again = await agents.sees("agents_callback_over")
    await agents.replies(again, "/called no answer")
    await subscriber.hears("callback_no_answer")
    await desk.settled()
    await agents.replies(again, "/called нет ответа, просил вечером")
    await subscriber.hears("callback_given_up")
    await desk.settled()
    (call,) = await callbacks(desk)
    assert (call.outcome, call.attempts) == ("no_answer", 3)
    assert call.missed
    await subscriber.says("+7 000 555-00-02, завтра с 10 до 12")
    await subscriber.hears("callback_promised", minutes="", from_time="10:00", time="12:00")
    await desk.settled()
    _, second = await callbacks(desk)
    assert (second.phone, second.outcome) == ("+70005550002", "")
    await journal_tells_the_same(desk)


async def test_a_wrong_number_is_asked_for_anew(desk: Desk, subscriber: Subscriber, agents: AgentsGroup) -> None:
    """By a command with a note, which the subscriber does not see."""
    await asks_for_a_call(subscriber)
    task = await agents.sees("agents_callback")
    await agents.replies(task, "/called не тот номер: ответил магазин")
    await subscriber.hears("callback_wrong_number")
    await subscriber.says("+7 000 555-00-02")
    await subscriber.hears("callback_promised")
    await agents.sees("agents_callback", phone="+7 000 555-00-02")
    assert not any("магазин" in one for one in subscriber.everything())
    await agents.replies(task, "/called потом")
    await agents.sees("refused_call_result_unclear")


@pytest.mark.channels("telegram", because="the queue is the same on every channel")
async def test_no_more_is_promised_than_can_be_kept(desk: Desk, newcomer: Newcomer, agents: AgentsGroup) -> None:
    """One agent surely makes two calls in half an hour: the third one hears a later time, and why."""
    for name, minutes in (("Борис", "30"), ("Вера", "30"), ("Глеб", "")):
        person = newcomer(name)
        await asks_for_a_call(person)
        assert person.heard("callback_promised", minutes=minutes, **({} if minutes else {"busy": "1"})) == 1
        await agents.sees("agents_callback")


async def test_a_call_is_needed_no_more_once_the_case_is_closed(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """It works again: nobody calls, and no promise is missed."""
    await asks_for_a_call(subscriber)
    await subscriber.says("всё заработало, отмените")
    await subscriber.hears("works_ask")
    await subscriber.answers("consent_yes")
    await subscriber.hears("closed_thanks")
    await desk.settled()
    (call,) = await callbacks(desk)
    assert call.outcome == "cancelled"
    assert (await clocks(desk))["callback"] == ("cancelled", False)
    desk.later(hours=1)
    await desk.settled()
    assert subscriber.heard("callback_late") == 0


async def test_a_call_wished_for_at_once_is_promised_with_the_number(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """Before any question is put: the case is registered, and the call promised in the same breath."""
    await subscriber.says(f"нет интернета, договор 40-1187, {CALL}")
    await subscriber.hears("callback_promised")
    await agents.sees("agents_callback", phone="+7 000 555-00-01")
    await desk.settled()
    assert (await clocks(desk))["callback"] == ("running", False)
    await journal_tells_the_same(desk)
