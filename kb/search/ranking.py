"""How well each article of an index fits a question: cheap measures for all, dearer ones for the best thirty. Pure.

The measures (`MEASURES`) are from 0 to 1 and absolute: a word that the index has never seen counts against every
article.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from kb.search.article_index import K1, ArticleIndex, word_hashes
from kb.search.exact_keys import exact_keys, exclusive_kinds
from kb.search.layered_index import LayeredIndex
from kb.search.ngrams import hash_ngrams, inverse_document_frequency, pad_words
from kb.search.postings import Floats, Ints, Postings, expand_ranges
from kb.search.spelling import QueryWord, is_ordinary_stem
from kb.search.tokenize import is_cyrillic, is_stop_word

MAX_CANDIDATES = 30
ALIGNED_CANDIDATES = 12
"""Candidates whose words are compared with the question's: no later one was ever seen to come out among the first."""
MAX_CANDIDATES_IN_LARGE_INDEX = 400
"""Candidates of the first selection where the index is large."""
LARGE_INDEX_EDITIONS, COVERAGE_WEIGHT = 200, 0.4
"""With more editions than this, many have most words of a question, so having every word counts more: by
`COVERAGE_WEIGHT` for each time that there are e times as many."""
MIN_SHARE_OF_BEST, ALWAYS_KEPT = 0.3, 10
"""An article with a smaller share of the best first score is not looked at again, unless it is among the first few."""
MAX_POSTINGS = 250_000
"""Postings visited in one list of one index: a few milliseconds at most."""
STOP_WORD_WEIGHT = 0.3
"""The weight of a stop word or number, beside its rarity: "what is the" is not a question yet."""
COUNT_SMOOTHING = 1.0
"""Additive smoothing of the counts of an n-gram in the articles and in the background sentences."""
NEAREST_ENTRIES = 10
EXTRA_ENTRIES = 4
"""Added to the number of an article's entries when the article is measured as a whole."""
ANSWER_WORD_WEIGHT = 0.7
"""The weight of a word in an answer beside one in a title or phrasing."""
ANSWER_ONLY_WEIGHT = 0.3
"""How far a word counts as known that is only in answers, beside one in titles or phrasings."""
MIN_WORD_SIMILARITY = 0.85
"""From this Jaro-Winkler similarity on two words are aligned."""
MEASURES = ("char", "top", "told", "answered", "asked", "covered", "sorted", "exact", "whole", "either", "every")
"""n-gram likeness with the nearest entry, and with the nearest three on average; BM25 of title and phrasings, and of
the answer, as shares of what the question could reach; how much of the question the article's words align with, and how
much of the nearest entry the question's do; likeness of their sorted words; exact keys shared (1) or contradicted (-1);
likeness of all entries of the article together, the more entries the higher; how much of the question its title,
phrasings and answer cover together, more where a word is repeated; and the same without regard to repetition."""


@dataclass(frozen=True, slots=True)
class CandidateScores:
    """Candidates of one index: editions by number, each with its row of `MEASURES`. ``nearest_similarity`` is the mean
    likeness of the nearest `NEAREST_ENTRIES` entries of the index, of whichever articles."""

    editions: Ints
    measures: npt.NDArray[np.float64]
    nearest_similarity: float = 0.0


