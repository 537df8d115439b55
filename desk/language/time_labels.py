"""Moments as people say them, in the provider's zone; the templates choose the words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def time_labels(at: datetime, now: datetime, zone: ZoneInfo) -> Mapping[str, str]:
    """Names for a template: ``time`` as 18:40, ``date`` as 21.11.2026, and "1" in ``today`` or ``tomorrow``."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    return {
        "time": f"{local:%H:%M}",
        "date": f"{local:%d.%m.%Y}",
        "today": "1" if local.date() == today else "",
        "tomorrow": "1" if local.date() == today + timedelta(days=1) else "",
        "zone": zone.key,
    }
