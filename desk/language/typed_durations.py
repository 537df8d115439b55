"""Lengths of time as agents type them, "2h", "30 мин", "1d 4h", and as operators write them: "30m"."""

from __future__ import annotations

from datetime import timedelta

from desk.language.translatable import sentence

_SECONDS_PER_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400}
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


class InvalidDuration(ValueError):
    """What was written is no length of time; its argument says so in a sentence."""


def parse_duration(text: object) -> timedelta:
    """A length of time as operators write it: "30m", "4h" or "3d". Raises `InvalidDuration`."""
    number, unit = (text[:-1], text[-1:]) if isinstance(text, str) else ("", "")
    try:
        if number.isdecimal() and unit in _SECONDS_PER_UNIT:
            return timedelta(seconds=int(number) * _SECONDS_PER_UNIT[unit])
    except (OverflowError, ValueError):
        pass
    raise InvalidDuration(sentence('{typed} is not a length of time: write "30m", "4h" or "3d"', typed=repr(text)))
