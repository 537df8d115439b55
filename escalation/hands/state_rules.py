"""An agent moves a case through its states: it waits, goes on, or ends (domain.md 2.3). Rules, pure."""

from __future__ import annotations

from typing import Any

from desk.model.acts import (
    CancelTimer,
    ChangeState,
    Decision,
    Expect,
    Facts,
    Ignore,
    RuleAct,
    SetFields,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.events import Inbound, OperationOrdered, TimerFired
from desk.model.operations.case_operations import Cancel, Hold, Pend, Reject, Resume
from desk.model.states import CaseState
from escalation.hands.moves import LastMove, Move, carried_out, told
from escalation.ownership import acting_agent, take_over

Ordered = Inbound[OperationOrdered]
CUSTOMERS = "customer_responsibility"
SPAM = "spam"
WATCHES = ("take", "eta", "eta_soon")
"""Timers that press for a case; none is over yet when it ends."""


def pend(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """The subscriber has to do something first, and reads what; their answer goes on with the case."""
    order = inbound.event.operation
    assert isinstance(order, Pend)  # noqa: S101
    fields: dict[str, Any] = {"responsibility": "customer"} if order.reason == CUSTOMERS else {}
    return _waiting(case, Pend.name, CaseState.PENDING, order.reason, order.ask, fields, facts)


def hold(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """The provider, or somebody else, has to do something first; the subscriber reads that it is waited for."""
    order = inbound.event.operation
    assert isinstance(order, Hold)  # noqa: S101
    return _waiting(case, Hold.name, CaseState.HELD, order.reason, order.why, {}, facts)


def _waiting(
    case: Case, operation: str, state: CaseState, reason: str, words: str, fields: dict[str, Any], facts: Facts
) -> Decision:
    """Whoever lets a case wait has it. From one kind of waiting to the other a case goes on in between."""
    taken = [] if case.owner else take_over(case, acting_agent(facts), facts, quietly=True)
    owner = {"owner": case.owner or acting_agent(facts).id}
    goes_on = not taken and case.state in (CaseState.PENDING, CaseState.HELD) and case.state != state
    move = Move(operation, reason, case.reason, words, {**owner, **fields}, state.value, reason, told=True)
    return decide(
        *taken,
        *([ChangeState(CaseState.IN_PROGRESS, "diagnosing")] if goes_on else []),
        *carried_out(case, move, facts),
    )


def resume(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """What was waited for is there."""
    order = inbound.event.operation
    assert isinstance(order, Resume)  # noqa: S101
    state, reason = CaseState.IN_PROGRESS.value, "diagnosing"
    return decide(
        *carried_out(case, Move(Resume.name, "", case.reason, order.why, {}, state, reason, told=True), facts)
    )


def reject(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """None of the desk's business; who sent spam hears nothing."""
    order = inbound.event.operation
    assert isinstance(order, Reject)  # noqa: S101
    heard = order.reason != SPAM
    move = Move(Reject.name, order.reason, "", order.why, {}, CaseState.REJECTED.value, order.reason, told=heard)
    return decide(*carried_out(case, move, facts), *over())


def cancel(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """The subscriber withdrew it, by phone say."""
    order = inbound.event.operation
    assert isinstance(order, Cancel)  # noqa: S101
    reason = "customer_withdrew"
    move = Move(Cancel.name, reason, "", order.why, {}, CaseState.CANCELLED.value, reason, told=True)
    return decide(*carried_out(case, move, facts), *over())


def over() -> list[RuleAct]:
    """Nothing is asked and nobody pressed for a case that is over."""
    return [*map(CancelTimer, WATCHES), Expect(), SetFields({"last_acknowledgement": ""})]


def tell_move(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """Nobody took the move back: the subscriber hears of it, if it is still so."""
    last = facts.get(LastMove)
    stands = last is not None and last.move.told and (last.move.after or {}).get("state") == case.state
    if last is None or not stands:
        return decide(Ignore(IgnoredCode.TIMER_OBSOLETE))
    return decide(*told(last.move, last.words, last.agent, facts))
