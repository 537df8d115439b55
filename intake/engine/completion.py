"""When intake has all it needs, it says so in the case's state; what follows is not its business."""

from __future__ import annotations

from desk.model.acts import ChangeState, RuleAct
from desk.model.case import TRIAGE, Case
from desk.model.states import CaseState


def is_complete(case: Case) -> bool:
    """Whether intake is over: the case has its number, or is about to get it."""
    return case.registered or case.reason == TRIAGE


def completed(case: Case) -> tuple[RuleAct, ...]:
    """The acts that hand a case over to be registered and routed."""
    return () if case.registered else (ChangeState(CaseState.ACKNOWLEDGED, TRIAGE),)
