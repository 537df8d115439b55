"""Clocks run by what a round did to the case: their moves are noted, their steps taken, the next instant set. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from desk.language.time_labels import time_labels
from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    AgentAddressee,
    CancelTimer,
    Decision,
    Facts,
    Ignore,
    Names,
    RuleAct,
    SayTemplate,
    SetFields,
    SetTimer,
    UpdateCard,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.events import Event, Inbound, TimerFired
from desk.model.journal import ClocksMoved, LevelRaised
from desk.model.provider_files import Provider
from desk.model.service_levels.clocks import Clock, ClockEvent, ClockKind, ClockMove, after
from desk.model.service_levels.policy import EscalationStep, ServicePolicy
from desk.model.shared_facts import Account, Identification
from escalation.routing import routing_values
from escalation.sla.case_events import CaseEvent, CaseEventKind, events_of_acts
from escalation.sla.clock_moves import RULE, ClockContext, breaches, moves
from escalation.sla.clock_table import CaseClocks, WriteClocks

CLOCK_TIMER = "clock"
"""The kind of the one timer of a case's clocks, and its key."""
LEVELS = ("L1", "L2", "L3")


@dataclass(slots=True)
class _Run:
    """The clocks of a case while a round is worked in."""

    policy: ServicePolicy
    clocks: dict[ClockKind, Clock]
    done: dict[ClockKind, tuple[str, ...]]
    moved: list[ClockEvent] = field(default_factory=list)

    def move(self, event: ClockEvent) -> None:
        """One more move of a clock."""
        clock = after(self.clocks.get(event.clock), event, self.policy.versions_of)
        if clock is not None and clock != self.clocks.get(event.clock):
            self.clocks[event.clock] = clock
            self.moved.append(event)

    def due(self, clock: Clock) -> datetime | None:
        """When a clock is due."""
        return clock.due(self.policy.versions_of(clock.calendar), self.policy.releases)

    def instant(self, clock: Clock, share: float) -> datetime | None:
        """When a share of a clock's time is used up."""
        return clock.instant_of_share(share, self.policy.versions_of(clock.calendar), self.policy.releases)


def run_clocks(case: Case, inbound: Inbound[Event], facts: Facts, acts: Sequence[RuleAct]) -> Decision | None:
    """What follows for the clocks of a registered case from all that this round did to it."""
    provider, now = facts.need(Provider), facts.need(Now).at
    policy = provider.service
    if not (policy.levels and case.registered):
        return None
    events = [*events_of_acts(acts, case, inbound, now)]
    begins = any(one.kind is CaseEventKind.REGISTERED for one in events)
    kept = (None if begins else facts.get(CaseClocks)) or CaseClocks()
    classified = begins or any(one.kind is CaseEventKind.CLASSIFIED for one in events)
    if not (classified or kept.clocks):
        return None
    identified = facts.get(Identification)
    values = clock_values(case, identified.account if identified else None)
    level = policy.level_for(case.ticket_type, values) if classified else policy.level(case.sla)
    run = _Run(policy, dict(kept.clocks), dict(kept.done))
    steps: list[tuple[ClockKind, EscalationStep]] = []
    if level is None:
        _cancel_all(run, now if classified else None)
    else:
        context = ClockContext(policy, level, values, policy.versions_of, provider.timezone)
        if classified and not begins and not (kept.clocks and case.sla):
            # It was a change request, say, and has become an incident.
            taken = [CaseEvent(CaseEventKind.TAKEN, now)] if case.owner else []
            events[:0] = [CaseEvent(CaseEventKind.REGISTERED, now), *taken]
        _move_all(run, events, context, now)
        steps = _steps_due(run, values, now)
    changed = {one.clock for one in run.moved} | {kind for kind, _ in steps}
    if not changed and not _is_clock_timer(inbound):
        return None
    resolution, sla = run.clocks.get(ClockKind.RESOLUTION), level.id if level else ""
    fields = {"sla": sla, "due_at": run.due(resolution) if resolution else None}
    changes = {name: value for name, value in fields.items() if getattr(case, name) != value}
    return decide(
        *([SetFields(changes)] if changes else []),
        *_noted(run.moved, sla, steps),
        *_escalated(case, steps, run, provider),
        WriteClocks(tuple((run.clocks[kind], run.due(run.clocks[kind])) for kind in sorted(changed)), run.done),
        _next_timer(run, values, now),
    )


def _cancel_all(run: _Run, at: datetime | None) -> None:
    """A case that no service level is for any more (it became a change request) has no clocks (D6)."""
    for kind, clock in [*run.clocks.items()] if at else []:
        if not clock.is_over and at:
            run.move(ClockEvent(kind, ClockMove.CANCEL, at, "not_covered", rule=RULE))


def _move_all(run: _Run, events: Sequence[CaseEvent], context: ClockContext, now: datetime) -> None:
    for event in events:
        for move in moves(event, run.clocks, context):
            run.move(move)
    for move in [*breaches(now, run.clocks, context)]:
        run.move(move)


