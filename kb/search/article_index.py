"""The index of one shelf of articles: three inverted lists, and the words behind them. Pure.

An *entry* is a title or phrasing, an *edition* an article in one language; both are numbered in the order of the
articles. Character n-grams lead to entries (TF-IDF, of length one), stems to editions: those of its title and
phrasings, and apart from them those of its answer (both BM25, k1 and b below). Nothing here is a Python object a word,
so three hundred providers fit into one process, and a saved index is mapped back as it was.
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

from kb.content.article_files import Article, Edition
from kb.search.background_corpus import background_corpus
from kb.search.exact_keys import exact_keys, kinds
from kb.search.ngrams import grams, idf, padded
from kb.search.postings import Array, Ints, Postings, narrow
from kb.search.tokenize import REMEMBERED, Vocabulary, normalised, telling, tokens

FORM = 8
"""Changes with what an index holds or means, so that an older saved one is not read."""
K1, TOLD_B, ANSWERED_B = 1.2, 0.5, 0.75
LONGEST_LIST = 1 << 16
"""An n-gram of more entries than this finds nothing worth the time; it still weighs in a query's length."""
ANSWER_WORDS = 1_500
CHUNK = 4_096
"""Entries whose n-grams are taken at once: no single call holds an interpreter lock for long."""
PARTS_BITS = 5
PARTS = 1 << PARTS_BITS
SHORTEST_MENDED = 4
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class ArticleIndex:
    """The index; immutable, and safe to read from any thread.

    ``entries`` begins an edition's entries, ``editions`` an article's editions (one more than there are).
    ``said`` are the numbers of the words of each entry, an entry's beginning at ``says``. Word ``i`` is
    ``text[begins[i]:begins[i + 1]]``, in the order of ``words``, their hashes.
    """

    grams: Postings
    told: Postings
    answered: Postings
    pairs: Postings
    exact: Postings
    editions: Array
    entries: Array
    says: Array
    said: Array
    words: Array
    uses: Array
    begins: Array
    text: str

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.says) - 1

    def word(self, number: int) -> str:
        """One word of the vocabulary."""
        return self.text[self.begins[number] : self.begins[number + 1]]

    def several(self, numbers: Array) -> list[str]:
        """Several of its words."""
        begins, ends = self.begins[numbers].tolist(), self.begins[numbers + 1].tolist()
        return [self.text[begin:end] for begin, end in zip(begins, ends, strict=True)]

    def known(self, hashes: Array) -> Ints:
        """In how many entries and answers each of these words is, by hash."""
        if not len(self.words):
            return np.zeros(len(hashes), np.int64)
        at = np.minimum(np.searchsorted(self.words, hashes), len(self.words) - 1)
        return np.where(self.words[at] == hashes, self.uses[at], 0).astype(np.int64)

    def arrays(self) -> dict[str, Array]:
        """All of it, to be saved."""
        lists = {name: getattr(self, name) for name in _LISTS}
        plain = {name: getattr(self, name) for name in _PLAIN}
        text = np.frombuffer(self.text.encode("utf-8", "surrogatepass"), np.uint8)
        return (
            {key: array for name, one in lists.items() for key, array in one.arrays(name).items()}
            | plain
            | {"text": text}
        )

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> ArticleIndex:
        """From what `arrays` gave."""
        lists: dict[str, Any] = {name: Postings.of(arrays, name) for name in _LISTS}
        text = arrays["text"].tobytes().decode("utf-8", "surrogatepass")
        plain: dict[str, Any] = {name: arrays[name] for name in _PLAIN}
        return cls(**lists, **plain, text=text)


_LISTS = ("grams", "told", "answered", "pairs", "exact")
_PLAIN = ("editions", "entries", "says", "said", "words", "uses", "begins")


