"""What starts, stops, retargets and fulfils the clocks of a case, and how every minute of them is explained."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.language.conditions import CompiledCondition
from desk.model.calendars.business_calendar import WorkingTime, around_the_clock
from desk.model.calendars.make_calendar import make_calendar
from desk.model.calendars.typed_hours import parse_week
from desk.model.calendars.versions import BEGINNING, CalendarVersion, CalendarVersions
from desk.model.service_levels.clocks import Clock, ClockEvent, ClockKind, ClockMove, ClockState, after, fold
from desk.model.service_levels.policy import Effect, ServiceLevel, ServicePolicy, SeverityBounds, SlaException
from desk.model.service_levels.targets import InvalidTarget, Target, parse_target
from escalation.sla.case_events import CaseEvent, CaseEventKind
from escalation.sla.clock_moves import ClockContext, moves
from escalation.sla.explain import explain

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RESOLUTION, FIRST = ClockKind.RESOLUTION, ClockKind.FIRST_RESPONSE


def versions(hours: str, country: str = "") -> CalendarVersions:
    """The calendar of some hours in Berlin."""
    return CalendarVersions.of(WorkingTime(make_calendar(BERLIN, parse_week(hours), country, years=range(2026, 2028))))


PREMIUM = ServiceLevel(
    "premium",
    {},
    CompiledCondition.of("True"),
    "business",
    {
        ClockKind.ANSWER: {"": parse_target("180s")},
        FIRST: {"": parse_target("30m")},
        ClockKind.NEXT_RESPONSE: {"": parse_target("2h")},
        ClockKind.ACCEPTANCE: {"": parse_target("15m")},
        RESOLUTION: {
            "critical": parse_target("3h"),
            "major": parse_target("24h"),
            "minor": parse_target("next_release"),
        },
        ClockKind.RCA: {"critical": parse_target("48h"), "major": parse_target("48h")},
    },
)
CUSTOMERS = SlaException(
    CompiledCondition.of("responsibility == 'customer'"), Effect.PAUSE, why="customer_responsibility"
)
RUNS_ON = SlaException(
    CompiledCondition.of("reason == 'third_party' and sla == 'premium'"),
    Effect.RUN,
    valid_to=date(2027, 12, 31),
    place=1,
)
POLICY = ServicePolicy(
    (PREMIUM,),
    (CUSTOMERS, RUNS_ON),
    calendars={"24x7": versions("24x7"), "business": versions("24xBD", "DE")},
    releases=(date(2026, 4, 15), date(2026, 6, 1)),
)


def at(text: str) -> datetime:
    """A local time of Berlin, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


class Life:
    """A case whose clocks hear what happens to it."""

    def __init__(self, policy: ServicePolicy = POLICY, **values: Any) -> None:
        self.policy = policy
        self.values: dict[str, Any] = {"state": "acknowledged", "sla": "premium", **values}
        self.clocks: dict[ClockKind, Clock] = {}
        self.events: list[ClockEvent] = []

    def happens(self, kind: CaseEventKind, when: datetime, **more: Any) -> None:
        """One thing, at an instant."""
        if kind is CaseEventKind.STATE:
            self.values |= {"state": more["state"], "reason": more.get("reason", "")}
        context = ClockContext(self.policy, PREMIUM, self.values, self.policy.versions_of, BERLIN)
        for move in moves(CaseEvent(kind, when, **more), self.clocks, context):
            moved = after(self.clocks.get(move.clock), move, self.policy.versions_of)
            if moved is not None:
                self.clocks[move.clock] = moved
                self.events.append(move)

    def due(self, kind: ClockKind) -> datetime | None:
        """When a clock is due."""
        clock = self.clocks[kind]
        return clock.due(self.policy.versions_of(clock.calendar), self.policy.releases)

    def moved(self, kind: ClockKind) -> list[ClockMove]:
        """The moves of a clock."""
        return [one.move for one in self.events if one.clock is kind]


def test_premium_critical_on_friday_night_is_due_on_monday() -> None:
    """24 hours on business days: the weekend and the change of clocks are skipped; a bot's answer is no response."""
    case = Life(severity="critical")
    case.happens(CaseEventKind.REGISTERED, at("2026-03-27T23:00"), live=True)
    assert case.due(RESOLUTION) == at("2026-03-30T02:00")
    case.happens(CaseEventKind.HUMAN_SPOKE, at("2026-03-27T23:45"))
    assert case.moved(FIRST) == [ClockMove.START, ClockMove.BREACH, ClockMove.FULFIL]
    assert case.clocks[FIRST].breached_at == at("2026-03-27T23:30")
    assert case.moved(ClockKind.ANSWER) == [ClockMove.START, ClockMove.BREACH, ClockMove.FULFIL]


def test_a_mail_has_no_answer_clock() -> None:
    """Only somebody in a live contact waits for an answer within minutes."""
    case = Life(severity="major")
    case.happens(CaseEventKind.REGISTERED, at("2026-03-24T10:00"))
    assert ClockKind.ANSWER not in case.clocks


