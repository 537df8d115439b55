"""Why a clock stands as it does: its life span by span, every minute counted, outside of hours or paused. Pure.

What a case's journal has of its clocks is all that is needed; a fold of it gives the same as the table of clocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.model.journal import ClocksMoved, JournalEntry
from desk.model.service_levels.clocks import (
    Clock,
    ClockEvent,
    ClockKind,
    ClockMove,
    ClockState,
    Counted,
    VersionsOf,
    fold,
)
from desk.model.service_levels.policy import ServicePolicy
from desk.model.service_levels.targets import parse_target


@dataclass(frozen=True, slots=True)
class ExplainedSpan:
    """A part of a clock's life: ``counted`` and ``outside`` of working hours, or ``paused``; together they are its
    length. ``why`` is the reason of a pause, "" for none."""

    start: datetime
    end: datetime
    counted: timedelta
    outside: timedelta
    paused: timedelta
    why: str = ""


@dataclass(frozen=True, slots=True)
class ExplainedClock:
    """A clock up to an instant. ``spans`` add up to ``used``, ``outside`` and ``paused``, and those to the time since
    it started. ``due`` is None while it stands or is over, ``kept`` while that is open; ``moves`` are its events."""

    kind: ClockKind
    state: ClockState
    target: str
    calendar: str
    started_at: datetime
    ended_at: datetime | None
    due: datetime | None
    breached_at: datetime | None
    used: timedelta
    outside: timedelta
    paused: timedelta
    kept: bool | None
    spans: tuple[ExplainedSpan, ...]
    moves: tuple[ClockEvent, ...]


def clock_events(entries: Iterable[JournalEntry]) -> Iterator[ClockEvent]:
    """The moves of a case's clocks, out of its journal."""
    for entry in entries:
        if entry.kind == ClocksMoved.kind:
            for move in entry.data["moves"]:
                yield ClockEvent(
                    ClockKind(move["clock"]),
                    ClockMove(move["move"]),
                    datetime.fromisoformat(move["at"]),
                    move.get("reason", ""),
                    parse_target(move["target"]) if move.get("target") else None,
                    move.get("calendar", ""),
                    move.get("rule", ""),
                )


def explain(events: Iterable[ClockEvent], policy: ServicePolicy, now: datetime) -> list[ExplainedClock]:
    """All clocks of a case as they stand ``now``; the last life of each, if it was started more than once."""
    known = [*events]
    return [
        _explained(clock, _last_life(kind, known), policy, now)
        for kind, clock in fold(known, policy.versions_of).items()
    ]


def _last_life(kind: ClockKind, events: Iterable[ClockEvent]) -> tuple[ClockEvent, ...]:
    life: list[ClockEvent] = []
    for event in events:
        if event.clock is kind:
            life = [event] if event.move is ClockMove.START else [*life, event]
    return tuple(life)


def _explained(clock: Clock, moves: tuple[ClockEvent, ...], policy: ServicePolicy, now: datetime) -> ExplainedClock:
    spans = tuple(_span(one) for one in _up_to(clock, policy.versions_of, now))
    due = clock.due(policy.versions_of(clock.calendar), policy.releases)
    breached = clock.breached_at or (due if due is not None and due <= now else None)
    over = clock.state is ClockState.FULFILLED
    return ExplainedClock(
        clock.kind,
        clock.state,
        clock.target.written,
        clock.calendar,
        clock.started_at,
        clock.ended_at,
        due,
        breached,
        sum((one.counted for one in spans), timedelta()),
        sum((one.outside for one in spans), timedelta()),
        sum((one.paused for one in spans), timedelta()),
        False if breached else True if over else None,
        spans,
        moves,
    )


def _up_to(clock: Clock, versions_of: VersionsOf, now: datetime) -> Iterator[Counted]:
    """The spans of a clock, with the one that is not over yet."""
    yield from clock.spans
    if not clock.is_over and now > clock.since:
        if clock.runs:
            yield Counted(clock.since, now, versions_of(clock.calendar).elapsed(clock.since, now))
        else:
            yield Counted(clock.since, now, timedelta(), clock.reason or clock.state.value)


def _span(span: Counted) -> ExplainedSpan:
    length, none = span.end - span.start, timedelta()
    if span.paused:
        return ExplainedSpan(span.start, span.end, none, none, length, span.paused)
    return ExplainedSpan(span.start, span.end, span.counted, length - span.counted, none)
