"""The words of a message as they are compared, each with its place in the message and the sign after it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from desk.language.unsafe_characters import without_invisible

_APOSTROPHES = "'\u2019\u02bc`"
_WITHIN = "\u00ad\u034f\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\u0300-\u036f"
"""Invisible characters and accents of their own: they part no word."""
_WORD = re.compile(rf"[^\W_][^\W_{_WITHIN}]*(?:[{_WITHIN}{_APOSTROPHES}][^\W_]+)*[{_WITHIN}]*")
_DROPPED = re.compile(f"[{_APOSTROPHES}]")
_FULL_STOP = re.compile(r"[.!;:\u2026\n()\[\]\u2014\u2013]|\s-|-\s|[\U0001f300-\U0001faff]")

COMMA, STOP, QUESTION = ",", ".", "?"


@dataclass(frozen=True, slots=True)
class Word:
    """One word: ``text`` without case and accents of typing, its place, and what ends a clause after it.

    ``stop`` is `QUESTION`, `STOP`, `COMMA`, or "" where the clause goes on.
    """

    text: str
    start: int
    end: int
    stop: str


@lru_cache(maxsize=1024)
def words_of(text: str) -> tuple[Word, ...]:
    """All words of a text, in order. A hyphen parts two words, an apostrophe none: "кто-нибудь" is two, "don't" one."""
    found = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    begins = [*(start for start, _ in found[1:]), *([len(text)] if found else [])]
    return tuple(
        Word(_compared(text[start:end]), start, end, _stop(text[end:following]))
        for (start, end), following in zip(found, begins, strict=True)
    )


def _compared(word: str) -> str:
    if word.isascii():
        return _DROPPED.sub("", word).lower()
    folded = unicodedata.normalize("NFKC", without_invisible(word)).casefold().replace("ё", "е")
    return _DROPPED.sub("", folded)


def _stop(between: str) -> str:
    if between in (" ", ""):
        return ""
    if "?" in between:
        return QUESTION
    if _FULL_STOP.search(between):
        return STOP
    return COMMA if "," in between else ""


def clauses(words: Sequence[Word]) -> list[tuple[int, int]]:
    """The clauses of a message, each as its first word and the one after its last."""
    found, start = [], 0
    for at, word in enumerate(words):
        if word.stop or at == len(words) - 1:
            found.append((start, at + 1))
            start = at + 1
    return found