class QueryScorer:
    """Compares one question with one combined index.

    ``known_share`` is the share of the question's weight whose words the index knows, ``unreadable_weight`` the
    logarithm of the weight of its unknown non-words, mostly misspelt beyond recognition. ``background_contrast`` is how
    much more its n-grams are those of the articles than of background sentences (a sum of logarithms over the root of
    their number, 0 where both are equal), ``background_similarity`` its likeness with the nearest of these sentences.
    ``coverage_weight`` is what it counts in this index that an article has every word.
    """

    def __init__(self, asked: Sequence[QueryWord], index: LayeredIndex) -> None:
        self._index = index
        self.coverage_weight = COVERAGE_WEIGHT * max(0.0, math.log(max(index.edition_count, 1) / LARGE_INDEX_EDITIONS))
        self._words = [word.text for word in asked]
        self._exact_keys = exact_keys([(word.text, word.stem) for word in asked])
        self._word_quality = np.array([word.quality for word in asked])
        found, _ = hash_ngrams([pad_words(self._words)])
        keys, tf = np.unique(found, return_counts=True)
        seen, self._ngram_positions = index.count_ngrams(keys)
        background = index.background
        background_counts, background_positions = background.ngram_counts(keys)
        weights = (1.0 + np.log(tf)) * inverse_document_frequency(
            seen + background_counts, index.entry_count + background.size
        )
        self._gram_weights: Floats = weights / (np.sqrt((weights * weights).sum()) or 1.0)
        cyrillic = is_cyrillic(self._words)
        here = seen * (background.size_in_script(cyrillic) / max(index.entry_count_in_script(cyrillic), 1))
        self.background_contrast = float(
            np.log((here + COUNT_SMOOTHING) / (background_counts + COUNT_SMOOTHING)).sum() / np.sqrt(len(keys) or 1)
        )
        self.background_similarity = background.nearest_similarity(background_positions, self._gram_weights)
        quality = {word.stem: word.quality for word in reversed(asked)}
        self._stems = list(quality)
        self._quality = np.array(list(quality.values()))
        stems = word_hashes(self._stems)
        entry_counts, self._entry_positions = index.count_entry_stems(stems, self._stems)
        answer_counts, self._answer_positions = index.count_answer_stems(stems)
        background_stems, total = background.count_stems(self._stems), index.edition_count + background.size
        word_weights = np.array([_word_weight(stem) for stem in self._stems])
        self._entry_idf = word_weights * _bm25_idf(entry_counts + background_stems, total)
        self._answer_idf = word_weights * _bm25_idf(answer_counts + background_stems, total)
        usable = np.where(entry_counts > 0, 1.0, np.where(answer_counts > 0, ANSWER_ONLY_WEIGHT, 0.0)) * self._quality
        self.known_share = float(self._entry_idf @ usable / (self._entry_idf.sum() or 1.0))
        odd = [not use and not is_ordinary_stem(stem) for use, stem in zip(usable.tolist(), self._stems, strict=True)]
        self.unreadable_weight = math.log1p(float(self._entry_idf @ np.array(odd, np.float64)))
        by_stem = dict(zip(self._stems, self._entry_idf.tolist(), strict=True))
        self._word_weights = np.array([by_stem[word.stem] for word in asked])

    def candidates(self, number: int) -> CandidateScores:
        """The candidates of one of the indexes."""
        index = self._index.indexes[number]
        total = len(index.edition_starts) - 1
        if not total or not self._words:
            return CandidateScores(np.zeros(0, np.int64), np.zeros((0, len(MEASURES))))
        entries = index.ngrams.sum_weights(
            self._ngram_positions[number], self._gram_weights, index.entry_count, MAX_POSTINGS
        )
        entry_scores = self._bm25(index.entry_stems, self._entry_positions[number], self._entry_idf, total)
        answer_scores = self._bm25(index.answer_stems, self._answer_positions[number], self._answer_idf, total)
        exclusion = self._index.exclusion
        if exclusion is not None and exclusion.index_number == number:
            entries[slice(*exclusion.entries)] = 0.0
            if exclusion.remaining_stems is not None:
                entry_scores[exclusion.editions[0]] = self._remaining_bm25(exclusion.remaining_stems)
        char = np.maximum.reduceat(entries, index.edition_starts[:-1])
        exact = self._exact_key_scores(index, total)
        first = 0.3 * char + 0.7 * entry_scores + 0.4 * answer_scores + 0.3 * exact
        for gone in self._excluded_editions(number):
            first[gone] = 0.0
        chosen = _best_candidates(first, MAX_CANDIDATES_IN_LARGE_INDEX if self.coverage_weight else MAX_CANDIDATES)
        either, every = self._coverage(index, number, chosen)
        second = first[chosen] + either + self.coverage_weight * every
        order = np.argsort(-second, kind="stable")[:MAX_CANDIDATES]
        chosen, either, every = chosen[order], either[order], every[order]
        near = _NearestEntries.of(index, entries, chosen)
        asked, covered, in_order = self._align_words(index, near)
        measures = np.column_stack(
            (
                char[chosen],
                near.top,
                entry_scores[chosen],
                answer_scores[chosen],
                asked,
                covered,
                in_order,
                exact[chosen],
                near.whole,
                either,
                every,
            )
        )
        return CandidateScores(chosen, measures, _nearest_entries_mean(index, entries, char))

    def _excluded_editions(self, number: int) -> Iterator[Ints | slice]:
        """The editions of an index that do not count."""
        if self._index.hidden_editions and (hidden_editions := self._index.hidden_editions[number]) is not None:
            yield hidden_editions
        exclusion = self._index.exclusion
        if exclusion is not None and exclusion.index_number == number and exclusion.remaining_stems is None:
            yield slice(*exclusion.editions)

    def _bm25(self, postings: Postings, found: Ints, weights: Floats, total: int) -> Floats:
        """BM25 of each edition, as a share of the most the question could reach."""
        summed = postings.sum_weights(found, weights * self._quality, total, MAX_POSTINGS)
        return summed / (weights.sum() or 1.0)

    def _coverage(self, index: ArticleIndex, number: int, editions: Ints) -> tuple[Floats, Floats]:
        """How much of the question an article's title, phrasings and answer cover together, each word counted once:
        more where a word is repeated, and without regard to repetition."""
        total = len(index.edition_starts) - 1
        entry_weights = index.entry_stems.weights_at(self._entry_positions[number], editions, total)
        answer_weights = index.answer_stems.weights_at(self._answer_positions[number], editions, total)
        exclusion = self._index.exclusion
        if exclusion is not None and exclusion.remaining_stems is not None and exclusion.index_number == number:
            entry_weights[:, editions == exclusion.editions[0]] = self._remaining_tf(exclusion.remaining_stems)[:, None]
        shares = self._entry_idf * self._quality / (self._entry_idf.sum() or 1.0)
        return shares @ np.maximum(entry_weights, ANSWER_WORD_WEIGHT * answer_weights), shares @ (
            (entry_weights > 0) | (answer_weights > 0)
        )

    def _remaining_bm25(self, remaining: Counter[str]) -> float:
        """BM25 of an edition of which only these stems remain, as if it were of the usual length."""
        return float((self._entry_idf * self._quality) @ self._remaining_tf(remaining) / (self._entry_idf.sum() or 1.0))

    def _remaining_tf(self, remaining: Counter[str]) -> Floats:
        tf = np.array([remaining[stem] for stem in self._stems], np.float64)
        return tf / (tf + K1)

    def _exact_key_scores(self, index: ArticleIndex, total: int) -> Floats:
        """1 for editions that have an exact key of the question, -1 for those that have another key of the same
        kind."""
        exact = np.zeros(total)
        if not self._exact_keys or not len(index.exact_keys.keys):
            return exact
        also = [f"error:{key.removeprefix('number:')}" for key in self._exact_keys if key.startswith("number:")]
        for wanted, value in ((list(exclusive_kinds(self._exact_keys)), -1.0), ([*self._exact_keys, *also], 1.0)):
            for at in index.exact_keys.find(word_hashes(wanted)).tolist():
                if at >= 0:
                    exact[index.exact_keys.places[index.exact_keys.starts[at] : index.exact_keys.starts[at + 1]]] = (
                        value
                    )
        return exact

    def _align_words(self, index: ArticleIndex, nearest: _NearestEntries) -> tuple[Floats, Floats, Floats]:
        """How much of the question the nearest entries of each of the first candidates explain, how much of the nearest
        one the question does, and how alike these two are with their words sorted; 0 for all further candidates."""
        count = len(nearest.top)
        close = nearest.owners < ALIGNED_CANDIDATES
        entries, owners, is_first = nearest.entries[close], nearest.owners[close], nearest.is_first[close]
        begins, ends = index.entry_starts[entries].astype(np.int64), index.entry_starts[entries + 1].astype(np.int64)
        lengths = ends - begins
        different, where = np.unique(index.entry_words[expand_ranges(begins, lengths)], return_inverse=True)
        if not len(different):
            return np.zeros(count), np.zeros(count), np.zeros(count)
        owners, is_first = np.repeat(owners, lengths), np.repeat(is_first, lengths)
        vocabulary = index.words_at(different)
        alike = process.cdist(
            self._words,
            vocabulary,
            scorer=JaroWinkler.normalized_similarity,
            score_cutoff=MIN_WORD_SIMILARITY,
            dtype=np.float32,
        )
        explained = np.zeros((len(self._words), count))
        changes = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
        explained[:, owners[changes]] = np.maximum.reduceat(alike[:, where], changes, axis=1)
        weights = self._word_weights
        asked = (weights * self._word_quality) @ explained / (weights.sum() or 1.0)
        worth = np.log(1.0 + index.entry_count / (0.5 + index.word_counts[different]))
        closest, said = owners[is_first], where[is_first]
        has, full = (alike.max(axis=0) * worth)[said], worth[said]
        covered = np.bincount(closest, has, count) / np.maximum(np.bincount(closest, full, count), 1e-9)
        texts: list[list[str]] = [[] for _ in range(min(count, ALIGNED_CANDIDATES))]
        for owner, word in zip(closest.tolist(), said.tolist(), strict=True):
            texts[owner].append(vocabulary[word])
        in_order = process.cdist(
            [_sorted_words(self._words)], list(map(_sorted_words, texts)), scorer=fuzz.ratio, dtype=np.float64
        )
        return asked, covered, np.append(in_order[0] / 100, np.zeros(count - len(texts)))


