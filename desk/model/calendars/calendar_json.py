"""Calendars within JSON: {"zone", "weekly": {"0": [[540, 1080]]}, "closed": ["2026-01-01"], "special": {...}}. Pure.

Weekdays are from 0 for Monday, times are minutes of the local day, the second of a pair excluded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from desk.language.translatable import sentence
from desk.model.calendars.business_calendar import MAX_MINUTE, BusinessCalendar, Intervals


class InvalidCalendarJson(ValueError):
    """What is no calendar; the argument is a sentence."""


def calendar_of_json(value: Mapping[str, Any]) -> BusinessCalendar:
    """The calendar of an object. Raises `InvalidCalendarJson`."""
    try:
        zone = ZoneInfo(value["zone"])
    except (KeyError, TypeError, ValueError, OSError):
        raise InvalidCalendarJson(sentence('"zone" must name a time zone, such as "Europe/Moscow"')) from None
    try:
        weekly = {_weekday(day): _intervals(pairs) for day, pairs in dict(value.get("weekly") or {}).items()}
    except (TypeError, ValueError):
        raise InvalidCalendarJson(
            sentence('"weekly" must be {"0": [[540, 1080]]}: weekdays from 0 for Monday, minutes of the local day')
        ) from None
    try:
        closed = {date.fromisoformat(one): "" for one in value.get("closed") or ()}
        special = {
            date.fromisoformat(day): _intervals(pairs) for day, pairs in dict(value.get("special") or {}).items()
        }
    except (TypeError, ValueError):
        raise InvalidCalendarJson(
            sentence('"closed" must be a list of dates, "special" {"2026-01-01": [[540, 1080]]}')
        ) from None
    return BusinessCalendar(zone, weekly, closed, special)


def json_of_calendar(calendar: BusinessCalendar) -> dict[str, Any]:
    """A calendar as `calendar_of_json` reads it; names and reasons are left out."""
    return {
        "zone": calendar.zone.key,
        "weekly": {str(day): [[*one] for one in pairs] for day, pairs in sorted(calendar.weekly.items())},
        "closed": [day.isoformat() for day in sorted(calendar.closed)],
        "special": {day.isoformat(): [[*one] for one in pairs] for day, pairs in sorted(calendar.special.items())},
    }


def _weekday(text: str) -> int:
    if str(text) not in tuple("0123456"):
        raise ValueError(text)
    return int(text)


def _intervals(pairs: Any) -> Intervals:
    intervals = tuple((int(start), int(end)) for start, end in pairs)
    if not all(0 <= start <= end <= MAX_MINUTE for start, end in intervals):
        raise ValueError(pairs)
    return intervals
