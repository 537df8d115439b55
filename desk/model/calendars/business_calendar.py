"""Calendars of working hours, and the spans of absolute time that they make. Pure.

A calendar says when work is done by the clock of its place: a week of intervals, dates on which nobody works, dates
with hours of their own. `WorkingTime` turns that into spans of universal time, and counts in them. The rules:

* An interval is half-open and belongs to the local day it begins on; it may end past midnight (22:00 to 30:00). A
  closed date takes away the intervals that begin on it.
* A local time that a clock change leaves out stands for the instant of the change. One that comes twice is its first
  pass where an interval begins, and its last where one ends.
* Hours are elapsed time, never the difference of two readings of a wall clock.
* Work of some length is due at the earliest instant by which as much has elapsed: what exactly fills a day is due when
  that day closes, not when the next one opens.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Intervals = tuple[tuple[int, int], ...]
"""Pairs of minutes of the local day, the second excluded; it may be more than 1,440, for the next day."""

DAY_MINUTES = 24 * 60
MAX_MINUTE = 2 * DAY_MINUTES
"""An interval ends on the day after its own at the latest."""
AROUND_THE_CLOCK: Intervals = ((0, DAY_MINUTES),)
MOST_YEARS = 120
"""So far ahead of its start a due instant is looked for."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000


