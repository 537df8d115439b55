"""Each message counts: it is answered, relayed or acknowledged, whatever it is and by whatever channel."""

from __future__ import annotations

import re

import pytest

from tests import wording
from tests.stories.desk import AgentsGroup, Desk
from tests.stories.subscribers import MailSubscriber, Subscriber, TelegramSubscriber
from tests.stories.test_waiting import waits


async def test_answers_that_come_after_the_case_was_opened_are_added_to_it(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    await waits(subscriber)
    for late in ("1) нормально 2) да", "1) на всех 2) вчера", "1) никто не трогал"):
        await subscriber.says(late)
        await subscriber.hears("added")
    (case,) = await desk.cases()
    assert case.unread == 3


async def test_thanks_are_answered_once(desk: Desk, subscriber: Subscriber) -> None:
    """Nobody hears the same courtesy twice in a row; whoever has no case has none opened."""
    await subscriber.says("спасибо")
    await subscriber.hears("you_are_welcome")
    await subscriber.says("спасибо большое!")
    await subscriber.hears_nothing()
    assert await desk.cases() == []


@pytest.mark.channels("mail", because="only letters can be written anew, beside the ones that were answered")
async def test_a_trouble_that_is_back_by_a_new_letter_takes_up_its_case(desk: Desk, agents: AgentsGroup) -> None:
    john = MailSubscriber(desk, "John", "en")
    await john.says("No internet, contract 40-1546. Let me talk to a person.")
    await john.hears("registered")
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take", says="taken")
    await john.hears("agent_took")
    await agents.replies(card, "/resolve Port replaced.")
    await john.hears("resolved_ask")
    await john.says("Yes, it works, please close it.")
    await john.hears("closed_thanks")
    (case,) = await desk.cases()
    desk.later(hours=20)
    await john.person.writes("Internet", "It's gone again")
    await john.hears("taken_up_again", number=case.number or "")
    (again,) = await desk.cases()
    assert (again.number, again.recurrences) == (case.number, 1)


@pytest.mark.channels("mail", because="chats ask one thing at a time")
async def test_a_single_question_of_a_letter_has_no_number(desk: Desk) -> None:
    anna = MailSubscriber(desk, "", address="somebody@example.test")
    await anna.says("Нет интернета со вчерашнего вечера на всех устройствах, горит красный LOS, договор 40-1187")
    await anna.hears("did_it_help")
    await anna.says("не помогло")
    asked = await anna.is_asked("place")
    assert not re.search(r"^\d\)", asked.text, re.MULTILINE)
    await anna.says("Лесная 5, кв. 3")
    await anna.hears("registered")
    (case,) = await desk.cases()
    assert case.place == "Лесная 5, кв. 3"


@pytest.mark.channels("telegram", because="only there a phone can be shared that is vouched for")
async def test_the_own_phone_tells_whose_account_it_is(desk: Desk) -> None:
    anna = TelegramSubscriber(desk, "Анна")
    await anna.says("нет интернета")
    await anna.hears("ask_contract")
    await anna.user.shares_contact(anna.bot, "+70005550001")
    await anna.is_shown("no-internet")
    (case,) = await desk.cases()
    assert (case.contract, case.proved, case.description) == ("40-1187", True, "нет интернета")
    await anna.answers("not_helped")
    await anna.is_asked("scope")
    (case,) = await desk.cases()
    assert case.proved, "what was proved stays so in this chat"


@pytest.mark.channels("telegram", because="only there a phone can be shared that is vouched for")
async def test_somebody_elses_phone_tells_nothing(desk: Desk) -> None:
    boris, anna = TelegramSubscriber(desk, "Борис"), TelegramSubscriber(desk, "Анна")
    await boris.says("нет интернета")
    await boris.hears("ask_contract")
    await boris.user.shares_contact(boris.bot, "+70005550001", of=anna.user)
    await boris.hears("ask_contract_short")
    (case,) = await desk.cases()
    assert (case.contract, case.proved, case.callback_phone) == ("", False, "")


@pytest.mark.channels("telegram", because="only there a phone can be shared that is vouched for")
async def test_an_own_phone_that_no_account_has_stands_on_the_card(desk: Desk, agents: AgentsGroup) -> None:
    boris = TelegramSubscriber(desk, "Борис")
    await boris.says("нет интернета")
    await boris.hears("ask_contract")
    await boris.user.shares_contact(boris.bot, "+79990001122")
    assert wording.template("phone_noted", "ru").is_in((await boris.hears("phone_noted")).text)
    await boris.says("позовите оператора")
    await boris.hears("registered")
    card = await agents.sees("card", state="acknowledged")
    assert "Телефон абонента: +7 999 000-11-22" in card.words
    assert "Просит позвонить" not in card.words
