"""Operations that move a case: its states (domain.md 2.3), whose it is, its level, how it is classed.

Each has the words of its order: ``ask`` is said to the subscriber, ``why`` is for agents alone and goes no further.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.operations.base import AgentOperation, OperationConditions, in_final
from desk.model.operations.classes import (
    IMPACTS,
    PRIORITIES,
    RESPONSIBILITIES,
    SEVERITIES,
    TICKET_TYPES,
    URGENCIES,
)
from desk.model.states import DUPLICATE, CaseState

if TYPE_CHECKING:
    from desk.model.case import Case

PENDING_REASONS = (
    "info_required",
    "diagnostics_required",
    "no_access",
    "access_provisioning",
    "customer_responsibility",
)
"""What the subscriber has to do."""
HELD_REASONS = ("third_party", "spare_part", "change_window", "mass_incident")
"""What the provider, or somebody else, has to do first."""
REJECTED_REASONS = ("not_a_customer", "not_covered", "spam", "duplicate")
LEVELS = ("L1", "L2", "L3")
RELATIONS: Mapping[str, str] = {
    "parent": "child",
    "child": "parent",
    "duplicateOf": "hasDuplicate",
    "hasDuplicate": "duplicateOf",
    "causedBy": "causes",
    "causes": "causedBy",
    "recurrenceOf": "recurredAs",
    "recurredAs": "recurrenceOf",
    "dependsOn": "dependedOnBy",
    "dependedOnBy": "dependsOn",
}
"""How two cases are related, each with how the other one is."""


@dataclass(frozen=True, slots=True)
class Pend(AgentOperation):
    """Waits for the subscriber, for one of `PENDING_REASONS`; ``ask`` are words to them."""

    name: ClassVar[str] = "pend"
    reason: str = "info_required"
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Hold(AgentOperation):
    """Waits for the provider or somebody else, for one of `HELD_REASONS`."""

    name: ClassVar[str] = "hold"
    reason: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Resume(AgentOperation):
    """Goes on with a case that waited."""

    name: ClassVar[str] = "resume"
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reject(AgentOperation):
    """Ends a case that is none of the desk's, for one of `REJECTED_REASONS`."""

    name: ClassVar[str] = "reject"
    reason: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cancel(AgentOperation):
    """Ends a case that its subscriber has withdrawn."""

    name: ClassVar[str] = "cancel"
    why: str = ""


@dataclass(frozen=True, slots=True)
class Release(AgentOperation):
    """Gives a case back to its queue."""

    name: ClassVar[str] = "release"
    why: str = ""


@dataclass(frozen=True, slots=True)
class HandOver(AgentOperation):
    """Hands a case to a person or a team, by their id, with a summary."""

    name: ClassVar[str] = "hand_over"
    to: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Escalate(AgentOperation):
    """Raises a case by one level of support."""

    name: ClassVar[str] = "escalate"
    why: str = ""


@dataclass(frozen=True, slots=True)
class Consult(AgentOperation):
    """Asks a person or a team, by their id; the case stays whose it is."""

    name: ClassVar[str] = "consult"
    whom: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Classify(AgentOperation):
    """Changes how a case is classed, and why. What is empty stays as it is.

    ``affected`` of ``total`` users of a ``component`` give severity and impact by the provider's policy.
    """

    name: ClassVar[str] = "classify"
    severity: str = ""
    ticket_type: str = ""
    responsibility: str = ""
    category: str = ""
    impact: str = ""
    urgency: str = ""
    priority: str = ""
    component: str = ""
    affected: int = 0
    total: int = 0
    why: str = ""

    @property
    def asks_nothing(self) -> bool:
        """Whether nothing is to be changed."""
        changed = (self.severity, self.ticket_type, self.responsibility, self.category, self.impact, self.urgency)
        return not (any(changed) or self.priority or self.total)


@dataclass(frozen=True, slots=True)
class Merge(AgentOperation):
    """Goes on with this case under the number ``into``: another case of the same person."""

    name: ClassVar[str] = "merge"
    into: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Relate(AgentOperation):
    """Notes how this case is related to the one with the number ``to``, by one of `RELATIONS`.

    ``mirrored`` when the other case has it already; ``ends`` when it is so no longer.
    """

    name: ClassVar[str] = "relate"
    to: str = ""
    kind: str = "causedBy"
    why: str = ""
    mirrored: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class ShowChoices(AgentOperation):
    """Shows the buttons of one of `CHOICES`: operations that the card has no place for, reasons, teams."""

    name: ClassVar[str] = "show_choices"
    of: str = "more"


CHOICES = ("more", "pend", "hold", "hand_over", "consult")


