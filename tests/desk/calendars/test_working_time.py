"""Working time is counted to the minute, by any zone, over clock changes, nights, holidays and pauses."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest

from desk.model.calendars.business_calendar import (
    DAY_MINUTES,
    BusinessCalendar,
    Intervals,
    NeverDue,
    WorkingTime,
    around_the_clock,
    due_with_pauses,
)
from desk.model.calendars.make_calendar import make_calendar
from desk.model.calendars.typed_hours import parse_week

MINUTE = timedelta(minutes=1)
YEARS = range(2025, 2028)
CHANGES = {
    "Europe/Berlin": ((2026, 3, 29), (2026, 10, 25)),
    "America/New_York": ((2026, 3, 8), (2026, 11, 1)),
    "Australia/Lord_Howe": ((2026, 4, 5), (2026, 10, 4)),  # half an hour
    "Africa/Cairo": ((2026, 4, 24), (2026, 10, 29)),  # at midnight
    "America/Havana": ((2026, 3, 8), (2026, 11, 1)),  # at midnight, and back into it
    "Pacific/Apia": ((2011, 12, 30), (2012, 4, 1)),  # a day that never was
    "Europe/Moscow": ((2026, 6, 1), (2026, 11, 4)),
    "Asia/Kathmandu": ((2026, 6, 1),),
}


@cache
def working_time(zone: str, hours: str, country: str = "") -> WorkingTime:
    """That of hours as an operator types them."""
    return WorkingTime(make_calendar(ZoneInfo(zone), parse_week(hours), country, years=YEARS))


def at(text: str) -> datetime:
    """An instant in ISO 8601."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "hours", "country", "start", "amount", "due"),
    [
        ("Europe/Berlin", "24x7", "", "2026-03-29T01:45+01:00", 30, "2026-03-29T03:15+02:00"),
        ("America/New_York", "24x7", "", "2026-10-31T14:00-04:00", 24 * 60, "2026-11-01T13:00-05:00"),
        ("Europe/Berlin", "24xBD", "DE", "2026-03-27T23:00+01:00", 180, "2026-03-30T02:00+02:00"),
        ("Europe/Berlin", "24xBD", "DE", "2026-04-02T12:00+02:00", 24 * 60, "2026-04-07T12:00+02:00"),
        ("Europe/Moscow", "Mon-Fri 09:00-18:00", "RU", "2025-10-31T17:00+03:00", 600, "2025-11-01T18:00+03:00"),
        ("Europe/Moscow", "Mon-Fri 09:00-18:00", "RU", "2025-12-30T17:45+03:00", 60, "2026-01-12T09:45+03:00"),
        ("America/New_York", "Mon-Fri 09:00-17:00", "US", "2026-07-02T16:30-04:00", 120, "2026-07-06T10:30-04:00"),
        ("Europe/Moscow", "Mon-Fri 09:00-18:00", "RU", "2026-02-16T09:00+03:00", 540, "2026-02-16T18:00+03:00"),
        ("Europe/Berlin", "24x7", "", "2026-10-25T02:30+02:00", 60, "2026-10-25T02:30+01:00"),
    ],
)
def test_what_the_contracts_say(zone: str, hours: str, country: str, start: str, amount: int, due: str) -> None:
    """Clock changes, holidays, a working Saturday, a day that is filled exactly."""
    found = working_time(zone, hours, country).due(at(start), amount * MINUTE)
    assert found == at(due)
    assert working_time(zone, hours, country).elapsed(at(start), found) == amount * MINUTE


def test_pauses_outside_of_hours_or_after_the_due_instant_move_nothing() -> None:
    """A pause over the night counts nothing twice; one after the breach comes too late; an open one stops the clock."""
    office = working_time("Europe/Berlin", "Mon-Fri 09:00-17:00", "DE")
    over_night = (at("2026-06-05T18:00+02:00"), at("2026-06-06T12:00+02:00"))
    assert due_with_pauses(office, at("2026-06-05T15:00+02:00"), 240 * MINUTE, [over_night]) == at(
        "2026-06-08T11:00+02:00"
    )
    late = (at("2026-06-01T10:30+02:00"), at("2026-06-01T12:00+02:00"))
    assert due_with_pauses(office, at("2026-06-01T09:00+02:00"), 60 * MINUTE, [late]) == at("2026-06-01T10:00+02:00")
    now = (at("2026-06-01T09:30+02:00"), None)
    assert due_with_pauses(office, at("2026-06-01T09:00+02:00"), 60 * MINUTE, [now]) is None
    both = [late, (at("2026-06-01T09:15+02:00"), at("2026-06-01T09:45+02:00"))]
    assert due_with_pauses(office, at("2026-06-01T09:00+02:00"), 60 * MINUTE, both) == at("2026-06-01T10:30+02:00")


def test_pauses_that_overlap_count_once() -> None:
    """Two reasons at once stop the clock once."""
    clock = WorkingTime(around_the_clock(ZoneInfo("UTC")))
    start = datetime(2026, 6, 1, 9, tzinfo=UTC)
    pauses = [(start + 10 * MINUTE, start + 40 * MINUTE), (start + 20 * MINUTE, start + 30 * MINUTE)]
    assert due_with_pauses(clock, start, 60 * MINUTE, pauses) == start + 90 * MINUTE


