"""A calendar that was edited while clocks ran in it: what had been used is kept, the rest is counted anew. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desk.model.calendars.business_calendar import WorkingTime

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CalendarVersion:
    """The working time that counts from ``since`` on, until the next version."""

    since: datetime
    working_time: WorkingTime


class CalendarVersions:
    """The versions of one calendar in the order in which the desk read them; the first counts for all time before."""

    def __init__(self, versions: Sequence[CalendarVersion]) -> None:
        self._versions = tuple(versions)
        self._since = [BEGINNING, *(one.since for one in self._versions[1:])]

    @classmethod
    def of(cls, working_time: WorkingTime) -> CalendarVersions:
        """A calendar that was never edited."""
        return cls([CalendarVersion(BEGINNING, working_time)])

    @property
    def last(self) -> WorkingTime:
        """Its last version."""
        return self._versions[-1].working_time

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its last version."""
        return self.last.calendar.zone

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two instants, each part by its version; none if the second is earlier."""
        return sum((one.elapsed(first, last) for one, first, last in self._parts(start, end)), timedelta())

    def due(self, start: datetime, amount: timedelta) -> datetime:
        """The earliest instant from ``start`` on by which so much has elapsed. Raises
        `desk.model.calendars.business_calendar.NeverDue`."""
        left = amount
        for one, first, last in self._parts(start, END):
            if last == END or (counted := one.elapsed(first, last)) >= left:
                return one.due(first, left)
            left -= counted
        return self.last.due(start, left)

    def next_opening(self, after: datetime, at_minute: int | None = None, days: int = 1) -> datetime:
        """As `WorkingTime.next_opening`, by the last version."""
        return self.last.next_opening(after, at_minute, days)

    def _parts(self, start: datetime, end: datetime) -> Iterator[tuple[WorkingTime, datetime, datetime]]:
        """The versions between two instants, each with its part of the time."""
        for number in range(max(0, bisect_right(self._since, start) - 1), len(self._versions)):
            first = max(start, self._since[number])
            last = min(end, self._since[number + 1]) if number + 1 < len(self._since) else end
            if first < last:
                yield self._versions[number].working_time, first, last
