"""How people talk of anything: the background before which a base's own words stand out. Pure.

A small base alone does not know that "how do I" says nothing and "router" much. Its inverse document frequencies are
therefore taken over its own texts and a packaged list of everyday sentences together; and a question that is more like
these sentences than like the base is none for it (`kb.search.calibration`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from kb.search.ngrams import grams, idf, padded
from kb.search.postings import Array, Floats, Ints, Postings
from kb.search.tokenize import WORDLISTS, Vocabulary, normalised, telling, tokens

NEAREST = 3
"""Sentences whose likeness to a question is taken together."""


@dataclass(frozen=True, slots=True)
class BackgroundCorpus:
    """Sentences by number: the stems each ``said``, in how many a stem is, and which n-grams they have. Those ``gone``
    count nowhere."""

    said: Sequence[frozenset[str]]
    stems: Counter[str]
    likeness: Postings
    gone: frozenset[int] = frozenset()

    @property
    def total(self) -> int:
        """How many sentences there are."""
        return len(self.said)

    def without(self, numbers: Collection[int]) -> BackgroundCorpus:
        """The same had these of its sentences never been said."""
        return replace(self, gone=frozenset(numbers))

    def grams(self, keys: Array) -> tuple[Ints, Ints]:
        """In how many sentences each of these n-grams is, and where `nearby` finds it."""
        found = self.likeness.find(keys)
        seen = self.likeness.seen(found)
        for number in self.gone:
            seen -= self.likeness.within(found, number, number + 1)
        return seen, found

    def told(self, stems: Sequence[str]) -> Ints:
        """In how many each of these stems is."""
        gone = Counter(stem for number in self.gone for stem in self.said[number])
        return np.array([self.stems[stem] - gone[stem] for stem in stems], np.int64)

    def nearby(self, found: Ints, weights: Floats) -> float:
        """How like a question with these n-grams is to the nearest sentences on average, 0 to 1."""
        likeness = self.likeness.added(found, weights, self.total, 1 << 20)
        if self.gone:
            likeness[list(self.gone)] = 0.0
        likeness.partition(self.total - NEAREST)
        return float(likeness[-NEAREST:].sum() / NEAREST)


def sentences() -> list[str]:
    """The packaged everyday sentences."""
    lines = (WORDLISTS / "everyday.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def background_corpus() -> BackgroundCorpus:
    """Read once, in some twenty milliseconds."""
    vernacular = Vocabulary()
    read = [vernacular.read(telling(tokens(normalised(one)))) for one in sentences()]
    said = [frozenset(stem for _, stem in one) for one in read]
    return BackgroundCorpus(
        said, Counter(stem for one in said for stem in one), _likeness([[w for w, _ in one] for one in read])
    )


def _likeness(words: Sequence[Sequence[str]]) -> Postings:
    """TF-IDF of the n-grams of each sentence, scaled to length one."""
    found, whose = grams([padded(one) for one in words])
    pairs, tf = np.unique(found.astype(np.uint64) << np.uint64(32) | whose.astype(np.uint64), return_counts=True)
    keys, places = (pairs >> np.uint64(32)).astype(np.uint32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    _, which, seen = np.unique(keys, return_inverse=True, return_counts=True)
    weights = (1.0 + np.log(tf)) * idf(seen, len(words))[which]
    lengths = np.sqrt(np.bincount(places, weights * weights, len(words)))
    return Postings.made(keys, places, weights / lengths[places], most=1.0)
