"""Long texts cut to what one Telegram message holds, with marks as entities counted in UTF-16 units. Pure.

Telegram counts everything in UTF-16 code units: a letter outside the Basic Multilingual Plane (an emoji) counts two.
"""

from __future__ import annotations

from typing import Any

from desk.language.rich_text import RichText, TextSpan
from desk.language.unsafe_characters import storable

MESSAGE = 4096
CAPTION = 1024
MOST_ENTITIES = 100
"""Telegram drops those after the hundredth without a word."""

_KINDS = {"bold": "bold", "code": "code", "link": "text_link"}
_LINKED = ("https://", "http://", "tg://")


def units(plain: str) -> int:
    """How many UTF-16 code units a text has."""
    return len(plain) + sum(char > "\uffff" for char in plain) if not plain.isascii() else len(plain)


def split_text(text: RichText, limit: int = MESSAGE) -> list[RichText]:
    """The text in parts of at most ``limit`` units, cut between paragraphs, else lines, else words, else anywhere.

    White space at the edges is left out, as Telegram would do; an empty text has no parts.
    """
    plain = storable(text.plain)
    if plain != text.plain:
        text = RichText(plain, text.marks)
    parts = []
    start, end = _edges(plain, 0, len(plain))
    while start < end:
        fits = _reach(plain, start, end, limit)
        stop = fits if fits == end else _boundary(plain, start, fits)
        inner, outer = _edges(plain, start, stop)
        parts.append(text if (inner, outer) == (0, len(plain)) else text.part(inner, outer))
        start, _ = _edges(plain, stop, end)
    return parts


def _edges(plain: str, start: int, end: int) -> tuple[int, int]:
    """The same stretch without white space before and behind; empty when there is nothing else."""
    while start < end and plain[start].isspace():
        start += 1
    while start < end and plain[end - 1].isspace():
        end -= 1
    return start, end


def _reach(plain: str, start: int, end: int, limit: int) -> int:
    """How far a part may go from ``start``."""
    if end - start <= limit // 2 or units(plain[start:end]) <= limit:
        return end
    stop = start
    while limit > 0:
        limit -= 2 if plain[stop] > "\uffff" else 1
        stop += limit >= 0
    return stop


def _boundary(plain: str, start: int, fits: int) -> int:
    """The best place to cut at or before ``fits``; in the first half of a part only an uncut word would be better."""
    least = start + (fits - start) // 2
    for between in ("\n\n", "\n", " "):
        found = plain.rfind(between, least, fits + len(between))
        if found > start:
            return found
    # Not between a letter and the sign that is drawn upon it, nor inside a joined emoji.
    for stop in range(fits, max(fits - 16, start + 1), -1):
        if plain[stop] not in "\u200d\ufe0f\u0301\u0306\u0308" and plain[stop - 1] != "\u200d":
            return stop
    return fits


def entities(text: RichText) -> list[dict[str, Any]]:
    """The marks as Telegram's MessageEntity objects; a link that Telegram cannot open stays plain words."""
    if not text.marks:
        return []
    plain, made = text.plain, []
    before = offset = 0
    for mark in text.marks[:MOST_ENTITIES]:
        offset += units(plain[before : mark.start])
        before = mark.start
        if entity := _entity(mark, offset, units(plain[mark.start : mark.end])):
            made.append(entity)
    return made


def _entity(mark: TextSpan, offset: int, length: int) -> dict[str, Any] | None:
    if not length or (mark.kind == "link" and not mark.url.startswith(_LINKED)):
        return None
    entity: dict[str, Any] = {"type": _KINDS[mark.kind], "offset": offset, "length": length}
    return entity | {"url": mark.url} if mark.kind == "link" else entity
