"""Background sentences: how people talk about anything at all. Pure.

A small set of articles alone does not tell that "how do I" says nothing and "router" much. Inverse document frequencies
are therefore taken over its own texts and a packaged list of background sentences together; and a question that is more
like these sentences than like the articles has no answer among them (`kb.search.calibration`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from kb.search.ngrams import hash_ngrams, inverse_document_frequency, pad_words
from kb.search.postings import Array, Floats, Ints, Postings
from kb.search.tokenize import WORDLISTS, Vocabulary, content_words, is_cyrillic, normalise, tokens

NEAREST_SENTENCES = 3
"""How many of the nearest sentences are averaged."""


@dataclass(frozen=True, slots=True)
class BackgroundCorpus:
    """Sentences by number: the set of stems of each, in how many sentences a stem is, their n-grams, and how many
    are in Cyrillic letters. Those ``excluded`` count nowhere."""

    stem_sets: Sequence[frozenset[str]]
    stem_counts: Counter[str]
    ngrams: Postings
    cyrillic_size: int
    excluded: frozenset[int] = frozenset()

    @property
    def size(self) -> int:
        """How many sentences there are."""
        return len(self.stem_sets)

    def size_in_script(self, cyrillic: bool) -> int:
        """How many sentences there are in Cyrillic letters, or how many in others."""
        return self.cyrillic_size if cyrillic else self.size - self.cyrillic_size

    def excluding(self, numbers: Collection[int]) -> BackgroundCorpus:
        """The same without these sentences."""
        return replace(self, excluded=frozenset(numbers))

    def ngram_counts(self, keys: Array) -> tuple[Ints, Ints]:
        """In how many sentences each of these n-grams is, and its position for `nearest_similarity`."""
        found = self.ngrams.find(keys)
        seen = self.ngrams.document_counts(found)
        for number in self.excluded:
            seen -= self.ngrams.counts_in_range(found, number, number + 1)
        return seen, found

    def count_stems(self, stems: Sequence[str]) -> Ints:
        """In how many sentences each of these stems is."""
        gone = Counter(stem for number in self.excluded for stem in self.stem_sets[number])
        return np.array([self.stem_counts[stem] - gone[stem] for stem in stems], np.int64)

    def likenesses(self, found: Ints, weights: Floats) -> Floats:
        """The likeness of a question with these n-grams and each sentence, 0 to 1."""
        likeness = self.ngrams.sum_weights(found, weights, self.size, 1 << 20)
        if self.excluded:
            likeness[list(self.excluded)] = 0.0
        return likeness

    def nearest_similarity(self, found: Ints, weights: Floats) -> float:
        """The mean likeness of a question with these n-grams and the nearest sentences, 0 to 1."""
        likeness = self.likenesses(found, weights)
        likeness.partition(self.size - NEAREST_SENTENCES)
        return float(likeness[-NEAREST_SENTENCES:].sum() / NEAREST_SENTENCES)


def background_sentences() -> list[str]:
    """The packaged background sentences."""
    return packaged_sentences("background_sentences")


def packaged_sentences(name: str) -> list[str]:
    """The sentences of a packaged list."""
    lines = (WORDLISTS / f"{name}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def background_corpus() -> BackgroundCorpus:
    """The background corpus, read once in some forty milliseconds."""
    return corpus_of(background_sentences())


def corpus_of(sentences: Sequence[str]) -> BackgroundCorpus:
    """A corpus of these sentences."""
    read = list(map(_words_with_stems, sentences))
    stem_sets = [frozenset(stem for _, stem in one) for one in read]
    words = [[word for word, _ in one] for one in read]
    return BackgroundCorpus(
        stem_sets,
        Counter(stem for one in stem_sets for stem in one),
        _ngram_postings(words),
        sum(map(is_cyrillic, words)),
    )


def sentence_words(sentence: str) -> list[str]:
    """The words of a sentence as its corpus has them."""
    return [word for word, _ in _words_with_stems(sentence)]


def _words_with_stems(sentence: str) -> list[tuple[str, str]]:
    return _vocabulary().words_with_stems(content_words(tokens(normalise(sentence))))


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary()


def _ngram_postings(words: Sequence[Sequence[str]]) -> Postings:
    """TF-IDF of the n-grams of each sentence, scaled to length one."""
    found, owners = hash_ngrams([pad_words(one) for one in words])
    pairs, tf = np.unique(found.astype(np.uint64) << np.uint64(32) | owners.astype(np.uint64), return_counts=True)
    keys, places = (pairs >> np.uint64(32)).astype(np.uint32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    _, which, seen = np.unique(keys, return_inverse=True, return_counts=True)
    weights = (1.0 + np.log(tf)) * inverse_document_frequency(seen, len(words))[which]
    lengths = np.sqrt(np.bincount(places, weights * weights, len(words)))
    return Postings.build(keys, places, weights / lengths[places], max_weight=1.0)
