"""Nothing waits unseen: what is in trouble or waits for a decision is told to somebody, louder with time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from desk.model.settings.alarms import AlarmSettings
from tests import wording
from tests.peers.botapi import BotApi, Group, Message
from tests.peers.mail_servers import MailServers
from tests.prepared_desks import DeskFiles, SharedReaders
from tests.stories.conftest import Afterwards
from tests.stories.desk import AGENTS, IVANOVA, TOKEN, AgentsGroup, Desk, new_desk
from tests.stories.subscribers import MailSubscriber, TelegramSubscriber

DUTY = -1002
FIRST = "нет интернета, договор 40-1187, позовите оператора"
UNREADABLE = '{"update_id": 77, "message": {"message_id": 1}}'

pytestmark = pytest.mark.channels("telegram", because="alarms are about channels, not about who writes there")


@pytest.fixture
async def watched(
    desk_files: DeskFiles, api: BotApi, mailbox: MailServers | None, readers: SharedReaders, decided_again: Afterwards
) -> AsyncIterator[Desk]:
    """A desk whose operator has a chat of his own for alarms, and an address where the desk has a mailbox."""
    made = new_desk(desk_files, api, mailbox, readers=readers)
    mail = ("duty@example.test",) if mailbox else ()
    made.settings = replace(made.settings, alarms=AlarmSettings(chat=DUTY, mail=mail))
    await made.opens()
    yield made
    await made.closes()
    await decided_again(made)


@pytest.fixture
def duty(api: BotApi) -> Group:
    """The operator's own chat."""
    return api.group(DUTY, "Дежурные")


@pytest.fixture
def staff(watched: Desk, api: BotApi) -> AgentsGroup:
    """The agents' group of the watched desk."""
    return AgentsGroup(watched, api.group(AGENTS, "Агенты"), api.user(IVANOVA, "Мария", language_code="ru"))


async def hears(group: Group, template: str, **known: str) -> Message:
    """The next message there that says this."""
    pattern = wording.template(template, "ru", tuple(known.items()))
    return await group.hears("", where=lambda one: pattern.is_in(one.words))


def said(group: Group, template: str, **known: str) -> int:
    """How often it was said there."""
    pattern = wording.template(template, "ru", tuple(known.items()))
    return sum(pattern.is_in(one.words) for one in group.said)


async def until_said(desk: Desk, group: Group, template: str, **known: str) -> None:
    """Lets minutes pass until it is said there."""
    for _ in range(60):
        if said(group, template, **known):
            return
        desk.later(seconds=30)
        await asyncio.sleep(0.5)
    raise AssertionError(f"nobody said {template}; there is: {[one.words for one in group.said]}")


async def quiet(desk: Desk) -> None:
    """Long enough for several looks of the watch."""
    await asyncio.sleep(1.6)
    await desk.settled()


async def test_a_group_that_lost_the_bot_is_an_alarm_and_gets_its_cards_when_it_is_back(
    watched: Desk, api: BotApi, duty: Group, staff: AgentsGroup
) -> None:
    """F31: the bot is put out, a case opens, the bot is let in: the card is there, and the operator hears both."""
    bot = api.bots[TOKEN]
    await staff.group.kicks(bot)
    await hears(duty, "alarm_group_lost", over="")
    anna = TelegramSubscriber(watched, "Анна")
    await anna.says(FIRST)
    await anna.hears("registered")
    await watched.settled()
    assert not staff.said("card")
    await quiet(watched)
    assert said(duty, "alarm_group_lost", over="") == 1
    await staff.group.admits(bot)
    await staff.sees("card")
    await quiet(watched)
    assert len(staff.said("card")) == 1
    watched.later(minutes=3)
    await hears(duty, "alarm_group_lost", over="1")


async def test_a_card_is_tried_again_where_nobody_tells_that_the_group_is_back(
    watched: Desk, api: BotApi, duty: Group, staff: AgentsGroup
) -> None:
    """A group that was never the bot's, until its id or rights were put right: no service message tells that."""
    fault = api.fails(
        "sendMessage", "error", code=403, description="Forbidden: bot is not a member", chat_id=AGENTS, times=None
    )
    anna = TelegramSubscriber(watched, "Анна")
    await anna.says(FIRST)
    await anna.hears("registered")
    await hears(duty, "alarm_group_lost", over="")
    api.faults.lift(fault)
    watched.later(minutes=2)
    await staff.sees("card")


