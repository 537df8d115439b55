"""The states of a case: TMF621's, and which may follow which."""

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


class ForbiddenTransition(ValueError):
    """A state the case cannot reach from where it is."""