@lru_cache(REMEMBERED)
def word_hash(word: str) -> int:
    """64 bits by which a word or stem is known."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def hashes(found: Sequence[str]) -> Array:
    """The hashes of several words."""
    return np.array([word_hash(word) for word in found], np.uint64)


def entries_of(edition: Edition) -> tuple[str, ...]:
    """What people would call this article."""
    return tuple(dict.fromkeys((edition.title, *edition.phrasings)))


def built(articles: Sequence[Article], vernacular: Vocabulary) -> ArticleIndex:
    """Indexes the articles. Takes about 0.3 ms an edition, in short calls."""
    builder = _IndexBuilder(vernacular)
    for article in articles:
        builder.add(article)
    return builder.shelf()


class _IndexBuilder:
    """Collects words and entries, then turns them into arrays."""

    def __init__(self, vernacular: Vocabulary) -> None:
        self._vernacular = vernacular
        self._numbers: dict[str, int] = {}
        self._stems: list[str] = []
        self._uses: Counter[int] = Counter()
        self._editions, self._entries, self._says = [0], [0], [0]
        self._said: list[int] = []
        self._told: list[Counter[str]] = []
        self._answered: list[Counter[str]] = []
        self._keys: list[set[str]] = []

    def add(self, article: Article) -> None:
        for edition in article.editions.values():
            told: Counter[str] = Counter()
            exact: set[str] = set()
            for text in entries_of(edition):
                read = self._vernacular.read(telling(tokens(normalised(text))))
                numbers = [self._number(word) for word, _ in read]
                self._uses.update(set(numbers))
                told.update(stem for _, stem in read)
                exact.update(named := exact_keys(read), kinds(named))
                self._said += numbers
                self._says.append(len(self._said))
            self._told.append(told)
            self._keys.append(exact)
            self._entries.append(len(self._says) - 1)
            self._answered.append(self._answer(edition))
        self._editions.append(len(self._entries) - 1)

    def _answer(self, edition: Edition) -> Counter[str]:
        read = self._vernacular.read(tokens(normalised(edition.body), ANSWER_WORDS))
        self._uses.update({self._number(word) for word, _ in read})
        return Counter(stem for _, stem in read)

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self._numbers)
        return number

    def shelf(self) -> ArticleIndex:
        vocabulary = list(self._numbers)
        unsorted = hashes(vocabulary)
        order = np.argsort(unsorted)
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(len(order))
        ordered = [vocabulary[at] for at in order.tolist()]
        uses = np.array([self._uses[at] for at in order.tolist()], np.int64)
        said = places[np.array(self._said, np.int64)] if self._said else np.zeros(0, np.int64)
        says = np.array(self._says)
        return ArticleIndex(
            grams=_grams(ordered, said, says),
            told=_bm25(self._told, TOLD_B),
            answered=_bm25(self._answered, ANSWERED_B),
            pairs=_pairs(ordered),
            exact=_exact(self._keys),
            editions=narrow(np.array(self._editions)),
            entries=narrow(np.array(self._entries)),
            says=narrow(says),
            said=narrow(said),
            words=unsorted[order],
            uses=narrow(uses),
            begins=narrow(np.cumsum([0, *map(len, ordered)])),
            text="".join(ordered),
        )


def _grams(vocabulary: Sequence[str], said: Ints, says: Ints) -> Postings:
    """TF-IDF of each entry's n-grams, scaled to length one. They are sorted a part at a time, so that a large base
    does not take several times its index in memory."""
    total = len(says) - 1
    parts: list[list[Array]] = [[] for _ in range(PARTS)]
    for begin in range(0, total, CHUNK):
        ends = says[begin : begin + CHUNK + 1].tolist()
        texts = [padded([vocabulary[at] for at in said[one:other].tolist()]) for one, other in pairwise(ends)]
        found, whose = grams(texts)
        pairs = np.sort(found.astype(np.uint64) << _HALF | (whose + begin).astype(np.uint64))
        borders = np.searchsorted(pairs, np.arange(1, PARTS, dtype=np.uint64) << np.uint64(64 - PARTS_BITS))
        for part, some in zip(parts, np.split(pairs, borders), strict=True):
            part.append(some.copy())
    lengths = np.zeros(total)
    weighed: list[tuple[Array, Array, Array]] = []
    for part in parts:
        joined = np.concatenate(part) if part else np.zeros(0, np.uint64)
        part.clear()
        weighed.append(_weighed(joined, total))
        _, places, weights = weighed[-1]
        lengths += np.bincount(places, weights * weights, total)
    lengths = np.sqrt(lengths)
    return Postings.joined(
        [Postings.made(keys, places, weights / lengths[places], LONGEST_LIST, 1.0) for keys, places, weights in weighed]
    )


def _weighed(pairs: Array, total: int) -> tuple[Array, Array, Array]:
    """N-grams with the entries that have them and their TF-IDF there, of pairs of both, repeats included."""
    pairs, tf = np.unique(pairs, return_counts=True)
    keys, places = (pairs >> _HALF).astype(np.uint32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    begins = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.zeros(0, np.int64)
    seen = np.diff(np.append(begins, len(keys)))
    usual = background_corpus()
    rarity = idf(seen + usual.grams(keys[begins])[0], total + usual.total)
    return keys, places, ((1.0 + np.log(tf)) * np.repeat(rarity, seen)).astype(np.float32)


def _bm25(documents: Sequence[Counter[str]], b: float) -> Postings:
    """Each document's stems with their saturated frequency; what a stem is worth is left to the query."""
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
    return Postings.made(keys, places, tf / (tf + K1 * (1 - b + b * lengths[places] / max(mean, 1.0))))


def _exact(documents: Sequence[set[str]]) -> Postings:
    """Which editions name which exact key."""
    found = sorted((word_hash(key), at) for at, one in enumerate(documents) for key in one)
    places = np.array([at for _, at in found], np.int64)
    return Postings.made(np.array([key for key, _ in found], np.uint64), places, np.ones(len(found)))


def _pairs(vocabulary: Sequence[str]) -> Postings:
    """Which words have which pair of letters, for finding what a misspelt word may have been."""
    numbers = [at for at, word in enumerate(vocabulary) if len(word) >= SHORTEST_MENDED and word.isalpha()]
    found, whose = grams([f" {vocabulary[at]} " for at in numbers], 2, 2)
    keys = (
        np.unique(found.astype(np.uint64) << np.uint64(32) | np.array(numbers, np.uint64)[whose])
        if len(found)
        else np.zeros(0, np.uint64)
    )
    places = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return Postings.made((keys >> np.uint64(32)).astype(np.uint32), places, np.ones(len(places)))
