"""Commands by which an agent moves a case on: their words and buttons, in Russian and in English. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from desk.model.agent_operations import TakeBackWords
from desk.model.messages import File
from desk.model.operations.base import AgentOperation
from desk.model.operations.case_operations import (
    CHOICES,
    Cancel,
    Classify,
    Consult,
    Escalate,
    FindCases,
    HandOver,
    Hold,
    ListMine,
    ListQueue,
    Pend,
    Reject,
    Relate,
    Release,
    Resume,
    ShowChoices,
)

_PENDING: Mapping[str, tuple[str, ...]] = {
    "info_required": ("info", "данные", "инфо", "уточнить"),
    "diagnostics_required": ("diagnostics", "diag", "test", "диагностика", "тест", "проверка"),
    "no_access": ("access", "доступ"),
    "access_provisioning": ("provisioning", "remote", "удалённо", "удаленно"),
    "customer_responsibility": ("customer", "абонент", "клиент"),
}
_HELD: Mapping[str, tuple[str, ...]] = {
    "third_party": ("third", "supplier", "vendor", "подрядчик", "поставщик"),
    "spare_part": ("part", "запчасть", "деталь", "оборудование"),
    "change_window": ("window", "works", "окно", "работы"),
    "mass_incident": ("mass", "outage", "авария"),
}
_REJECTED: Mapping[str, tuple[str, ...]] = {
    "not_a_customer": ("stranger", "чужой"),
    "not_covered": ("uncovered", "непокрыто"),
    "spam": ("спам",),
    "duplicate": ("double", "повтор", "дубль"),
}
_RELATIONS: Mapping[str, tuple[str, ...]] = {
    "parent": ("родитель",),
    "child": ("часть",),
    "causedBy": ("caused", "cause", "причина"),
    "recurrenceOf": ("recurrence", "повтор"),
    "dependsOn": ("depends", "зависит"),
    "duplicateOf": ("duplicate", "дубль"),
}


def _chosen(word: str, of: Mapping[str, tuple[str, ...]]) -> str:
    """The code that a word means; "" for none."""
    word = word.strip(":,.").casefold()
    return next((code for code, words in of.items() if word == code.casefold() or word in words), "")


def _pend(words: str) -> AgentOperation:
    """``/pend access``, ``/pend info which lamps are lit?``; words without a reason ask for what they say."""
    first, rest = _split(words)
    reason = _chosen(first, _PENDING)
    return Pend(reason, rest) if reason else Pend(ask=words.strip())


def _hold(words: str) -> AgentOperation:
    first, rest = _split(words)
    return Hold(_chosen(first, _HELD) or first[:40], rest)


def _reject(words: str) -> AgentOperation:
    first, rest = _split(words)
    return Reject(_chosen(first, _REJECTED) or first[:40], rest)


def _hand_over(words: str) -> AgentOperation:
    return HandOver(*_split(words))


def _relate(words: str) -> AgentOperation:
    """``/relate cause SN-2026-000123-4 the same cable``."""
    kind, rest = _split(words)
    number, why = _split(rest)
    return Relate(number, _chosen(kind, _RELATIONS) or kind[:20], why)


def _classify(words: str) -> AgentOperation:
    """``/class severity=major affected=25/100 component=access_node a node is down``: pairs, then the reason."""
    values: dict[str, str] = {}
    rest = words
    while True:
        first, after = _split(rest)
        name, sign, value = first.partition("=")
        name = _FIELDS.get(name.casefold(), "")
        if not (sign and name and value):
            break
        values[name], rest = value, after
    affected, _, total = values.pop("affected", "").partition("/")
    numbers = {"affected": _number(affected), "total": _number(total)}
    unreadable = -1 in numbers.values()
    given = {**values, "total": 0, "affected": 1} if unreadable else {**values, **numbers}
    return Classify(why=rest.strip(), **given)  # type: ignore[arg-type]


_FIELDS: Mapping[str, str] = {
    "severity": "severity",
    "тяжесть": "severity",
    "type": "ticket_type",
    "тип": "ticket_type",
    "responsibility": "responsibility",
    "сторона": "responsibility",
    "category": "category",
    "категория": "category",
    "impact": "impact",
    "охват": "impact",
    "urgency": "urgency",
    "срочность": "urgency",
    "priority": "priority",
    "приоритет": "priority",
    "component": "component",
    "узел": "component",
    "affected": "affected",
    "затронуто": "affected",
}


def _number(text: str) -> int:
    """A whole number; 0 for nothing, -1 for anything else."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _split(text: str) -> tuple[str, str]:
    parts = text.split(maxsplit=1)
    return (parts[0] if parts else ""), (parts[1].strip() if len(parts) > 1 else "")


CASE_COMMANDS: Mapping[str, Callable[[str, tuple[File, ...]], AgentOperation]] = {
    "/pend": lambda words, files: _pend(words),
    "/hold": lambda words, files: _hold(words),
    "/resume": lambda words, files: Resume(words),
    "/reject": lambda words, files: _reject(words),
    "/spam": lambda words, files: Reject("spam", words),
    "/cancel": lambda words, files: Cancel(words),
    "/release": lambda words, files: Release(words),
    "/handover": lambda words, files: _hand_over(words),
    "/assign": lambda words, files: _hand_over(words),
    "/escalate": lambda words, files: Escalate(words),
    "/consult": lambda words, files: Consult(*_split(words)),
    "/class": lambda words, files: _classify(words),
    "/relate": lambda words, files: _relate(words),
    "/more": lambda words, files: ShowChoices(),
}
"""Commands behind which a case's number may stand."""
LIST_COMMANDS: Mapping[str, Callable[[str], AgentOperation]] = {
    "/mine": lambda words: ListMine(),
    "/queue": lambda words: ListQueue(words.strip()),
    "/find": lambda words: FindCases(words.strip()),
}
"""Commands that name no case, whatever stands behind them."""


def parse_case_button(option: str) -> AgentOperation | None:
    """What a button under a card or under choices means; None for buttons of others."""
    name, _, value = option.partition(":")
    if name == "pend":
        return Pend(value)
    if name == "hold":
        return Hold(value)
    if name == "ask" and value in CHOICES:
        return ShowChoices(value)
    plain: Mapping[str, AgentOperation] = {
        "more": ShowChoices(),
        "resume": Resume(),
        "release": Release(),
        "escalate": Escalate(),
        "undo:move": TakeBackWords("move"),
    }
    return plain.get(option)
