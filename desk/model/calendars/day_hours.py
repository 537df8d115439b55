"""The hours of the day in which people are told what they did not ask for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.model.calendars.business_calendar import DAY_MINUTES, BusinessCalendar, WorkingTime


@dataclass(frozen=True, slots=True)
class DayHours:
    """From minute ``first`` of each local day to before minute ``last``; it may go over midnight."""

    first: int = 9 * 60
    last: int = 21 * 60

    def contains(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether it is day there."""
        return self.next_day_time(at, zone) == at

    def next_day_time(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The instant itself where it is day, else the beginning of the next day hours."""
        last = self.last if self.last > self.first else self.last + DAY_MINUTES
        hours = BusinessCalendar(zone, dict.fromkeys(range(7), ((self.first, last),)))
        span = WorkingTime(hours).spans(at, at + timedelta(days=3))
        return next(span)[0] if self.first != self.last else at


USUAL_DAY = DayHours()
