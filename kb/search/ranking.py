"""How well each article of a shelf fits a question: many cheap measures for all, dearer ones for the best thirty. Pure.

The measures (`MEASURES`) are all from 0 to 1 and absolute: what the base has never seen counts against every article.
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

from kb.search.article_index import K1, ArticleIndex, hashes
from kb.search.combined_index import SearchCorpus
from kb.search.exact_keys import exact_keys, kinds
from kb.search.ngrams import grams, idf, padded
from kb.search.postings import Floats, Ints, Postings, spread
from kb.search.spelling import QueryWord, ordinary
from kb.search.tokenize import is_empty

CANDIDATES = 30
CLOSER = 12
"""Candidates whose words are compared with the query's: no later one has been seen to come out among the first."""
MANY = 400
"""Those of a crowded base among which they are looked for."""
ALONE, CROWDED = 200, 0.4
"""With more editions than this there are many that have most words of a question, and it matters the more to have every
one of them: so much, for each time that there are e times as many."""
HOPELESS, FEW = 0.3, 10
"""With so small a share of the best first score no article is looked at again, unless it is among the first few."""
MOST_POSTINGS = 250_000
"""Places visited in one list of one shelf: a few milliseconds at the very most."""
EMPTY_WORTH = 0.3
"""What a word that says nothing on its own counts, beside its rarity: "what is the" is no question yet."""
DOUBT = 1.0
"""So often an n-gram is taken to have been seen in the base and in everyday sentences before any are counted."""
DENSE = 10
SEVERAL = 4
"""So many entries more than it has an article is measured by, when it is measured as a whole."""
ANSWERED_WORTH = 0.7
"""What a word in an answer is worth beside one in a title or phrasing."""
ONLY_ANSWERED = 0.3
"""What it is worth, beside being in a title or phrasing, that a word is in an answer."""
ALIKE = 0.85
"""From this Jaro-Winkler similarity two words are taken to be one, more or less."""
MEASURES = ("char", "top", "told", "answered", "asked", "covered", "sorted", "exact", "whole", "either", "every")
"""Likeness of characters with the nearest entry, and with the nearest three on average; BM25 of title and phrasings,
and of the answer, as shares of what the query could reach; how much of the query the article's words align with, how
much of the nearest entry the query's; likeness of their sorted words; exact keys shared (1) or contradicted (-1);
likeness of all the entries of the article together, the more of them the surer; how much of the query its title,
phrasings and answer have between them, the more the oftener they do; and the same however often."""


@dataclass(frozen=True, slots=True)
class CandidateScores:
    """Candidates of one shelf: editions by number, each with its row of `MEASURES`. ``nearby`` is the likeness of the
    nearest `DENSE` entries of the shelf on average, whosever they are."""

    editions: Ints
    measures: npt.NDArray[np.float64]
    nearby: float = 0.0


