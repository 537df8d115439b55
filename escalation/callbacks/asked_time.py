"""When somebody wants to be called: "после 18", "завтра с 10 до 12", "at 7 pm", "вечером". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk.understanding.phone_numbers import phones_told

_HOUR = r"(\d{1,2})(?:[:.](\d\d))?(?: ?(?:час(?:а|ов)?|ч)\b)? ?(утра|дня|вечера|am|pm|a\.m\.|p\.m\.)?(?![\d:.-]\d|\d)"
_RANGE = re.compile(rf"\b(?:с|со|от|между|from|between) {_HOUR} ?(?:до|по|и|to|till|until|and|-) ?{_HOUR}")
_AFTER = re.compile(rf"\b(?:после|не раньше|с|after|from|not before) {_HOUR}")
_BEFORE = re.compile(rf"\b(?:до|не позже|before|by|until) {_HOUR}")
_AT = re.compile(rf"\b(?:в|к|около|примерно в|at|around|about) {_HOUR}")
_DAYS = ((re.compile(r"\bпослезавтра\b|\bday after tomorrow\b"), 2), (re.compile(r"\bзавтра\b|\btomorrow\b"), 1))
_PARTS = (
    (re.compile(r"\bутром\b|\bс утра\b|\bmorning\b"), 9, 12),
    (re.compile(r"\bднем\b|\bпосле обеда\b|\bafternoon\b"), 13, 17),
    (re.compile(r"\bвечером\b|\bevening\b"), 18, 21),
)
_MORNING, _LATER = ("утра", "am", "a.m."), ("дня", "вечера", "pm", "p.m.")
_EARLIEST = 8
"""An hour before it, with no word whether morning or evening is meant, is one of the evening."""
_SENTENCE = re.compile(r"[.!?;\n]+(?:\s|$)")
_OF_CALLING = re.compile(r"звон|набер|набра|\bcall|\bring\b|\bphone", re.IGNORECASE)
_FEW = 8
"""Words of an answer that names a time and does not speak of a call: "+7 900 123-45-67, после 18"."""
_AN_HOUR, _HALF = timedelta(hours=1), timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class AskedTime:
    """A stretch of time in which somebody wants to be called, aware."""

    start: datetime
    end: datetime


def words_of_call(text: str) -> str:
    """What of a message tells when to call: the sentences that speak of a call, without phone numbers."""
    for _, start, end in sorted(phones_told(text, asked=True), key=lambda one: -one[1]):
        text = f"{text[:start]} {text[end:]}"
    spoken = [one for one in _SENTENCE.split(text) if _OF_CALLING.search(one)]
    return " ".join(spoken) if spoken else text if len(text.split()) <= _FEW else ""


def asked_time(text: str, now: datetime, zone: ZoneInfo) -> AskedTime | None:
    """The stretch that words name, in a zone; None where they name none. One that is over today is tomorrow's."""
    said = " ".join(text.casefold().replace("ё", "е").split())
    local = now.astimezone(zone)
    days = next((days for pattern, days in _DAYS if pattern.search(said)), 0)
    found = _stretch(said, local, days)
    if found is None:
        return None
    start, end = found
    if end <= local:
        start, end = start + timedelta(days=1), end + timedelta(days=1)
    return AskedTime(max(start, local), end)


def _stretch(said: str, local: datetime, days: int) -> tuple[datetime, datetime] | None:
    def at(hour: int, minute: int = 0) -> datetime:
        return datetime.combine(local.date() + timedelta(days=days), time(hour, minute), local.tzinfo)

    if (found := _RANGE.search(said)) and (last := _clock(found[4], found[5], found[6])):
        first = _clock(found[1], found[2], found[3] or (found[6] if int(found[1]) <= int(found[4]) else ""))
        return (at(*first), at(*last)) if first and first < last else None
    if (found := _AFTER.search(said)) and (first := _clock(*found.groups())):
        return at(*first), at(*first) + _AN_HOUR
    if (found := _BEFORE.search(said)) and (last := _clock(*found.groups())):
        return (local if not days else min(at(9), at(*last))), at(*last)
    if (found := _AT.search(said)) and (first := _clock(*found.groups())):
        return at(*first), at(*first) + _HALF
    for pattern, begins, ends in _PARTS:
        if pattern.search(said):
            return at(begins), at(ends)
    return (at(9), at(21)) if days else None


def _clock(hour: str, minute: str | None, part: str | None) -> tuple[int, int] | None:
    """A clock's reading; None where it is none."""
    hours, minutes = int(hour), int(minute or 0)
    later = part in _LATER or (not part and hours < _EARLIEST)
    hours = hours + 12 if later and 0 < hours < 12 else hours
    return (hours, minutes) if hours < 24 and minutes < 60 else None
