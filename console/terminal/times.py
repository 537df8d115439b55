"""Instants as people read them, in the time zone of whom they concern."""

from __future__ import annotations

from datetime import datetime, tzinfo


def short_time(at: datetime | None, zone: tzinfo) -> str:
    """Day first, without year: ``21.11 18:04``; "" for None."""
    return at.astimezone(zone).strftime("%d.%m %H:%M") if at else ""


def full_time(at: datetime | None, zone: tzinfo) -> str:
    """With year and zone: ``21.11.2026 18:04 MSK``; "" for None."""
    return at.astimezone(zone).strftime("%d.%m.%Y %H:%M %Z").strip() if at else ""
