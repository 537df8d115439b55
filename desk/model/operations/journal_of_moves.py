"""What the journal tells of an agent's moves: whose a case was and is, how it is classed, who was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from desk.model.journal_data import Category, JournalEntryData


@dataclass(frozen=True, slots=True)
class CaseMoved(JournalEntryData):
    """An agent moved the case by an ``operation``: from ``source`` to ``target`` (an agent, a team, a level, a case, a
    reason), for a ``why`` that the entry's text has; of a pended case the text is what the subscriber was asked.

    ``before`` and ``after`` are the fields it changed, by which a slip can be undone. ``told`` when the subscriber
    hears of it.
    """

    kind: ClassVar[str] = "case_moved"
    category: ClassVar[Category] = Category.STATUS
    operation: str = ""
    source: str = ""
    target: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class MoveUndone(JournalEntryData):
    """An agent took back what they had just ordered by this ``operation``."""

    kind: ClassVar[str] = "move_undone"
    category: ClassVar[Category] = Category.STATUS
    operation: str = ""


@dataclass(frozen=True, slots=True)
class CaseClassified(JournalEntryData):
    """``what`` of the case (its severity, say) is ``value`` now; the entry's text says why. ``computed`` when it
    follows from numbers of the policy."""

    kind: ClassVar[str] = "case_classified"
    category: ClassVar[Category] = Category.FINDING
    what: str = ""
    value: str = ""
    before: str = ""
    computed: bool = False


@dataclass(frozen=True, slots=True)
class Consulted(JournalEntryData):
    """An agent asked ``whom``, a person or a team; the entry's text has the question."""

    kind: ClassVar[str] = "consulted"
    category: ClassVar[Category] = Category.NOTE
    whom: str = ""


@dataclass(frozen=True, slots=True)
class CasesRelated(JournalEntryData):
    """This case is related to the one with this ``number``, as ``relation`` of TMF621 says."""

    kind: ClassVar[str] = "cases_related"
    category: ClassVar[Category] = Category.FINDING
    number: str = ""
    relation: str = ""
