"""Working hours as operators type them: "Mon-Fri 09:00-18:00; Sat 10:00-14:00", "24x7", "24xBD". Pure.

A day is named in English or Russian by its first letters; an interval that ends before it begins, or at the same
minute, ends on the next day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from desk.language.translatable import sentence
from desk.model.calendars.business_calendar import AROUND_THE_CLOCK, DAY_MINUTES, Intervals

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of the days in files, Monday first."""
_RUSSIAN = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_DAY_NUMBERS = {name: number for names in (WEEKDAYS, _RUSSIAN) for number, name in enumerate(names)}
_INTERVAL = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–—]\s*(\d{1,2})(?::(\d\d))?")
_DASH = re.compile(r"\s*[-–—]\s*")
_BUSINESS_DAYS = range(5)


class InvalidHours(ValueError):
    """What was written is no working hours; its argument says so in a sentence."""


def parse_week(text: str) -> Mapping[int, Intervals]:
    """Intervals by weekday out of "Mon-Fri 09:00-13:00, 14:00-18:00; Sat 10-14", "24x7" or "24xBD". Raises
    `InvalidHours`."""
    short = text.strip().lower().replace("х", "x")
    if short in ("24x7", "24x7x365"):
        return dict.fromkeys(range(7), AROUND_THE_CLOCK)
    if short == "24xbd":
        return dict.fromkeys(_BUSINESS_DAYS, AROUND_THE_CLOCK)
    week: dict[int, Intervals] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        found = re.search(r"\d", part)
        days = part[: found.start()].strip().rstrip(":") if found else ""
        if found is None or not days:
            raise InvalidHours(_not_hours(text))
        for day in parse_days(days):
            week[day] = (*week.get(day, ()), *parse_intervals(part[found.start() :].split(",")))
    if not week:
        raise InvalidHours(_not_hours(text))
    return week


def parse_days(text: str) -> tuple[int, ...]:
    """Weekdays out of "Mon-Fri", "sat, sun", "пн-пт"; a range may go over the end of the week. Raises
    `InvalidHours`."""
    days: list[int] = []
    for part in text.split(","):
        ends = [_day_number(one) for one in _DASH.split(part.strip())]
        if len(ends) > 2 or None in ends:
            raise InvalidHours(
                sentence("{typed} is no day of the week: write Mon, Tue ... Sun", typed=repr(part.strip()))
            )
        first, last = ends[0] or 0, ends[-1] or 0
        days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return tuple(dict.fromkeys(days))


def _day_number(text: str) -> int | None:
    """0 for Monday, by the first three letters in English or two in Russian; None for what is no day."""
    name = text.strip().lower()
    return _DAY_NUMBERS.get(name[:3], _DAY_NUMBERS.get(name[:2]))


def parse_intervals(texts: list[str]) -> Intervals:
    """Minutes of the day out of "09:00-18:00" and the like, in their order. Raises `InvalidHours`."""
    return tuple(parse_interval(one) for one in texts)


def parse_interval(text: str) -> tuple[int, int]:
    """One interval. Raises `InvalidHours`."""
    found = _INTERVAL.fullmatch(text.strip())
    if found is None:
        raise InvalidHours(_not_hours(text))
    start = int(found[1]) * 60 + int(found[2] or 0)
    end = int(found[3]) * 60 + int(found[4] or 0)
    minutes_fit = int(found[2] or 0) < 60 and int(found[4] or 0) < 60
    if not minutes_fit or start >= DAY_MINUTES or end > 2 * DAY_MINUTES:
        raise InvalidHours(_not_hours(text))
    return start, end if end > start else end + DAY_MINUTES


def written_interval(start: int, end: int) -> str:
    """An interval as `parse_interval` reads it."""
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def _not_hours(text: str) -> str:
    return sentence('{typed} is no working hours: write "Mon-Fri 09:00-18:00" or "24x7"', typed=repr(text.strip()))
