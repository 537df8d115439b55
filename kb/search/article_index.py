"""The index of a set of articles: inverted lists, and the words behind them. Pure.

An *entry* is a title or phrasing, an *edition* an article in one language; both are numbered in the order of the
articles. Character n-grams lead to entries (TF-IDF, scaled to length one), stems to editions: those of its title and
phrasings, and separately those of its answer (both BM25, k1 and b below). No word is a Python object of its own, so
three hundred providers fit into one process, and a saved index is mapped into memory as it is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from kb.content.article_files import Article, ArticleTranslation
from kb.search.background_corpus import background_corpus
from kb.search.exact_keys import exact_keys, exclusive_kinds
from kb.search.ngrams import hash_ngrams, inverse_document_frequency, pad_words
from kb.search.postings import Array, Ints, Postings, narrowest_dtype
from kb.search.tokenize import CACHE_SIZE, Vocabulary, content_words, is_cyrillic, normalise, tokens

FORMAT_VERSION = 11
"""To be raised with any change of what an index holds or means, so that an older saved one is not read."""
K1, ENTRY_B, ANSWER_B = 1.2, 0.5, 0.75
MAX_LIST_LENGTH = 1 << 16
"""An n-gram in more entries than this is not searched for: it tells nothing. It still counts in a query's length."""
MAX_ANSWER_WORDS = 1_500
CHUNK_SIZE = 4_096
"""Entries whose n-grams are computed at once: no single call holds the interpreter lock for long."""
PART_BITS = 5
PARTS = 1 << PART_BITS
MIN_CORRECTED_LENGTH = 4
_HALF_BITS = np.uint64(32)


