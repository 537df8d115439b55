"""The hours of the day in which people are told what they did not ask for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
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
        if self.first == self.last:
            return at
        first, _ = next(_working_time(self, zone).spans(at, at + timedelta(days=3)))
        return first


@cache
def _working_time(hours: DayHours, zone: ZoneInfo) -> WorkingTime:
    """The day hours of a zone, built once: reminders ask for them in every round that sets one."""
    last = hours.last if hours.last > hours.first else hours.last + DAY_MINUTES
    return WorkingTime(BusinessCalendar(zone, dict.fromkeys(range(7), ((hours.first, last),))))


USUAL_DAY = DayHours()
