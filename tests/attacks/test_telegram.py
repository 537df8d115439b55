"""What strangers try in Telegram: buttons made by hand, numbers guessed, old messages answered."""

from __future__ import annotations

from sqlalchemy import select

from desk.model.case import Case
from desk.model.dialog_state import DialogStateRow, dialog_state_of
from desk.pipeline.reply_tokens import encode_number
from desk.queues import inbox
from tests.peers.botapi import BotApi, Message
from tests.stories.desk import AgentsGroup, Desk, eventually
from tests.stories.subscribers import TelegramSubscriber

ACTIVE, BLOCKED, EXPIRED, PREMIUM, NOBODYS = "40-1187", "40-1370", "40-2094", "42-7377", "40-9999"


async def _nothing_is_quarantined(desk: Desk) -> None:
    assert desk.application
    assert [row.problem for row in await inbox.quarantine(desk.application.database)] == []


async def _prompt(desk: Desk, case: Case) -> int:
    """The number of the prompt whose buttons count now."""
    assert desk.application
    async with desk.application.database.read(case.provider) as session:
        query = select(DialogStateRow).where(DialogStateRow.case_id == case.id)
        return dialog_state_of(await session.scalar(query)).prompt


async def test_a_button_made_by_hand_does_nothing(
    desk: Desk, anna: TelegramSubscriber, agents: AgentsGroup, api: BotApi
) -> None:
    """Another's case, an agent's verbs, ids that cannot be: each press is answered, and none changes anything."""
    await anna.says("нет интернета, договор 40-1187, оператор")
    await anna.hears("registered")
    await agents.sees("card")
    (case,) = await desk.cases()
    boris = TelegramSubscriber(desk, "Борис")
    await boris.says("не работает интернет")
    asked = (await boris.hears("ask_contract")).original
    assert isinstance(asked, Message)
    prompts = (await _prompt(desk, case), 0, 1)
    made = [
        f"{encode_number(case.id)}:{at}:{verb}" for at in prompts for verb in ("take", "resolve", "eta:60", "operator")
    ]
    for data in (*made, "zzzzzzzzzzzzz:1:take", "0:0:take", ":::", "é:1:x"):
        await api.press(boris.user, asked, data).reply()
    (after, *_) = await desk.cases()
    assert (after.owner, after.state, after.eta, after.unread) == ("", case.state, None, 0)
    await _nothing_is_quarantined(desk)


async def test_an_agents_button_pressed_by_nobody_known_does_nothing(
    desk: Desk, anna: TelegramSubscriber, agents: AgentsGroup, api: BotApi
) -> None:
    """Sitting in the agents' group gives no rights; an anonymous administrator is nobody."""
    await anna.says("нет интернета, договор 40-1187, оператор")
    card = await agents.sees("card", state="acknowledged")
    guest = api.user(999, "Support Team", language_code="ru")
    await AgentsGroup(desk, agents.group, guest).presses(card, "take", says="refused_not_an_agent")
    await guest.says(agents.group, "/resolve", reply_to=card)
    await agents.agent.says(agents.group, "/resolve", reply_to=card, anonymous=True)
    await agents.replies(card, "// я здесь")

    async def noted() -> bool:
        (case,) = await desk.cases()
        return any(line.text == "я здесь" for line in await desk.journal(case))

    await eventually(noted)
    (case,) = await desk.cases()
    assert (case.owner, case.state) == ("", "acknowledged")


async def _told(desk: Desk, contract: str) -> list[str]:
    """What somebody reads who only types a number: asked, helped, asked again, and handed to a human."""
    person = TelegramSubscriber(desk, "Анна")
    await person.says(f"не работает интернет, договор {contract}")
    await person.hears("did_it_help")
    await person.answers("helped")
    await person.hears("settled_thanks")
    await person.says("опять нет интернета")
    await person.is_asked("scope")
    await person.says("оператор")
    number = (await person.hears("registered")).text.partition("SN-")[2].split()[0].rstrip(".,")
    words = [one.replace(contract, "#").replace(number, "*") for one in person.everything()]
    return [one for one in words if one]


async def test_a_guessed_number_tells_nothing(desk: Desk, agents: AgentsGroup) -> None:
    """Active, blocked, expired, premium or nobody's: word for word the same is said, now and in the next matter."""
    told = [await _told(desk, contract) for contract in (NOBODYS, ACTIVE, BLOCKED, EXPIRED, PREMIUM)]
    assert all(one == told[0] for one in told[1:])
    assert await agents.sees("card", contract=BLOCKED, standing="blocked"), "the agents know all the same"


async def test_an_answer_to_a_message_from_before_the_move_finds_the_case(front: Desk) -> None:
    """Who was moved to their provider and then answers an old message is still the same person with the same case."""
    anna = TelegramSubscriber(front, "Анна")
    await anna.says("здравствуйте, нет интернета")
    asked = (await anna.hears("ask_contract")).original
    await anna.says("40-1187")
    await anna.hears("did_it_help")
    await anna.user.says(anna.bot, "не помогло", reply_to=asked)
    await anna.is_asked("scope")
    await anna.user.says(anna.bot, "договор 40-1187, оператор", reply_to=asked)
    await anna.hears("registered")
    assert await front.cases("_front") == []
    assert len(await front.cases("sever")) == 1
    await _nothing_is_quarantined(front)


async def test_a_command_of_a_private_chat_is_only_words(
    desk: Desk, anna: TelegramSubscriber, agents: AgentsGroup
) -> None:
    """An agent's commands mean nothing outside the agents' group, even from an agent."""
    await anna.says("нет интернета, договор 40-1187, оператор")
    number = (await anna.hears("registered")).text.partition("SN-")[2].split()[0].rstrip(".,")
    spy = TelegramSubscriber(desk, "Мария")
    spy.user = agents.agent
    for words in (f"/take SN-{number}", f"/resolve SN-{number}", f"#SN-{number} мы уже едем", f"/eta SN-{number} 2h"):
        await spy.says(words)
    await desk.settled()
    case = next(one for one in await desk.cases() if one.number == f"SN-{number}")
    assert (case.owner, case.state, case.eta) == ("", "acknowledged", None)
    assert not any("едем" in words for words in anna.everything())


async def test_nobody_makes_a_case_grow_without_end(desk: Desk, anna: TelegramSubscriber) -> None:
    """Corrections without number are kept in the journal; the case keeps what an agent can read."""
    await anna.says("что-то странное у меня")
    await anna.hears("ask_contract")
    said = await anna.user.says(anna.bot, "ну вот")
    for number in range(12):
        await anna.user.edits(said, f"{number} {'y' * 4000}")

    async def kept() -> bool:
        (case,) = await desk.cases()
        return any(line.text.startswith("11 ") for line in await desk.journal(case))

    await eventually(kept)
    (case,) = await desk.cases()
    assert len(case.description) <= 8000
