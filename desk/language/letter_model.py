"""A letter trigram model of Russian and English: how likely a word is, learned from lists of ordinary words. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from functools import cache
from pathlib import Path

WORDLISTS = Path(__file__).parent / "wordlists"

UNSEEN_PROBABILITY = 1e-4
"""The probability of a letter that the language does not have."""
TRIGRAM_WEIGHT, BIGRAM_WEIGHT, UNIGRAM_WEIGHT = 0.6, 0.3, 0.0999
CACHE_SIZE = 20_000
"""Trigrams whose probability is kept in memory."""


class CharLanguageModel:
    """Counts of letters after the two before them, a word's borders included, learned from ``words``. ``more_words``
    are ordinary words too, but their forms are not typical enough to learn from."""

    def __init__(self, words: Collection[str], more_words: Collection[str] = ()) -> None:
        self.words = frozenset((*words, *more_words))
        self._unigrams: Counter[str] = Counter()
        self._bigrams: Counter[str] = Counter()
        self._trigrams: Counter[str] = Counter()
        self._contexts: Counter[str] = Counter()
        for word in words:
            text = f"  {word} "
            self._unigrams.update(text[2:])
            for at in range(2, len(text)):
                self._bigrams[text[at - 1 : at + 1]] += 1
                self._trigrams[text[at - 2 : at + 1]] += 1
                self._contexts[text[at - 2 : at]] += 1
        self._starts: Counter[str] = Counter()
        for pair, count in self._bigrams.items():
            self._starts[pair[0]] += count
        self._total = max(1, sum(self._unigrams.values()))
        self._cache: dict[str, float] = {}

    def mean_log_likelihood(self, word: str) -> float:
        """The mean logarithm of the probability of its letters: about -2 for a word, below -5 for a jumble."""
        text, logarithms, total = f"  {word} ", self._cache, 0.0
        for at in range(len(word) + 1):
            triple = text[at : at + 3]
            found = logarithms.get(triple)
            total += self._log_likelihood(triple) if found is None else found
        return total / (len(word) + 1)

    def _log_likelihood(self, letters: str) -> float:
        """The logarithm of the probability of the last of three letters after the two before it; cached."""
        triples = self._contexts[letters[:2]]
        pairs = self._starts[letters[1]]
        triple = self._trigrams[letters] / triples if triples else 0.0
        pair = self._bigrams[letters[1:]] / pairs if pairs else 0.0
        likely = (
            TRIGRAM_WEIGHT * triple
            + BIGRAM_WEIGHT * pair
            + UNIGRAM_WEIGHT * self._unigrams[letters[2]] / self._total
            + UNSEEN_PROBABILITY
        )
        if len(self._cache) < CACHE_SIZE:
            self._cache[letters] = math.log(likely)
        return math.log(likely)


@cache
def load_word_list(name: str) -> tuple[str, ...]:
    """The words of one packaged list in `WORDLISTS`, by its name without ``.txt``."""
    lines = (WORDLISTS / f"{name}.txt").read_text("utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def trigram_model_of(language: str) -> CharLanguageModel:
    """The model of one language, learned once in some ten milliseconds."""
    return CharLanguageModel(load_word_list(language), load_word_list("more_words"))


@cache
def unchanging_words() -> frozenset[str]:
    """Names and terms that are never taken for a wrong layout or for transliteration."""
    return frozenset(load_word_list("unchanging_words"))
