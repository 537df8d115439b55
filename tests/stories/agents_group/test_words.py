"""An agent's words reach a subscriber only when the agent means it; what was said can be corrected where it stands."""

from __future__ import annotations

import pytest

from tests.peers.botapi import BotApi, Message
from tests.stories.conftest import Newcomer
from tests.stories.desk import AgentsGroup, Desk, eventually
from tests.stories.subscribers import Subscriber, TelegramSubscriber

MATTER = "оператор, нет интернета, договор 40-1187"
NO_PICTURE = b"\x89PNG\r\n\x1a\n no picture"


async def taken(subscriber: Subscriber, agents: AgentsGroup) -> Message:
    """The card of a case that Maria has taken."""
    await subscriber.says(MATTER)
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take", says="taken")
    await subscriber.hears("agent_took")
    await subscriber.catches_up()
    return card


@pytest.mark.channels("telegram", "mail", because="agents work in their group, and mail cannot be changed once sent")
async def test_a_reply_to_a_notice_is_a_note_until_the_agent_sends_it(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """Maria answers the desk's own reminder; the subscriber hears of it only once she presses the button, and once."""
    await taken(subscriber, agents)
    desk.later(minutes=31)
    reminder = await agents.sees("agents_eta_missing")
    await agents.replies(reminder, "блин, забыла совсем про этого")
    kept = await agents.sees("agents_kept_as_note")
    await subscriber.hears_nothing()
    await agents.presses(kept, option(kept), says="words_said")
    await subscriber.reads("забыла совсем")
    await desk.settled()
    assert kept.deleted
    (case,) = await desk.cases()
    spoken = [(one.kind, one.actor) for one in await desk.journal(case) if "забыла совсем" in one.text]
    assert spoken == [("note_added", "agent:ivanova"), ("dialogue", "agent:ivanova")]


@pytest.mark.channels("telegram", because="agents work in their group, wherever the subscriber writes")
async def test_words_are_told_from_notes_by_what_they_answer(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """An answer to the card or to the subscriber's own words is said; one to a colleague or with // is not."""
    card = await taken(subscriber, agents)
    await subscriber.says("код домофона 12")
    relayed = await agents.reads("код домофона 12")
    await subscriber.hears("passed_on")
    await desk.settled()
    await agents.replies(relayed, "Запомнила код, спасибо")
    await subscriber.reads("Запомнила код")
    await agents.replies(card, "// долг 500 рублей")
    said = await agents.agent.says(agents.group, "коллеги, кто рядом с Озёрной?")
    await agents.replies(said, "я сам рядом")
    await agents.replies(card, "Мастер выехал")
    await subscriber.reads("Мастер выехал")
    await subscriber.hears_nothing()


@pytest.mark.channels("telegram", because="agents work in their group, wherever the subscriber writes")
@pytest.mark.parametrize(
    "words", ["#{} ответ Борису", "{} ответ Борису", "По заявке {}: мастер едет", "/resolve {} готово"]
)
async def test_a_reply_that_names_another_case_asks(
    subscriber: Subscriber, newcomer: Newcomer, agents: AgentsGroup, desk: Desk, words: str
) -> None:
    """Nobody is written to; the case's own number at the head of the words is fine, and stays with the desk."""
    card = await taken(subscriber, agents)
    boris = newcomer("Борис")
    await boris.says("оператор, телевизор не показывает, договор 40-1078")
    await agents.sees("card", state="acknowledged")
    await boris.catches_up()
    anna_s, boris_s = (str(case.number) for case in await desk.cases())
    await agents.replies(card, words.format(boris_s))
    await agents.sees("refused_other_case_named", typed=boris_s)
    await subscriber.hears_nothing()
    await boris.hears_nothing()
    await agents.replies(card, f"{anna_s} ваш мастер в пути")
    assert anna_s not in (await subscriber.reads("ваш мастер в пути")).text


@pytest.mark.channels("telegram", because="mail cannot be changed once it is sent")
async def test_an_edit_changes_what_the_subscriber_reads(subscriber: Subscriber, agents: AgentsGroup) -> None:
    """In the same message, a caption too, and again; the desk adds nothing below it."""
    card = await taken(subscriber, agents)
    said = await agents.agent.says(agents.group, "Мастер будет в 81:00", reply_to=card)
    heard = await subscriber.reads("Мастер будет в 81:00")
    for words in ("Мастер будет в 18:00", "Мастер будет в 19:00"):
        await agents.agent.edits(said, words)
        again = await subscriber.reads(words)
        assert again.original is heard.original
    drawn = await agents.agent.sends_photo(agents.group, NO_PICTURE, "вот схема", reply_to=card)
    picture = await subscriber.reads("вот схема")
    await agents.agent.edits(drawn, "вот верная схема")
    assert (await subscriber.reads("вот верная схема")).original is picture.original
    await subscriber.hears_nothing()


@pytest.mark.channels("mail", "terminal", because="there nothing can be changed once it is sent")
async def test_where_nothing_can_be_changed_an_edit_is_said_as_a_correction(
    subscriber: Subscriber, agents: AgentsGroup
) -> None:
    card = await taken(subscriber, agents)
    said = await agents.agent.says(agents.group, "Мастер будет в 81:00", reply_to=card)
    await subscriber.reads("Мастер будет в 81:00")
    await agents.agent.edits(said, "Мастер будет в 18:00")
    assert "18:00" in (await subscriber.hears("agent_corrects")).text


@pytest.mark.channels("telegram", because="agents work in their group, wherever the subscriber writes")
async def test_an_edited_note_never_goes_out_and_no_edit_orders_anything(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    card = await taken(subscriber, agents)
    note = await agents.agent.says(agents.group, "// долг 600 руб", reply_to=card)
    await desk.settled()
    await agents.agent.edits(note, "// долг 700 руб")
    await desk.settled()
    await agents.agent.edits(note, "долг 700 руб")
    await agents.sees("agents_stays_note")
    await agents.agent.edits(note, "/resolve долг 700 руб")
    await agents.sees("refused_edit_orders_nothing")
    said = await agents.agent.says(agents.group, "Проверяем", reply_to=card)
    await subscriber.reads("Проверяем")
    await agents.agent.edits(said, "// проверяем")
    await agents.sees("refused_already_said")
    await agents.agent.edits(said, "Проверяем")
    await subscriber.hears_nothing()
    (case,) = await desk.cases()
    notes = [one.text for one in await desk.journal(case) if one.kind == "note_added"]
    assert notes == ["долг 600 руб", "долг 700 руб", "долг 700 руб"][: len(notes)]
    assert case.state == "inProgress"


@pytest.mark.channels("telegram", because="agents work in their group, wherever the subscriber writes")
async def test_a_solution_takes_its_photo_along(subscriber: Subscriber, agents: AgentsGroup) -> None:
    card = await taken(subscriber, agents)
    await agents.agent.sends_photo(agents.group, NO_PICTURE, "/resolve заменили шнур", reply_to=card)
    asked = await subscriber.hears("resolved_ask")
    assert "заменили шнур" in asked.text.lower()
    assert asked.files == (("photo.jpg", NO_PICTURE),)


@pytest.mark.channels("telegram", because="agents work in their group, wherever the subscriber writes")
async def test_who_is_not_known_is_told_why_nothing_happened(
    subscriber: Subscriber, agents: AgentsGroup, api: BotApi
) -> None:
    """A colleague who is in no list, with the id to write into it; an administrator who hides behind the group."""
    card = await taken(subscriber, agents)
    colleague = api.user(799999, "Новенький")
    await colleague.says(agents.group, "Здравствуйте, я новый инженер", reply_to=card)
    assert "799999" in (await agents.sees("refused_not_an_agent")).words
    for words in ("Добрый день! Проверяю.", "/eta 2h"):
        await agents.agent.says(agents.group, words, reply_to=card, anonymous=True)
        await agents.sees("refused_nameless")
    await agents.agent.says(agents.group, "обед?", anonymous=True)
    await subscriber.hears_nothing()
    assert len(agents.said("refused_nameless")) == 2


@pytest.mark.channels("telegram", because="agents work in their group, wherever the subscriber writes")
async def test_the_group_is_told_how_to_work_in_it(subscriber: Subscriber, agents: AgentsGroup, api: BotApi) -> None:
    """/help answers with and without a case; an order that the desk does not know says so; the rest is agents' talk."""
    await agents.agent.says(agents.group, "/help")
    await agents.sees("agents_help")
    card = await taken(subscriber, agents)
    await agents.replies(card, "/help@sever_support_bot")
    await agents.sees("agents_help")
    await agents.replies(card, "/dance")
    await agents.sees("refused_unknown_command", typed="/dance")
    await agents.agent.says(agents.group, "/roll@dice_bot")
    await subscriber.hears_nothing()
    assert len(agents.said("refused_unknown_command")) == 1


@pytest.mark.channels("telegram", because="agents work in their group, wherever the subscriber writes")
async def test_an_agent_who_writes_to_the_bot_alone_is_shown_the_way(
    subscriber: Subscriber, agents: AgentsGroup, desk: Desk
) -> None:
    card = await taken(subscriber, agents)
    (case,) = await desk.cases()
    assert isinstance(subscriber, TelegramSubscriber)
    for words in (f"/take {case.number}", f"{case.number} Добрый день, мастер выехал"):
        await agents.agent.says(subscriber.bot, words)
        await agents.agent.hears("группе агентов")
    await subscriber.hears_nothing()
    assert len(await desk.cases()) == 1
    assert card.words


@pytest.mark.channels("telegram", because="fifteen lines of mail would be slowed down, and terminals show no card")
async def test_the_sixteenth_line_can_be_read(desk: Desk, subscriber: Subscriber, agents: AgentsGroup) -> None:
    """A button on the card, or /read, shows what was only counted; nobody has to answer blind."""
    card = await taken(subscriber, agents)
    for number in range(20):
        await subscriber.says(f"строка {number}!")

    async def counted() -> bool:
        (case,) = await desk.cases()
        return case.unread == 20

    await eventually(counted)
    await agents.presses(card, "read")
    rest = await agents.sees("story")
    assert [number for number in range(20) if f"строка {number}!" in rest.words] == [15, 16, 17, 18, 19]
    await desk.settled()
    await agents.replies(rest, "Прочитала всё")
    await subscriber.reads("Прочитала всё")
    await agents.replies(card, "/read")
    await agents.sees("refused_nothing_unread")


def option(message: Message) -> str:
    """The label of the only button."""
    (label,) = message.labels
    return label