@dataclass(frozen=True, slots=True)
class _NearestEntries:
    """The nearest three ``entries`` of each candidate at most, by candidate and the nearest first: the candidate of
    each, and whether it is the nearest. ``top`` is their mean likeness, ``whole`` that of all entries of the
    candidate."""

    entries: Ints
    owners: Ints
    is_first: npt.NDArray[np.bool_]
    top: Floats
    whole: Floats

    @classmethod
    def of(cls, index: ArticleIndex, scores: Floats, editions: Ints) -> _NearestEntries:
        """For candidates of an index, given the score of each of its entries."""
        begins, ends = (
            index.edition_starts[editions].astype(np.int64),
            index.edition_starts[editions + 1].astype(np.int64),
        )
        counts = ends - begins
        entries, owners = expand_ranges(begins, counts), np.repeat(np.arange(len(editions)), counts)
        values = scores[entries]
        order = np.lexsort((-values, owners))
        firsts = np.cumsum(counts) - counts
        rank = np.arange(len(order)) - firsts[owners]
        near = order[rank < 3]
        top = np.bincount(owners[near], values[near], len(editions)) / np.minimum(counts, 3)
        whole = np.bincount(owners, values, len(editions)) / (counts + EXTRA_ENTRIES)
        return cls(entries[near], owners[near], rank[rank < 3] == 0, top, whole)


