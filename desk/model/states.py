"""The states of a case: TMF621's, and which may follow which.

A case in a final state is over; only the closed one whose trouble came back is taken up again, under its number
(`escalation.after_closing_rules`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class CaseState(StrEnum):
    """TMF621 status values."""

    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "inProgress"
    PENDING = "pending"
    HELD = "held"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


FINAL = frozenset({CaseState.CLOSED, CaseState.REJECTED, CaseState.CANCELLED})

TRANSITIONS: Mapping[CaseState, frozenset[CaseState]] = {
    CaseState.ACKNOWLEDGED: frozenset(
        {
            CaseState.IN_PROGRESS,
            CaseState.PENDING,
            CaseState.RESOLVED,
            CaseState.REJECTED,
            CaseState.CANCELLED,
        }
    ),
    CaseState.IN_PROGRESS: frozenset({CaseState.PENDING, CaseState.HELD, CaseState.RESOLVED, CaseState.CANCELLED}),
    CaseState.PENDING: frozenset({CaseState.IN_PROGRESS, CaseState.RESOLVED, CaseState.CANCELLED}),
    CaseState.HELD: frozenset({CaseState.IN_PROGRESS, CaseState.RESOLVED, CaseState.CANCELLED}),
    CaseState.RESOLVED: frozenset({CaseState.CLOSED, CaseState.IN_PROGRESS}),
}

RECURRED = "recurred"
TAKEN_UP_AGAIN = frozenset({CaseState.IN_PROGRESS, CaseState.ACKNOWLEDGED})
"""TMF621 ends with "closed". For this reason alone, and for as long as the policy says, a trouble that is back
takes its case up again."""


UNDONE = "undone"
"""A slip of an agent's, taken back within a minute: the case is again where it was."""
DUPLICATE = "duplicate"
"""A case that goes on under another number ends as its duplicate, whatever has been done in it."""


def may_follow(now: CaseState, then: CaseState, reason: str) -> bool:
    """Whether a case may go from one state to the other, or stay where it is."""
    again = now is CaseState.CLOSED and reason == RECURRED and then in TAKEN_UP_AGAIN
    undone = reason == UNDONE and now in (CaseState.PENDING, CaseState.HELD, CaseState.REJECTED, CaseState.CANCELLED)
    joined = reason == DUPLICATE and then is CaseState.REJECTED and now not in FINAL
    return then is now or again or undone or joined or then in TRANSITIONS.get(now, frozenset())


class ForbiddenTransition(ValueError):
    """A state the case cannot reach from where it is."""
