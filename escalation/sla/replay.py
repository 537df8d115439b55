"""What the clocks of past cases would have done under a policy, by what their journals tell. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.model.case import Case
from desk.model.journal import JournalEntry
from desk.model.service_levels.clocks import Clock, ClockKind, ClockState, after
from desk.model.service_levels.policy import ServicePolicy
from escalation.sla.case_events import CaseEventKind, events_of_journal
from escalation.sla.clock_moves import ClockContext, breaches, moves
from escalation.sla.clock_rules import clock_values


@dataclass(frozen=True, slots=True)
class ReplayedCase:
    """The clocks of one case under a policy; ``sla`` is "" and there are none where no service level is for it."""

    number: str
    sla: str = ""
    clocks: Mapping[ClockKind, Clock] = field(default_factory=dict)


def replay(
    case: Case, entries: Iterable[JournalEntry], policy: ServicePolicy, zone: ZoneInfo, now: datetime
) -> ReplayedCase:
    """Runs a case's clocks by its journal, as they stand ``now``.

    Severity, service level and responsibility are taken as the case has them at last; columns of the table of
    subscribers that are no field of a case are not known.
    """
    values = clock_values(case) | {"state": "acknowledged", "reason": "queued"}
    level = policy.level_for(case.ticket_type, values)
    if level is None:
        return ReplayedCase(case.number or "")
    values["sla"], clocks = level.id, dict[ClockKind, Clock]()
    context = ClockContext(policy, level, values, policy.versions_of, zone)
    for event in events_of_journal(case, entries):
        if event.kind is CaseEventKind.STATE:
            values |= {"state": event.state, "reason": event.reason}
        for move in moves(event, clocks, context):
            if (moved := after(clocks.get(move.clock), move, policy.versions_of)) is not None:
                clocks[move.clock] = moved
    for move in [*breaches(now, clocks, context)]:
        if (moved := after(clocks.get(move.clock), move, policy.versions_of)) is not None:
            clocks[move.clock] = moved
    return ReplayedCase(case.number or "", level.id, clocks)


@dataclass(frozen=True, slots=True)
class ClockResult:
    """How a clock was kept in many cases: those it was ``kept`` in, ``breached``, and still ``open``."""

    kept: int
    breached: int
    open: int

    @property
    def share_kept(self) -> float | None:
        """Of those that ended or were breached, the share that was kept; None where there is none."""
        ended = self.kept + self.breached
        return self.kept / ended if ended else None


def results(cases: Iterable[ReplayedCase]) -> dict[ClockKind, ClockResult]:
    """How each clock was kept."""
    kept, breached, still = Counter[ClockKind](), Counter[ClockKind](), Counter[ClockKind]()
    for case in cases:
        for kind, clock in case.clocks.items():
            if clock.breached_at:
                breached[kind] += 1
            elif clock.state is ClockState.FULFILLED:
                kept[kind] += 1
            elif not clock.is_over:
                still[kind] += 1
    kinds = [kind for kind in ClockKind if kept[kind] + breached[kind] + still[kind]]
    return {kind: ClockResult(kept[kind], breached[kind], still[kind]) for kind in kinds}


def breached_clocks(case: ReplayedCase) -> frozenset[ClockKind]:
    """The clocks of a case that were not kept."""
    return frozenset(kind for kind, clock in case.clocks.items() if clock.breached_at)
