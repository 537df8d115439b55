"""Nobody is woken for a reminder."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from desk.model.calendars.day_hours import DayHours

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("hours", "at", "told"),
    [
        (DayHours(), "2026-06-01T12:00", "2026-06-01T12:00"),
        (DayHours(), "2026-06-01T21:00", "2026-06-02T09:00"),
        (DayHours(), "2026-06-01T08:59", "2026-06-01T09:00"),
        (DayHours(), "2026-06-01T09:00", "2026-06-01T09:00"),
        (DayHours(22 * 60, 6 * 60), "2026-06-01T23:00", "2026-06-01T23:00"),
        (DayHours(22 * 60, 6 * 60), "2026-06-01T07:00", "2026-06-01T22:00"),
        (DayHours(0, 0), "2026-06-01T03:00", "2026-06-01T03:00"),
    ],
)
def test_the_next_time_at_which_somebody_may_be_told(hours: DayHours, at: str, told: str) -> None:
    """Itself by day, else the morning; hours over midnight, and none at all."""
    here, then = (datetime.fromisoformat(one).replace(tzinfo=MOSCOW) for one in (at, told))
    assert hours.next_day_time(here, MOSCOW) == then
    assert hours.contains(here, MOSCOW) == (at == told)
