"""Words that a base does not know are taken for the nearest one it does know, if that is near enough. Pure.

Candidates share pairs of letters with the word; `rapidfuzz.fuzz.ratio` or the Damerau likeness (a slip of two fingers)
decides. Two words written as one are parted. An ordinary word of the language is left alone: "pizza" is no "pixel".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process
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
ALIKE_PAIRS = 0.3
"""The Dice likeness of its pairs of letters that a word must have to be looked at."""
MOST_POSTINGS = 60_000
TRIED = 3
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
    strange = [
        text
        for (text, _), is_known in zip(read, known, strict=True)
        if not is_known and len(text) >= SHORTEST_MENDED and text.isalpha()
    ]
    if not strange:
        return [Word(text, stem) for text, stem in read]
    strange = list(dict.fromkeys(strange))[:MOST_MENDED]
    instead = _parted(strange, base, vernacular)
    instead |= _nearest([text for text in strange if text not in instead], base, vernacular)
    return [word for text, stem in read for word in instead.get(text) or [Word(text, stem)]]


def _parted(texts: Sequence[str], base: Base, vernacular: Vernacular) -> dict[str, list[Word]]:
    """For those that are two words of the base written as one, these."""
    long = [text for text in texts if len(text) >= 6 and not _ordinary(text)]
    halves = [(text, text[:at], text[at:]) for text in long for at in range(2, len(text) - 2)]
    stems = [vernacular.stem(half) for _, *both in halves for half in both]
    known = base.known(stems) if stems else []
    found: dict[str, list[Word]] = {}
    for at, (text, one, other) in enumerate(halves):
        if known[2 * at] and known[2 * at + 1] and (len(one) > 2 or _ordinary(one)):
            found.setdefault(text, [Word(one, stems[2 * at]), Word(other, stems[2 * at + 1])])
    return found


def _nearest(texts: Sequence[str], base: Base, vernacular: Vernacular) -> dict[str, list[Word]]:
    """For those that are near enough to a word of the base, the nearest."""
    pairs = [pair for shelf in base.shelves for pair in _shortlists(texts, shelf)] if texts else []
    if not pairs:
        return {}
    mine, others = zip(*pairs, strict=True)
    ratios = process.cpdist(mine, others, scorer=fuzz.ratio, dtype=np.float64)
    swaps = process.cpdist(mine, others, scorer=OSA.normalized_similarity, dtype=np.float64)
    scored = zip(np.maximum(ratios, 100 * swaps).tolist(), others, mine, strict=True)
    tried: Counter[str] = Counter()
    found: dict[str, list[Word]] = {}
    for score, other, text in sorted(scored, reverse=True):
        if text in found or score < _least(text) or tried[text] == TRIED:
            continue
        tried[text] += 1
        stem = vernacular.stem(other)
        if base.left is None or base.known([stem])[0]:
            found[text] = [Word(other, stem, score / 100)]
    return found


def _least(text: str) -> float:
    """How alike another word must be to be taken for it."""
    return ALIKE_ORDINARY if _ordinary(text) else ALIKE if len(text) > 5 else ALIKE_SHORT


def _shortlists(texts: Sequence[str], shelf: Shelf) -> Iterator[tuple[str, str]]:
    """Each text with the words that share the most pairs of letters with it, their lengths considered."""
    begins = shelf.begins.astype(np.int64)
    lengths = begins[1:] - begins[:-1] + 1
    for text in texts:
        keys = np.unique(grams([f" {text} "], 2, 2)[0])
        shared = shelf.pairs.added(shelf.pairs.find(keys), np.ones(len(keys)), len(lengths), MOST_POSTINGS)
        near = np.flatnonzero(shared > ALIKE_PAIRS / 2 * (lengths + len(keys)))
        if len(near) > SHORTLIST:
            dice = shared[near] / (lengths[near] + len(keys))
            near = near[np.argpartition(-dice, SHORTLIST)[:SHORTLIST]]
        for other in shelf.several(near):
            yield text, other


def _ordinary(text: str) -> bool:
    return text in letters_of("ru" if text > "\u0400" else "en").words
