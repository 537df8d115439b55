"""A window of time as an agent types it: "2026-12-03 02:00-04:00 замена узла". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_DATE = r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})"
_TIME = r"\d{1,2}[:.]\d{2}"
_BEGINS = re.compile(_DATE)
_MOMENT = re.compile(rf"(?P<day>{_DATE})(?:\s+|T)(?P<time>{_TIME})")
_WINDOW = re.compile(
    rf"(?P<day>{_DATE})\s+(?:с\s+|from\s+)?(?P<begins>{_TIME})\s*(?:[-\u2013\u2014]|до|to)\s*"
    rf"(?:(?P<last>{_DATE})\s+)?(?P<ends>{_TIME})(?=[\s,.;:]|$)[,.;:]?\s*(?P<what>.*)",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TypedWindow:
    """A window in local time, "2026-12-03T02:00", and what it is for. All are "" where no window was typed."""

    begins: str = ""
    ends: str = ""
    what: str = ""


def begins_with_date(text: str) -> bool:
    """Whether the first thing that was typed is a date."""
    return _BEGINS.match(text) is not None


def typed_window(text: str) -> TypedWindow:
    """A date, two times, and what for. An end on another day has that day's date before it: nothing is guessed."""
    found = _WINDOW.match(text.strip())
    if found is None:
        return TypedWindow()
    begins, ends = _local(found["day"], found["begins"]), _local(found["last"] or found["day"], found["ends"])
    return TypedWindow(begins, ends, found["what"].strip()) if begins and ends else TypedWindow()


def typed_moment(text: str) -> str:
    """One moment, "2026-12-03 02:00" or "03.12.2026 02:00", as "2026-12-03T02:00"; "" for anything else."""
    found = _MOMENT.fullmatch(text.strip())
    return _local(found["day"], found["time"]) if found else ""


def instant_of(local: str, zone: ZoneInfo, is_end: bool = False) -> datetime | None:
    """The instant, in UTC, of a local time as `typed_moment` gives it; None for none, and for one that a clock change
    leaves out. One that comes twice is its first pass, or its last where a window ends."""
    try:
        wall = datetime.fromisoformat(local)
    except ValueError:
        return None
    if wall.tzinfo is not None:
        return None
    at = wall.replace(tzinfo=zone, fold=int(is_end)).astimezone(UTC)
    return at if at.astimezone(zone).replace(tzinfo=None, fold=0) == wall else None


def _local(day: str, time: str) -> str:
    year, month, date = day.split("-") if "-" in day else reversed(day.split("."))
    hour, _, minute = time.replace(".", ":").partition(":")
    try:
        at = datetime(int(year), int(month), int(date), int(hour), int(minute))  # noqa: DTZ001 - a time on a wall
    except ValueError:
        return ""
    return at.isoformat(timespec="minutes")
