"""How likely a word is in Russian or English: a model of three letters, learned from lists of ordinary words. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from functools import cache

from kb.search.tokenize import WORDLISTS

UNSEEN = 1e-4
"""The likelihood of a letter that the language does not have."""
TRIPLE, PAIR, SINGLE = 0.6, 0.3, 0.0999
REMEMBERED = 20_000
"""Combinations of three letters whose likelihood is kept at hand."""


class LetterModel:
    """Counts of letters in the context of the two before them, a word's borders included, learned from ``words``.
    ``more`` are ordinary words too, in forms less telling."""

    def __init__(self, words: Collection[str], more: Collection[str] = ()) -> None:
        self.words = frozenset((*words, *more))
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
        self._logarithms: dict[str, float] = {}

    def likelihood(self, word: str) -> float:
        """The mean logarithm of the likelihood of its letters: about -2 for a word, below -5 for a jumble."""
        text, logarithms, total = f"  {word} ", self._logarithms, 0.0
        for at in range(len(word) + 1):
            triple = text[at : at + 3]
            found = logarithms.get(triple)
            total += self._logarithm(triple) if found is None else found
        return total / (len(word) + 1)

    def _logarithm(self, letters: str) -> float:
        """Of the likelihood of the last of three letters after the two before it; kept at hand."""
        triples = self._before[letters[:2]]
        pairs = self._starts[letters[1]]
        triple = self._triples[letters] / triples if triples else 0.0
        pair = self._pairs[letters[1:]] / pairs if pairs else 0.0
        likely = TRIPLE * triple + PAIR * pair + SINGLE * self._single[letters[2]] / self._total + UNSEEN
        if len(self._logarithms) < REMEMBERED:
            self._logarithms[letters] = math.log(likely)
        return math.log(likely)


@cache
def listed(name: str) -> tuple[str, ...]:
    """The words of one packaged list: "ru", "en", "more" or "names"."""
    lines = (WORDLISTS / f"{name}.txt").read_text("utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def letters_of(language: str) -> LetterModel:
    """The model of one language, learned once in some ten milliseconds."""
    return LetterModel(listed(language), listed("more"))