def test_pending_stops_the_clock_and_third_parties_do_not_where_the_contract_says_so() -> None:
    """A pause, a dispute, and what a dated exception says."""
    case = Life(severity="critical")
    case.happens(CaseEventKind.REGISTERED, at("2026-03-24T10:00"))
    case.happens(CaseEventKind.STATE, at("2026-03-24T11:00"), state="inProgress", reason="diagnosing")
    case.happens(CaseEventKind.STATE, at("2026-03-24T12:00"), state="pending", reason="info_required")
    assert case.due(RESOLUTION) is None
    case.happens(CaseEventKind.STATE, at("2026-03-24T15:00"), state="inProgress", reason="diagnosing")
    assert case.due(RESOLUTION) == at("2026-03-24T16:00")
    case.happens(CaseEventKind.STATE, at("2026-03-24T15:10"), state="pending", reason="third_party")
    assert case.due(RESOLUTION) == at("2026-03-24T16:00")
    case.values["responsibility"] = "customer"
    case.values["reason"] = "customer_responsibility"
    case.happens(CaseEventKind.CLASSIFIED, at("2026-03-24T15:30"))
    assert case.clocks[RESOLUTION].state is ClockState.PAUSED
    case.values["responsibility"] = "provider"  # the customer disputes it, and is right
    case.happens(CaseEventKind.STATE, at("2026-03-24T17:30"), state="inProgress", reason="diagnosing")
    assert case.due(RESOLUTION) == at("2026-03-24T18:00")


def test_denied_solution_runs_on_and_its_waiting_is_not_counted() -> None:
    """The clock was fulfilled for a day; only the hours of work count."""
    case = Life(severity="critical")
    case.happens(CaseEventKind.REGISTERED, at("2026-03-24T10:00"))
    case.happens(CaseEventKind.STATE, at("2026-03-24T12:00"), state="resolved", reason="awaiting_consent")
    assert case.clocks[RESOLUTION].state is ClockState.FULFILLED
    assert case.clocks[ClockKind.RCA].state is ClockState.RUNNING
    case.happens(CaseEventKind.STATE, at("2026-03-25T12:00"), state="inProgress", reason="reopened")
    assert case.due(RESOLUTION) == at("2026-03-25T13:00")
    assert case.clocks[ClockKind.RCA].state is ClockState.CANCELLED


def test_what_a_slip_cancelled_goes_on_without_the_seconds_between() -> None:
    """A case rejected by mistake is taken back after a minute: due a minute later than before."""
    case = Life(severity="critical")
    case.happens(CaseEventKind.REGISTERED, at("2026-03-24T10:00"))
    case.happens(CaseEventKind.STATE, at("2026-03-24T10:30"), state="rejected", reason="spam")
    assert case.clocks[RESOLUTION].state is ClockState.CANCELLED
    case.happens(CaseEventKind.STATE, at("2026-03-24T10:31"), state="acknowledged", reason="undone")
    assert case.clocks[RESOLUTION].state is ClockState.RUNNING
    assert case.due(RESOLUTION) == at("2026-03-24T13:01")


def test_another_severity_counts_from_the_original_start() -> None:
    """Minor goes with the next release; as critical it would have been due an hour ago, and is breached then."""
    case = Life(severity="minor")
    case.happens(CaseEventKind.REGISTERED, at("2026-03-24T10:00"))
    assert case.due(RESOLUTION) == at("2026-04-16T00:00")
    case.values["severity"] = "critical"
    case.happens(CaseEventKind.CLASSIFIED, at("2026-03-24T14:00"))
    assert case.due(RESOLUTION) == at("2026-03-24T13:00")
    case.happens(CaseEventKind.TAKEN, at("2026-03-24T14:05"))
    assert case.clocks[RESOLUTION].breached_at == at("2026-03-24T13:00")


def test_promised_times_are_clocks_of_their_own() -> None:
    """Renewed in time it moves; after it lapsed a new one begins, and the old stays breached in the journal."""
    case, promised = Life(severity="major"), ClockKind.PERIODIC_UPDATE
    case.happens(CaseEventKind.REGISTERED, at("2026-03-24T10:00"))
    case.happens(CaseEventKind.ETA, at("2026-03-24T10:10"), eta=at("2026-03-24T12:00"))
    case.happens(CaseEventKind.ETA, at("2026-03-24T11:30"), eta=at("2026-03-24T14:00"))
    assert case.due(promised) == at("2026-03-24T14:00")
    case.happens(CaseEventKind.ETA, at("2026-03-24T14:20"), eta=at("2026-03-24T16:00"))
    assert case.moved(promised) == [
        ClockMove.START,
        ClockMove.RETARGET,
        ClockMove.BREACH,
        ClockMove.CANCEL,
        ClockMove.START,
    ]
    assert case.clocks[promised].breached_at is None


