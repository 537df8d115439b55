"""Words that a base does not know are taken for the nearest one it does know, if that is near enough. Pure.

Candidates share pairs of letters with the word; `rapidfuzz.fuzz.ratio` or the Damerau likeness (a slip of two fingers)
decides. Two words written as one are parted. An ordinary word of the language is left alone: "pizza" is no "pixel".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from kb.base import Base
from kb.grams import grams
from kb.index import SHORTEST_MENDED, Shelf
from kb.letters import letters_of
from kb.normal import Vernacular

ALIKE, ALIKE_SHORT = 74.0, 80.0
"""From this likeness (0 to 100) a word of six letters or more, or of four or five, is taken for another."""
ALIKE_ORDINARY = 90.0
"""The same for a word that is an ordinary one of its language."""
SHORTLIST = 24
MOST_MENDED = 12
"""Words of one query that are mended: nobody misspells more in what can still be understood."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a query; ``quality`` is 1 where it stands as it was written, the likeness where it was mended."""

    text: str
    stem: str
    quality: float = 1.0


def mended(read: Sequence[tuple[str, str]], base: Base, vernacular: Vernacular) -> list[Word]:
    """The query's words with their stems, those the base does not know mended where that can be done."""
    if not read:
        return []
    known = base.known([stem for _, stem in read])
    done: list[Word] = []
    left = MOST_MENDED
    for (text, stem), is_known in zip(read, known, strict=True):
        if is_known or len(text) < SHORTEST_MENDED or not text.isalpha() or not left:
            done.append(Word(text, stem))
            continue
        left -= 1
        done += _parted(text, base, vernacular) or [_nearest(text, stem, base, vernacular)]
    return done


def _parted(text: str, base: Base, vernacular: Vernacular) -> list[Word]:
    """The two words of the base that were written as one, or nothing."""
    if len(text) < 6 or _ordinary(text):
        return []
    halves = [(text[:at], text[at:]) for at in range(2, len(text) - 2)]
    stems = [(vernacular.stem(one), vernacular.stem(other)) for one, other in halves]
    known = base.known([stem for pair in stems for stem in pair])
    for at, pair in enumerate(stems):
        if known[2 * at] and known[2 * at + 1] and (len(halves[at][0]) > 2 or _ordinary(halves[at][0])):
            return [Word(half, stem) for half, stem in zip(halves[at], pair, strict=True)]
    return []


def _nearest(text: str, stem: str, base: Base, vernacular: Vernacular) -> Word:
    least = ALIKE_ORDINARY if _ordinary(text) else ALIKE if len(text) > 5 else ALIKE_SHORT
    scored = sorted(
        (
            (score, other)
            for shelf in base.shelves
            for other in _shortlist(text, shelf)
            if (score := _alike(text, other)) >= least
        ),
        reverse=True,
    )
    for score, other in scored[:3]:
        stem_of_other = vernacular.stem(other)
        if base.left is None or base.known([stem_of_other])[0]:
            return Word(other, stem_of_other, score / 100)
    return Word(text, stem)


def _alike(one: str, other: str) -> float:
    return max(fuzz.ratio(one, other), 100 * OSA.normalized_similarity(one, other))


def _shortlist(text: str, shelf: Shelf) -> list[str]:
    """The words that share the most pairs of letters with this one, their lengths considered."""
    keys = np.unique(grams([f" {text} "], 2, 2)[0])
    shared = shelf.pairs.added(shelf.pairs.find(keys), np.ones(len(keys)), len(shelf.words), 60_000)
    begins = shelf.begins.astype(np.int64)
    dice = 2 * shared / (begins[1:] - begins[:-1] + 1 + len(keys))
    chosen = np.argpartition(-dice, SHORTLIST)[:SHORTLIST] if len(dice) > SHORTLIST else np.arange(len(dice))
    return [shelf.word(at) for at in chosen.tolist() if dice[at] > 0.3]


def _ordinary(text: str) -> bool:
    return text in letters_of("ru" if text > "\u0400" else "en").words
