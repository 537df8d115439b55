"""Anonymises a person's own words: keeps the problem as they put it, without anything that identifies them. Pure.

Words are taken clause by clause. A clause that could identify somebody (`kb.learning.pii`) is left out whole: leaving
out too much costs one phrase only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from kb.learning.pii import WORD_RE, IsOrdinaryWord, clean_text, has_personal_number, identifies_person, is_brand

MIN_LENGTH, MAX_LENGTH = 8, 140
"""Characters of a phrase worth keeping."""
MIN_WORDS, MAX_WORDS = 2, 20
"""Words of a phrase worth keeping."""
MAX_TEXT_LENGTH = 1200
"""Characters of a description that are looked at: the problem is told first."""

_CLAUSE_BREAK_RE = re.compile(r"(?<=[.!?…])\s+|[\n;]|,\s+|\s[-–—]\s|[.!?…]+$")
_SIGNATURE_RE = re.compile(r"\n-- ?\n|\n[Сс] уважением|\n(?:Best|Kind) regards")
"""Where a mail's signature begins."""
_DIGIT_RE = re.compile(r"\d")
_COURTESY_WORDS = frozenset(
    WORD_RE.findall("""
    здравствуйте здрасте привет добрый доброе доброго день утро вечер времени суток дня пожалуйста спасибо помогите
    подскажите алло ау девушка коллеги уважаемые hello hi hey good morning afternoon evening dear please thanks thank
    you help sir madam
    """)
)


def anonymise_phrase(
    text: str,
    identifying: Sequence[str] = (),
    is_ordinary: IsOrdinaryWord | None = None,
    is_unrelated: Callable[[str], bool] = lambda clause: False,
) -> str:
    """The person's problem in their own words, in one line; "" when too little or too much of it is left.

    ``identifying`` and ``is_ordinary`` are those of `kb.learning.pii.identifies_person`; a clause that ``is_unrelated``
    is left out too.
    """
    without_signature = _SIGNATURE_RE.split(clean_text(text[:MAX_TEXT_LENGTH]), maxsplit=1)[0]
    anonymous = [
        one for one in _anonymous_clauses(without_signature, identifying, is_ordinary) if not _is_courtesy(one)
    ]
    clauses: list[str] = []
    for clause in anonymous if len(anonymous) < 2 else (one for one in anonymous if not is_unrelated(one)):
        if len(", ".join((*clauses, clause))) > MAX_LENGTH:
            break
        clauses.append(clause)
    whole = ", ".join(clauses)
    words = WORD_RE.findall(whole)
    if len(whole) < MIN_LENGTH or not MIN_WORDS <= len(words) <= MAX_WORDS:
        return ""
    if whole.isupper():
        return whole.lower()
    return whole[:1].lower() + whole[1:] if not is_brand(words[0]) else whole


def anonymise_text(text: str, identifying: Sequence[str] = ()) -> str:
    """A longer text without the clauses that could identify somebody."""
    return "; ".join(_anonymous_clauses(clean_text(text), identifying, None))


def _anonymous_clauses(text: str, identifying: Sequence[str], is_ordinary: IsOrdinaryWord | None) -> list[str]:
    kept = [one for one in _clauses(text) if not identifies_person(one, identifying, is_ordinary)]
    if has_personal_number(" ".join(kept)):
        # A telephone number in pieces: no piece identifies anybody, together they do.
        kept = [
            one
            for one in kept
            if not _DIGIT_RE.search(one) and not identifies_person(f"{one} 0 0", identifying, is_ordinary)
        ]
    return kept


def _clauses(text: str) -> Iterable[str]:
    for clause in _CLAUSE_BREAK_RE.split(text):
        bare = " ".join(clause.split()).strip(" ,.!?…:-–—()\"'«»")
        if bare:
            yield bare


def _is_courtesy(clause: str) -> bool:
    return all(word.casefold() in _COURTESY_WORDS for word in WORD_RE.findall(clause))
