"""What an agent types or presses in the agents' group becomes an order; their talk among themselves does not."""

from __future__ import annotations

import pytest

from bots.parse_agent_message import AgentCommand, case_number, parse_agent_message
from desk.language.typed_durations import parse_minutes
from desk.model.agent_operations import (
    AddNote,
    ApproveChange,
    DeclareNoArticle,
    DraftArticle,
    EditWords,
    LinkArticle,
    MarkArticlesNotUseful,
    ProposeChange,
    ReadFolded,
    ReadUnread,
    Reply,
    ReportChange,
    Resolve,
    SayNote,
    SetEta,
    ShowHelp,
    SuggestArticles,
    Take,
    TakeBackWords,
    UnknownCommand,
)
from desk.model.events import CaseReference, NotForDesk, OperationOrdered
from desk.model.operations.base import AgentOperation
from tests.bots.examples import AGENTS, BOT, CHANNEL, GROUP, OLEG, answering, from_oleg, inbound, message, press


def test_an_answer_to_a_card_speaks_to_the_subscriber() -> None:
    one = inbound(**from_oleg("Проверьте кабель", **answering(3)))
    assert (one.event, one.from_agent) == (OperationOrdered(Reply("Проверьте кабель")), True)
    assert (one.sender.value, one.reference.reply_to, one.reference.lane) == ("7", "3", f"{CHANNEL}:{AGENTS}")


def test_a_photo_alone_can_be_the_answer() -> None:
    photo = [{"file_id": "p", "file_unique_id": "a", "width": 1, "height": 1}]
    one = inbound(**from_oleg(photo=photo, **answering()))
    assert (type(one.event.operation), len(one.files)) == (Reply, 1)


def test_a_photo_goes_along_with_the_solution() -> None:
    photo = [{"file_id": "p", "file_unique_id": "a", "width": 1, "height": 1}]
    one = inbound(**from_oleg(photo=photo, caption="/resolve заменили", **answering()))
    assert (one.event.operation.text, len(one.files)) == ("заменили", 1)


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("Мастер в 18", EditWords("Мастер в 18", "reply")),
        ("// долг", EditWords("долг", "add_note")),
        ("/take", EditWords("/take", "take")),
    ],
)
def test_an_edit_orders_nothing_but_the_change(text: str, operation: AgentOperation) -> None:
    assert inbound("edited_message", **from_oleg(text, **answering())).event == OperationOrdered(operation)


def test_who_hides_behind_the_group_is_known_not_to_be_known() -> None:
    one = inbound(**from_oleg("Добрый день", sender_chat=GROUP, **answering()))
    assert (one.event, one.sender.value) == (OperationOrdered(Reply("Добрый день"), nameless=True), "")


@pytest.mark.parametrize(("words", "number"), [("SN-2026-000123-4: ждёт", "SN-2026-000123-4"), ("ждёт", "")])
def test_an_answer_to_the_desk_is_known_by_the_number_in_bold(words: str, number: str) -> None:
    bold = [{"type": "bold", "offset": 0, "length": 16}]
    card = {"inline_keyboard": [[{"text": "Взять", "callback_data": "2:1:take"}]]}
    desk = message(message_id=3, chat=GROUP, text=words, entities=bold, reply_markup=card, **{"from": BOT})
    reference = inbound(**from_oleg("вот", reply_to_message=desk)).reference
    assert (reference.quoted_number, reference.to_desk, reference.to_card) == (number, True, True)


def test_agents_may_talk_among_themselves() -> None:
    assert inbound(**from_oleg("обед?")).event == NotForDesk(agents=True)
    assert inbound(**from_oleg("20000 абонентов сегодня")).event == NotForDesk(agents=True)


def test_the_first_message_of_a_topic_is_not_what_is_being_answered() -> None:
    root = message(message_id=3, chat=GROUP, forum_topic_created={"name": "x", "icon_color": 1})
    one = inbound(**from_oleg("hi", reply_to_message=root, message_thread_id=3, is_topic_message=True))
    assert (one.event, one.reference.reply_to) == (NotForDesk(agents=True), "")


def test_a_moved_group_is_the_agents_group_and_its_lane_keeps_the_old_name() -> None:
    moved = {"id": -100777, "type": "supergroup", "title": "Agents"}
    one = inbound(moved_to=-100777, **from_oleg("ok", **answering()) | {"chat": moved})
    assert (one.from_agent, one.reference.lane) == (True, f"{CHANNEL}:{AGENTS}")


