"""How likely a word is in Russian or English: a model of three letters, learned from lists of ordinary words. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from functools import cache

from kb.normal import WORDLISTS

UNSEEN = 1e-4
"""The likelihood of a letter that the language does not have."""
TRIPLE, PAIR, SINGLE = 0.6, 0.3, 0.0999


class Letters:
    """Counts of letters in the context of the two before them, a word's borders included."""

    def __init__(self, words: Collection[str]) -> None:
        self.words = frozenset(words)
        self._single: Counter[str] = Counter()
        self._pairs: Counter[str] = Counter()
        self._triples: Counter[str] = Counter()
        self._before: Counter[str] = Counter()
        for word in words:
            text = f"  {word} "
            self._single.update(text[2:])
            for at in range(2, len(text)):
                self._pairs[text[at - 1 : at + 1]] += 1
                self._triples[text[at - 2 : at + 1]] += 1
                self._before[text[at - 2 : at]] += 1
        self._starts: Counter[str] = Counter()
        for pair, count in self._pairs.items():
            self._starts[pair[0]] += count
        self._total = max(1, sum(self._single.values()))

    def likelihood(self, word: str) -> float:
        """The mean logarithm of the likelihood of its letters: about -2 for a word, below -5 for a jumble."""
        text = f"  {word} "
        total = sum(math.log(self._letter(text, at)) for at in range(2, len(text)))
        return total / (len(text) - 2)

    def _letter(self, text: str, at: int) -> float:
        triples = self._before[text[at - 2 : at]]
        pairs = self._starts[text[at - 1]]
        triple = self._triples[text[at - 2 : at + 1]] / triples if triples else 0.0
        pair = self._pairs[text[at - 1 : at + 1]] / pairs if pairs else 0.0
        return TRIPLE * triple + PAIR * pair + SINGLE * self._single[text[at]] / self._total + UNSEEN


@cache
def listed(name: str) -> tuple[str, ...]:
    """The words of one packaged list: "ru", "en" or "names"."""
    lines = (WORDLISTS / f"{name}.txt").read_text("utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def letters_of(language: str) -> Letters:
    """The model of one language, learned once in some ten milliseconds."""
    return Letters(listed(language))
