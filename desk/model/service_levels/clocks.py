"""The clocks of a case as a fold over their events: what has been used, what is due, whether it was kept. Pure.

Events stand in the journal and are never changed. The working time between two of them is counted by the calendar that
was valid then (`desk.model.calendars.versions`), so that a fold made years later comes to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from desk.model.calendars.versions import CalendarVersions
from desk.model.service_levels.targets import Target
from desk.model.states import UNDONE

VersionsOf = Callable[[str], CalendarVersions]
"""Gives the versions of a calendar by its name."""


class ClockKind(StrEnum):
    """What is promised, in the field's terms."""

    ANSWER = "answer"  # a human speaks in a live contact
    FIRST_RESPONSE = "first_response"  # the first public words of a human in the case
    NEXT_RESPONSE = "next_response"  # and after each later message of the subscriber
    PERIODIC_UPDATE = "periodic_update"  # news by the ETA
    RESOLUTION = "resolution"  # service is restored
    ACCEPTANCE = "acceptance"  # the team that it was routed to takes it (OLA)
    UNDERPINNING = "underpinning"  # an outside party does its part
    CALLBACK = "callback"  # the subscriber is called
    VISIT = "visit"  # somebody is on site
    REPLACEMENT = "replacement"  # equipment is replaced
    RCA = "rca"  # the cause is told in writing


class ClockMove(StrEnum):
    """What happens to a clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    FULFIL = "fulfil"
    BREACH = "breach"
    CANCEL = "cancel"
    RETARGET = "retarget"


class ClockState(StrEnum):
    """How a clock stands. One that was breached runs on until it is fulfilled or cancelled."""

    RUNNING = "running"
    PAUSED = "paused"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One move of a clock: ``at`` is when it takes effect, ``reason`` a code, ``rule`` who decided.

    ``target`` and ``calendar`` (the name of a file, or "24x7") belong to `ClockMove.START` and `ClockMove.RETARGET`.
    """

    clock: ClockKind
    move: ClockMove
    at: datetime
    reason: str = ""
    target: Target | None = None
    calendar: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """A span of a clock's life: ``counted`` working time of it, or none while it is ``paused`` for a reason."""

    start: datetime
    end: datetime
    counted: timedelta
    paused: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock, folded up to its last event.

    ``used`` working time had gone by ``since``; while it runs, what elapses from there on is added. ``spans`` tell how
    ``used`` came about, and add up to it.
    """

    kind: ClockKind
    state: ClockState
    started_at: datetime
    target: Target
    calendar: str
    used: timedelta
    since: datetime
    reason: str = ""
    ended_at: datetime | None = None
    breached_at: datetime | None = None
    spans: tuple[Counted, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether time goes by."""
        return self.state is ClockState.RUNNING

    @property
    def is_over(self) -> bool:
        """Whether nothing is owed any more."""
        return self.state in (ClockState.FULFILLED, ClockState.CANCELLED)

    def used_at(self, at: datetime, versions: CalendarVersions) -> timedelta:
        """The working time used up to an instant."""
        return self.used + versions.elapsed(self.since, at) if self.runs else self.used

    def due(self, versions: CalendarVersions, releases: Sequence[date] = ()) -> datetime | None:
        """When it is due as things stand; None while it is stopped, and where it never is."""
        return self.target.due(self.started_at, self.used, self.since, versions, releases) if self.runs else None

    def instant_of_share(
        self, share: float, versions: CalendarVersions, releases: Sequence[date] = ()
    ) -> datetime | None:
        """When this share of its time is used up (1.0 is the due instant); None while it is stopped.

        Of a target that is no length of working time, the share is that of the time between its start and its end.
        """
        due = self.due(versions, releases)
        if due is None or share >= 1.0:
            return due
        if self.target.amount is None:
            return self.started_at + (due - self.started_at) * share
        wanted = self.target.amount * share - self.used
        return versions.due(self.since, wanted) if wanted > timedelta() else self.since


