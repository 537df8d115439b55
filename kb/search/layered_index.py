"""Several article indexes searched as one, whole or with something left out. Pure.

What is left out counts nowhere, so the index can be asked how it would answer without something it knows: this is how
thresholds are calibrated (`kb.search.calibration`).
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from kb.content.article_files import Article
from kb.search.article_index import ArticleIndex, entries_of, word_hash, word_hashes
from kb.search.background_corpus import BackgroundCorpus, background_corpus
from kb.search.postings import Array, Ints, Postings
from kb.search.tokenize import Vocabulary, query_words


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What is left out of one index: entries and editions, each from the first number up to the second.

    Where only an entry is left out, ``editions`` is the one it belongs to and ``remaining_stems`` counts the stems of
    that edition's other entries; where a whole article is, ``remaining_stems`` is None.
    """

    index_number: int
    entries: tuple[int, int]
    editions: tuple[int, int]
    remaining_stems: Counter[str] | None = None


@dataclass(frozen=True, slots=True)
class LayeredIndex:
    """``hidden_editions`` are, for each index, the editions that an earlier index replaces, or None."""

    indexes: Sequence[ArticleIndex]
    hidden_editions: Sequence[Ints | None] = field(default=())
    exclusion: Exclusion | None = None
    background: BackgroundCorpus = field(default_factory=background_corpus)

    @property
    def entry_count(self) -> int:
        """How many titles and phrasings there are."""
        return sum(index.entry_count for index in self.indexes)

    def entry_count_in_script(self, cyrillic: bool) -> int:
        """How many of them are in Cyrillic letters, or how many in others."""
        return sum(index.entry_count_in_script(cyrillic) for index in self.indexes)

    @property
    def edition_count(self) -> int:
        """How many articles there are, each language counted."""
        return sum(len(index.edition_starts) - 1 for index in self.indexes)

    def excluding(self, exclusion: Exclusion) -> LayeredIndex:
        """The same index as if this had never been in it."""
        return replace(self, exclusion=exclusion)

    def excluding_background(self, sentences: Collection[int]) -> LayeredIndex:
        """The same index as if these background sentences did not exist."""
        return replace(self, background=self.background.excluding(sentences))

    def knows_stems(self, stems: Sequence[str]) -> list[bool]:
        """Whether each stem is in any title, phrasing or answer."""
        keys = word_hashes(stems)
        if self.exclusion is None:
            lists = [one for index in self.indexes for one in (index.entry_stems, index.answer_stems)]
            return functools.reduce(np.logical_or, [one.has(keys) for one in lists]).tolist() if lists else []
        told, _ = self.count_entry_stems(keys, stems)
        answered, _ = self.count_answer_stems(keys)
        return [count > 0 for count in (told + answered).tolist()]

    def count_ngrams(self, keys: Array) -> tuple[Ints, list[Ints]]:
        """In how many entries each n-gram is, and its position in each index."""
        return self._count(keys, lambda index: index.ngrams, lambda exclusion: exclusion.entries)

    def count_entry_stems(self, keys: Array, stems: Sequence[str]) -> tuple[Ints, list[Ints]]:
        """In how many editions' titles and phrasings each stem is, and its position in each index."""
        if self.exclusion is None or self.exclusion.remaining_stems is None:
            return self._count(keys, lambda index: index.entry_stems, lambda exclusion: exclusion.editions)
        seen, found = LayeredIndex(self.indexes).count_entry_stems(keys, stems)
        of_edition = self.indexes[self.exclusion.index_number].entry_stems.counts_in_range(
            found[self.exclusion.index_number], *self.exclusion.editions
        )
        remaining = np.array([stem in self.exclusion.remaining_stems for stem in stems], np.int64)
        return seen - of_edition + np.minimum(of_edition, remaining), found

    def count_answer_stems(self, keys: Array) -> tuple[Ints, list[Ints]]:
        """In how many answers each stem is, and its position in each index."""
        if self.exclusion is not None and self.exclusion.remaining_stems is not None:
            return LayeredIndex(self.indexes).count_answer_stems(keys)
        return self._count(keys, lambda index: index.answer_stems, lambda exclusion: exclusion.editions)

    def _count(
        self,
        keys: Array,
        postings_of: Callable[[ArticleIndex], Postings],
        excluded_range: Callable[[Exclusion], tuple[int, int]],
    ) -> tuple[Ints, list[Ints]]:
        found = [postings_of(index).find(keys) for index in self.indexes]
        seen = np.zeros(len(keys), np.int64)
        for index, at in zip(self.indexes, found, strict=True):
            seen += postings_of(index).document_counts(at)
        if self.exclusion is not None:
            seen -= postings_of(self.indexes[self.exclusion.index_number]).counts_in_range(
                found[self.exclusion.index_number], *excluded_range(self.exclusion)
            )
        return seen, found


@dataclass(frozen=True, slots=True)
class LeaveOneOutQuestion:
    """One question for calibration: a title or phrasing of ``article``, with only itself left out of the index or, if
    ``excludes_article``, the whole article. ``is_phrasing`` is False for a title, which may be a mere label."""

    article: str
    text: str
    excludes_article: bool
    is_phrasing: bool
    exclusion: Exclusion


def leave_one_out_questions(articles: Sequence[Article], vocabulary: Vocabulary) -> Iterator[LeaveOneOutQuestion]:
    """Every entry of the articles of the first index, once with itself left out and once with its article."""
    entry = edition = 0
    for article in articles:
        titles = [entries_of(one) for one in article.editions.values()]
        of_article = (entry, entry + sum(map(len, titles))), (edition, edition + len(titles))
        for texts in titles:
            stems = [Counter(stem for _, stem in vocabulary.words_with_stems(query_words(text))) for text in texts]
            whole = sum(stems, Counter[str]())
            for at, (text, own) in enumerate(zip(texts, stems, strict=True)):
                exclusion = Exclusion(0, (entry, entry + 1), (edition, edition + 1), whole - own)
                yield LeaveOneOutQuestion(article.id, text, False, at > 0, exclusion)
                yield LeaveOneOutQuestion(article.id, text, True, at > 0, Exclusion(0, *of_article))
                entry += 1
            edition += 1


def lasting_sample(questions: Sequence[LeaveOneOutQuestion], most: int) -> Sequence[LeaveOneOutQuestion]:
    """At most so many, chosen by a hash of their words: a phrasing more or less changes one of them and no other."""
    if len(questions) <= most:
        return questions
    return sorted(questions, key=lambda one: (word_hash(one.text), one.article))[:most]