def test_an_edited_calendar_keeps_the_time_that_was_used() -> None:
    """Two hours by the old hours, the rest by the new ones."""
    old = WorkingTime(make_calendar(BERLIN, parse_week("Mon-Fri 09:00-17:00")))
    new = WorkingTime(make_calendar(BERLIN, parse_week("Mon-Fri 13:00-15:00")))
    edited = CalendarVersions([CalendarVersion(BEGINNING, old), CalendarVersion(at("2026-03-24T11:00"), new)])
    assert edited.elapsed(at("2026-03-24T09:00"), at("2026-03-24T18:00")) == 4 * HOUR
    assert edited.due(at("2026-03-24T09:00"), 5 * HOUR) == at("2026-03-25T14:00")
    assert edited.due(at("2026-03-24T09:00"), 2 * HOUR) == at("2026-03-24T11:00")
    assert CalendarVersions.of(old).due(at("2026-03-24T09:00"), 5 * HOUR) == at("2026-03-24T14:00")


@pytest.mark.parametrize(
    ("component", "affected", "severity"),
    [
        ("core", 199, "minor"),
        ("core", 200, "major"),
        ("core", 1999, "major"),
        ("core", 2000, "critical"),
        ("shop", 9999, "minor"),
    ],
)
def test_severity_by_the_share_of_those_affected(component: str, affected: int, severity: str) -> None:
    """1.99, 2, 19.99 and 20 percent of a major component; anything else is minor."""
    assert SeverityBounds(frozenset({"core"})).severity(component, affected, 10_000) == severity


def test_targets_are_written_as_they_are_read() -> None:
    """Whatever a policy says comes back from the journal the same."""
    for text in ("90s", "30m", "3h", "72h", "1bd 18:00", "2bd", "next_release", "2026-03-24T10:00:00+00:00"):
        assert parse_target(text).written == text
    assert parse_target("next business day 18:00") == Target(days=1, minute=18 * 60)
    assert parse_target("2d").written == "48h"
    for wrong in ("", "soon", "0h", "0bd", "1bd 25:00", "-3h"):
        with pytest.raises(InvalidTarget):
            parse_target(wrong)


def random_life(seed: int) -> tuple[Life, datetime]:
    """A case to which forty things happen in some weeks."""
    chance = random.Random(seed)
    case = Life(severity=chance.choice(("critical", "major", "minor", "")))
    when = at("2026-03-23T00:00") + chance.randrange(7 * 24 * 60) * MINUTE
    case.happens(CaseEventKind.REGISTERED, when, live=chance.random() < 0.5)
    states = ("inProgress", "pending", "held", "resolved")
    for _ in range(40):
        when += chance.choice((MINUTE, HOUR, 26 * HOUR)) * chance.random()
        kind = chance.choice([*CaseEventKind][1:])
        case.values["responsibility"] = chance.choice(("", "customer", "provider"))
        case.values["severity"] = chance.choice(("critical", "major", case.values["severity"]))
        state, reason = chance.choice(states), chance.choice(("", "third_party", "reopened"))
        eta = when + chance.randrange(1, 600) * MINUTE
        case.happens(kind, when, state=state, reason=reason, eta=eta)
    return case, when + chance.random() * 50 * HOUR


@pytest.mark.parametrize("seed", range(100))
def test_every_minute_is_counted_once(seed: int) -> None:
    """Of 100 random lives: counted, outside of hours and paused add up to the life of the clock; spans follow each
    other; a fold of the journal is what was run step by step."""
    case, now = random_life(seed)
    folded = fold(case.events, POLICY.versions_of)
    assert folded == case.clocks
    for clock in explain(case.events, POLICY, now):
        end = clock.ended_at if clock.state in (ClockState.FULFILLED, ClockState.CANCELLED) else now
        assert end is not None
        assert clock.used + clock.outside + clock.paused == end - clock.started_at
        assert clock.used <= end - clock.started_at
        borders = [clock.started_at, *(one.end for one in clock.spans)]
        assert [one.start for one in clock.spans] == borders[:-1]
        if clock.due is not None and folded[clock.kind].target.amount is not None:
            running = replace(folded[clock.kind])
            assert running.used_at(clock.due, POLICY.versions_of(clock.calendar)) == max(
                running.target.amount or timedelta(), running.used
            )


def test_no_clock_runs_by_the_wall_of_an_agent() -> None:
    """The same instants in another zone give the same."""
    here, there = Life(severity="critical"), Life(severity="critical")
    here.happens(CaseEventKind.REGISTERED, at("2026-03-27T23:00"))
    there.happens(CaseEventKind.REGISTERED, at("2026-03-27T23:00").astimezone(ZoneInfo("Asia/Tokyo")))
    assert here.due(RESOLUTION) == there.due(RESOLUTION)
    assert around_the_clock(BERLIN).zone is BERLIN
