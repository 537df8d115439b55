"""Moments as people say them, in the provider's zone; the templates choose the words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.language.time_words import date_in_words


def time_labels(at: datetime, now: datetime, zone: ZoneInfo, language: str = "") -> Mapping[str, str]:
    """Names for a template: ``time`` as 18:40, ``date``, and "1" in ``today`` or ``tomorrow``.

    ``date`` is in the words of a ``language``, "21 ноября", or in figures without one, 21.11.2026.
    """
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    return {
        "time": f"{local:%H:%M}",
        "date": date_in_words(local.date(), today, language) if language else f"{local:%d.%m.%Y}",
        "today": "1" if local.date() == today else "",
        "tomorrow": "1" if local.date() == today + timedelta(days=1) else "",
        "zone": zone.key,
    }


_ROUNDED = (5, 10, 15, 20, 30, 45, 60)
"""Minutes that people say; what is longer is rounded up to hours that people say, and then to whole days."""
_ROUNDED_HOURS = (1, 2, 3, 4, 5, 6, 8, 12, 24)


def age_labels(span: timedelta) -> Mapping[str, str]:
    """The same names for how long something has lasted, never more than it has: minutes up to two hours, hours up to
    two days."""
    minutes = max(1, int(span.total_seconds() // 60))
    unit, number = ("minutes", minutes) if minutes < 120 else ("hours", minutes // 60)
    if number >= 48 and unit == "hours":
        unit, number = "days", number // 24
    return {"minutes": "", "hours": "", "days": "", unit: str(number)}


def span_labels(span: timedelta) -> Mapping[str, str]:
    """Names for a template about a length of time, rounded up as people say it: one of ``minutes``, ``hours`` and
    ``days`` has a number, the others are ""."""
    nothing = {"minutes": "", "hours": "", "days": ""}
    minutes = max(1, -int(-span.total_seconds() // 60))
    rounded = next((one for one in _ROUNDED if minutes <= one), 0)
    if rounded and rounded < 60:
        return {**nothing, "minutes": str(rounded)}
    hours = -(-minutes // 60)
    rounded_hours = next((one for one in _ROUNDED_HOURS if hours <= one), 0)
    return {**nothing, **({"hours": str(rounded_hours)} if rounded_hours else {"days": str(-(-hours // 24))})}