class Comparison:
    """One question against one base.

    ``known`` is the share of the question's weight that the base has words for, ``odd`` the logarithm of what weight is
    no words at all as far as anybody knows: mostly misspelt beyond recognition. ``sounds`` is how much more its n-grams
    are those of the base than those of everyday sentences (a sum of logarithms over the root of their number: 0 where
    they are as usual in both), ``everyday`` how like it is to the nearest of these sentences. ``crowd`` is what it
    counts in this base that an article has every word.
    """

    def __init__(self, asked: Sequence[QueryWord], base: SearchCorpus) -> None:
        self._base = base
        self.crowd = CROWDED * max(0.0, math.log(max(base.editions, 1) / ALONE))
        self._words = [word.text for word in asked]
        self._exact = exact_keys([(word.text, word.stem) for word in asked])
        self._word_quality = np.array([word.quality for word in asked])
        found, _ = grams([padded(self._words)])
        keys, tf = np.unique(found, return_counts=True)
        seen, self._in_grams = base.grams(keys)
        usual = base.usual
        inbound, in_heard = usual.grams(keys)
        weights = (1.0 + np.log(tf)) * idf(seen + inbound, base.entries + usual.total)
        self._gram_weights: Floats = weights / (np.sqrt((weights * weights).sum()) or 1.0)
        here = seen * (usual.total / max(base.entries, 1))
        self.sounds = float(np.log((here + DOUBT) / (inbound + DOUBT)).sum() / np.sqrt(len(keys) or 1))
        self.everyday = usual.nearby(in_heard, self._gram_weights)
        quality = {word.stem: word.quality for word in reversed(asked)}
        self._stems = list(quality)
        self._quality = np.array(list(quality.values()))
        stems = hashes(self._stems)
        told, self._in_told = base.told(stems, self._stems)
        answered, self._in_answered = base.answered(stems)
        often, total = usual.told(self._stems), base.editions + usual.total
        worth = np.array([EMPTY_WORTH if is_empty(stem) else 1.0 for stem in self._stems])
        self._told_idf = worth * _bm25_idf(told + often, total)
        self._answered_idf = worth * _bm25_idf(answered + often, total)
        usable = np.where(told > 0, 1.0, np.where(answered > 0, ONLY_ANSWERED, 0.0)) * self._quality
        self.known = float(self._told_idf @ usable / (self._told_idf.sum() or 1.0))
        odd = [not use and not ordinary(stem) for use, stem in zip(usable.tolist(), self._stems, strict=True)]
        self.odd = math.log1p(float(self._told_idf @ np.array(odd, np.float64)))
        by_stem = dict(zip(self._stems, self._told_idf.tolist(), strict=True))
        self._word_weights = np.array([by_stem[word.stem] for word in asked])

    def found(self, number: int) -> CandidateScores:
        """The candidates of one shelf."""
        shelf = self._base.shelves[number]
        total = len(shelf.entries) - 1
        if not total or not self._words:
            return CandidateScores(np.zeros(0, np.int64), np.zeros((0, len(MEASURES))))
        entries = shelf.grams.added(self._in_grams[number], self._gram_weights, shelf.size, MOST_POSTINGS)
        told = self._bm25(shelf.told, self._in_told[number], self._told_idf, total)
        answered = self._bm25(shelf.answered, self._in_answered[number], self._answered_idf, total)
        left = self._base.left
        if left is not None and left.shelf == number:
            entries[slice(*left.entries)] = 0.0
            if left.remains is not None:
                told[left.editions[0]] = self._retold(left.remains)
        char = np.maximum.reduceat(entries, shelf.entries[:-1])
        exact = self._exactly(shelf, total)
        first = 0.3 * char + 0.7 * told + 0.4 * answered + 0.3 * exact
        for gone in self._gone(number):
            first[gone] = 0.0
        chosen = _best(first, MANY if self.crowd else CANDIDATES)
        either, every = self._between(shelf, number, chosen)
        again = first[chosen] + either + self.crowd * every
        order = np.argsort(-again, kind="stable")[:CANDIDATES]
        chosen, either, every = chosen[order], either[order], every[order]
        near = _NearestEntries.of(shelf, entries, chosen)
        asked, covered, in_order = self._aligned(shelf, near)
        measures = np.column_stack(
            (
                char[chosen],
                near.top,
                told[chosen],
                answered[chosen],
                asked,
                covered,
                in_order,
                exact[chosen],
                near.whole,
                either,
                every,
            )
        )
        return CandidateScores(chosen, measures, _dense(shelf, entries, char))

    def _gone(self, number: int) -> Iterator[Ints | slice]:
        """The editions of a shelf that do not count."""
        if self._base.hidden and (hidden := self._base.hidden[number]) is not None:
            yield hidden
        left = self._base.left
        if left is not None and left.shelf == number and left.remains is None:
            yield slice(*left.editions)

    def _bm25(self, postings: Postings, found: Ints, weights: Floats, total: int) -> Floats:
        """BM25 of each edition, as a share of the most the query could reach."""
        summed = postings.added(found, weights * self._quality, total, MOST_POSTINGS)
        return summed / (weights.sum() or 1.0)

    def _between(self, shelf: ArticleIndex, number: int, editions: Ints) -> tuple[Floats, Floats]:
        """How much of the query an article's title, phrasings and answer have between them, each word counted once:
        the more the oftener it is there, and however often."""
        total = len(shelf.entries) - 1
        told = shelf.told.at(self._in_told[number], editions, total)
        answered = shelf.answered.at(self._in_answered[number], editions, total)
        left = self._base.left
        if left is not None and left.remains is not None and left.shelf == number:
            told[:, editions == left.editions[0]] = self._remaining(left.remains)[:, None]
        shares = self._told_idf * self._quality / (self._told_idf.sum() or 1.0)
        return shares @ np.maximum(told, ANSWERED_WORTH * answered), shares @ ((told > 0) | (answered > 0))

    def _retold(self, remains: Counter[str]) -> float:
        """The same for an edition of which only these stems remain, as if it were of the usual length."""
        return float((self._told_idf * self._quality) @ self._remaining(remains) / (self._told_idf.sum() or 1.0))

    def _remaining(self, remains: Counter[str]) -> Floats:
        tf = np.array([remains[stem] for stem in self._stems], np.float64)
        return tf / (tf + K1)

    def _exactly(self, shelf: ArticleIndex, total: int) -> Floats:
        """1 for editions that name what the query names exactly, -1 for those that name another of its kind."""
        exact = np.zeros(total)
        if not self._exact or not len(shelf.exact.keys):
            return exact
        also = [f"error:{key.removeprefix('number:')}" for key in self._exact if key.startswith("number:")]
        for wanted, value in ((list(kinds(self._exact)), -1.0), ([*self._exact, *also], 1.0)):
            for at in shelf.exact.find(hashes(wanted)).tolist():
                if at >= 0:
                    exact[shelf.exact.places[shelf.exact.starts[at] : shelf.exact.starts[at + 1]]] = value
        return exact

    def _aligned(self, shelf: ArticleIndex, near: _NearestEntries) -> tuple[Floats, Floats, Floats]:
        """How much of the query the nearest entries of each of the first candidates explain, how much of the nearest
        one the query does, and how alike these two are with their words sorted; 0 for all further candidates."""
        count = len(near.top)
        close = near.owners < CLOSER
        entries, owners, is_first = near.entries[close], near.owners[close], near.is_first[close]
        begins, ends = shelf.says[entries].astype(np.int64), shelf.says[entries + 1].astype(np.int64)
        lengths = ends - begins
        different, where = np.unique(shelf.said[spread(begins, lengths)], return_inverse=True)
        if not len(different):
            return np.zeros(count), np.zeros(count), np.zeros(count)
        owners, is_first = np.repeat(owners, lengths), np.repeat(is_first, lengths)
        vocabulary = shelf.several(different)
        alike = process.cdist(
            self._words, vocabulary, scorer=JaroWinkler.normalized_similarity, score_cutoff=ALIKE, dtype=np.float32
        )
        explained = np.zeros((len(self._words), count))
        changes = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
        explained[:, owners[changes]] = np.maximum.reduceat(alike[:, where], changes, axis=1)
        weights = self._word_weights
        asked = (weights * self._word_quality) @ explained / (weights.sum() or 1.0)
        worth = np.log(1.0 + shelf.size / (0.5 + shelf.uses[different]))
        closest, said = owners[is_first], where[is_first]
        has, full = (alike.max(axis=0) * worth)[said], worth[said]
        covered = np.bincount(closest, has, count) / np.maximum(np.bincount(closest, full, count), 1e-9)
        texts: list[list[str]] = [[] for _ in range(min(count, CLOSER))]
        for owner, word in zip(closest.tolist(), said.tolist(), strict=True):
            texts[owner].append(vocabulary[word])
        in_order = process.cdist(
            [_in_order(self._words)], list(map(_in_order, texts)), scorer=fuzz.ratio, dtype=np.float64
        )
        return asked, covered, np.append(in_order[0] / 100, np.zeros(count - len(texts)))


