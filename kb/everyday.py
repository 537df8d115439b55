"""How people talk of anything: the background before which a base's own words stand out. Pure.

A small base alone does not know that "how do I" says nothing and "router" much. Its inverse document frequencies are
therefore taken over its own texts and a packaged list of everyday sentences together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from kb.grams import grams, padded
from kb.normal import WORDLISTS, Vernacular, normalised, telling, tokens
from kb.postings import Array, Ints


@dataclass(frozen=True, slots=True)
class Everyday:
    """In how many of ``total`` everyday sentences each n-gram and each stem is."""

    total: int
    keys: Array
    counts: Ints
    stems: Counter[str]
    sentence: tuple[Array, frozenset[str]] | None = None

    def without(self, read: Sequence[tuple[str, str]]) -> Everyday:
        """The same had this one of its sentences never been said."""
        return replace(self, sentence=(_grams([read])[0], frozenset(stem for _, stem in read)))

    def grams(self, keys: Array) -> Ints:
        """The counts of these n-grams."""
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        seen: Ints = np.where(self.keys[at] == keys, self.counts[at], 0)
        return seen if self.sentence is None else np.maximum(seen - np.isin(keys, self.sentence[0]), 0)

    def told(self, stems: Sequence[str]) -> Ints:
        """The counts of these stems."""
        gone = self.sentence[1] if self.sentence else frozenset()
        return np.array([max(0, self.stems[stem] - (stem in gone)) for stem in stems], np.int64)


def sentences() -> list[str]:
    """The packaged everyday sentences."""
    lines = (WORDLISTS / "everyday.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def everyday() -> Everyday:
    """Read once, in some ten milliseconds."""
    vernacular = Vernacular()
    read = [vernacular.read(telling(tokens(normalised(one)))) for one in sentences()]
    keys, counts = _grams(read)
    stems = Counter(stem for one in read for stem in {stem for _, stem in one})
    return Everyday(len(read), keys, counts, stems)


def _grams(read: Sequence[Sequence[tuple[str, str]]]) -> tuple[Array, Ints]:
    """The n-grams of these sentences, and in how many each is."""
    found, whose = grams([padded([word for word, _ in one]) for one in read])
    pairs = np.unique(found.astype(np.uint64) << np.uint64(32) | whose.astype(np.uint64))
    keys, counts = np.unique((pairs >> np.uint64(32)).astype(np.uint32), return_counts=True)
    return keys, counts.astype(np.int64)
