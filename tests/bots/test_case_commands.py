"""Commands and buttons by which an agent moves a case on, in Russian and in English."""

from __future__ import annotations

import pytest

from bots.parse_agent_message import AgentCommand, parse_agent_button, parse_agent_message
from desk.model.agent_operations import TakeBackWords
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

N = "SN-2026-000123-4"
OTHER = "SN-2026-000124-1"


@pytest.mark.parametrize(
    ("text", "replies", "operation", "number"),
    [
        ("/pend доступ Когда можно зайти?", True, Pend("no_access", "Когда можно зайти?"), ""),
        ("/pend Пришлите фото роутера", True, Pend("info_required", "Пришлите фото роутера"), ""),
        (f"/pend {N} diag", False, Pend("diagnostics_required"), N),
        ("/hold подрядчик наряд 77", True, Hold("third_party", "наряд 77"), ""),
        ("/hold Spare_Part", True, Hold("spare_part"), ""),
        ("/hold лень", True, Hold("лень"), ""),
        ("/resume", True, Resume(), ""),
        ("/reject дубль", True, Reject("duplicate"), ""),
        (f"/spam {N}", False, Reject("spam"), N),
        ("/cancel позвонила", True, Cancel("позвонила"), ""),
        ("/release обед", True, Release("обед"), ""),
        ("/handover field порт проверен", True, HandOver("field", "порт проверен"), ""),
        (f"/assign {N} petrov сдаю смену", False, HandOver("petrov", "сдаю смену"), N),
        ("/escalate", True, Escalate(), ""),
        ("/consult noc видели?", True, Consult("noc", "видели?"), ""),
        ("/class severity=major весь дом", True, Classify(severity="major", why="весь дом"), ""),
        (
            "/class затронуто=25/100 узел=access_node узел лежит",
            True,
            Classify(component="access_node", affected=25, total=100, why="узел лежит"),
            "",
        ),
        ("/class affected=many x", True, Classify(affected=1, total=0, why="x"), ""),
        (f"/merge {OTHER} об одном", True, Merge(OTHER, "об одном"), ""),
        (f"/merge {N} {OTHER}", False, Merge(OTHER), N),
        (f"/relate причина {OTHER} кабель", True, Relate(OTHER, "causedBy", "кабель"), ""),
        ("/mine", False, ListMine(), ""),
        ("/queue field", False, ListQueue("field"), ""),
        ("/find 40-1187", False, FindCases("40-1187"), ""),
        ("/more@sever_support_bot", True, ShowChoices(), ""),
    ],
)
def test_each_command_is_read(text: str, replies: bool, operation: AgentOperation, number: str) -> None:
    assert parse_agent_message(text, replies=replies) == AgentCommand(operation, number)


@pytest.mark.parametrize(
    ("option", "operation"),
    [
        ("more", ShowChoices("more")),
        ("ask:hold", ShowChoices("hold")),
        ("ask:anything", None),
        ("pend:no_access", Pend("no_access")),
        ("hold:third_party", Hold("third_party")),
        ("resume", Resume()),
        ("release", Release()),
        ("escalate", Escalate()),
        ("undo:move", TakeBackWords("move")),
    ],
)
def test_each_button_is_read(option: str, operation: AgentOperation | None) -> None:
    assert parse_agent_button(option) == operation
