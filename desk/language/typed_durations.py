"""Lengths of time as agents type them: "2h", "30 мин", "1d 4h"."""

from __future__ import annotations

_UNITS = (
    (1, ("m", "min", "mins", "minute", "minutes", "м", "мин", "минут", "минута", "минуты", "минуту")),
    (60, ("h", "hr", "hrs", "hour", "hours", "ч", "час", "часа", "часов")),
    (24 * 60, ("d", "day", "days", "д", "дн", "день", "дня", "дней", "сут", "сутки", "суток")),
)
_MINUTES = {name: size for size, names in _UNITS for name in names}
MAX_LENGTH = 40
"""Characters of a text that may be a duration."""


def parse_minutes(text: str) -> int | None:
    """Reads "2h", "30 m", "1d 4h", "2 ч 30 мин" as whole minutes; None for what is no duration ("soon", "1.5h")."""
    total, digits, unit = 0, "", ""
    if len(text) > MAX_LENGTH:
        return None
    for char in text.lower() + " 0":
        if char.isascii() and char.isdecimal():
            if unit:
                if not digits or unit not in _MINUTES:
                    return None
                total, digits, unit = total + int(digits) * _MINUTES[unit], "", ""
            digits += char
        elif char.isalpha():
            unit += char
        elif char != " " and not (unit and char in ".,"):
            return None
    return total if digits == "0" and total > 0 else None