@dataclass(frozen=True, slots=True)
class ArticleIndex:
    """The index; immutable, and safe to read from any thread.

    Translation ``i`` has the entries from ``edition_starts[i]`` up to ``edition_starts[i + 1]``, article ``i`` the
    translations from ``article_starts[i]`` on, entry ``i`` the words ``entry_words[entry_starts[i]:entry_starts[i +
    1]]``, by number. Word ``i`` is ``vocabulary_text[word_starts[i]:word_starts[i + 1]]``; words are ordered by their
    hashes, ``vocabulary_hashes``. ``script_entry_counts`` are the numbers of entries in other letters than Cyrillic and
    in these.
    """

    ngrams: Postings
    entry_stems: Postings
    answer_stems: Postings
    bigrams: Postings
    exact_keys: Postings
    article_starts: Array
    edition_starts: Array
    entry_starts: Array
    entry_words: Array
    vocabulary_hashes: Array
    word_counts: Array
    word_starts: Array
    script_entry_counts: Array
    vocabulary_text: str

    @property
    def entry_count(self) -> int:
        """How many entries there are."""
        return len(self.entry_starts) - 1

    def entry_count_in_script(self, cyrillic: bool) -> int:
        """How many entries there are in Cyrillic letters, or how many in others."""
        return int(self.script_entry_counts[int(cyrillic)])

    def word(self, number: int) -> str:
        """One word of the vocabulary."""
        return self.vocabulary_text[self.word_starts[number] : self.word_starts[number + 1]]

    def words_at(self, numbers: Array) -> list[str]:
        """Several words of the vocabulary."""
        begins, ends = self.word_starts[numbers].tolist(), self.word_starts[numbers + 1].tolist()
        return [self.vocabulary_text[begin:end] for begin, end in zip(begins, ends, strict=True)]

    def count_words(self, hashes: Array) -> Ints:
        """In how many entries and answers each of these words is, by hash."""
        if not len(self.vocabulary_hashes):
            return np.zeros(len(hashes), np.int64)
        at = np.minimum(np.searchsorted(self.vocabulary_hashes, hashes), len(self.vocabulary_hashes) - 1)
        return np.where(self.vocabulary_hashes[at] == hashes, self.word_counts[at], 0).astype(np.int64)

    def arrays(self) -> dict[str, Array]:
        """The index as arrays, to be saved."""
        lists = {name: getattr(self, name) for name in _POSTINGS_FIELDS}
        plain = {name: getattr(self, name) for name in _ARRAY_FIELDS}
        text = np.frombuffer(self.vocabulary_text.encode("utf-8", "surrogatepass"), np.uint8)
        return (
            {key: array for name, one in lists.items() for key, array in one.arrays(name).items()}
            | plain
            | {"vocabulary_text": text}
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> ArticleIndex:
        """From what `arrays` gave."""
        lists: dict[str, Any] = {name: Postings.from_arrays(arrays, name) for name in _POSTINGS_FIELDS}
        text = arrays["vocabulary_text"].tobytes().decode("utf-8", "surrogatepass")
        plain: dict[str, Any] = {name: arrays[name] for name in _ARRAY_FIELDS}
        return cls(**lists, **plain, vocabulary_text=text)


_POSTINGS_FIELDS = ("ngrams", "entry_stems", "answer_stems", "bigrams", "exact_keys")
_ARRAY_FIELDS = (
    *("article_starts", "edition_starts", "entry_starts", "entry_words"),
    *("vocabulary_hashes", "word_counts", "word_starts", "script_entry_counts"),
)


@lru_cache(CACHE_SIZE)
def word_hash(word: str) -> int:
    """64 bits by which a word or stem is known."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def word_hashes(found: Sequence[str]) -> Array:
    """The hashes of several words."""
    return np.array([word_hash(word) for word in found], np.uint64)


def entries_of(edition: ArticleTranslation) -> tuple[str, ...]:
    """The title and the phrasings: what people would call this article."""
    return tuple(dict.fromkeys((edition.title, *edition.phrasings)))


def build_index(articles: Sequence[Article], vocabulary: Vocabulary) -> ArticleIndex:
    """Indexes the articles. Takes about 0.3 ms an edition, in short calls."""
    builder = _IndexBuilder(vocabulary)
    for article in articles:
        builder.add(article)
    return builder.build()


class _IndexBuilder:
    """Collects words and entries, then turns them into arrays."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._word_numbers: dict[str, int] = {}
        self._stems: list[str] = []
        self._word_counts: Counter[int] = Counter()
        self._article_starts, self._edition_starts, self._entry_starts = [0], [0], [0]
        self._entry_words: list[int] = []
        self._entry_stems: list[Counter[str]] = []
        self._answer_stems: list[Counter[str]] = []
        self._exact_keys: list[set[str]] = []
        self._script_entry_counts = [0, 0]

    def add(self, article: Article) -> None:
        for edition in article.editions.values():
            entry_stems: Counter[str] = Counter()
            keys: set[str] = set()
            for text in entries_of(edition):
                read = self._vocabulary.words_with_stems(content_words(tokens(normalise(text))))
                numbers = [self._word_number(word) for word, _ in read]
                self._word_counts.update(set(numbers))
                entry_stems.update(stem for _, stem in read)
                keys.update(named := exact_keys(read), exclusive_kinds(named))
                self._script_entry_counts[is_cyrillic([word for word, _ in read])] += 1
                self._entry_words += numbers
                self._entry_starts.append(len(self._entry_words))
            self._entry_stems.append(entry_stems)
            self._exact_keys.append(keys)
            self._edition_starts.append(len(self._entry_starts) - 1)
            self._answer_stems.append(self._count_answer_stems(edition))
        self._article_starts.append(len(self._edition_starts) - 1)

    def _count_answer_stems(self, edition: ArticleTranslation) -> Counter[str]:
        read = self._vocabulary.words_with_stems(tokens(normalise(edition.body), MAX_ANSWER_WORDS))
        self._word_counts.update({self._word_number(word) for word, _ in read})
        return Counter(stem for _, stem in read)

    def _word_number(self, word: str) -> int:
        number = self._word_numbers.get(word)
        if number is None:
            number = self._word_numbers[word] = len(self._word_numbers)
        return number

    def build(self) -> ArticleIndex:
        words = list(self._word_numbers)
        unsorted = word_hashes(words)
        order = np.argsort(unsorted)
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        ordered = [words[at] for at in order.tolist()]
        word_counts = np.array([self._word_counts[at] for at in order.tolist()], np.int64)
        entry_words = ranks[np.array(self._entry_words, np.int64)] if self._entry_words else np.zeros(0, np.int64)
        entry_starts = np.array(self._entry_starts)
        return ArticleIndex(
            ngrams=_ngram_postings(ordered, entry_words, entry_starts),
            entry_stems=_bm25_postings(self._entry_stems, ENTRY_B),
            answer_stems=_bm25_postings(self._answer_stems, ANSWER_B),
            bigrams=_bigram_postings(ordered),
            exact_keys=_exact_key_postings(self._exact_keys),
            article_starts=narrowest_dtype(np.array(self._article_starts)),
            edition_starts=narrowest_dtype(np.array(self._edition_starts)),
            entry_starts=narrowest_dtype(entry_starts),
            entry_words=narrowest_dtype(entry_words),
            vocabulary_hashes=unsorted[order],
            word_counts=narrowest_dtype(word_counts),
            word_starts=narrowest_dtype(np.cumsum([0, *map(len, ordered)])),
            script_entry_counts=np.array(self._script_entry_counts, np.int64),
            vocabulary_text="".join(ordered),
        )


def _ngram_postings(words: Sequence[str], entry_words: Ints, entry_starts: Ints) -> Postings:
    """TF-IDF of each entry's n-grams, scaled to length one. They are sorted a part at a time, so that a large index
    does not need several times its size in memory."""
    total = len(entry_starts) - 1
    parts: list[list[Array]] = [[] for _ in range(PARTS)]
    for begin in range(0, total, CHUNK_SIZE):
        ends = entry_starts[begin : begin + CHUNK_SIZE + 1].tolist()
        texts = [pad_words([words[at] for at in entry_words[one:other].tolist()]) for one, other in pairwise(ends)]
        found, whose = hash_ngrams(texts)
        pairs = np.sort(found.astype(np.uint64) << _HALF_BITS | (whose + begin).astype(np.uint64))
        borders = np.searchsorted(pairs, np.arange(1, PARTS, dtype=np.uint64) << np.uint64(64 - PART_BITS))
        for part, some in zip(parts, np.split(pairs, borders), strict=True):
            part.append(some.copy())
    lengths = np.zeros(total)
    weighed: list[tuple[Array, Array, Array]] = []
    for part in parts:
        joined = np.concatenate(part) if part else np.zeros(0, np.uint64)
        part.clear()
        weighed.append(_tf_idf(joined, total))
        _, places, weights = weighed[-1]
        lengths += np.bincount(places, weights * weights, total)
    lengths = np.sqrt(lengths)
    return Postings.concatenate(
        [
            Postings.build(keys, places, weights / lengths[places], MAX_LIST_LENGTH, 1.0)
            for keys, places, weights in weighed
        ]
    )


def _tf_idf(pairs: Array, total: int) -> tuple[Array, Array, Array]:
    """N-grams with the entries that have them and their TF-IDF there, from pairs of both, repeats included."""
    pairs, tf = np.unique(pairs, return_counts=True)
    keys, places = (pairs >> _HALF_BITS).astype(np.uint32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    begins = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.zeros(0, np.int64)
    seen = np.diff(np.append(begins, len(keys)))
    usual = background_corpus()
    rarity = inverse_document_frequency(seen + usual.ngram_counts(keys[begins])[0], total + usual.size)
    return keys, places, ((1.0 + np.log(tf)) * np.repeat(rarity, seen)).astype(np.float32)


def _bm25_postings(documents: Sequence[Counter[str]], b: float) -> Postings:
    """Each document's stems with their saturated frequency; the weight of a stem is applied by the query."""
    lengths = np.array([sum(one.values()) for one in documents], np.float64)
    mean = lengths.mean() if len(lengths) else 1.0
    memory: dict[str, int] = {}
    stems = [
        memory.setdefault(stem, word_hash(stem)) if stem not in memory else memory[stem]
        for one in documents
        for stem in one
    ]
    keys = np.array(stems, np.uint64)
    places = (
        np.repeat(np.arange(len(documents)), [len(one) for one in documents]) if documents else np.zeros(0, np.int64)
    )
    tf = np.array([count for one in documents for count in one.values()], np.float64)
    order = np.lexsort((places, keys))
    keys, places, tf = keys[order], places[order], tf[order]
    return Postings.build(keys, places, tf / (tf + K1 * (1 - b + b * lengths[places] / max(mean, 1.0))))


def _exact_key_postings(documents: Sequence[set[str]]) -> Postings:
    """Which editions name which exact key."""
    found = sorted((word_hash(key), at) for at, one in enumerate(documents) for key in one)
    places = np.array([at for _, at in found], np.int64)
    return Postings.build(np.array([key for key, _ in found], np.uint64), places, np.ones(len(found)))


def _bigram_postings(words: Sequence[str]) -> Postings:
    """Which words have which letter bigram, for finding what a misspelt word may have been."""
    numbers = [at for at, word in enumerate(words) if len(word) >= MIN_CORRECTED_LENGTH and word.isalpha()]
    found, owners = hash_ngrams([f" {words[at]} " for at in numbers], 2, 2)
    keys = (
        np.unique(found.astype(np.uint64) << np.uint64(32) | np.array(numbers, np.uint64)[owners])
        if len(found)
        else np.zeros(0, np.uint64)
    )
    places = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return Postings.build((keys >> np.uint64(32)).astype(np.uint32), places, np.ones(len(places)))