def _word_weight(stem: str) -> float:
    """A number alone says as little as a stop word: where it is a code, `kb.search.exact_keys` knows it."""
    return STOP_WORD_WEIGHT if is_stop_word(stem) or stem.isdecimal() else 1.0


def _sorted_words(words: Sequence[str]) -> str:
    return " ".join(sorted(words))


def _bm25_idf(seen: Ints, total: int) -> Floats:
    weights: Floats = np.log(1.0 + (total - seen + 0.5) / (seen + 0.5))
    return weights


def _best_candidates(scores: Floats, most: int) -> Ints:
    """The positions of the highest scores, the best first; after the first few none that is far below the best."""
    chosen = np.argpartition(-scores, most)[:most] if len(scores) > most else np.arange(len(scores))
    chosen = chosen[np.argsort(-scores[chosen], kind="stable")]
    values = scores[chosen]
    worthy: npt.NDArray[np.bool_] = (values > 0) & (
        (values >= MIN_SHARE_OF_BEST * values[0]) | (np.arange(len(chosen)) < ALWAYS_KEPT)
    )
    best: Ints = chosen[worthy]
    return best


def _nearest_entries_mean(index: ArticleIndex, entries: Floats, char: Floats) -> float:
    """The mean of the best `NEAREST_ENTRIES` entries. They can only be entries of as many best editions."""
    best = (
        np.argpartition(-char, NEAREST_ENTRIES)[:NEAREST_ENTRIES]
        if len(char) > NEAREST_ENTRIES
        else np.arange(len(char))
    )
    begins, ends = index.edition_starts[best].astype(np.int64), index.edition_starts[best + 1].astype(np.int64)
    nearest = np.sort(entries[expand_ranges(begins, ends - begins)])
    return float(nearest[-NEAREST_ENTRIES:].sum() / NEAREST_ENTRIES)
