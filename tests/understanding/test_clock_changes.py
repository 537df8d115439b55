"""What has passed is reckoned in hours of the world, also when clocks change: a year's changes in ten zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.understanding.slots.moments import parse_when

ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "America/Santiago",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Africa/Casablanca",
    "Asia/Jerusalem",
)
PHRASES = {
    "30 минут назад": timedelta(minutes=30),
    "полчаса назад": timedelta(minutes=30),
    "час назад": timedelta(hours=1),
    "2 часа назад": timedelta(hours=2),
    "5 часов назад": timedelta(hours=5),
    "12 часов назад": timedelta(hours=12),
    "an hour ago": timedelta(hours=1),
    "3 hours ago": timedelta(hours=3),
    "for 4 hours": timedelta(hours=4),
}


def changes(zone: ZoneInfo, year: int = 2027) -> Iterator[datetime]:
    """The hours of a year in which the clock is changed, in UTC."""
    at = datetime(year, 1, 1, tzinfo=UTC)
    while at.year == year:
        following = at + timedelta(hours=1)
        if at.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            yield at
        at = following


@pytest.mark.parametrize("zone", ZONES)
def test_elapsed_time_is_right_around_every_change_of_the_clock(zone: str) -> None:
    clock, tried = ZoneInfo(zone), 0
    for change in changes(clock):
        for half_hours in range(-4, 30):
            now = change + timedelta(minutes=30 * half_hours)
            for phrase, passed in PHRASES.items():
                span = parse_when(phrase, now, clock)
                assert span is not None
                assert (span.start, span.end) == (now - passed, now - passed), (now, phrase)
                tried += 1
    assert tried >= 600, "there were changes"


@pytest.mark.parametrize("zone", ZONES)
def test_nothing_that_is_named_by_the_clock_lies_ahead(zone: str) -> None:
    """ "At half past two" is the last half past two that there was, also where the hour comes twice, or not at all."""
    clock = ZoneInfo(zone)
    for change in changes(clock):
        for quarters in range(-8, 24):
            now = change + timedelta(minutes=15 * quarters)
            for phrase in ("в 2:30", "в 2:10", "в 14:30", "today at 1:45 am", "сегодня ночью"):
                span = parse_when(phrase, now, clock)
                assert span is None or span.start <= span.end <= now, (now, phrase)


def test_the_hour_that_comes_twice_is_the_one_just_passed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for now, passed in (("00:50", "00:30"), ("01:10", "00:30"), ("01:40", "01:30")):
        at, then = (datetime.fromisoformat(f"2027-10-31T{one}:00+00:00") for one in (now, passed))
        span = parse_when("в 2:30", at, berlin)
        assert span is not None
        assert span.start == then, now
