"""What people ask a provider that no packaged article answers: engineers' visits, contracts, offers, complaints. Pure.

Such a question speaks of the internet like any other, so that no threshold tells it from those with an article. It is
compared with a packaged list of such sentences: where one of them is clearly nearer than any article, none fits. A
sentence that an article of the base at hand is about itself counts not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from kb.search.background_corpus import BackgroundCorpus, corpus_of, packaged_sentences, sentence_words
from kb.search.layered_index import LayeredIndex
from kb.search.ngrams import hash_ngrams, inverse_document_frequency, pad_words
from kb.search.postings import Array, Floats
from kb.search.ranking import MAX_POSTINGS

MIN_LIKENESS = 0.25
"""The likeness with one of the sentences from which on it counts."""
MIN_RATIO = 1.2
"""How many times as near it must be as the nearest title or phrasing of an article."""
ANSWERED_LIKENESS = 0.45
"""From this likeness with a title or phrasing on, a sentence is one that an article answers."""


def is_unanswered(words: Sequence[str], index: LayeredIndex) -> bool:
    """Whether a question, by its words, is nearer to one of the sentences than to any article of this index."""
    keys, weights = _weighed_ngrams(words, index)
    corpus = _unanswered_corpus()
    likenesses = corpus.likenesses(corpus.ngrams.find(keys), weights)
    nearest = int(likenesses.argmax())
    likeness = float(likenesses[nearest])
    if likeness < MIN_LIKENESS or likeness < MIN_RATIO * _article_likeness(keys, weights, index):
        return False
    return _article_likeness(*_weighed_ngrams(sentence_words(_sentences()[nearest]), index), index) < ANSWERED_LIKENESS


def _weighed_ngrams(words: Sequence[str], index: LayeredIndex) -> tuple[Array, Floats]:
    """The n-grams of words with their TF-IDF in this index, scaled to length one."""
    found, _ = hash_ngrams([pad_words(words)])
    keys, tf = np.unique(found, return_counts=True)
    seen, _ = index.count_ngrams(keys)
    usual, _ = index.background.ngram_counts(keys)
    weights = (1.0 + np.log(tf)) * inverse_document_frequency(seen + usual, index.entry_count + index.background.size)
    return keys, weights / (np.sqrt((weights * weights).sum()) or 1.0)


def _article_likeness(keys: Array, weights: Floats, index: LayeredIndex) -> float:
    """The likeness of n-grams with the nearest title or phrasing, 0 to 1."""
    return max(
        (
            float(
                one.ngrams.sum_weights(one.ngrams.find(keys), weights, one.entry_count, MAX_POSTINGS).max(initial=0.0)
            )
            for one in index.indexes
        ),
        default=0.0,
    )


@cache
def _sentences() -> Sequence[str]:
    return packaged_sentences("unanswered_sentences")


@cache
def _unanswered_corpus() -> BackgroundCorpus:
    return corpus_of(_sentences())
