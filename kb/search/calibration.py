"""Calibrates scores: how likely the best article is the right one, and whether any article fits at all. Pure.

A set of articles is calibrated with questions whose answer is known: each phrasing with itself left out of the index,
where its own article is right or not; each article's entries with the whole article left out, and background sentences,
one or several at once, where no article is right. Phrasings learned from people count like the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from kb.search.postings import Floats

Signals: TypeAlias = npt.NDArray[np.float64]
"""Rows of eight signals: the blended score; the likeness of the article as a whole; that of the nearest entries of any
article; the share of the question's weight whose words the index knows; the lead over the second article; how much
nearer entries are than background sentences (a logarithm); how much more the question's n-grams are those of the
articles than of these sentences; and how much of the question is no words at all (a logarithm). Unreadable text counts
against a match, but less than words about other things."""

SIGNAL_COUNT = 8
_LEAD = 4
SCOPE_WEIGHTS = np.array([2.5, 0.0, 0.0, 2.0, 2.5, 1.0, 0.5, 0.25])
"""Weights of the signals in the score that says whether any article fits, the lead being that of the best article.
Fitted once: the packaged phrasings, left out one by one, against background sentences and what people ask a provider
that no article answers; one provider's articles are too few to fit better ones."""
LIKELIHOOD_SIGNALS = 5
"""The number of first signals that tell one article from another; the last ones only tell the articles' subject from
others."""
DEFAULT_WEIGHTS = np.array([-4.0, 4.0, 6.0, 3.0, 1.0, 2.0])
"""Constant and weights of the first `LIKELIHOOD_SIGNALS` signals, used where there is nothing to calibrate with."""
PRIOR_STRENGTH = 12.0
"""How many answers it takes to move the weights away from the default ones."""
MAX_EVIDENCE = 240
"""As many answered questions count at most: a base's own ones are all of a kind, however many they are."""
MAX_STEPS = 20
"""Steps of Newton's method at most, and how often one step is halved at most."""
UNANSWERABLE_SHARE, MIN_QUESTIONS = 0.3, 20
"""About three of ten real questions have no answer in the articles: questions without an answer are weighted to this
share, and at least as if `MIN_QUESTIONS` with an answer had been asked."""
TARGET_REJECTED = 0.955
"""The share of background sentences for which nothing is shown, as long as the articles can afford it."""
MIN_SHOWN_SHARE = 0.85
"""The share of the articles' own questions, left out one by one, that must be shown all the same."""
MIN_SCOPE = 0.5
"""The scope score an article needs at least, however few articles there are."""
SURE_LIKELIHOOD = 0.42
"""From this likelihood on an article may be shown without being asked for: it is the right one 19 times of 20, for the
likelihood is fitted to a base without these very words, and so a cautious one."""


@dataclass(frozen=True, slots=True)
class AnswerCalibration:
    """How sure an answer is: ``weights`` turn signals into a likelihood; from ``min_scope`` on, their `scope_score`
    says that an article may fit."""

    weights: tuple[float, ...]
    min_scope: float

    def likelihood(self, signals: Signals) -> Floats:
        """How likely each article is the right one, 0 to 1."""
        return _sigmoid(_with_constant(signals) @ np.array(self.weights))


@dataclass(frozen=True, slots=True)
class CalibrationSamples:
    """The answers of the calibration: signals of the best article, and whether it was right. ``answerable`` are
    questions with an answer, ``article_excluded`` those whose article was left out, ``background`` background
    sentences."""

    answerable: Signals
    is_right: npt.NDArray[np.bool_]
    article_excluded: Signals
    background: Signals


DEFAULT_THRESHOLD = AnswerCalibration(tuple(DEFAULT_WEIGHTS.tolist()), 2 * MIN_SCOPE)
"""The threshold used where nothing was calibrated."""


def calibrate(trials: CalibrationSamples) -> AnswerCalibration:
    """The threshold fitted to these answers."""
    nothing = np.concatenate((trials.article_excluded, trials.background))
    rows = np.concatenate((trials.answerable, nothing))
    right = np.concatenate((trials.is_right, np.zeros(len(nothing), np.bool_)))
    share = UNANSWERABLE_SHARE * max(len(trials.answerable), MIN_QUESTIONS) / max(len(nothing), 1)
    counts = np.concatenate((np.ones(len(trials.answerable)), np.full(len(nothing), share)))
    counts *= min(1.0, MAX_EVIDENCE / max(len(trials.answerable), 1))
    return AnswerCalibration(
        tuple(_fit_weights(rows, right, counts).tolist()),
        _fit_min_scope(scope_score(trials.answerable), scope_score(trials.background)),
    )


def scope_score(signals: Signals) -> Floats:
    """The score that says whether any article fits, for each row of signals of a best article."""
    values: Floats = signals @ SCOPE_WEIGHTS
    return values


def scope_scores(signals: Signals) -> Floats:
    """The `scope_score` of each article of a question, the best first, with the lead of the best one for all: that one
    article clearly answers a question says that it is about the articles' subject, and so for the others too."""
    rows = signals.copy()
    rows[:, _LEAD] = rows[0, _LEAD]
    return scope_score(rows)


def _fit_min_scope(answerable: Floats, background: Floats) -> float:
    """Above nearly all background sentences, but no higher than the articles can afford: their own questions must still
    be shown. Both are quantiles, which one phrasing or sentence more can hardly move."""
    if len(background) < MIN_QUESTIONS:
        return MIN_SCOPE
    if len(answerable) < MIN_QUESTIONS:
        return max(MIN_SCOPE, float(np.quantile(background, TARGET_REJECTED)))
    afforded = np.quantile(answerable, 1.0 - MIN_SHOWN_SHARE)
    return max(MIN_SCOPE, float(min(afforded, np.quantile(background, TARGET_REJECTED))))


def _fit_weights(rows: Signals, is_right: npt.NDArray[np.bool_], row_weights: Floats) -> Floats:
    """Logistic regression whose weights stay near the default ones unless many answers say otherwise. Newton's method,
    with shorter steps where a whole one would increase the loss: where every answer is right, the loss has no other
    minimum."""
    design, weights = _with_constant(rows), DEFAULT_WEIGHTS.copy()
    signs = np.where(is_right, 1.0, -1.0)

    def loss(at: Floats) -> float:
        return float(
            row_weights @ np.logaddexp(0.0, -signs * (design @ at))
            + PRIOR_STRENGTH / 20 * ((at - DEFAULT_WEIGHTS) ** 2).sum()
        )

    for _ in range(MAX_STEPS):
        expected = _sigmoid(design @ weights)
        slope = design.T @ (row_weights * (expected - is_right)) + PRIOR_STRENGTH * (weights - DEFAULT_WEIGHTS) / 10
        curve = (design * (row_weights * expected * (1 - expected))[:, None]).T @ design + np.eye(
            len(weights)
        ) * PRIOR_STRENGTH / 10
        step = np.linalg.solve(curve, slope)
        shares = (0.5**halved for halved in range(MAX_STEPS))
        weights = next(
            (further for share in shares if loss(further := weights - share * step) <= loss(weights)), weights
        )
    return weights


def _with_constant(rows: Signals) -> Signals:
    return np.column_stack((np.ones(len(rows)), rows[:, :LIKELIHOOD_SIGNALS]))


def _sigmoid(values: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(values, -30, 30)))
    return result


def threshold_from_array(numbers: Sequence[float]) -> AnswerCalibration:
    """A saved threshold: its weights, then its minimal scope score."""
    return AnswerCalibration(tuple(map(float, numbers[:-1])), float(numbers[-1]))
