"""When intake has all it needs, it says so in the case's state; what follows is not its business."""

from __future__ import annotations

from desk.model.acts import Act, Become
from desk.model.case import TRIAGE, Case, State

ENOUGH = 8000
"""Characters a case keeps of what was said about it; the journal has everything."""


def is_ready(case: Case) -> bool:
    """Whether intake is over: the case has its number, or is about to get it."""
    return case.registered or case.reason == TRIAGE


def more(text: str, added: str) -> str:
    """What was said, and what was said besides, as much as a case keeps: nobody makes it grow without end."""
    return f"{text}\n{added}".strip()[:ENOUGH]


def ready(case: Case) -> tuple[Act, ...]:
    """The acts that hand a case over to be registered and routed."""
    return () if case.registered else (Become(State.ACKNOWLEDGED, TRIAGE),)
