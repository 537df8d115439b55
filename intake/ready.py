"""When intake has all it needs, it says so in the case's state; what follows is not its business."""

from __future__ import annotations

from desk.case import Case, State
from desk.decisions import Act, Become


def ready(case: Case) -> tuple[Act, ...]:
    """The acts that hand a case over to be registered and routed."""
    return () if case.registered else (Become(State.ACKNOWLEDGED, "triage"),)