async def test_messages_set_aside_are_told_at_once_then_louder_and_never_in_a_burst(
    watched: Desk, api: BotApi, duty: Group
) -> None:
    """Two hours louder; after three days without the desk once, not once for each step that was missed."""
    api.bots[TOKEN].push_raw(UNREADABLE)
    await hears(duty, "alarm_quarantined", loud="", count="1")
    await quiet(watched)
    assert said(duty, "alarm_quarantined") == 1
    watched.later(hours=2)
    await hears(duty, "alarm_quarantined", loud="1", count="1")
    await watched.closes()
    watched.later(days=3)
    await watched.opens()
    await hears(duty, "alarm_quarantined", loud="1", count="1")
    await quiet(watched)
    assert said(duty, "alarm_quarantined") == 3


async def test_a_bot_that_receives_nothing_is_an_alarm_until_it_works_again(
    watched: Desk, api: BotApi, duty: Group
) -> None:
    """A minute of trouble is told, with the reason; so is its end."""
    fault = api.fails("getUpdates", "error", code=502, times=None)
    await TelegramSubscriber(watched, "Анна").says("Здравствуйте")  # which ends the long poll
    await until_said(watched, duty, "alarm_channel", over="", what="telegram:main")
    api.faults.lift(fault)
    await until_said(watched, duty, "alarm_channel", over="1", what="telegram:main")


async def test_cases_that_nobody_takes_reach_the_operator(watched: Desk, duty: Group, staff: AgentsGroup) -> None:
    """The group is pressed first; when that did not help, the operator hears of it."""
    anna = TelegramSubscriber(watched, "Анна")
    await anna.says(FIRST)
    await anna.hears("registered")
    for _ in range(2):
        watched.later(hours=3)
        await staff.sees("agents_not_taken")
    await hears(duty, "alarm_not_taken", count="1")


async def test_an_answer_that_was_lost_twice_is_told_to_the_agents(
    watched: Desk, api: BotApi, duty: Group, staff: AgentsGroup
) -> None:
    """Cut connections: nobody knows whether the person read it, and their case has no number yet."""
    anna = TelegramSubscriber(watched, "Анна")
    api.fails("sendMessage", "accept_then_close", times=2)
    await anna.says("Второй день нет интернета")
    await staff.sees("agents_maybe_sent_early")
    await hears(duty, "alarm_maybe_sent", what="telegram:main", count="1")


async def test_without_an_operator_the_agents_group_hears_of_trouble(
    desk: Desk, api: BotApi, agents: AgentsGroup
) -> None:
    """Nobody configured anything: somebody is told all the same."""
    api.bots[TOKEN].push_raw(UNREADABLE)
    await agents.sees("alarm_quarantined", count="1")


@pytest.mark.channels("mail", because="letters that prove nothing come by mail")
async def test_a_letter_that_waits_is_told_at_once_and_then_louder_by_chat_and_mail(
    watched: Desk, mail_servers: MailServers, duty: Group, staff: AgentsGroup
) -> None:
    """F40: the group reads of it at once; half an hour later the group, the chat and the operator's address."""
    anna = MailSubscriber(watched, "Анна")
    await anna.says(FIRST)
    await anna.hears("registered")
    await anna.person.writes("Ещё", "Это точно я, лампочка красная", authentication="fail")
    await staff.sees("agents_letter_waits")
    await watched.settled()
    watched.later(minutes=31)
    await hears(duty, "alarm_letters_pending", loud="", count="1")
    await staff.sees("alarm_letters_pending", loud="", count="1")
    letter = await mail_servers.subscriber("duty@example.test").hears("firstline pending")
    assert wording.template("alarm_subject", "ru").is_in(letter.subject)
    assert "ответьте на это письмо" not in letter.text, "it belongs to no case, and an answer would begin one"
    watched.later(hours=3)
    await hears(duty, "alarm_letters_pending", loud="1", count="1")


async def test_the_alarms_of_a_night_are_one_message(watched: Desk, api: BotApi, duty: Group) -> None:
    """Everything that fell due while the desk was down is read at once."""
    bot = api.bots[TOKEN]
    bot.push_raw(UNREADABLE)
    await hears(duty, "alarm_quarantined", loud="", count="1")
    await watched.closes()
    for number in range(20):
        bot.push_raw(UNREADABLE.replace("77", str(800 + number)))
    watched.later(days=1)
    await watched.opens()
    await until_said(watched, duty, "alarm_quarantined", count="21", loud="1")
    await quiet(watched)
    assert len(duty.said) <= 3