@pytest.mark.parametrize(
    ("text", "replies", "operation", "number"),
    [
        ("/take", True, Take(), ""),
        ("/take@desk_bot sn-2026-000123", False, Take(), "SN-2026-000123"),
        ("/resolve заменили порт", True, Resolve("заменили порт"), ""),
        ("/resolve SN-2026-000123 заменили\nпорт", False, Resolve("заменили\nпорт"), "SN-2026-000123"),
        ("/resolve 2024 routers replaced", True, Resolve("2024 routers replaced"), ""),
        ("/resolve 3 cables", False, Resolve("3 cables"), ""),
        ("/note 1234567 звонил", False, AddNote("звонил"), "1234567"),
        ("// звонил, не берёт", True, AddNote("звонил, не берёт"), ""),
        ("//звонил", False, None, ""),
        ("#SN-2026-000123: здравствуйте", False, Reply("здравствуйте"), "SN-2026-000123"),
        ("№1234567 // тихо", False, AddNote("тихо"), "1234567"),
        ("/lunch", True, UnknownCommand("/lunch"), ""),
        ("/lunch@dice_bot", True, None, ""),
        ("/lunch", False, None, ""),
        ("#SN-2026-000123: здравствуйте", True, Reply("здравствуйте"), "SN-2026-000123"),
        ("№1234567 не тот договор", True, Reply("№1234567 не тот договор"), ""),
        ("Отменить", True, TakeBackWords(), ""),
        ("отменить ли заявку?", True, Reply("отменить ли заявку?"), ""),
        ("/undo", True, TakeBackWords(), ""),
        ("/read SN-2026-000123", False, ReadUnread(), "SN-2026-000123"),
        ("/folded SN-2026-000123", False, ReadFolded(), "SN-2026-000123"),
        ("/help", False, ShowHelp(), ""),
        ("/articles", True, SuggestArticles(), ""),
        ("/article 1234567", False, SuggestArticles(), "1234567"),
        ("/article los-red", True, LinkArticle("los-red"), ""),
        ("/article черновик", True, DraftArticle(), ""),
        ("/article SN-2026-000123 none порт сгорел", False, DeclareNoArticle("порт сгорел"), "SN-2026-000123"),
    ],
)
def test_orders(text: str, replies: bool, operation: AgentOperation | None, number: str) -> None:
    one = parse_agent_message(text, replies=replies)
    assert (one.operation, one.number) == (operation, number)


@pytest.mark.parametrize(
    ("text", "number", "minutes", "allowed"),
    [
        ("/eta 2h", "", 120, True),
        ("/eta 2 ч 30 мин", "", 150, True),
        ("/eta SN-2026-000123 1d", "SN-2026-000123", 1440, True),
        ("/eta 1234567 30м", "1234567", 30, True),
        ("/eta", "", None, False),
        ("/eta скоро", "", None, False),
        ("/eta 1234567", "1234567", None, False),
        ("/eta 0m", "", None, False),
        ("/eta 9999d", "", 9999 * 1440, False),
    ],
)
def test_an_eta_is_a_duration_that_can_be_read(text: str, number: str, minutes: int | None, allowed: bool) -> None:
    one = parse_agent_message(text, replies=True)
    assert (one.operation, one.number) == (SetEta(minutes), number)
    assert isinstance(one.operation, SetEta)
    assert (one.operation.span is not None) == allowed


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


WINDOW = ("2026-12-03T02:00", "2026-12-03T04:00")


@pytest.mark.parametrize(
    ("text", "number", "operation"),
    [
        ("/change 2026-12-03 02:00-04:00 замена узла", "", ProposeChange(*WINDOW, "замена узла")),
        ("/change SN-2026-000123-4 03.12.2026 2:00-4:00 узел", "SN-2026-000123-4", ProposeChange(*WINDOW, "узел")),
        ("/change завтра ночью", "", ProposeChange()),
        ("/change ok", "", ApproveChange()),
        ("/change SN-2026-000123-4 согласовано", "SN-2026-000123-4", ApproveChange()),
        ("/change сделано узел заменили", "", ReportChange(True, "узел заменили")),
        ("/change не сделано: не привезли", "", ReportChange(False, "не привезли")),
        ("/change not done no parts", "", ReportChange(False, "no parts")),
    ],
)
def test_a_window_is_proposed_approved_and_reported_by_a_command(
    text: str, number: str, operation: AgentOperation
) -> None:
    assert parse_agent_message(text) == AgentCommand(operation, number)


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
    ("option", "operation"),
    [
        ("take", Take()),
        ("resolve", Resolve()),
        ("eta:120", SetEta(120)),
        ("eta:x", SetEta(None)),
        ("change:ok:2", ApproveChange(2)),
        ("change:done:2", ReportChange(True, version=2)),
        ("change:undone:2", ReportChange(False, version=2)),
        ("kb:link:a1b2", LinkArticle("a1b2")),
        ("kb:none:one_off", DeclareNoArticle("one_off")),
        ("undo:51", TakeBackWords("51")),
        ("say:51", SayNote("51")),
        ("read", ReadUnread()),
        ("folded", ReadFolded()),
        ("folded:51", ReadFolded(51)),
        ("kb:draft", DraftArticle()),
        ("kb:ask_why", DeclareNoArticle()),
        ("kb:not_useful", MarkArticlesNotUseful()),
    ],
)
def test_a_button_under_a_card_is_an_order_of_the_agent_who_pressed(option: str, operation: AgentOperation) -> None:
    one = inbound("callback_query", **press(f"2:1:{option}", by=OLEG, chat=GROUP))
    assert (one.event, one.sender.value, one.callback) == (OperationOrdered(operation, option), "7", "777")
    assert one.reference == CaseReference(case_id=2, button=True, lane=f"{CHANNEL}:{AGENTS}")


def test_an_unknown_button_in_the_agents_group_orders_nothing_but_is_acknowledged() -> None:
    one = inbound("callback_query", **press("2:1:dance", by=OLEG, chat=GROUP))
    assert (one.event, one.sender.value, one.callback) == (NotForDesk(agents=True), "7", "777")
