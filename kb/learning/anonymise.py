"""What may be kept of a person's own words: the trouble as they put it, and nothing that says who they are. Pure.

Words are taken clause by clause. A clause by which somebody could be known (`kb.learning.pii`) is left out whole: what
stays is the trouble, and leaving out too much costs one phrase.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from kb.learning.pii import WORD, Ordinary, brand, clean, has_number, tells

SHORTEST, LONGEST = 8, 140
"""Characters of a phrase worth keeping."""
FEWEST, MOST = 2, 20
"""Words of it."""
LOOKED_AT = 1200
"""Characters of a description that are looked at: the trouble is told first."""

_CLAUSES = re.compile(r"(?<=[.!?…])\s+|[\n;]|,\s+|\s[-–—]\s|[.!?…]+$")
_SIGNED = re.compile(r"\n-- ?\n|\n[Сс] уважением|\n(?:Best|Kind) regards")
"""Where a letter's signature begins."""
_DIGITS = re.compile(r"\d")
_HELLO = frozenset(
    WORD.findall("""
    здравствуйте здрасте привет добрый доброе доброго день утро вечер времени суток дня пожалуйста спасибо помогите
    подскажите алло ау девушка коллеги уважаемые hello hi hey good morning afternoon evening dear please thanks thank
    you help sir madam
    """)
)


def phrase(
    text: str,
    secrets: Sequence[str] = (),
    ordinary: Ordinary | None = None,
    apart: Callable[[str], bool] = lambda clause: False,
) -> str:
    """The person's trouble in their own words, in one line; "" when too little or too much of it is left.

    ``secrets`` and ``ordinary`` are those of `kb.learning.pii.tells`; a clause that is ``apart`` is another matter.
    """
    unsigned = _SIGNED.split(clean(text[:LOOKED_AT]), maxsplit=1)[0]
    kept = [one for one in _kept(unsigned, secrets, ordinary) if not _polite(one)]
    said: list[str] = []
    for clause in kept if len(kept) < 2 else (one for one in kept if not apart(one)):
        if len(", ".join((*said, clause))) > LONGEST:
            break
        said.append(clause)
    whole = ", ".join(said)
    words = WORD.findall(whole)
    if len(whole) < SHORTEST or not FEWEST <= len(words) <= MOST:
        return ""
    if whole.isupper():
        return whole.lower()
    return whole[:1].lower() + whole[1:] if not brand(words[0]) else whole


def without_people(text: str, secrets: Sequence[str] = ()) -> str:
    """A longer text without the clauses that could tell who it is about."""
    return "; ".join(_kept(clean(text), secrets, None))


def _kept(text: str, secrets: Sequence[str], ordinary: Ordinary | None) -> list[str]:
    kept = [one for one in _clauses(text) if not tells(one, secrets, ordinary)]
    if has_number(" ".join(kept)):
        # A telephone in pieces: each of them is nothing, together they are somebody's.
        kept = [one for one in kept if not _DIGITS.search(one) and not tells(f"{one} 0 0", secrets, ordinary)]
    return kept


def _clauses(text: str) -> Iterable[str]:
    for clause in _CLAUSES.split(text):
        bare = " ".join(clause.split()).strip(" ,.!?…:-–—()\"'«»")
        if bare:
            yield bare


def _polite(clause: str) -> bool:
    return all(word.casefold() in _HELLO for word in WORD.findall(clause))
