"""Who waits, whose case was closed, and who has another matter besides: nobody meets silence."""

from __future__ import annotations

import pytest

from tests import wording
from tests.stories.desk import AgentsGroup, Desk
from tests.stories.subscribers import MailSubscriber, Subscriber

FIRST = "нет интернета, договор 40-1187, позовите оператора"


async def waits(subscriber: Subscriber) -> None:
    """A case is open, and nobody has it."""
    await subscriber.says(FIRST)
    await subscriber.hears("registered")


async def test_who_waits_is_answered_whatever_they_write(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """State, reminder, a number to call, thanks; the card shows the number."""
    await waits(subscriber)
    await subscriber.says("ну что там?")
    await subscriber.hears("waiting_state", just_now="1", agent="", state="acknowledged")
    await agents.sees("agents_status_wanted")
    await subscriber.says("и телевизор не показывает")
    await subscriber.hears("added")


async def test_a_number_to_be_called_at_stands_on_the_case(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """It is noted, and the agents see it."""
    await waits(subscriber)
    await subscriber.says("перезвоните мне +7 000 555-00-01")
    await subscriber.hears("callback_noted")
    await agents.sees("agents_callback")
    (case,) = await desk.cases()
    assert case.callback_phone.endswith("0005550001")
    assert case.preferred_way == "phone"


async def test_it_works_already_closes_after_a_clear_yes(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """Nobody has to solve what mended itself; the agents hear of it."""
    await waits(subscriber)
    await subscriber.says("всё заработало, отмените")
    await subscriber.hears("works_ask")
    await subscriber.answers("consent_yes")
    await subscriber.hears("closed_thanks")
    await agents.sees("agents_closed_unasked", why="works")
    (case,) = await desk.cases()
    assert (case.state, case.reason) == ("closed", "customer_verified")


async def test_a_trouble_that_is_back_takes_up_its_case_and_thanks_do_not(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """The same number, its agent, and a word to both; thanks and a later year change nothing."""
    await waits(subscriber)
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take", says="taken")
    await subscriber.hears("agent_took")
    await agents.replies(card, "/resolve Заменили порт.")
    await subscriber.hears("resolved_ask")
    await subscriber.answers("consent_yes")
    await subscriber.hears("closed_thanks")
    await subscriber.says("спасибо")
    await subscriber.hears("you_are_welcome")
    (case,) = await desk.cases()
    assert case.state == "closed"
    desk.later(days=2)
    await subscriber.says("опять не работает")
    await subscriber.hears("taken_up_again", number=case.number or "", agent="Мария Иванова")
    await agents.sees("agents_again")
    (again,) = await desk.cases()
    assert (again.number, again.state, again.owner, again.recurrences) == (case.number, "inProgress", "ivanova", 1)


async def test_another_matter_beside_an_open_one_is_a_case_of_its_own(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """Both numbers are told, and the new case knows of the old one."""
    await waits(subscriber)
    (first,) = await desk.cases()
    await subscriber.says("у меня ещё вопрос: сколько стоит статический адрес? позовите человека")
    said = await subscriber.hears("registered", other=first.number or "")
    assert wording.template("second_matter", "ru").is_in(said.text)
    before, second = await desk.cases()
    assert before.number == first.number
    assert second.number
    assert second.number != first.number
    assert [(one["number"], one["kind"]) for one in second.related] == [(first.number, "beside")]
    assert "статический адрес" in second.description


@pytest.mark.channels("mail", because="only letters have subjects")
async def test_a_letter_with_another_subject_is_another_matter(desk: Desk, agents: AgentsGroup) -> None:
    """A new letter, no token, another subject, while a case is open."""
    anna = MailSubscriber(desk, "Анна")
    await waits(anna)
    await anna.person.writes("Счёт за май", "Здравствуйте, пришлите счёт за май.")
    await anna.hears("second_matter")
    assert len(await desk.cases()) == 2