class NeverDue(ValueError):
    """A calendar has not as much working time as was asked for."""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When work is done: ``weekly`` by weekday (0 is Monday), ``closed`` dates, and dates with hours of their own.

    ``closed`` and ``special`` have the name of the day, such as that of the holiday, or "". A date that is in both has
    its special hours. ``name`` is what people call the calendar; ``known_until`` the last year whose holidays it
    has, 0 where it needs none.
    """

    zone: ZoneInfo
    weekly: Mapping[int, Intervals] = field(default_factory=dict)
    closed: Mapping[date, str] = field(default_factory=dict)
    special: Mapping[date, Intervals] = field(default_factory=dict)
    name: str = ""
    known_until: int = 0

    def intervals_on(self, day: date) -> Intervals:
        """The intervals that begin on a local day."""
        if (special := self.special.get(day)) is not None:
            return special
        return () if day in self.closed else self.weekly.get(day.weekday(), ())


def around_the_clock(zone: ZoneInfo, name: str = "24x7") -> BusinessCalendar:
    """The calendar of a desk that never closes."""
    return BusinessCalendar(zone, dict.fromkeys(range(7), AROUND_THE_CLOCK), name=name)


class WorkingTime:
    """Counts the working time of a calendar. Years are built when they are first needed, and kept.

    Instants are aware datetimes of any zone; what is returned is in UTC, for in a zone of its own an instant that its
    clock shows twice equals no other (PEP 495). A naive one raises `ValueError`.
    """

    def __init__(self, calendar: BusinessCalendar) -> None:
        self.calendar = calendar
        self._years: dict[int, list[tuple[int, int]]] = {}
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        self._until: list[int] = []
        self._covered = (0, 0)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one instant to a later one; none if it is earlier."""
        low, high = _microseconds(start), _microseconds(end)
        if high <= low:
            return timedelta()
        self._cover(low, high)
        return timedelta(microseconds=self._open_before(high) - self._open_before(low))

    def due(self, start: datetime, amount: timedelta) -> datetime:
        """The earliest instant from ``start`` on by which so much working time has elapsed.

        Raises `NeverDue` where the calendar has not so much of it in the next `MOST_YEARS` years.
        """
        low, wanted = _microseconds(start), amount // _MICROSECOND
        if wanted <= 0:
            return start.astimezone(UTC)
        self._cover(low, low)
        target = self._open_before(low) + wanted
        if not self._until or self._until[-1] < target:
            target = self._extend_to_reach(low, wanted)
        at = bisect_left(self._until, target)
        instant = self._starts[at] + target - self._before[at]
        return _EPOCH + timedelta(microseconds=instant)

    def spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans of working time between two instants, the first and the last cut to fit."""
        low, high = _microseconds(start), _microseconds(end)
        if high <= low:
            return
        self._cover(low, high)
        for place in range(max(0, bisect_right(self._starts, low) - 1), bisect_left(self._starts, high)):
            first, last = max(low, self._starts[place]), min(high, self._ends[place])
            if first < last:
                yield _EPOCH + timedelta(microseconds=first), _EPOCH + timedelta(microseconds=last)

    def next_opening(self, after: datetime, at_minute: int | None = None, days: int = 1) -> datetime:
        """The opening of the ``days``-th working day after the local day of ``after``; or ``at_minute`` of that day.

        "Next business day 18:00" is ``next_opening(now, 18 * 60)``. Raises `NeverDue` where there is no such day.
        """
        day = after.astimezone(self.calendar.zone).date()
        for _ in range(MOST_YEARS * 366):
            day += timedelta(days=1)
            intervals = [one for one in self.calendar.intervals_on(day) if one[0] < one[1]]
            days -= bool(intervals)
            if days <= 0 and intervals:
                minute = min(intervals)[0] if at_minute is None else at_minute
                return _EPOCH + timedelta(microseconds=_local_minute(self.calendar.zone, day, minute, is_end=False))
        raise NeverDue(self.calendar.name)

    def _open_before(self, instant: int) -> int:
        """Microseconds of working time in what is built, up to an instant."""
        place = bisect_right(self._starts, instant) - 1
        if place < 0:
            return 0
        return self._before[place] + min(instant, self._ends[place]) - self._starts[place]

    def _cover(self, low: int, high: int) -> None:
        """Builds the years around two instants, if they are not built yet."""
        if self._covered[0] <= low and high <= self._covered[1]:
            return
        first, last = _year(low) - 1, _year(high) + 1
        if self._years:
            first, last = min(first, *self._years), max(last, *self._years)
        self._build(max(first, date.min.year), min(last, date.max.year))

    def _extend_to_reach(self, low: int, wanted: int) -> int:
        """Builds later years until as much working time as ``wanted`` follows ``low``; the target, counted anew."""
        first = last = _year(low)
        step = 1
        while last < min(first + MOST_YEARS, date.max.year):
            last = min(max(self._years) + step, first + MOST_YEARS, date.max.year)
            step *= 2
            self._build(min(self._years), last)
            target = self._open_before(low) + wanted
            if self._until and self._until[-1] >= target:
                return target
        raise NeverDue(self.calendar.name)

    def _build(self, first: int, last: int) -> None:
        for year in range(first, last + 1):
            if year not in self._years:
                self._years[year] = [*_spans_of_year(self.calendar, year)]
        spans = _merged(sorted(span for year in range(first, last + 1) for span in self._years[year]))
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]
        self._before, self._until, total = [], [], 0
        for start, end in spans:
            self._before.append(total)
            total += end - start
            self._until.append(total)
        # A day's leeway at both ends: zones differ by less, and what begins on the last day may end on the next.
        self._covered = (_january(first) + 2 * 86400 * _SECOND, _january(last + 1) - 2 * 86400 * _SECOND)


def due_with_pauses(
    working_time: WorkingTime, start: datetime, amount: timedelta, pauses: Sequence[tuple[datetime, datetime | None]]
) -> datetime | None:
    """When work is due if the clock stands during ``pauses``; None if it stands still now (a pause without an end).

    A pause that begins at the due instant or later moves nothing.
    """
    at, left = start, amount
    for paused, resumed in sorted(pauses, key=lambda one: one[0]):
        if resumed is not None and resumed <= at:
            continue
        counted = working_time.elapsed(at, paused)
        if paused > at and counted >= left:
            break
        left -= counted
        if resumed is None:
            return None
        at = resumed
    return working_time.due(at, left)


def _spans_of_year(calendar: BusinessCalendar, year: int) -> Iterator[tuple[int, int]]:
    day, one_day = date(year, 1, 1), timedelta(days=1)
    while day.year == year:
        for start, end in calendar.intervals_on(day):
            first = _local_minute(calendar.zone, day, start, is_end=False)
            last = _local_minute(calendar.zone, day, end, is_end=True)
            if first < last:
                yield first, last
        if day == date.max:
            return
        day += one_day


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted spans without overlaps; those that touch become one."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _local_minute(zone: ZoneInfo, day: date, minute: int, is_end: bool) -> int:
    """The instant of a minute of a local day, in microseconds of the epoch; what it is at a clock change is said at
    the top."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    first, last = _instant_of(local), _instant_of(local.replace(fold=1))
    if first > last:  # the clock is put forward over this minute
        return _clock_change(zone, last, first)
    return last if is_end else first


def _instant_of(local: datetime) -> int:
    """The instant of a local time, by the offset that its ``fold`` stands for."""
    return (local.astimezone(UTC) - _EPOCH) // _MICROSECOND


def _clock_change(zone: ZoneInfo, low: int, high: int) -> int:
    """The instant between two at which the clock is put forward, to the second."""
    low, high = low // _SECOND, high // _SECOND
    changed = datetime.fromtimestamp(high, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == changed:
            high = middle
        else:
            low = middle
    return high * _SECOND


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND if instant.tzinfo else _refuse_naive(instant)


def _refuse_naive(instant: datetime) -> int:
    raise ValueError(f"{instant.isoformat()} has no time zone")


def _year(microseconds: int) -> int:
    return (_EPOCH + timedelta(microseconds=microseconds)).year


def _january(year: int) -> int:
    return (date(min(max(year, 1), 9999), 1, 1).toordinal() - _EPOCH.toordinal()) * 86400 * _SECOND
