"""What people send in Telegram beside words: it reaches the agents, and counts as what it is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.peers.botapi import BotApi, Message
from tests.stories.agents_group.test_words import MATTER, NO_PICTURE, taken
from tests.stories.desk import TOKEN, AgentsGroup, Desk, option_id
from tests.stories.subscribers import Heard, Subscriber, TelegramSubscriber

pytestmark = pytest.mark.channels("telegram", because="these are kinds of Telegram's messages")

CHANNEL_POST = {
    "type": "channel",
    "date": 1,
    "chat": {"id": -5, "type": "channel", "title": "Сервис ЖКХ"},
    "message_id": 7,
}
KINDS: list[tuple[dict[str, Any], str]] = [
    ({"text": "у всех авария", "forward_origin": {"type": "hidden_user", "date": 1}}, "(переслано)\nу всех авария"),
    ({"text": "Плановые работы", "forward_origin": CHANNEL_POST}, "(переслано от: «Сервис ЖКХ»)\nПлановые работы"),
    ({"text": "второе сделала", "quote": {"text": "проверьте кабель", "position": 3}}, "> проверьте кабель\nвторое"),
    ({"poll": {"question": "Когда?", "options": [{"text": "Утро"}]}}, "Когда?\n– Утро"),
    ({"story": {"chat": {"id": -100123, "type": "channel"}, "id": 5}}, "[история]"),
    ({"paid_media": {"star_count": 1, "paid_media": []}}, "[платное фото или видео]"),
    (
        {"checklist": {"title": "Что сделал", "tasks": [{"id": 1, "text": "перезагрузил"}]}},
        "Что сделал\n☐ перезагрузил",
    ),
    ({"holo_note": {"file_id": "zzz"}, "caption": "смотрите сюда"}, "[holo_note]\nсмотрите сюда"),
]


async def test_every_kind_reaches_the_agent_by_its_name_and_words(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """Whoever wrote it first is named, and what it answers; no strange field sets anything aside."""
    await taken(subscriber, agents)
    assert isinstance(subscriber, TelegramSubscriber)
    for content, shown in KINDS:
        await subscriber.user.sends(subscriber.bot, content)
        await agents.group.hears(shown)
    link = [{"type": "text_link", "offset": 13, "length": 5, "url": "https://prnt.sc/abc123"}]
    await subscriber.user.says(subscriber.bot, "вот скриншот здесь", entities=link)
    relayed = await agents.reads("здесь (https://prnt.sc/abc123)")
    await desk.settled()
    link = [{"type": "text_link", "offset": 11, "length": 3, "url": "https://sever.test/help"}]
    await agents.agent.says(agents.group, "инструкцию тут", reply_to=relayed, entities=link)
    assert "https://sever.test/help" in (await subscriber.reads("инструкцию тут")).text


async def test_albums_and_voice_shown_at_a_take_carry_the_number(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """Each by itself, so that a reply to it finds its case."""
    await subscriber.says(MATTER)
    card = await agents.sees("card", state="acknowledged")
    await subscriber.hears("registered")
    assert isinstance(subscriber, TelegramSubscriber)
    await subscriber.user.sends_album(subscriber.bot, [NO_PICTURE, NO_PICTURE + b"2"], "спереди и сзади")
    await subscriber.user.sends_voice(subscriber.bot, b"OggS")
    await desk.settled()
    await agents.presses(card, "take")
    await agents.sees("story")
    await desk.settled()
    (case,) = await desk.cases()
    shown = [one for one in agents.group.messages.values() if one.from_bot and one.file is not None]
    assert len(shown) == 3
    assert [str(case.number) in one.words for one in shown] == [True, False, True]
    await subscriber.catches_up()
    await desk.settled()
    await agents.replies(shown[-1], "Послушала, всё понятно")
    await subscriber.reads("Послушала, всё понятно")


async def reacts(desk: Desk, subscriber: TelegramSubscriber, heard: Heard) -> None:
    """Sets a thumb on a message that has been there for a moment."""
    await desk.settled()
    assert isinstance(heard.original, Message)
    await subscriber.user.reacts(heard.original, "👍")


async def test_a_reaction_is_no_answer_and_the_agent_sees_it(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    card = await taken(subscriber, agents)
    assert isinstance(subscriber, TelegramSubscriber)
    await agents.replies(card, "Мастер будет в 18:00")
    told = await subscriber.reads("Мастер будет в 18:00")
    await reacts(desk, subscriber, told)
    assert "18:00" in (await agents.sees("agents_reaction")).words
    await agents.replies(card, "/resolve Заменили шнур")
    asked = await subscriber.hears("resolved_ask")
    await reacts(desk, subscriber, asked)
    await agents.sees("agents_reaction")
    await subscriber.hears_nothing()
    (case,) = await desk.cases()
    assert case.state == "resolved"


async def test_a_button_tapped_five_times_has_one_effect(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """One message to the subscriber, one word to the agents: of a button of the dialog, and of the agents' own."""
    await subscriber.says("нет интернета, договор 40-1187")
    await subscriber.hears("did_it_help")
    assert isinstance(subscriber, TelegramSubscriber)
    shown = subscriber.last.original
    assert isinstance(shown, Message)
    data = next(one.data for one in shown.buttons if option_id(one.data) == "operator") or ""
    await asyncio.gather(*(subscriber.user.presses(shown, data, stale=True) for _ in range(5)))
    await subscriber.hears("registered")
    await desk.settled()
    assert subscriber.heard("registered") == 1
    assert len(subscriber.unread()) == 0
    card = await agents.sees("card", state="acknowledged")
    assert len(agents.group.said) == 1
    for option, told in (("take", "agent_took"), ("eta:60", "eta_told"), ("resolve", "resolved_ask")):
        data = await agents.button(card, option)
        await asyncio.gather(*(agents.agent.presses(card, data, stale=True) for _ in range(5)))
        await subscriber.hears(told)
        await subscriber.hears_nothing()
        assert subscriber.heard(told) == 1


@pytest.mark.parametrize("name", ["✅ SN-2026-000001-5 закрыта", "@agent_ivanova", "https://sever.evil.ru"])
async def test_a_name_stands_on_the_card_as_a_quoted_name(
    desk: Desk, agents: AgentsGroup, api: BotApi, name: str
) -> None:
    """Nothing of it can be taken for the desk's own words, or be followed."""
    person = api.user(5900, name, language_code="ru")
    await person.says(api.bot(TOKEN), MATTER)
    card = await agents.sees("card", state="acknowledged")
    assert f"«{name}»" in card.words
    assert card.live == []
