"""Days and hours on the clock of a person, reckoned back from now.

Days are those of their calendar. Hours and minutes that have passed are those of the world: on the day of a clock
change "two hours ago" is two hours ago, whatever the hands say. Moments are compared as instants, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """From the earliest to the latest moment meant; both aware, equal where the moment is exact."""

    start: datetime
    end: datetime


class PersonClock:
    """The calendar of a person at one moment: ``now`` is on their own clock."""

    def __init__(self, now: datetime, zone: tzinfo) -> None:
        self.now = now
        self.instant = now.astimezone(UTC)
        self.today = now.date()
        self.zone = zone

    def at_clock(self, day: date | None, clock: time, part: tuple[int, int] | None, is_ambiguous: bool) -> TimeSpan:
        """That moment; "at five", said without a part of the day, may be twelve hours later."""
        if part and part[0] >= 12 and clock.hour < 12:
            clock = clock.replace(hour=clock.hour + 12)
        then = self.last_at(day or self.today, clock)
        if day is None and then.astimezone(UTC) > self.instant:
            then = self.last_at(self.today - timedelta(days=1), clock)
        later = then + timedelta(hours=12)
        is_sure = not is_ambiguous or part is not None or (day == self.today and later.astimezone(UTC) > self.instant)
        return TimeSpan(then, then if is_sure else later)

    def last_at(self, day: date, clock: time) -> datetime:
        """That reading of the clock on that day; of two, where the hands were put back, the last that has passed."""
        first, second = (datetime.combine(day, clock.replace(fold=fold), self.zone) for fold in (0, 1))
        return second if first.astimezone(UTC) < second.astimezone(UTC) <= self.instant else first

    def past_date(self, day: int, month: int, year: int | None) -> date | None:
        """That day; without a year the last one that is not in the future."""
        try:
            found = date(year or self.today.year, month, day)
            if not year and found > self.today:
                found = date(self.today.year - 1, month, day)
        except ValueError:
            return None
        # A day without a year that lies almost a year back is rather a slip of the finger.
        return found if year or self.today - found < timedelta(days=300) else None

    def last_of_number(self, day: int) -> date | None:
        """The last day of a month with this number that is not in the future."""
        month = self.today.replace(day=1)
        for _ in range(3):
            try:
                found = month.replace(day=day)
            except ValueError:
                found = None
            if found and found <= self.today:
                return found
            month = (month - timedelta(days=1)).replace(day=1)
        return None

    def last_month_of_year(self, month: int) -> date:
        """The first day of that month, of the last one that has begun."""
        return date(self.today.year - (month > self.today.month), month, 1)

    def before_now(self, low: float, high: float, unit: timedelta) -> TimeSpan:
        """From so many units before now to so many; whole days where the unit is one or more."""
        if unit >= timedelta(days=1):
            return self.days_between(
                (self.now - high * unit).date(), (self.now - low * unit).date() + timedelta(days=1)
            )
        return TimeSpan(self.instant - high * unit, self.instant - low * unit)

    def span_of_part(self, day: date, part: tuple[int, int]) -> TimeSpan:
        """That part of the day, told by its hours."""
        last = day + timedelta(days=1) if part[1] == 24 else day
        return TimeSpan(self.at(day, part[0]), self.at(last, part[1] % 24))

    def days_between(self, first: date, last: date) -> TimeSpan:
        """The days from the first to the one before the last."""
        return TimeSpan(self.at(first, 0), self.at(last, 0))

    def at(self, day: date, hour: int) -> datetime:
        """That hour of the day."""
        return datetime.combine(day, time(hour), self.zone)


def time_of(hour: int, minute: int, half: str) -> time | None:
    """A clock's reading; "6 вечера" and "6 pm" are 18."""
    is_late = half in ("pm", "p.m", "вечера", "дня", "in the evening", "in the afternoon") or (
        half == "at night" and hour > 5
    )
    if is_late and hour < 12:
        hour += 12
    elif half in ("am", "a.m", "ночи", "in the morning") and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 else None