def test_a_relative_target_is_on_the_next_working_day() -> None:
    """Next business day 18:00, on Friday before a holiday."""
    office = working_time("Europe/Moscow", "Mon-Fri 09:00-18:00", "RU")
    assert office.next_opening(at("2026-06-11T12:00+03:00"), 18 * 60) == at("2026-06-15T18:00+03:00")
    assert office.next_opening(at("2026-06-11T12:00+03:00")) == at("2026-06-15T09:00+03:00")
    assert office.next_opening(at("2026-06-11T12:00+03:00"), days=2) == at("2026-06-16T09:00+03:00")


def test_a_calendar_without_hours_has_no_due_instant() -> None:
    """It says so, and does not look for ever."""
    never = WorkingTime(BusinessCalendar(ZoneInfo("UTC"), {}))
    start = datetime(2026, 6, 1, tzinfo=UTC)
    with pytest.raises(NeverDue):
        never.due(start, MINUTE)
    assert never.due(start, timedelta()) == start
    assert never.elapsed(start, start + timedelta(days=900)) == timedelta()
    one_day = WorkingTime(BusinessCalendar(ZoneInfo("UTC"), special={date(2031, 1, 1): ((0, 60),)}))
    assert one_day.due(start, 60 * MINUTE) == datetime(2031, 1, 1, 1, tzinfo=UTC)
    with pytest.raises(NeverDue):
        one_day.due(start, 61 * MINUTE)


def test_an_instant_without_a_zone_is_refused() -> None:
    """Which instant it is, nobody knows."""
    with pytest.raises(ValueError, match="time zone"):
        working_time("Europe/Berlin", "24x7").due(datetime(2026, 6, 1), MINUTE)  # noqa: DTZ001


class Oracle:
    """Counts minute by minute, by the definition: an interval begins at the first minute whose local time is not before
    its beginning, and ends at the last one whose local time is its end, or where none is earlier any more."""

    def __init__(self, calendar: BusinessCalendar, first: datetime, days: int) -> None:
        self.first = first
        local = [
            (first + step * MINUTE).astimezone(calendar.zone).replace(tzinfo=None) for step in range(days * DAY_MINUTES)
        ]
        latest_so_far = [*accumulate(local, max)]
        last_at = {one: minute for minute, one in enumerate(local)}
        earliest_from_here = [*accumulate(reversed(local), min)][::-1]
        is_open = [False] * len(local)
        day = local[0].date() - timedelta(days=2)
        while day <= local[-1].date():
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
            for start, end in calendar.intervals_on(day):
                begins = bisect_left(latest_so_far, midnight + start * MINUTE)
                end_time = midnight + end * MINUTE
                for minute in range(begins, last_at.get(end_time, bisect_left(earliest_from_here, end_time))):
                    is_open[minute] = True
            day += timedelta(days=1)
        self.open_until = [0, *accumulate(map(int, is_open))]

    def elapsed(self, start: int, end: int) -> int:
        """Open minutes between two minutes of the span."""
        return self.open_until[end] - self.open_until[start]

    def due(self, start: int, amount: int) -> int | None:
        """The first minute by which so many were open; None if the span is too short."""
        minute = bisect_left(self.open_until, self.open_until[start] + amount, lo=start)
        return minute if minute < len(self.open_until) else None


def random_intervals(chance: random.Random) -> Intervals:
    """None to three intervals of a day, perhaps overlapping, touching, empty, or over midnight."""
    intervals = []
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        start = chance.randrange(0, DAY_MINUTES, chance.choice((1, 15, 60)))
        intervals.append((start, min(start + chance.randrange(0, 16 * 60, chance.choice((1, 30))), 2 * DAY_MINUTES)))
    return chance.choice(((), ((0, DAY_MINUTES),), tuple(intervals), tuple(intervals), tuple(intervals)))


def random_calendar(chance: random.Random, zone: str, around: date) -> BusinessCalendar:
    """A week, some closed dates and some with hours of their own."""
    weekly: Mapping[int, Intervals] = {day: random_intervals(chance) for day in range(7)}
    dates = [around + timedelta(days=chance.randrange(-6, 10)) for _ in range(4)]
    special = {day: random_intervals(chance) for day in dates[:2]}
    return BusinessCalendar(ZoneInfo(zone), weekly, dict.fromkeys(dates[2:], ""), special)


@pytest.mark.parametrize("seed", range(60))
def test_counts_as_minute_by_minute(seed: int) -> None:
    """1,200 random cases: calendars of odd zones around their clock changes, against the oracle."""
    chance = random.Random(seed)
    zone = chance.choice(sorted(CHANGES))
    change = date(*chance.choice(CHANGES[zone]))
    calendar = random_calendar(chance, zone, change)
    first = datetime(change.year, change.month, change.day, tzinfo=UTC) - timedelta(days=5)
    oracle, counted = Oracle(calendar, first, 12), WorkingTime(calendar)
    for _ in range(20):
        # Two days of leeway, for the oracle does not see what begins before its span or ends after it.
        start, end = sorted(chance.randrange(2 * DAY_MINUTES, 10 * DAY_MINUTES) for _ in range(2))
        told = f"{calendar}, from {first + start * MINUTE}"
        assert counted.elapsed(first + start * MINUTE, first + end * MINUTE) == oracle.elapsed(start, end) * MINUTE, (
            told
        )
        amount = chance.randrange(1, 20 * 60)
        due = oracle.due(start, amount)
        if due is not None and due < 10 * DAY_MINUTES:
            assert counted.due(first + start * MINUTE, amount * MINUTE) == first + due * MINUTE, told