def fold(events: Iterable[ClockEvent], versions_of: VersionsOf) -> dict[ClockKind, Clock]:
    """The clocks of a case after all its events, in their order. ``versions_of`` gives a calendar by its name."""
    clocks: dict[ClockKind, Clock] = {}
    for event in events:
        clock = after(clocks.get(event.clock), event, versions_of)
        if clock is not None:
            clocks[event.clock] = clock
    return clocks


def after(clock: Clock | None, event: ClockEvent, versions_of: VersionsOf) -> Clock | None:
    """A clock after one more event. One that makes no sense in its state (a resume of what runs) changes nothing.

    A fulfilled clock may be started anew, or resumed: then the time since it was fulfilled does not count.
    """
    if event.move is ClockMove.START:
        running = clock is not None and not clock.is_over
        return clock if running or event.target is None else _started(event)
    if clock is None:
        return None
    match event.move:
        case ClockMove.BREACH:
            moved = clock if clock.breached_at else replace(clock, breached_at=event.at)
        case ClockMove.RETARGET:
            moved = _retargeted(clock, event, versions_of)
        case ClockMove.RESUME:
            moved = _resumed(clock, event)
        case _:
            moved = _stopped(clock, event, versions_of)
    return moved


def _stopped(clock: Clock, event: ClockEvent, versions_of: VersionsOf) -> Clock:
    """A clock that is paused, fulfilled or cancelled."""
    if clock.is_over or (event.move is ClockMove.PAUSE and not clock.runs):
        return clock
    counted = _counted_to(clock, event.at, versions_of)
    if event.move is ClockMove.PAUSE:
        return replace(counted, state=ClockState.PAUSED, reason=event.reason)
    over = ClockState.FULFILLED if event.move is ClockMove.FULFIL else ClockState.CANCELLED
    return replace(counted, state=over, reason=event.reason, ended_at=event.at)


def _started(event: ClockEvent) -> Clock:
    assert event.target is not None  # noqa: S101  `after` has looked
    return Clock(
        event.clock, ClockState.RUNNING, event.at, event.target, event.calendar, timedelta(), event.at, event.reason
    )


def _resumed(clock: Clock, event: ClockEvent) -> Clock:
    """A paused clock runs again, and so does one that was fulfilled before its time: its solution was denied; and one
    that a slip had cancelled."""
    if clock.runs or (clock.state is ClockState.CANCELLED and event.reason != UNDONE):
        return clock
    waited = Counted(clock.since, event.at, timedelta(), clock.reason or clock.state.value)
    spans = (*clock.spans, waited) if event.at > clock.since else clock.spans
    return replace(
        clock,
        state=ClockState.RUNNING,
        since=max(clock.since, event.at),
        reason=event.reason,
        ended_at=None,
        spans=spans,
    )


def _retargeted(clock: Clock, event: ClockEvent, versions_of: VersionsOf) -> Clock:
    """A new target counts from the original start, minus the pauses; in another calendar all is counted anew in it."""
    target = event.target or clock.target
    if clock.is_over:
        return clock
    if not event.calendar or event.calendar == clock.calendar:
        return replace(clock, target=target)
    counted = _counted_to(clock, event.at, versions_of)
    versions = versions_of(event.calendar)
    spans = tuple(
        one if one.paused else replace(one, counted=versions.elapsed(one.start, one.end)) for one in counted.spans
    )
    used = sum((one.counted for one in spans), timedelta())
    return replace(counted, target=target, calendar=event.calendar, used=used, spans=spans)


def _counted_to(clock: Clock, at: datetime, versions_of: VersionsOf) -> Clock:
    """A running clock, counted up to an instant; one that stands, moved there with the time it stood."""
    if at <= clock.since:
        return clock
    if not clock.runs:
        waited = Counted(clock.since, at, timedelta(), clock.reason or clock.state.value)
        return replace(clock, since=at, spans=(*clock.spans, waited))
    counted = versions_of(clock.calendar).elapsed(clock.since, at)
    return replace(clock, used=clock.used + counted, since=at, spans=(*clock.spans, Counted(clock.since, at, counted)))
