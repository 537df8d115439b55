"""Finds the article that answers what a person wrote, how sure that is, and whether any article fits at all. Pure.

A question takes four steps: what was meant (`kb.search.query_variants`: keyboard layout, transliteration), correcting
words the index does not know (`kb.search.spelling`), ranking articles by character n-grams, words and answers
(`kb.search.ranking`), and comparing the best one with a threshold calibrated on these very articles
(`kb.search.calibration`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from desk.understanding.reading.observations import Situation, TalkStage
from desk.understanding.understand import understand
from kb.content.article_files import Article, sha256_of
from kb.search import calibration
from kb.search.article_index import FORMAT_VERSION, ArticleIndex, build_index
from kb.search.background_corpus import background_sentences
from kb.search.calibration import SIGNAL_COUNT, SURE_LIKELIHOOD, AnswerCalibration, CalibrationSamples, Signals
from kb.search.corrected_question import apply_corrections
from kb.search.layered_index import LayeredIndex, LeaveOneOutQuestion, lasting_sample, leave_one_out_questions
from kb.search.postings import Array
from kb.search.query_variants import in_russian, intended_texts
from kb.search.ranking import MEASURES, QueryScorer
from kb.search.spelling import QueryWord, correct_words
from kb.search.tokenize import (
    MAX_QUERY_LENGTH,
    Vocabulary,
    content_words,
    has_content,
    normalise,
    wordlists_fingerprint,
)
from kb.search.topics_beyond_articles import fitting_facts, uncovered_topic
from kb.search.unanswered_sentences import is_unanswered

_T = TypeVar("_T")

BLEND_WEIGHTS = {
    "char": 0.30,
    "top": 0.10,
    "told": 0.40,
    "answered": 0.44,
    "asked": 0.20,
    "covered": 0.05,
    "sorted": 0.20,
    "exact": 0.30,
    "whole": 0.0,
    "either": 1.00,
    "every": 0.0,
}
"""The weights of `kb.search.ranking.MEASURES` in the blended score; `LIKENESS_AND_COVERAGE_WEIGHT` is that of the
product of likeness and coverage."""
LIKENESS_AND_COVERAGE_WEIGHT = 0.09
NEAR_IDENTICAL_WEIGHT = 0.8
"""Weight of the fourth power of the likeness: high only where somebody has asked in nearly these words before."""
MIN_SHARE_OF_BEST = 0.5
"""The share of the best article's blended score that another one needs to be mentioned too."""
MAX_CALIBRATION_QUESTIONS, MAX_EXCLUDED_ARTICLES = 480, 120
"""Phrasings used for calibration at most, with themselves and with their article left out."""
MAX_BACKGROUND_SENTENCES, LONG_BACKGROUND_TEXTS, LONG_TEXT_STEP = 240, 80, 2
"""Background sentences of one language used for calibration, and how many texts of several of them at once."""
SIMILARITY_SMOOTHING = 0.03
"""Added to likenesses before their logarithm is taken: differences below this mean nothing."""
MIN_SCRIPT_SHARE = 0.01
"""The share of an index's letters from which it counts as written in that script."""

_OVER = Situation(context=TalkStage.CONSENT)
_WEIGHTS = np.array([BLEND_WEIGHTS[name] for name in MEASURES])
_CHAR, _ASKED, _WHOLE, _EVERY = (MEASURES.index(name) for name in ("char", "asked", "whole", "every"))


