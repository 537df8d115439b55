"""Which clocks start, stop and are fulfilled by what happens to a case. Pure.

Answer and first response run from the registration to the first public words of a human, next response from each
further message of the subscriber; acceptance from the routing to the agent who takes the case; resolution until the
case is resolved, and on if that is denied; a callback from its promise to the call. Resolution stands while the
subscriber has to act (pending), and where an exception of the policy says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.model.service_levels.clocks import Clock, ClockEvent, ClockKind, ClockMove, ClockState, VersionsOf, after
from desk.model.service_levels.policy import Effect, ServiceLevel, ServicePolicy
from desk.model.service_levels.targets import Target
from desk.model.states import FINAL, UNDONE, CaseState
from escalation.sla.case_events import CaseEvent, CaseEventKind, is_recurrence

Clocks = Mapping[ClockKind, Clock]

RULE = "sla"
"""Begins the names of rules in clock events; an exception's name follows where one decided."""
OF_A_HUMAN = (ClockKind.ANSWER, ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
BY_SEVERITY = (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION, ClockKind.RCA)
PENDING = "pending"
SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class ClockContext:
    """What decides about a case's clocks beside what happens: its service level, the policy, and the case's own values.

    ``values`` are those that conditions look at, with ``severity`` and ``state`` among them.
    """

    policy: ServicePolicy
    level: ServiceLevel
    values: Mapping[str, object]
    versions_of: VersionsOf
    zone: ZoneInfo

    @property
    def severity(self) -> str:
        """The severity of the case."""
        return str(self.values.get("severity") or "")

    def target(self, kind: ClockKind) -> Target | None:
        """What a clock is to keep in this case."""
        return self.level.target(kind, self.severity)


def moves(event: CaseEvent, clocks: Clocks, context: ClockContext) -> list[ClockEvent]:
    """The moves of all clocks that an event brings, those first that were breached before it."""
    found = [*breaches(event.at, clocks, context)]
    found += _answers(event, clocks, context)
    known = dict(clocks)
    for one in found:
        moved = after(known.get(one.clock), one, context.versions_of)
        if moved is not None:
            known[one.clock] = moved
    return found + _stands_and_runs(event.at, known, context)


def breaches(at: datetime, clocks: Clocks, context: ClockContext) -> Iterator[ClockEvent]:
    """Clocks that were due before an instant and are not marked yet; each is breached at its due instant."""
    for kind, clock in clocks.items():
        due = None if clock.breached_at else clock.due(context.versions_of(clock.calendar), context.policy.releases)
        if due is not None and due <= at:
            yield ClockEvent(kind, ClockMove.BREACH, due, rule=f"{RULE}:{context.level.id}")


def _answers(event: CaseEvent, clocks: Clocks, context: ClockContext) -> Iterator[ClockEvent]:
    """What an event starts, fulfils, cancels and retargets."""
    match event.kind:
        case CaseEventKind.REGISTERED:
            kinds = (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION, ClockKind.ACCEPTANCE)
            yield from _starts(event, (ClockKind.ANSWER, *kinds) if event.live else kinds, context)
        case CaseEventKind.HUMAN_SPOKE:
            yield from _ends(event, OF_A_HUMAN, clocks, ClockMove.FULFIL)
        case CaseEventKind.SUBSCRIBER_SPOKE:
            first = clocks.get(ClockKind.FIRST_RESPONSE)
            if first is None or first.is_over:
                yield from _starts(event, (ClockKind.NEXT_RESPONSE,), context, clocks)
        case CaseEventKind.TAKEN:
            yield from _ends(event, (ClockKind.ACCEPTANCE,), clocks, ClockMove.FULFIL)
        case CaseEventKind.ROUTED:
            yield from _ends(event, (ClockKind.ACCEPTANCE,), clocks, ClockMove.CANCEL, SUPERSEDED)
            yield from _starts(event, (ClockKind.ACCEPTANCE,), context)
        case CaseEventKind.ETA:
            yield from _promised(event, clocks)
        case CaseEventKind.CALLBACK | CaseEventKind.CALLED | CaseEventKind.CALLED_OFF:
            yield from _call_moves(event, clocks, context)
        case CaseEventKind.CLASSIFIED:
            yield from _retargets(event, clocks, context)
        case CaseEventKind.STATE:
            yield from _state_moves(event, clocks, context)


def _state_moves(event: CaseEvent, clocks: Clocks, context: ClockContext) -> Iterator[ClockEvent]:
    resolution = clocks.get(ClockKind.RESOLUTION)
    if is_recurrence(event):
        yield from _starts(event, (ClockKind.RESOLUTION, ClockKind.ACCEPTANCE), context, clocks)
    elif event.reason == UNDONE:
        # An agent's slip: what it cancelled goes on, without the seconds between.
        ended = (kind for kind, one in clocks.items() if one.state is ClockState.CANCELLED and one.reason in FINAL)
        yield from (ClockEvent(kind, ClockMove.RESUME, event.at, UNDONE, rule=RULE) for kind in ended)
    elif event.state == CaseState.RESOLVED:
        yield from _ends(event, (ClockKind.RESOLUTION, ClockKind.PERIODIC_UPDATE), clocks, ClockMove.FULFIL)
        yield from _starts(event, (ClockKind.RCA,), context, clocks)
    elif event.state == CaseState.IN_PROGRESS and resolution is not None and resolution.is_over:
        # The solution was denied: the time that it stood is not counted, and what was used before is.
        yield ClockEvent(ClockKind.RESOLUTION, ClockMove.RESUME, event.at, event.reason, rule=RULE)
        yield from _ends(event, (ClockKind.RCA,), clocks, ClockMove.CANCEL, event.reason)
    elif event.state in FINAL and event.state != CaseState.CLOSED:
        yield from _ends(event, tuple(clocks), clocks, ClockMove.CANCEL, event.state)


def _starts(
    event: CaseEvent, kinds: tuple[ClockKind, ...], context: ClockContext, clocks: Clocks | None = None
) -> Iterator[ClockEvent]:
    for kind in kinds:
        target, known = context.target(kind), (clocks or {}).get(kind)
        if target is not None and (known is None or known.is_over):
            calendar = context.level.rca_calendar if kind is ClockKind.RCA else context.level.calendar
            rule = f"{RULE}:{context.level.id}"
            yield ClockEvent(kind, ClockMove.START, event.at, event.kind.value, target, calendar, rule)


def _ends(
    event: CaseEvent, kinds: tuple[ClockKind, ...], clocks: Clocks, move: ClockMove, reason: str = ""
) -> Iterator[ClockEvent]:
    for kind in kinds:
        clock = clocks.get(kind)
        if clock is not None and not clock.is_over:
            yield ClockEvent(kind, move, event.at, reason or event.state or event.kind.value, rule=RULE)


def _promised(event: CaseEvent, clocks: Clocks) -> Iterator[ClockEvent]:
    """A promised time is a clock of its own: named in time it moves, after it has lapsed a new one begins."""
    clock, target = clocks.get(ClockKind.PERIODIC_UPDATE), Target(at=event.eta)
    running = clock is not None and not clock.is_over
    if clock is not None and running and clock.target.at is not None and clock.target.at > event.at:
        yield ClockEvent(ClockKind.PERIODIC_UPDATE, ClockMove.RETARGET, event.at, "eta", target, rule=RULE)
        return
    if running:
        yield ClockEvent(ClockKind.PERIODIC_UPDATE, ClockMove.CANCEL, event.at, SUPERSEDED, rule=RULE)
    yield ClockEvent(ClockKind.PERIODIC_UPDATE, ClockMove.START, event.at, "eta", target, "24x7", RULE)


def _call_moves(event: CaseEvent, clocks: Clocks, context: ClockContext) -> Iterator[ClockEvent]:
    """The time that was promised is the clock's, which a later one moves; a call after the first one begins it anew."""
    if event.kind is not CaseEventKind.CALLBACK:
        move = ClockMove.FULFIL if event.kind is CaseEventKind.CALLED else ClockMove.CANCEL
        yield from _ends(event, (ClockKind.CALLBACK,), clocks, move, event.reason)
        return
    if context.target(ClockKind.CALLBACK) is None:
        return
    clock, target = clocks.get(ClockKind.CALLBACK), Target(at=event.eta)
    move = ClockMove.RETARGET if clock is not None and not clock.is_over else ClockMove.START
    rule = f"{RULE}:{context.level.id}"
    yield ClockEvent(ClockKind.CALLBACK, move, event.at, event.kind.value, target, context.level.calendar, rule)


def _retargets(event: CaseEvent, clocks: Clocks, context: ClockContext) -> Iterator[ClockEvent]:
    """The target of another severity or level counts from the original start (domain.md 2.6)."""
    for kind in BY_SEVERITY:
        clock, target = clocks.get(kind), context.target(kind)
        calendar = context.level.rca_calendar if kind is ClockKind.RCA else context.level.calendar
        if clock is None or clock.is_over or (clock.target == target and clock.calendar == calendar):
            continue
        rule = f"{RULE}:{context.level.id}"
        if target is None:
            yield ClockEvent(kind, ClockMove.CANCEL, event.at, event.kind.value, rule=rule)
        else:
            yield ClockEvent(kind, ClockMove.RETARGET, event.at, event.kind.value, target, calendar, rule)


def _stands_and_runs(at: datetime, clocks: Clocks, context: ClockContext) -> list[ClockEvent]:
    """Clocks that stand though they should run, and the reverse, by the state of the case and the exceptions."""
    found = []
    for kind, clock in clocks.items():
        if clock.is_over or kind is ClockKind.PERIODIC_UPDATE:
            continue
        exception = context.policy.exception_for(kind, context.values, at.astimezone(context.zone).date())
        if exception is not None:
            stands, why, rule = exception.effect is Effect.PAUSE, exception.why or exception.id, exception.id
        else:
            stands = kind is ClockKind.RESOLUTION and context.values.get("state") == CaseState.PENDING
            why, rule = str(context.values.get("reason") or PENDING), RULE
        if stands and clock.runs:
            found.append(ClockEvent(kind, ClockMove.PAUSE, at, why, rule=rule))
        elif not stands and not clock.runs:
            found.append(ClockEvent(kind, ClockMove.RESUME, at, "", rule=rule))
    return found
