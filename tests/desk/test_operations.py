"""What agents may order, in which states, and how an order is stored and read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from desk.model.agent_operations import (
    OPERATIONS,
    POLICIES,
    AcceptLetter,
    AddNote,
    ApproveChange,
    CallDone,
    DeclareNoArticle,
    DraftArticle,
    EditWords,
    LinkArticle,
    MarkArticlesNotUseful,
    ProposeChange,
    ReadFolded,
    ReadUnread,
    RefuseLetter,
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
    operation_as_json,
    operation_from_json,
    refusal_of,
)
from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.case import Case
from desk.model.messages import File
from desk.model.operations.base import AgentOperation
from desk.model.operations.case_operations import (
    Cancel,
    Classify,
    Consult,
    Escalate,
    FindCases,
    HandOver,
    Hold,
    ListMine,
    ListQueue,
    Merge,
    Pend,
    Reject,
    Relate,
    Release,
    Resume,
    ShowChoices,
)
from desk.model.states import FINAL, CaseState

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
PHOTO = File("lamp.png", "photo", "image/png", 9, "telegram:main:abc")
EACH: tuple[AgentOperation, ...] = (
    Take(),
    Reply("Здравствуйте!"),
    AddNote("звонил"),
    SetEta(120),
    ProposeChange("2026-12-03T02:00", "2026-12-03T04:00", "замена узла"),
    ApproveChange(1),
    ReportChange(True, "узел заменили", 1),
    CallDone("no_answer"),
    Resolve("заменили порт"),
    LinkArticle("los-red"),
    DraftArticle(),
    DeclareNoArticle("one_off"),
    SuggestArticles(),
    MarkArticlesNotUseful(),
    EditWords("Мастер в 18", "reply"),
    TakeBackWords("51"),
    SayNote("51"),
    ReadUnread(),
    ReadFolded(51),
    AcceptLetter(51),
    RefuseLetter(51),
    ShowHelp(),
    UnknownCommand("/lunch"),
    AcceptLetter(51),
    RefuseLetter(51),
    Pend("info_required", "Пришлите фото"),
    Hold("third_party", "ждём подрядчика"),
    Reject("spam"),
    Cancel("позвонили"),
    HandOver("l2", "порт проверен"),
    Escalate("нужна сеть"),
    Consult("l2", "видели такое?"),
    Classify(severity="major", why="весь дом"),
    Merge("SN-2"),
    Relate("SN-2", "causedBy"),
    ShowChoices(),
    ListMine(),
    ListQueue("l1"),
    FindCases("40-1187"),
    Resume(),
    Release(),
)
OPEN = tuple(state for state in CaseState if state not in FINAL)
CLOSED, RESOLVED = OperationRefusalCode.CASE_CLOSED, OperationRefusalCode.CASE_RESOLVED
OVER = {**dict.fromkeys(FINAL, CLOSED), CaseState.RESOLVED: RESOLVED}
RUNNING = (CaseState.ACKNOWLEDGED, CaseState.IN_PROGRESS)
REFUSED: dict[type[AgentOperation], Mapping[CaseState, OperationRefusalCode | None]] = {
    Take: dict.fromkeys(FINAL, CLOSED),
    Reply: dict.fromkeys(FINAL, CLOSED),
    SayNote: dict.fromkeys(FINAL, CLOSED),
    SetEta: {**dict.fromkeys(FINAL, CLOSED), CaseState.RESOLVED: RESOLVED},
    ProposeChange: {**dict.fromkeys(FINAL, CLOSED), CaseState.RESOLVED: RESOLVED},
    ApproveChange: {**dict.fromkeys(FINAL, CLOSED), CaseState.RESOLVED: RESOLVED},
    ReportChange: {**dict.fromkeys(FINAL, CLOSED), CaseState.RESOLVED: RESOLVED},
    Resolve: {**dict.fromkeys(FINAL, CLOSED), CaseState.RESOLVED: OperationRefusalCode.ALREADY_RESOLVED},
    **dict.fromkeys((Pend, Hold, Cancel, HandOver, Consult, Merge), OVER),
    Reject: {**dict.fromkeys(OPEN, OperationRefusalCode.TOO_LATE_TO_REJECT), CaseState.ACKNOWLEDGED: None, **OVER},
    Resume: {**OVER, **dict.fromkeys(RUNNING, OperationRefusalCode.NOT_WAITING)},
    Release: {**dict.fromkeys(OPEN, OperationRefusalCode.NOBODY_HAS_IT), **OVER},
    Escalate: {**dict.fromkeys(OPEN, OperationRefusalCode.FACTS_MISSING), **OVER},
    Classify: dict.fromkeys(FINAL, CLOSED),
}
"""What is refused where; whatever is not here is allowed."""


def case_in(state: CaseState, owner: str = "") -> Case:
    """A registered case in this state."""
    return Case(provider="sever", id=1, person_id=1, state=state.value, owner=owner, registered_at=NOW)


def test_every_operation_is_tried_here_and_has_a_policy_and_a_name_of_its_own() -> None:
    kinds = {type(one) for one in EACH}
    assert kinds == set(OPERATIONS.values()) == set(POLICIES)
    assert set(OPERATIONS) == {one.name for one in kinds}
    assert all(OPERATIONS)


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("operation", EACH, ids=lambda one: one.name)
def test_each_operation_is_allowed_or_refused_with_its_code_in_each_state(
    operation: AgentOperation, state: CaseState
) -> None:
    assert refusal_of(operation, case_in(state)) is REFUSED.get(type(operation), {}).get(state)


@pytest.mark.parametrize("state", OPEN)
def test_a_taken_case_is_taken_by_nobody_else(state: CaseState) -> None:
    assert refusal_of(Take(), case_in(state, "petrov")) is OperationRefusalCode.ALREADY_TAKEN


@pytest.mark.parametrize(
    "operation",
    [one for one in EACH if not isinstance(one, (Take, Reject, Resume, Escalate))],
    ids=lambda one: one.name,
)
def test_everything_but_taking_may_be_done_to_another_agents_case(operation: AgentOperation) -> None:
    assert refusal_of(operation, case_in(CaseState.IN_PROGRESS, "petrov")) is None


def test_of_a_closed_case_it_is_said_that_it_is_closed_and_not_who_has_it() -> None:
    assert refusal_of(Take(), case_in(CaseState.CLOSED, "petrov")) is CLOSED


@pytest.mark.parametrize("kind", [Reply, AddNote])
def test_a_reply_or_a_note_without_words_and_files_is_refused(kind: type[Reply] | type[AddNote]) -> None:
    case = case_in(CaseState.IN_PROGRESS)
    assert refusal_of(kind(), case) is OperationRefusalCode.NOTHING_SAID
    assert refusal_of(kind(" \n"), case) is OperationRefusalCode.NOTHING_SAID
    assert refusal_of(kind("", (PHOTO,)), case) is None


@pytest.mark.parametrize(
    ("minutes", "allowed"),
    [
        (None, False),
        (-120, False),
        (0, False),
        (4, False),
        (5, True),
        (30 * 24 * 60, True),
        (30 * 24 * 60 + 1, False),
        (99_999_999, False),
    ],
)
def test_a_promised_time_lies_between_five_minutes_and_thirty_days(minutes: int | None, allowed: bool) -> None:
    order = SetEta(minutes)
    assert (order.span is not None) == allowed
    assert refusal_of(order, case_in(CaseState.IN_PROGRESS)) is (None if allowed else OperationRefusalCode.ETA_UNCLEAR)
    if order.span is not None:
        assert order.span.total_seconds() == 60 * (minutes or 0)


@pytest.mark.parametrize(
    "operation",
    [
        *EACH,
        SetEta(None),
        DeclareNoArticle(),
        Resolve(),
        Resolve("готово", LinkArticle("los-red")),
        Resolve("готово", DraftArticle()),
        Resolve("готово", DeclareNoArticle("порт сгорел")),
    ],
    ids=str,
)
def test_an_order_is_the_same_after_it_was_stored_as_json(operation: AgentOperation) -> None:
    stored = json.loads(json.dumps(operation_as_json(operation)))
    assert stored["name"] == operation.name
    assert operation_from_json(stored) == operation


@pytest.mark.parametrize("kind", [Reply, AddNote])
def test_files_travel_with_the_message_and_not_in_the_json(kind: type[Reply] | type[AddNote]) -> None:
    stored = operation_as_json(kind("вот", (PHOTO,)))
    assert operation_from_json(stored) == kind("вот")
    with pytest.raises(ValueError, match="has no files"):
        operation_from_json({**stored, "files": []})


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"name": "close"},
        {"name": ""},
        {"name": ["take"]},
        {"name": "take", "text": "x"},
        {"name": "reply", "texts": "x"},
        {"name": "resolve", "text": "x", "article": {"name": "close"}},
    ],
    ids=str,
)
def test_what_is_no_order_is_refused_with_an_error_that_makes_a_message_unreadable(stored: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        operation_from_json(stored)
