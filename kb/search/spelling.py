"""Words that a base does not know are taken for the nearest one it does know, if that is near enough. Pure.

Candidates share pairs of letters with the word; `rapidfuzz.fuzz.ratio` or the Damerau likeness (a slip of two fingers)
decides. Two words written as one are parted. An ordinary word of the language is left alone: "pizza" is no "pixel".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from kb.search.article_index import SHORTEST_MENDED, ArticleIndex
from kb.search.combined_index import SearchCorpus
from kb.search.ngrams import grams
from kb.search.tokenize import Vocabulary
from kb.search.trigram_model import listed

ALIKE, ALIKE_SHORT = 74.0, 80.0
"""From this likeness (0 to 100) a word of six letters or more, or of four or five, is taken for another."""
SHORTLIST = 24
ALIKE_PAIRS = 0.3
"""The Dice likeness of its pairs of letters that a word must have to be looked at."""
MOST_POSTINGS = 60_000
ROOM = 1 << 18
"""Words looked at together, those of the query by those of the base: more would not stay in the processor's memory."""
TRIED = 3
MOST_MENDED = 12
"""Words of one query that are mended: nobody misspells more in what can still be understood."""


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word of a query; ``quality`` is 1 where it stands as it was written, the likeness where it was mended. ``of``
    is the word it was mended from, or parted from another."""

    text: str
    stem: str
    quality: float = 1.0
    of: str = ""


def correct_words(read: Sequence[tuple[str, str]], base: SearchCorpus, vernacular: Vocabulary) -> list[QueryWord]:
    """The query's words with their stems, those the base does not know mended where that can be done."""
    if not read:
        return []
    known = base.known([stem for _, stem in read])
    strange = [
        text
        for (text, stem), is_known in zip(read, known, strict=True)
        if not is_known and len(text) >= SHORTEST_MENDED and text.isalpha() and not ordinary(stem)
    ]
    if not strange:
        return [QueryWord(text, stem) for text, stem in read]
    strange = list(dict.fromkeys(strange))[:MOST_MENDED]
    instead = _parted(strange, base, vernacular)
    instead |= _nearest([text for text in strange if text not in instead], base, vernacular)
    return [word for text, stem in read for word in instead.get(text) or [QueryWord(text, stem)]]


def _parted(texts: Sequence[str], base: SearchCorpus, vernacular: Vocabulary) -> dict[str, list[QueryWord]]:
    """For those that are two words of the base written as one, these."""
    long = [text for text in texts if len(text) >= 6]
    halves = [(text, text[:at], text[at:]) for text in long for at in range(2, len(text) - 2)]
    stems = [vernacular.stem(half) for _, *both in halves for half in both]
    known = base.known(stems) if stems else []
    found: dict[str, list[QueryWord]] = {}
    for at, (text, one, other) in enumerate(halves):
        if known[2 * at] and known[2 * at + 1] and (len(one) > 2 or ordinary(stems[2 * at])):
            found.setdefault(
                text, [QueryWord(one, stems[2 * at], of=text), QueryWord(other, stems[2 * at + 1], of=text)]
            )
    return found


def _nearest(texts: Sequence[str], base: SearchCorpus, vernacular: Vocabulary) -> dict[str, list[QueryWord]]:
    """For those that are near enough to a word of the base, the nearest."""
    pairs = [pair for shelf in base.shelves for pair in _shortlists(texts, shelf)] if texts else []
    if not pairs:
        return {}
    mine, others = zip(*pairs, strict=True)
    ratios = process.cpdist(mine, others, scorer=fuzz.ratio, dtype=np.float64)
    swaps = process.cpdist(mine, others, scorer=OSA.normalized_similarity, dtype=np.float64)
    scored = zip(np.maximum(ratios, 100 * swaps).tolist(), others, mine, strict=True)
    tried: Counter[str] = Counter()
    found: dict[str, list[QueryWord]] = {}
    for score, other, text in sorted(scored, reverse=True):
        if text in found or score < _least(text) or tried[text] == TRIED:
            continue
        tried[text] += 1
        stem = vernacular.stem(other)
        if base.left is None or base.known([stem])[0]:
            found[text] = [QueryWord(other, stem, score / 100, text)]
    return found


def _least(text: str) -> float:
    """How alike another word must be to be taken for it."""
    return ALIKE if len(text) > 5 else ALIKE_SHORT


def _shortlists(texts: Sequence[str], shelf: ArticleIndex) -> Iterator[tuple[str, str]]:
    """Each text with the words that share the most pairs of letters with it, their lengths considered."""
    size = len(shelf.words)
    together = max(1, ROOM // (size + 1))
    for at in range(0, len(texts), together):
        some = texts[at : at + together]
        found, whose = grams([f" {text} " for text in some], 2, 2)
        pairs = np.unique(whose.astype(np.uint64) << np.uint64(32) | found)
        keys, rows = pairs.astype(np.uint32), (pairs >> np.uint64(32)).astype(np.int64)
        most = MOST_POSTINGS * len(some)
        shared = shelf.pairs.added(shelf.pairs.find(keys), np.ones(len(keys)), size, most, rows)
        begins = shelf.begins.astype(np.int64)
        dice = 2 * shared.reshape(len(some), size) / (begins[1:] - begins[:-1] + 1 + np.bincount(rows)[:, None])
        row, column = np.nonzero(dice > ALIKE_PAIRS)
        order = np.lexsort((-dice[row, column], row))
        firsts = np.searchsorted(row, np.arange(len(some)))
        kept = order[np.arange(len(order)) - firsts[row] < SHORTLIST]
        for number, other in zip(row[kept].tolist(), shelf.several(column[kept]), strict=True):
            yield some[number], other


def ordinary(stem: str) -> bool:
    """Whether it is the stem of an ordinary word of either language, whatever a base knows."""
    return stem in _ordinary_stems()


@cache
def _ordinary_stems() -> frozenset[str]:
    vernacular = Vocabulary()
    return frozenset(vernacular.stem(word) for name in ("ru", "en", "more", "names") for word in listed(name))
