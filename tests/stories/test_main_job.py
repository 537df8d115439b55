"""The main job: from the first words to self-help, or to a case that an agent solves and the subscriber closes."""

from __future__ import annotations

import pytest

from tests import wording
from tests.stories.conftest import Newcomer
from tests.stories.desk import AgentsGroup, Desk, eventually
from tests.stories.subscribers import MailSubscriber, Subscriber, TelegramSubscriber, TerminalSubscriber

FIRST = "Здравствуйте! второй день нет интернета, договор 40-1187"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\3\1\1\0"
    b"\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82"
)
ANSWERS = {
    "did_it_help": "not_helped",
    "did_this_help": "not_helped",
    "summary": "send",
    "scope": "all",
    "since": "вчера в 18",
    "place": "ул. Лесная, 5",
    "lights": "nolink",
    "reboot": "yes",
    "neighbours": "yes",
    "changed": "ночью была гроза",
    "photo_lights": "skip",
    "ping": "skip",
}
"""What is answered to "no internet", with the light for the line to the house off."""


async def becomes_a_case(subscriber: Subscriber, first: str = FIRST) -> None:
    """Nothing helps, every question is answered, and the case gets its number."""
    await subscriber.says(first)
    await subscriber.goes_through(ANSWERS, until="registered")


async def test_self_help_settles_the_matter_and_nobody_asks_again(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """ "It helped" settles the matter: counted, without a number, and thanks open no new case."""
    await subscriber.says(FIRST)
    offer = await subscriber.hears("did_it_help")
    assert wording.article("no-internet", "ru").is_in(offer.text)
    await subscriber.answers("helped")
    await subscriber.hears("settled_thanks")
    await subscriber.catches_up()
    await subscriber.says("спасибо!")
    await subscriber.hears("you_are_welcome")
    await subscriber.hears_nothing()
    (case,) = await desk.cases()
    assert (case.state, case.number, case.contract, case.entitlement) == ("closed", None, "40-1187", "ok")
    assert case.consent["words"] in ("helped", *wording.labels("helped", "ru"))
    assert await desk.suggestions() == [("no-internet", "helped")], "what came of a suggestion is counted"
    assert not agents.group.said, "agents see nothing of what self-help settled"


@pytest.mark.channels("telegram", "terminal", because="by mail every letter costs a day, so one article is offered")
async def test_what_was_not_tried_yet_is_shown_beside_the_questions(desk: Desk, subscriber: Subscriber) -> None:
    """A "no" brings its question's article, and the router's picture goes before it; "it helped" settles the matter."""
    await subscriber.says(FIRST)
    answers = {**ANSWERS, "lights": "ok", "reboot": "no"}
    del answers["did_this_help"]
    offer = await subscriber.goes_through(answers, until="did_this_help")
    assert wording.article("router-restart", "ru").is_in(offer.text)
    await subscriber.answers("helped")
    await subscriber.hears("settled_thanks")

    async def counted() -> bool:
        return sorted(await desk.suggestions()) == [("no-internet", "not_helped"), ("router-restart", "helped")]

    await eventually(counted)


async def test_questions_become_a_numbered_case_with_a_structured_card(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """What, since when, where, what does and does not happen, and the fault zone stand on the agents' card."""
    await becomes_a_case(subscriber)
    said = "\n".join(subscriber.everything())
    # Whose address is on file, and proved, is shown it and not asked for it.
    place = "г. Тихоборск, ул. Озёрная, д. 12, кв. 15" if subscriber.proved else ANSWERS["place"]
    for words in (place, "Началось"):
        assert words in said, "the person reads what was understood"
    card = await agents.sees(
        "card",
        queue="Выездные мастера",
        state="acknowledged",
        contract="40-1187",
        proved="1" if subscriber.proved else "",
        place=place,
        zone="access_line",
    )
    # A letter asks only what the fault zone needs most: tests/stories/test_letters.py.
    beside = () if isinstance(subscriber, MailSubscriber) else ("ночью была гроза", "− у соседей работает")
    for words in ("второй день", "+ не работает на всех устройствах", "Нет интернета", *beside):
        assert words in card.words
    (case,) = await desk.cases()
    routed = [line.data["source"].split()[0] for line in await desk.journal(case) if line.kind == "case_routed"]
    assert routed == ["2026-11-1"], "which policy decided is kept"
    assert (case.queue, case.state, case.reason) == ("queue:field", "acknowledged", "queued")
    assert case.number is not None
    assert case.number.startswith("SN-")


async def test_an_agent_takes_over_talks_promises_and_resolves(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """The same talk, both ways, with text and files; an ETA; no reopens under the same number; yes closes."""
    await becomes_a_case(subscriber)
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take", says="taken")
    await subscriber.hears("agent_took", agent="Мария Иванова")
    await agents.replies(card, "Добрый день! Проверяю линию.")
    assert "Мария Иванова" in (await subscriber.reads("Проверяю линию")).text
    await subscriber.says("вот лампочки", [("router.png", PNG)])
    relayed = await agents.reads("вот лампочки")
    assert relayed.file or await agents.sees_file()
    await agents.agent.sends_document(agents.group, b"report", "протокол замера", name="line.txt", reply_to=relayed)
    assert [content for _, content in (await subscriber.reads("протокол замера")).files] == [b"report"]
    await agents.replies(card, "// сосед тоже жаловался")
    await agents.replies(card, "/eta 2h")
    await subscriber.hears("eta_told")
    await agents.replies(card, "/resolve Заменили патч-корд.")
    await subscriber.hears("resolved_ask", what="Заменили патч-корд.")
    await subscriber.answers("consent_no")
    (case,) = await desk.cases()
    assert case.number
    await subscriber.hears("reopened", number=case.number)
    await agents.sees("agents_reopened")
    await agents.sees("card", state="inProgress", reopened="1")
    await agents.presses(card, "resolve")
    await subscriber.hears("resolved_ask")
    await subscriber.says("да, теперь всё работает, спасибо")
    await subscriber.hears("closed_thanks")
    (case,) = await desk.cases()
    assert (case.state, case.reason) == ("closed", "customer_verified")
    assert case.consent["words"] == "да, теперь всё работает, спасибо"
    notes = [line for line in await desk.journal(case) if line.kind == "note_added"]
    assert [line.text for line in notes] == ["сосед тоже жаловался"]
    assert not any(line.public for line in notes)
    assert not any("сосед тоже" in words for words in subscriber.everything())


async def test_unknown_people_get_an_unverified_case(desk: Desk, newcomer: Newcomer, agents: AgentsGroup) -> None:
    """Who has no number at hand is helped all the same, and the card says that nothing is proved."""
    stranger = newcomer("Тихон")
    await stranger.says("пропал интернет, ничего не открывается")
    await stranger.goes_through({**ANSWERS, "ask_contract": "no_contract"}, until="registered")
    await agents.sees("card", state="acknowledged", contract="")
    (case,) = await desk.cases()
    assert case.entitlement == "unverified"


async def test_a_wrong_number_and_a_right_one_sound_alike(desk: Desk, newcomer: Newcomer) -> None:
    """Nobody learns from the desk which contracts exist (G8): the answers differ only in the number typed."""
    answers = []
    for contract in ("40-1187", "41-0001"):
        person = newcomer("Тихон")
        await person.says(f"нет интернета, договор {contract}")
        answers.append((await person.hears("did_it_help")).text.replace(contract, "N"))
    assert answers[0] == answers[1]


@pytest.mark.channels("telegram", "terminal", because="a letter asks everything at once: test_by_mail")
async def test_a_human_may_be_called_in_the_midst_of_the_questions(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """The case is opened with what is known by then, and whoever asks again is told that the agents know."""
    await subscriber.says(FIRST)
    partly = {"did_it_help": "not_helped", "scope": "one", "place": "оператор"}
    answered = await subscriber.goes_through(partly, until="operator_coming")
    assert wording.template("registered", "ru").is_in(answered.text)
    card = await agents.sees("card", state="acknowledged")
    for words in ("второй день", "+ не работает на одном устройстве"):
        assert words in card.words, "what was answered until then is not lost"
    await subscriber.says("ну где же вы? позовите человека")
    await subscriber.hears("operator_soon")
    await agents.sees("agents_human_wanted")


async def test_who_writes_in_english_is_answered_in_english(desk: Desk, newcomer: Newcomer) -> None:
    john = newcomer("John", "en")
    await john.says("Hello, my internet is down since yesterday, contract 40-2203")
    offer = await john.hears("did_it_help")
    assert wording.article("no-internet", "en").is_in(offer.text)
    await john.answers("not_helped")
    await john.is_asked("scope")


@pytest.mark.channels("telegram", "terminal", because="a letter has no buttons")
async def test_a_stale_button_says_so_and_changes_nothing(desk: Desk, subscriber: Subscriber) -> None:
    """A button of an earlier question, still on the screen, decides nothing."""
    assert isinstance(subscriber, TelegramSubscriber | TerminalSubscriber)
    await subscriber.says(FIRST)
    offer = await subscriber.hears("did_it_help")
    await subscriber.answers("not_helped")
    await subscriber.is_asked("scope")
    assert wording.template("stale_button", "ru").is_in(await subscriber.presses(offer, "helped"))
    (case,) = await desk.cases()
    assert case.state == "acknowledged"


@pytest.mark.channels("telegram", because="agents have their group in Telegram, whoever the subscriber is")
async def test_strangers_in_the_agents_group_command_nothing(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """Membership of the group is no authority; only the provider's own list is."""
    await subscriber.says(FIRST + ", оператор")
    card = await agents.sees("card", state="acknowledged")
    stranger = AgentsGroup(desk, agents.group, desk.api.user(666, "Support Team", language_code="ru"))
    await stranger.presses(card, "take", says="refused_not_an_agent")
    await stranger.replies(card, "пришлите пароль от кабинета")
    await agents.presses(card, "take", says="taken")
    await subscriber.hears("agent_took")
    assert not any("пароль" in words for words in subscriber.everything())


@pytest.mark.channels("telegram", because="a bot can be blocked; what mail has instead is in test_bounces")
async def test_who_blocks_the_bot_is_marked_and_the_agents_are_told(
    desk: Desk, subscriber: TelegramSubscriber, agents: AgentsGroup
) -> None:
    """A refused relay is tried once, the agents hear of it, and the person is reached again on return."""
    await subscriber.says(FIRST + ", оператор")
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await subscriber.hears("agent_took")
    await subscriber.user.blocks(subscriber.bot)
    await agents.sees("agents_undelivered")
    await subscriber.user.unblocks(subscriber.bot)
    await subscriber.starts()
    await subscriber.says("я снова здесь")
    await agents.reads("я снова здесь")
    await agents.replies(card, "С возвращением!")
    await subscriber.reads("С возвращением!")


async def test_silence_is_no_consent(desk: Desk, subscriber: Subscriber, agents: AgentsGroup) -> None:
    """A resolved case asks again after 4, 24 and 72 hours, and then a person is asked to call; it is never closed."""
    await subscriber.says(FIRST + ", оператор")
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await agents.replies(card, "/resolve готово")
    await subscriber.hears("resolved_ask")
    for hours in (5, 21):
        desk.later(hours=hours)
        await subscriber.hears("consent_reminder")
    desk.later(hours=50)
    await agents.sees("agents_call_task")
    (case,) = await desk.cases()
    assert case.state == "resolved"


async def test_an_eta_is_due_within_half_an_hour(desk: Desk, subscriber: Subscriber, agents: AgentsGroup) -> None:
    """An agent who has taken a case and promised no time is reminded (C10)."""
    await subscriber.says(FIRST + ", оператор")
    await agents.presses(await agents.sees("card", state="acknowledged"), "take")
    await subscriber.hears("agent_took")
    desk.later(minutes=31)
    await agents.sees("agents_eta_missing")


@pytest.mark.channels("telegram", because="the commands stand in a bot's menu")
async def test_commands_answer_and_change_nothing(desk: Desk, subscriber: Subscriber, agents: AgentsGroup) -> None:
    """/help and /status tell where things stand; the bot's menu shows them in the person's language."""
    await subscriber.says("/help")
    await subscriber.hears("help")
    await subscriber.says("/status")
    await subscriber.hears("status_none")
    assert await desk.cases() == []
    await subscriber.says("нет интернета, договор 40-1187")
    await subscriber.hears("did_it_help")
    await subscriber.says("/operator")
    await subscriber.hears("registered")
    await subscriber.says("/status")
    await subscriber.hears("status", state="acknowledged", taken="", eta="")
    await agents.replies(await agents.sees("card", state="acknowledged"), "/eta 1d")
    await subscriber.hears("eta_told", today="", tomorrow="1")
    await subscriber.says("/status")
    await subscriber.hears("status", eta="1", today="", tomorrow="1")
    menus = [call for call in desk.api.calls("setMyCommands") if call.ok]
    assert {call.params.get("language_code") for call in menus} == {None, "ru", "en"}


@pytest.mark.channels("telegram", because="neither a letter nor a line of a terminal can be edited")
async def test_an_edited_message_is_no_new_answer(desk: Desk, subscriber: TelegramSubscriber) -> None:
    """WordMender a slip in the first message neither answers the question asked nor is lost."""
    first = await subscriber.user.says(subscriber.bot, "нет интернета, договор 40-1187")
    await subscriber.hears("did_it_help")
    await subscriber.answers("not_helped")
    await subscriber.is_asked("scope")
    await subscriber.user.edits(first, "нет интернета и телевидения, договор 40-1187")

    async def kept() -> bool:
        (case,) = await desk.cases()
        return "телевидения" in case.description

    await eventually(kept)
    (case,) = await desk.cases()
    assert case.answers == {}


async def test_an_agent_quicker_than_the_record_is_understood(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """A reply to a card finds its case by the number it shows, even where nobody wrote down which message it was."""
    await subscriber.says(FIRST + ", оператор")
    card = await agents.sees("card", state="acknowledged")
    await subscriber.hears("registered")
    await desk.forgets_what_was_sent()
    await agents.replies(card, "Здравствуйте! Чем помочь?")
    await subscriber.reads("Чем помочь?")


@pytest.mark.channels("telegram", "terminal", because="a flood of mail is slowed down: tests/attacks")
async def test_one_persons_flood_does_not_drown_the_group(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """Beyond fifteen unanswered messages the card only counts; the agent's next word brings what was held back."""
    await subscriber.says(FIRST + ", оператор")
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await subscriber.hears("agent_took")
    for number in range(1, 21):
        await subscriber.says(f"ну что там? {number}!")

    async def counted() -> bool:
        (case,) = await desk.cases()
        return case.unread == 20

    await eventually(counted)
    await agents.reads("ну что там? 15!")
    relayed = [one.words for one in agents.group.said if "ну что там?" in one.words]
    assert len(relayed) == 15
    await agents.replies(card, "Проверяю, минуту.")
    await subscriber.reads("Проверяю, минуту.")
    assert "ну что там? 20!" in (await agents.sees("story")).words
