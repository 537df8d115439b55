"""What a clock is to keep: a length of working time, a time of a later working day, or a release. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from desk.language.translatable import sentence
from desk.language.typed_durations import InvalidDuration, parse_duration
from desk.model.calendars.business_calendar import DAY_MINUTES, NeverDue
from desk.model.calendars.versions import CalendarVersions

_DAY_AND_TIME = re.compile(r"(?:next business day|(\d{1,2})\s*bd)(?:\s+(\d{1,2}):(\d\d))?")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dt\d\d:\d\d")
RELEASE = "next_release"


class InvalidTarget(ValueError):
    """What was written is no target; the argument is a sentence."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a clock is to keep; exactly one of the four is set.

    ``amount`` of working time; the ``days``-th working day after the start, at ``minute`` of that day (at its opening
    where that is None); the end of the day of the next ``release``; or an instant ``at`` which was promised. Pauses put
    off the first, and not the others.
    """

    amount: timedelta | None = None
    days: int = 0
    minute: int | None = None
    release: bool = False
    at: datetime | None = None

    @property
    def written(self) -> str:
        """As `parse_target` reads it."""
        if self.at is not None:
            return self.at.astimezone(UTC).isoformat()
        if self.release:
            return RELEASE
        if self.amount is None:
            at = "" if self.minute is None else f" {self.minute // 60:02}:{self.minute % 60:02}"
            return f"{self.days}bd{at}"
        seconds = self.amount // timedelta(seconds=1)
        size, unit = next((size, unit) for size, unit in ((3600, "h"), (60, "m"), (1, "s")) if seconds % size == 0)
        return f"{seconds // size}{unit}"

    def due(
        self,
        start: datetime,
        used: timedelta,
        since: datetime,
        versions: CalendarVersions,
        releases: Sequence[date] = (),
    ) -> datetime | None:
        """When it is due: ``used`` of it had gone by ``since``, from where on the clock runs. None if it never is.

        ``releases`` are the dates of the releases that are planned.
        """
        if self.at is not None:
            return self.at
        try:
            if self.amount is not None:
                return versions.due(since, self.amount - used)
            if not self.release:
                return versions.next_opening(start, self.minute, self.days)
        except NeverDue:
            return None
        zone = versions.zone
        day = min((one for one in releases if one >= start.astimezone(zone).date()), default=None)
        if day is None:
            return None
        return datetime(day.year, day.month, day.day, 23, 59, tzinfo=zone).astimezone(UTC) + timedelta(minutes=1)


def parse_target(text: str) -> Target:
    """Reads "3h", "next business day 18:00", "2bd", "next_release" or an instant (ISO 8601). Raises `InvalidTarget`."""
    short = text.strip().lower()
    if _INSTANT.match(short) and (at := datetime.fromisoformat(text.strip())).tzinfo:
        return Target(at=at)
    if short == RELEASE:
        return Target(release=True)
    if found := _DAY_AND_TIME.fullmatch(short):
        minute = None if found[2] is None else int(found[2]) * 60 + int(found[3])
        days = int(found[1] or 1)
        if days and (minute is None or (minute < DAY_MINUTES and int(found[3]) < 60)):
            return Target(days=days, minute=minute)
    try:
        amount = parse_duration(short)
    except InvalidDuration:
        amount = timedelta()
    if amount <= timedelta():
        raise InvalidTarget(
            sentence('{typed} is no target: write "3h", "next business day 18:00" or "next_release"', typed=repr(text))
        )
    return Target(amount)
