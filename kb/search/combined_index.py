"""A base: several shelves that are searched as one, whole or with something left out. Pure.

What is left out counts nowhere, so a base can be asked how it would do without what it knows: that is how the gates
are calibrated (`kb.search.calibration`).
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from kb.content.article_files import Article
from kb.search.article_index import ArticleIndex, entries_of, hashes
from kb.search.background_corpus import BackgroundCorpus, background_corpus
from kb.search.postings import Array, Ints, Postings
from kb.search.tokenize import Vocabulary, words


@dataclass(frozen=True, slots=True)
class ExcludedRanges:
    """What of one shelf is left out: entries and editions, each from the first number up to the second.

    Where only an entry is left out, ``editions`` is the one it belongs to and ``remains`` counts the stems of that
    edition's other entries; where a whole article is, ``remains`` is None.
    """

    shelf: int
    entries: tuple[int, int]
    editions: tuple[int, int]
    remains: Counter[str] | None = None


@dataclass(frozen=True, slots=True)
class SearchCorpus:
    """``hidden`` are, for each shelf, the editions that a shelf above it has in its place, or None."""

    shelves: Sequence[ArticleIndex]
    hidden: Sequence[Ints | None] = field(default=())
    left: ExcludedRanges | None = None
    usual: BackgroundCorpus = field(default_factory=background_corpus)

    @property
    def entries(self) -> int:
        """How many titles and phrasings there are."""
        return sum(shelf.size for shelf in self.shelves)

    @property
    def editions(self) -> int:
        """How many articles there are, each language counted."""
        return sum(len(shelf.entries) - 1 for shelf in self.shelves)

    def without(self, left: ExcludedRanges) -> SearchCorpus:
        """The same base as if that had never been there."""
        return replace(self, left=left)

    def unheard(self, sentences: Collection[int]) -> SearchCorpus:
        """The same base in a world where these everyday sentences had never been said."""
        return replace(self, usual=self.usual.without(sentences))

    def known(self, stems: Sequence[str]) -> list[bool]:
        """Whether each stem is in any title, phrasing or answer."""
        keys = hashes(stems)
        if self.left is None:
            lists = [one for shelf in self.shelves for one in (shelf.told, shelf.answered)]
            return functools.reduce(np.logical_or, [one.has(keys) for one in lists]).tolist() if lists else []
        told, _ = self.told(keys, stems)
        answered, _ = self.answered(keys)
        return [count > 0 for count in (told + answered).tolist()]

    def grams(self, keys: Array) -> tuple[Ints, list[Ints]]:
        """In how many entries each n-gram is, and where each shelf's index has it."""
        return self._seen(keys, lambda shelf: shelf.grams, lambda left: left.entries)

    def told(self, keys: Array, stems: Sequence[str]) -> tuple[Ints, list[Ints]]:
        """In how many editions' titles and phrasings each stem is, and where each shelf's index has it."""
        if self.left is None or self.left.remains is None:
            return self._seen(keys, lambda shelf: shelf.told, lambda left: left.editions)
        seen, found = SearchCorpus(self.shelves).told(keys, stems)
        of_edition = self.shelves[self.left.shelf].told.within(found[self.left.shelf], *self.left.editions)
        remains = np.array([stem in self.left.remains for stem in stems], np.int64)
        return seen - of_edition + np.minimum(of_edition, remains), found

    def answered(self, keys: Array) -> tuple[Ints, list[Ints]]:
        """In how many answers each stem is, and where each shelf's index has it."""
        if self.left is not None and self.left.remains is not None:
            return SearchCorpus(self.shelves).answered(keys)
        return self._seen(keys, lambda shelf: shelf.answered, lambda left: left.editions)

    def _seen(
        self, keys: Array, of: Callable[[ArticleIndex], Postings], out: Callable[[ExcludedRanges], tuple[int, int]]
    ) -> tuple[Ints, list[Ints]]:
        found = [of(shelf).find(keys) for shelf in self.shelves]
        seen = np.zeros(len(keys), np.int64)
        for shelf, at in zip(self.shelves, found, strict=True):
            seen += of(shelf).seen(at)
        if self.left is not None:
            seen -= of(self.shelves[self.left.shelf]).within(found[self.left.shelf], *out(self.left))
        return seen, found


@dataclass(frozen=True, slots=True)
class LeaveOneOutQuestion:
    """One question a base can ask itself: a title or phrasing of ``article``, with only itself left out or, where it is
    the ``whole``, with its article. ``said`` is a phrasing, as people say it; a title may be a mere label."""

    article: str
    text: str
    whole: bool
    said: bool
    left: ExcludedRanges


def left_out(articles: Sequence[Article], vernacular: Vocabulary) -> Iterator[LeaveOneOutQuestion]:
    """Every entry of the articles of a base's first shelf, once on its own and once with its article."""
    entry = edition = 0
    for article in articles:
        titles = [entries_of(one) for one in article.editions.values()]
        of_article = (entry, entry + sum(map(len, titles))), (edition, edition + len(titles))
        for texts in titles:
            stems = [Counter(stem for _, stem in vernacular.read(words(text))) for text in texts]
            whole = sum(stems, Counter[str]())
            for at, (text, own) in enumerate(zip(texts, stems, strict=True)):
                left = ExcludedRanges(0, (entry, entry + 1), (edition, edition + 1), whole - own)
                yield LeaveOneOutQuestion(article.id, text, False, at > 0, left)
                yield LeaveOneOutQuestion(article.id, text, True, at > 0, ExcludedRanges(0, *of_article))
                entry += 1
            edition += 1