@dataclass(frozen=True, slots=True)
class _NearestEntries:
    """The nearest three ``entries`` of each candidate at most, by candidate and the nearest first: whose each is, and
    whether it is the nearest. ``top`` is their mean likeness, ``whole`` that of all entries of the candidate."""

    entries: Ints
    owners: Ints
    is_first: npt.NDArray[np.bool_]
    top: Floats
    whole: Floats

    @classmethod
    def of(cls, shelf: ArticleIndex, scores: Floats, editions: Ints) -> _NearestEntries:
        """For the candidates of a shelf, given the score of each of its entries."""
        begins, ends = shelf.entries[editions].astype(np.int64), shelf.entries[editions + 1].astype(np.int64)
        counts = ends - begins
        entries, owners = spread(begins, counts), np.repeat(np.arange(len(editions)), counts)
        values = scores[entries]
        order = np.lexsort((-values, owners))
        firsts = np.cumsum(counts) - counts
        rank = np.arange(len(order)) - firsts[owners]
        near = order[rank < 3]
        top = np.bincount(owners[near], values[near], len(editions)) / np.minimum(counts, 3)
        whole = np.bincount(owners, values, len(editions)) / (counts + SEVERAL)
        return cls(entries[near], owners[near], rank[rank < 3] == 0, top, whole)


def _in_order(words: Sequence[str]) -> str:
    return " ".join(sorted(words))


def _bm25_idf(seen: Ints, total: int) -> Floats:
    weights: Floats = np.log(1.0 + (total - seen + 0.5) / (seen + 0.5))
    return weights


def _best(scores: Floats, most: int) -> Ints:
    """The places of the highest scores, the best first; after the first few none that is far behind the best."""
    chosen = np.argpartition(-scores, most)[:most] if len(scores) > most else np.arange(len(scores))
    chosen = chosen[np.argsort(-scores[chosen], kind="stable")]
    values = scores[chosen]
    worthy: npt.NDArray[np.bool_] = (values > 0) & ((values >= HOPELESS * values[0]) | (np.arange(len(chosen)) < FEW))
    best: Ints = chosen[worthy]
    return best


def _dense(shelf: ArticleIndex, entries: Floats, char: Floats) -> float:
    """The mean of the best `DENSE` entries. They can only be entries of as many best editions."""
    best = np.argpartition(-char, DENSE)[:DENSE] if len(char) > DENSE else np.arange(len(char))
    begins, ends = shelf.entries[best].astype(np.int64), shelf.entries[best + 1].astype(np.int64)
    nearest = np.sort(entries[spread(begins, ends - begins)])
    return float(nearest[-DENSE:].sum() / DENSE)