@dataclass(frozen=True, slots=True)
class ArticleMatch:
    """An article that may help, in the language to show. ``score`` is how likely it is the right one, 0 to 1; ``fits``
    when it may be mentioned at all, ``sure`` when it may be shown without being asked for."""

    article: Article
    language: str
    score: float
    fits: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The articles nearest to a question, the best first, and the question as it was ``understood``."""

    nearest: tuple[ArticleMatch, ...]
    understood: str

    @property
    def fits(self) -> bool:
        """Whether any article fits."""
        return any(one.fits for one in self.nearest)


@dataclass(frozen=True, slots=True)
class _QuestionFigures:
    """Of the question as a whole, whatever the article: the likeness of the nearest entries and of the nearest
    background sentences, and figures of `kb.search.ranking.QueryScorer`."""

    nearest_similarity: float
    background_similarity: float
    known_share: float
    background_contrast: float
    unreadable_weight: float

    @property
    def log_nearness(self) -> float:
        """How much nearer the articles are than the background sentences, as a logarithm."""
        return math.log(
            (self.nearest_similarity + SIMILARITY_SMOOTHING) / (self.background_similarity + SIMILARITY_SMOOTHING)
        )


@dataclass(frozen=True, slots=True)
class _RankedArticle:
    """An article's score in the ranking, its blended score, its likeness as a whole, how much of the question it
    explains; and figures of the question itself."""

    id: str
    rank_score: float
    blend: float
    whole: float
    asked: float
    question: _QuestionFigures


class Matcher:
    """Searches a set of articles; immutable once made, and safe to read from any thread.

    ``shared`` is a matcher of shared articles searched together with these. Its index is referred to, never copied, so
    three hundred providers share one; articles here replace shared ones of the same id. ``saved`` is what `arrays` of a
    matcher of the very same articles gave (`index_key` tells). Unless ``calibrate``, a matcher that has no threshold
    from ``shared`` is not calibrated: it is made to be saved, not to answer.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        shared: Matcher | None = None,
        saved: Mapping[str, Array] | None = None,
        calibrate: bool = True,
    ) -> None:
        self._vocabulary: Vocabulary = shared._vocabulary if shared else Vocabulary()
        self.index = ArticleIndex.from_arrays(saved) if saved else build_index(articles, self._vocabulary)
        shared_indexes = shared._combined.indexes if shared else ()
        own_ids = tuple(article.id for article in articles for _ in article.editions)
        self._ids: tuple[tuple[str, ...], ...] = (own_ids, *(shared._ids if shared else ()))
        self._articles: dict[str, Article] = (dict(shared._articles) if shared else {}) | {
            one.id: one for one in articles
        }
        own = {one.id for one in articles}
        hidden = [np.flatnonzero([id in own for id in ids]) for ids in self._ids[1:]]
        self._combined: LayeredIndex = LayeredIndex(
            (self.index, *shared_indexes), (None, *hidden) if shared_indexes else ()
        )
        self._scripts = _scripts_of(self._combined.indexes)
        shared_threshold = shared.threshold if shared and shared.has_articles else None
        self._is_calibrated = calibrate and shared_threshold is None
        self.threshold: AnswerCalibration = (
            shared_threshold
            or _saved_threshold(saved)
            or (self._calibrate(articles) if calibrate else calibration.DEFAULT_THRESHOLD)
        )

    def arrays(self) -> dict[str, Array]:
        """The index and the threshold as arrays, to be saved."""
        saved = (
            {"threshold": np.array([*self.threshold.weights, self.threshold.min_scope])} if self._is_calibrated else {}
        )
        return self.index.arrays() | saved

    @property
    def has_articles(self) -> bool:
        """Whether there is any article in it."""
        return self._combined.edition_count > 0

    def article(self, id: str) -> Article | None:
        """The article of that id, as long as some edition of it is public."""
        found = self._articles.get(id)
        return found if found and found.editions else None

    def best(self, text: str, language: str, limit: int = 3) -> tuple[ArticleMatch, ...]:
        """The articles that fit, the best first; empty when nothing does."""
        asked = self._corrected_words(self._intended_words(text, self._combined), self._combined)
        return tuple(one for one in _on_topic(text, self._nearest(text, asked, language, limit)) if one.fits)

    def answer(self, text: str, language: str, limit: int = 3) -> SearchAnswer:
        """The nearest articles whether they fit or not, and whether they do."""
        found = self._intended_words(text, self._combined)
        asked = self._corrected_words(found, self._combined)
        nearest = _on_topic(text, self._nearest(text, asked, language, limit))
        return SearchAnswer(tuple(nearest), _corrected_text(text, found, asked))

    def _nearest(self, text: str, words: Sequence[QueryWord], language: str, limit: int) -> Sequence[ArticleMatch]:
        ranked = fitting_facts(text, self._rank(words, self._combined), lambda one: self._articles[one.id].editions)[
            : max(limit, 2)
        ]
        if not ranked or not has_content([word.text for word in words]):
            return ()
        found = list(self._score(ranked, language))[:limit]
        is_other = found[0].fits and is_unanswered([word.text for word in words], self._combined)
        return [replace(one, fits=False, sure=False) for one in found] if is_other else found

    def _score(self, ranked: Sequence[_RankedArticle], language: str) -> Iterator[ArticleMatch]:
        """Each article with how likely it is right; only the best can be sure."""
        signals = _signals(ranked)
        likelihoods, scopes = self.threshold.likelihood(signals).tolist(), calibration.scope_scores(signals).tolist()
        for at, (one, score, scope) in enumerate(zip(ranked, likelihoods, scopes, strict=True)):
            article = self._articles[one.id]
            fits = (
                one.asked > 0 and scope >= self.threshold.min_scope and one.blend >= MIN_SHARE_OF_BEST * ranked[0].blend
            )
            sure = fits and at == 0 and score >= SURE_LIKELIHOOD
            yield ArticleMatch(article, article.edition(language).language, round(score, 4), fits, sure)

    def search_without(self, text: str, hidden_article: str = "", skipped_phrasing: str = "") -> list[str]:
        """The ids of the articles for a text, the best first, as if there were no article ``hidden_article`` and nobody
        had ever phrased it ``skipped_phrasing``. Only articles of this matcher's own index can be left out."""
        index = self._combined
        for one in self._leave_one_out:
            if (hidden_article == one.article and one.excludes_article) or (
                skipped_phrasing and skipped_phrasing == one.text and not one.excludes_article
            ):
                index = self._combined.excluding(one.exclusion)
        return [one.id for one in self._rank_text(text, index)]

    @cached_property
    def _leave_one_out(self) -> tuple[LeaveOneOutQuestion, ...]:
        own = [self._articles[id] for id in dict.fromkeys(self._ids[0])]
        return tuple(leave_one_out_questions(own, self._vocabulary))

    def _intended_words(self, text: str, index: LayeredIndex) -> list[str]:
        """The words of a question as they were meant."""

        def knows_words(found: Sequence[str]) -> Sequence[bool]:
            return index.knows_stems([self._vocabulary.stem(word) for word in found])

        cyrillic, latin = self._scripts
        return intended_texts(normalise(text[:MAX_QUERY_LENGTH]), knows_words, cyrillic, latin)

    def _corrected_words(self, found: Sequence[str], index: LayeredIndex) -> list[QueryWord]:
        """The content words among them, with their spelling corrected."""
        words = content_words(in_russian(found))
        return correct_words(self._vocabulary.words_with_stems(words), index, self._vocabulary)

    def _rank(self, words: Sequence[QueryWord], index: LayeredIndex) -> list[_RankedArticle]:
        """Articles that have anything in common with the question, the best first; equal ones by id."""
        scorer = QueryScorer(words, index)
        candidates = [scorer.candidates(number) for number in range(len(self._ids))]
        nearby = max((found.nearest_similarity for found in candidates), default=0.0)
        question = _QuestionFigures(
            nearby,
            scorer.background_similarity,
            scorer.known_share,
            scorer.background_contrast,
            scorer.unreadable_weight,
        )
        best: dict[str, _RankedArticle] = {}
        for ids, found in zip(self._ids, candidates, strict=True):
            char = found.measures[:, _CHAR]
            blends = (
                found.measures @ _WEIGHTS
                + LIKENESS_AND_COVERAGE_WEIGHT * char * found.measures[:, _ASKED]
                + NEAR_IDENTICAL_WEIGHT * char**4
            )
            standings = blends + scorer.coverage_weight * found.measures[:, _EVERY]
            more = np.column_stack((standings, blends, found.measures[:, [_WHOLE, _ASKED]])).tolist()
            for edition, (standing, blend, whole, explained) in zip(found.editions.tolist(), more, strict=True):
                id = ids[edition]
                if id not in best or standing > best[id].rank_score:
                    best[id] = _RankedArticle(id, standing, blend, whole, explained, question)
        return sorted(best.values(), key=lambda one: (-one.rank_score, one.id))

    def _calibrate(self, articles: Sequence[Article]) -> AnswerCalibration:
        """Calibrates the threshold: asks the index without what it knows, and asks background sentences that no article
        is expected to answer."""
        questions = list(leave_one_out_questions(articles, self._vocabulary))
        phrasings = lasting_sample(
            [
                one
                for one in questions
                if not one.excludes_article and one.exclusion.remaining_stems and one.is_phrasing
            ],
            MAX_CALIBRATION_QUESTIONS,
        )
        articles_excluded = lasting_sample([one for one in questions if one.excludes_article], MAX_EXCLUDED_ARTICLES)
        asked = [self._rank_text(one.text, self._combined.excluding(one.exclusion)) for one in phrasings]
        near_signals = [self._rank_text(one.text, self._combined.excluding(one.exclusion)) for one in articles_excluded]
        background = [
            self._rank_text(text, self._combined.excluding_background(gone))
            for text, gone in self._background_questions()
        ]
        right = [bool(r) and r[0].id == one.article for r, one in zip(asked, phrasings, strict=True)]
        return calibration.calibrate(
            CalibrationSamples(
                _best_signals(asked), np.array(right, bool), _best_signals(near_signals), _best_signals(background)
            )
        )

    def _background_questions(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Background sentences in the scripts of the index, and texts of several at once, each with their numbers."""
        for letters, cyrillic in zip(self._scripts, (True, False), strict=True):
            said = [
                (number, text) for number, text in enumerate(background_sentences()) if (text > "\u0400") is cyrillic
            ]
            for number, text in _even_sample(said, MAX_BACKGROUND_SENTENCES) if letters else ():
                yield text, (number,)
            for at in range(LONG_BACKGROUND_TEXTS if letters else 0):
                some = [
                    said[(at * LONG_TEXT_STEP + which * LONG_BACKGROUND_TEXTS) % len(said)]
                    for which in range(2 + at % 2)
                ]
                yield " ".join(text for _, text in some), tuple(number for number, _ in some)

    def _rank_text(self, text: str, index: LayeredIndex) -> list[_RankedArticle]:
        return self._rank(self._corrected_words(self._intended_words(text, index), index), index)


def index_key(articles: Sequence[Article]) -> str:
    """A key that changes with anything an index of these articles depends on."""
    whole = hashlib.sha256(sha256_of(str(FORMAT_VERSION), wordlists_fingerprint()).encode())
    for one in articles:  # one by one: a single call over a hundred thousand would hold up every other thread
        whole.update(one.hash.encode())
    return whole.hexdigest()


def _corrected_text(text: str, found: Sequence[str], asked: Sequence[QueryWord]) -> str:
    """The question in the person's own words, with the corrections in it."""
    parts: dict[str, list[str]] = {}
    for word in asked:
        if word.corrected_from:
            parts.setdefault(word.corrected_from, []).append(word.text)
    corrected = {of: " ".join(dict.fromkeys(texts)) for of, texts in parts.items()}
    return apply_corrections(text[:MAX_QUERY_LENGTH], found, corrected) + text[MAX_QUERY_LENGTH:]


def _saved_threshold(saved: Mapping[str, Array] | None) -> AnswerCalibration | None:
    return calibration.threshold_from_array(saved["threshold"].tolist()) if saved and "threshold" in saved else None


def _scripts_of(indexes: Sequence[ArticleIndex]) -> tuple[bool, bool]:
    """Whether the index is written in Cyrillic letters, and in Latin ones."""
    cyrillic = latin = 0
    for index in indexes:
        cyrillic += sum("а" <= char <= "я" for char in index.vocabulary_text)
        latin += sum("a" <= char <= "z" for char in index.vocabulary_text)
    least = MIN_SCRIPT_SHARE * (cyrillic + latin)
    return cyrillic > least, latin > least


def _on_topic(text: str, matches: Sequence[ArticleMatch]) -> Sequence[ArticleMatch]:
    """The matches; an article that is not about a topic of the question fits it not, however alike the words are, and
    none fits thanks and a finished story."""
    is_over = any(one.fits for one in matches) and understand(text, _OVER).closes
    return [
        replace(one, fits=False, sure=False) if is_over or uncovered_topic(text, one.article.editions.values()) else one
        for one in matches
    ]


def _signals(ranked: Sequence[_RankedArticle]) -> Signals:
    """The signals a threshold is applied to; the lead is over the best other article, so below zero for all but the
    first."""
    standings = [one.rank_score for one in ranked]
    others = [max((one for at, one in enumerate(standings) if at != mine), default=0.0) for mine in range(len(ranked))]
    return np.array(
        [
            (
                one.blend,
                one.whole,
                one.question.nearest_similarity,
                one.question.known_share,
                one.rank_score - other,
                one.question.log_nearness,
                one.question.background_contrast,
                one.question.unreadable_weight,
            )
            for one, other in zip(ranked, others, strict=True)
        ]
    )


def _best_signals(answers: Sequence[Sequence[_RankedArticle]]) -> Signals:
    """The signals of the best article of each answer; zeros for an empty one."""
    rows = [_signals(ranked[:2])[0] if ranked else np.zeros(SIGNAL_COUNT) for ranked in answers]
    return np.array(rows) if rows else np.zeros((0, SIGNAL_COUNT))


def _even_sample(outs: Sequence[_T], most: int) -> Sequence[_T]:
    """At most so many, evenly sampled."""
    return [outs[at * len(outs) // most] for at in range(most)] if len(outs) > most else outs
