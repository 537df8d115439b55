"""How a case is classed: how bad it is (severity) and how soon it is to be done (priority), which are two things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desk.model.case import Case

SEVERITIES = ("critical", "major", "minor")
TICKET_TYPES = ("incident", "service_request", "question", "complaint", "change_request")
RESPONSIBILITIES = ("customer", "provider")
CATEGORIES = ("technical", "billing", "security", "equipment_setup")
IMPACTS = ("extensive", "significant", "single")
URGENCIES = ("high", "medium", "low")
PRIORITIES = ("P1", "P2", "P3", "P4")

_MATRIX: Mapping[str, tuple[str, str, str]] = {
    "extensive": ("P1", "P1", "P2"),
    "significant": ("P1", "P2", "P3"),
    "single": ("P2", "P3", "P4"),
}
"""Priority by impact, for the urgencies in their order (ITIL 4)."""
_URGENCY_OF_SEVERITY = dict(zip(SEVERITIES, URGENCIES, strict=True))
_IMPACT_OF_SEVERITY = dict(zip(SEVERITIES, IMPACTS, strict=True))


def priority(impact: str, urgency: str) -> str:
    """ "P1" to "P4" from impact and urgency; what is not known counts as a single subscriber, and as medium."""
    urgent = URGENCIES.index(urgency) if urgency in URGENCIES else 1
    return _MATRIX.get(impact, _MATRIX["single"])[urgent]


def impact_of_share(severity: str) -> str:
    """How many are hit where the severity was computed from the share of those affected: the bounds are the same."""
    return _IMPACT_OF_SEVERITY.get(severity, "single")


def urgency_of_severity(severity: str) -> str:
    """How urgent a case is until somebody has said so; "" where its severity is not known either."""
    return _URGENCY_OF_SEVERITY.get(severity, "")


def priority_of(case: Case) -> str:
    """A case's priority: the one that an agent set, or else that of its impact and urgency.

    Until somebody has said how urgent it is, that follows from the severity.
    """
    return case.priority or priority(case.impact, case.urgency or urgency_of_severity(case.severity))
