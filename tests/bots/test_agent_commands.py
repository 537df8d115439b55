"""What an agent types or presses in the agents' group becomes an order; their talk among themselves does not."""

from __future__ import annotations

import pytest

from bots.agent_commands import case_number, parse_agent_message, parse_minutes
from desk.model.messages import Role, Verb
from tests.bots.examples import AGENTS, CHANNEL, GROUP, OLEG, answering, from_oleg, inbound, message, press


def test_an_answer_to_a_card_speaks_to_the_subscriber() -> None:
    one = inbound(**from_oleg("Проверьте кабель", **answering(3)))
    assert (one.role, one.verb, one.text, one.reply_to) == (Role.AGENT, Verb.SAY, "Проверьте кабель", "3")
    assert (one.sender.value, one.detail["lane"]) == ("7", f"{CHANNEL}:{AGENTS}")


def test_a_photo_alone_can_be_the_answer() -> None:
    photo = [{"file_id": "p", "file_unique_id": "a", "width": 1, "height": 1}]
    one = inbound(**from_oleg(photo=photo, **answering()))
    assert (one.verb, len(one.files)) == (Verb.SAY, 1)


def test_agents_may_talk_among_themselves() -> None:
    assert inbound(**from_oleg("обед?")).verb is Verb.NOTHING
    assert inbound(**from_oleg("20000 абонентов сегодня")).verb is Verb.NOTHING


def test_the_first_message_of_a_topic_is_not_what_is_being_answered() -> None:
    root = message(message_id=3, chat=GROUP, forum_topic_created={"name": "x", "icon_color": 1})
    one = inbound(**from_oleg("hi", reply_to_message=root, message_thread_id=3, is_topic_message=True))
    assert (one.verb, one.reply_to) == (Verb.NOTHING, "")


def test_a_moved_group_is_the_agents_group_and_its_lane_keeps_the_old_name() -> None:
    moved = {"id": -100777, "type": "supergroup", "title": "Agents"}
    one = inbound(moved_to=-100777, **from_oleg("ok", **answering()) | {"chat": moved})
    assert (one.role, one.detail["lane"]) == (Role.AGENT, f"{CHANNEL}:{AGENTS}")


@pytest.mark.parametrize(
    ("text", "replies", "verb", "number", "words"),
    [
        ("/take", True, Verb.TAKE, "", ""),
        ("/take@desk_bot sn-2026-000123", False, Verb.TAKE, "SN-2026-000123", ""),
        ("/resolve заменили порт", True, Verb.RESOLVE, "", "заменили порт"),
        ("/resolve SN-2026-000123 заменили\nпорт", False, Verb.RESOLVE, "SN-2026-000123", "заменили\nпорт"),
        ("/resolve 2024 routers replaced", True, Verb.RESOLVE, "", "2024 routers replaced"),
        ("/resolve 3 cables", False, Verb.RESOLVE, "", "3 cables"),
        ("/note 1234567 звонил", False, Verb.NOTE, "1234567", "звонил"),
        ("// звонил, не берёт", True, Verb.NOTE, "", "звонил, не берёт"),
        ("//звонил", False, Verb.NOTHING, "", "//звонил"),
        ("#SN-2026-000123: здравствуйте", False, Verb.SAY, "SN-2026-000123", "здравствуйте"),
        ("№1234567 // тихо", False, Verb.NOTE, "1234567", "тихо"),
        ("/lunch", True, Verb.NOTHING, "", "/lunch"),
    ],
)
def test_orders(text: str, replies: bool, verb: Verb, number: str, words: str) -> None:
    one = parse_agent_message(text, replies=replies)
    assert (one.verb, one.number, one.text) == (verb, number, words)


@pytest.mark.parametrize(
    ("text", "number", "detail"),
    [
        ("/eta 2h", "", {"duration": "120"}),
        ("/eta 2 ч 30 мин", "", {"duration": "150"}),
        ("/eta SN-2026-000123 1d", "SN-2026-000123", {"duration": "1440"}),
        ("/eta 1234567 30м", "1234567", {"duration": "30"}),
        ("/eta", "", {"problem": "duration"}),
        ("/eta скоро", "", {"problem": "duration"}),
        ("/eta 1234567", "1234567", {"problem": "duration"}),
        ("/eta 0m", "", {"problem": "duration"}),
        ("/eta 9999d", "", {"problem": "duration"}),
    ],
)
def test_an_eta_is_a_duration_that_can_be_read(text: str, number: str, detail: dict[str, str]) -> None:
    one = parse_agent_message(text, replies=True)
    assert (one.verb, one.number, one.detail) == (Verb.ETA, number, detail)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", 120), ("30m", 30), ("1d", 1440), ("2ч", 120), ("30м", 30), ("1 day, 2 hours", 1560), ("90 МИН.", 90),
        ("", None), ("2", None), ("h", None), ("2x", None), ("1.5h", None), ("-2h", None), ("2h30", None), ("٢h", None),
        ("1h" * 30, None),
    ],
)  # fmt: skip
def test_minutes(text: str, expected: int | None) -> None:
    assert parse_minutes(text) == expected


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("#SN-2026-000123,", "SN-2026-000123"),
        ("12345", "12345"),
        ("123", ""),
        ("кабель-1234", ""),
        ("a_1234", ""),
        ("", ""),
    ],
)
def test_a_case_number_has_at_least_four_digits(word: str, number: str) -> None:
    assert case_number(word) == number


@pytest.mark.parametrize(
    ("option", "verb", "detail"),
    [
        ("take", Verb.TAKE, {}),
        ("resolve", Verb.RESOLVE, {}),
        ("eta:120", Verb.ETA, {"duration": "120"}),
        ("eta:x", Verb.ETA, {"problem": "duration"}),
        ("more", Verb.PRESS, {}),
    ],
)
def test_a_button_under_a_card_is_an_order_of_the_agent_who_pressed(
    option: str, verb: Verb, detail: dict[str, str]
) -> None:
    one = inbound("callback_query", **press(f"1:1:{option}", by=OLEG, chat=GROUP))
    assert (one.role, one.verb, one.sender.value) == (Role.AGENT, verb, "7")
    assert one.press is not None
    assert one.press.option == option
    assert one.detail == {"lane": f"{CHANNEL}:{AGENTS}", **detail}
