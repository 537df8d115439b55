"""How a case is classed is changed by an agent, with a reason; what follows from it is computed. Rules, pure."""

from __future__ import annotations

from collections.abc import Iterator

from desk.model.acts import (
    AddJournalEntry,
    AddReaction,
    Decision,
    Facts,
    PopupNotice,
    RefuseOperation,
    RuleAct,
    SetFields,
    UpdateCard,
    decide,
)
from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.case import Case
from desk.model.events import Inbound, OperationOrdered
from desk.model.operations.case_operations import Classify
from desk.model.operations.classes import CATEGORIES, impact_of_share, priority, priority_of, urgency_of_severity
from desk.model.operations.journal_of_moves import CaseClassified
from desk.model.provider_files import Provider

NAMED = ("severity", "ticket_type", "responsibility", "category", "impact", "urgency", "priority")


def classify(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """What the agent names is so from now on; severity and impact follow from the share of those affected (D7), and
    the priority from impact and urgency, until somebody sets it."""
    order = inbound.event.operation
    assert isinstance(order, Classify)  # noqa: S101
    named = {name: str(getattr(order, name)) for name in NAMED if getattr(order, name)}
    if order.category and order.category not in {*CATEGORIES, *facts.need(Provider).categories}:
        return decide(RefuseOperation(OperationRefusalCode.CLASS_UNKNOWN))
    counted = _counted(order, facts)
    wanted = {**counted, **named}
    changed = {name: value for name, value in wanted.items() if getattr(case, name) != value}
    if not changed:
        return decide(RefuseOperation(OperationRefusalCode.ALREADY_THERE))
    return decide(
        SetFields(changed),
        *_noted(case, changed, set(counted) - set(named), order.why),
        PopupNotice("move_done"),
        AddReaction(),
        UpdateCard(),
    )


def _counted(order: Classify, facts: Facts) -> dict[str, str]:
    """Severity and impact by the share of a component's users that are affected."""
    if not order.total:
        return {}
    severity = facts.need(Provider).service.severity.severity(order.component, order.affected, order.total)
    return {"severity": severity, "impact": impact_of_share(severity)}


def _noted(case: Case, changed: dict[str, str], counted: set[str], why: str) -> Iterator[RuleAct]:
    for name, value in changed.items():
        yield AddJournalEntry(CaseClassified(name, value, getattr(case, name), name in counted), why)
    after = {name: changed.get(name, getattr(case, name)) for name in ("impact", "urgency", "severity", "priority")}
    urgency = after["urgency"] or urgency_of_severity(after["severity"])
    now, before = after["priority"] or priority(after["impact"], urgency), priority_of(case)
    if now != before and "priority" not in changed:
        yield AddJournalEntry(CaseClassified("priority", now, before, computed=True), why)