@dataclass(frozen=True, slots=True)
class ListMine(AgentOperation):
    """Shows the agent their own open cases."""

    name: ClassVar[str] = "list_mine"


@dataclass(frozen=True, slots=True)
class ListQueue(AgentOperation):
    """Shows the open cases that nobody has, of one ``team`` or of all."""

    name: ClassVar[str] = "list_queue"
    team: str = ""


@dataclass(frozen=True, slots=True)
class FindCases(AgentOperation):
    """Finds cases of the agent's provider by number, contract, phone or words."""

    name: ClassVar[str] = "find_cases"
    text: str = ""


def _one_of(
    values: tuple[str, ...], code: OperationRefusalCode, operation: AgentOperation
) -> OperationRefusalCode | None:
    return None if getattr(operation, "reason", "") in values else code


def _pend(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    return _one_of(PENDING_REASONS, OperationRefusalCode.REASON_UNKNOWN, operation)


def _hold(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    return _one_of(HELD_REASONS, OperationRefusalCode.REASON_UNKNOWN, operation)


def _reject(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    """What has been worked on is resolved or cancelled; only a duplicate may end so at any time."""
    begun = case.state != CaseState.ACKNOWLEDGED
    if begun and isinstance(operation, Reject) and operation.reason != DUPLICATE:
        return OperationRefusalCode.TOO_LATE_TO_REJECT
    return _one_of(REJECTED_REASONS, OperationRefusalCode.REASON_UNKNOWN, operation)


def _waits(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    waits = case.state in (CaseState.PENDING, CaseState.HELD)
    return None if waits else OperationRefusalCode.NOT_WAITING


def _has_owner(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    return None if case.owner else OperationRefusalCode.NOBODY_HAS_IT


def _has_summary(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    return None if getattr(operation, "why", "").strip() else OperationRefusalCode.SUMMARY_MISSING


def _may_rise(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    """Level two is given a case that tells what, since when and where (D9), unless it is critical."""
    if case.level == LEVELS[-1]:
        return OperationRefusalCode.LEVEL_HIGHEST
    missing = case.level in ("", LEVELS[0]) and case.severity != "critical" and facts_missing(case)
    return OperationRefusalCode.FACTS_MISSING if missing else None


def facts_missing(case: Case) -> tuple[str, ...]:
    """What the intake of a case still lacks, of "what", "since" and "where". That nobody can tell is an answer too."""
    told = {"what": case.description, "since": case.occurred, "where": case.place}
    return tuple(name for name, value in told.items() if not (value or "").strip())


_ALLOWED: Mapping[str, tuple[str, ...]] = {
    "severity": SEVERITIES,
    "ticket_type": TICKET_TYPES,
    "responsibility": RESPONSIBILITIES,
    "impact": IMPACTS,
    "urgency": URGENCIES,
    "priority": PRIORITIES,
}


def _classes(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    if not isinstance(operation, Classify) or operation.asks_nothing:
        return OperationRefusalCode.CLASS_UNKNOWN
    known = all(not (one := getattr(operation, name)) or one in values for name, values in _ALLOWED.items())
    counted = 0 <= operation.affected <= operation.total
    if not (known and counted):
        return OperationRefusalCode.CLASS_UNKNOWN
    return _has_summary(case, operation)


def _relation(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    known = isinstance(operation, Relate) and operation.kind in RELATIONS
    return None if known else OperationRefusalCode.REASON_UNKNOWN


def _has_text(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    return None if getattr(operation, "text", "").strip() else OperationRefusalCode.NOTHING_SAID


_CLOSED = in_final(OperationRefusalCode.CASE_CLOSED)
_OVER = {**_CLOSED, CaseState.RESOLVED: OperationRefusalCode.CASE_RESOLVED}

CASE_POLICIES: Mapping[type[AgentOperation], OperationConditions] = {
    Pend: OperationConditions(_OVER, _pend),
    Hold: OperationConditions(_OVER, _hold),
    Resume: OperationConditions(_OVER, _waits),
    Reject: OperationConditions(_OVER, _reject),
    Cancel: OperationConditions(_OVER),
    Release: OperationConditions(_OVER, _has_owner),
    HandOver: OperationConditions(_OVER, _has_summary),
    Escalate: OperationConditions(_OVER, _may_rise),
    Consult: OperationConditions(_OVER, _has_summary),
    Classify: OperationConditions(_CLOSED, _classes),
    Merge: OperationConditions(_OVER),
    Relate: OperationConditions({}, _relation),
    ShowChoices: OperationConditions(),
    ListMine: OperationConditions(),
    ListQueue: OperationConditions(),
    FindCases: OperationConditions({}, _has_text),
}