def clock_fires(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """A clock is due, or a share of its time is used up: `run_clocks` sees to it, as it does in every round."""
    return decide(UpdateCard()) if case.open and case.registered else decide(Ignore(IgnoredCode.TIMER_OBSOLETE))


def clock_values(case: Case, account: Account | None = None) -> dict[str, Any]:
    """What the conditions of service levels, exceptions and steps look at: all that routes know, and how it stands."""
    return {
        **routing_values(case, account),
        "dialog_queue": "",
        "service_level": case.service_level,
        "ticket_type": case.ticket_type,
        "state": case.state,
        "reason": case.reason,
        "responsibility": case.responsibility,
        "contract": case.contract,
        "owner": case.owner,
        "level": case.level,
        "sla": case.sla,
    }


def _steps_due(run: _Run, values: Mapping[str, object], now: datetime) -> list[tuple[ClockKind, EscalationStep]]:
    """The steps whose share is used up, and that were not taken yet; each is taken once for all."""
    due: list[tuple[ClockKind, EscalationStep]] = []
    for kind, clock in run.clocks.items():
        for step in _open_steps(run, kind, values):
            at = run.instant(clock, step.at)
            if at is not None and at <= now:
                due.append((kind, step))
                run.done[kind] = (*run.done.get(kind, ()), step.id)
    return due


def _open_steps(run: _Run, kind: ClockKind, values: Mapping[str, object]) -> list[EscalationStep]:
    done = run.done.get(kind, ())
    return [one for one in run.policy.steps_of(kind) if one.id not in done and one.when.test(values)]


def _escalated(
    case: Case, steps: Sequence[tuple[ClockKind, EscalationStep]], run: _Run, provider: Provider
) -> Iterator[RuleAct]:
    """All steps of a round together: the level goes up for each, and everybody is told once, of the latest."""
    if not steps:
        return
    level, told = case.level, dict[str, None]()
    for _, step in steps:
        for name, value in step.actions:
            if name == "level":
                level = _raised(level, value)
            else:
                told[value] = None
    kind, last = max(steps, key=lambda one: one[1].at)
    due = run.due(run.clocks[kind])
    if level != case.level:
        yield SetFields({"level": level})
        yield AddJournalEntry(LevelRaised(level, case.level, last.id, kind.value))
    names: Names = {
        "clock": kind.value,
        "share": str(round(last.at * 100)),
        "level": level if level != case.level else "",
        "over": "1" if run.clocks[kind].breached_at else "",
        **(time_labels(due, due, provider.timezone) if due else {}),
    }
    for whom in told:
        for to in _people(provider, whom):
            yield SayTemplate("agents_escalated", names, to)
    if told or level != case.level:
        yield UpdateCard()


def _people(provider: Provider, whom: str) -> Iterator[Addressee | AgentAddressee]:
    """The agents' group always, and those of a role by themselves."""
    yield Addressee.AGENTS
    role = {"lead": "lead", "manager": "admin"}.get(whom, "")
    yield from (AgentAddressee(one.id) for one in provider.agents if role and one.active and one.role == role)


def _raised(level: str, to: str) -> str:
    """A level one higher, or at least the one that is named; never lower."""
    place = LEVELS.index(level) if level in LEVELS else 0
    wanted = place + 1 if to == "+1" else LEVELS.index(to)
    return LEVELS[min(max(place, wanted), len(LEVELS) - 1)]


def _next_timer(run: _Run, values: Mapping[str, object], now: datetime) -> RuleAct:
    """The one timer of a case's clocks: when the next is due, or the next share of one is used up."""
    instants = [
        at
        for kind, clock in run.clocks.items()
        if clock.runs
        for share in (*([] if clock.breached_at else [1.0]), *(one.at for one in _open_steps(run, kind, values)))
        if (at := run.instant(clock, share)) is not None and at > now
    ]
    return SetTimer(CLOCK_TIMER, min(instants), CLOCK_TIMER) if instants else CancelTimer(CLOCK_TIMER)


def _noted(
    moved: Sequence[ClockEvent], sla: str, steps: Sequence[tuple[ClockKind, EscalationStep]]
) -> Iterator[RuleAct]:
    """What the journal keeps of a round: all that the clocks can be told from again."""
    if moved or steps:
        taken = tuple(f"{kind.value}/{step.id}" for kind, step in steps)
        yield AddJournalEntry(ClocksMoved(tuple(map(_as_data, moved)), sla, taken))


def _is_clock_timer(inbound: Inbound[Event]) -> bool:
    return isinstance(inbound.event, TimerFired) and inbound.event.kind == CLOCK_TIMER


def _as_data(move: ClockEvent) -> dict[str, str]:
    """A move as the journal keeps it; what is empty is left out."""
    data = {
        "clock": move.clock.value,
        "move": move.move.value,
        "at": move.at.isoformat(),
        "reason": move.reason,
        "target": move.target.written if move.target else "",
        "calendar": move.calendar,
        "rule": move.rule,
    }
    return {name: value for name, value in data.items() if value}
