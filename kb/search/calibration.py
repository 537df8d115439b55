"""What a score is worth in this base: how likely the article is the right one, and whether anything fits at all. Pure.

Calibrated by asking the base what it would say without something it knows: each phrasing left out, where its own
article is right or not; each article left out, and everyday sentences, one or several at once, where nothing is right.
Confirmed questions of real people, once there are some, count as phrasings do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from kb.search.postings import Floats

Signals: TypeAlias = npt.NDArray[np.float64]
"""Rows of: the blend, the likeness of the article as a whole, that of the nearest entries of any article, the share of
the question that the base has words for, the lead over the second article, how much nearer entries are than everyday
sentences (a logarithm), how much more the question sounds like the base than like them, and how much of it are no words
(a logarithm too): what cannot be read does not speak for the base, but less against it than words of other things."""

SIGNAL_COUNT = 8
SCOPE_WEIGHTS = np.array([4.0, 0.0, 0.0, 1.5, 0.0, 1.0, 0.5, 0.25])
"""What speaks for anything fitting at all. Fitted once on bases of several domains and shapes, each with its own
phrasings against everyday sentences of the same length; a base of its own has too few to do better."""
LIKELIHOOD_SIGNALS = 5
"""The first signals, by which an article is likelier than another; the last ones only tell the base from the world."""
DEFAULT_WEIGHTS = np.array([-4.0, 4.0, 6.0, 3.0, 1.0, 2.0])
"""Constant and weights of the first `LIKELIHOOD_SIGNALS` signals in a base that cannot be asked."""
PRIOR_STRENGTH = 12.0
"""How many answers it takes to move away from the usual."""
MAX_STEPS = 20
"""Of Newton's method at most, and times that one is halved."""
UNANSWERABLE_SHARE, MIN_QUESTIONS = 0.3, 20
"""Of ten questions some three have no answer in a base; so much do those without one count, even where only few with
one could be asked."""
TARGET_REJECTED, ACCEPTED_REJECTED = 0.95, 0.93
"""The share of everyday sentences that shall not be shown anything, and what is enough where more would cost too much.
Of sentences nobody knew beforehand, as many are rejected or one or two in a hundred more."""
MAX_LOST_SHARE, SAFE_LOST_SHARE = 0.10, 0.05
"""What share of the base's own questions left without an article is too much, and what share costs nothing."""
MARGIN = 0.15
"""Where most everyday sentences and most good questions are apart, how far between them the gate stands."""
MIN_SCOPE = 0.5
"""What speaks for anything at all must be this much in any base, however small."""
SURE_LIKELIHOOD = 0.5
"""From this likelihood an article is worth showing unasked."""


@dataclass(frozen=True, slots=True)
class AnswerThreshold:
    """``weights`` turn signals into a likelihood; from ``min_scope`` on, their `scope_score` says that an article may
    fit."""

    weights: tuple[float, ...]
    min_scope: float

    def likelihood(self, signals: Signals) -> Floats:
        """How likely each is right, 0 to 1."""
        return _sigmoid(_with_constant(signals) @ np.array(self.weights))


@dataclass(frozen=True, slots=True)
class CalibrationTrials:
    """What the base answered: signals of the best article, and whether it was right. ``answerable`` are questions with
    an answer, ``article_excluded`` those whose article was left out, ``background`` everyday sentences."""

    answerable: Signals
    is_right: npt.NDArray[np.bool_]
    article_excluded: Signals
    background: Signals


DEFAULT_THRESHOLD = AnswerThreshold(tuple(DEFAULT_WEIGHTS.tolist()), 2 * MIN_SCOPE)
"""The gate of a base that has not been asked."""


def calibrate(trials: CalibrationTrials) -> AnswerThreshold:
    """The gate for a base that answered like this."""
    nothing = np.concatenate((trials.article_excluded, trials.background))
    rows = np.concatenate((trials.answerable, nothing))
    right = np.concatenate((trials.is_right, np.zeros(len(nothing), np.bool_)))
    share = UNANSWERABLE_SHARE * max(len(trials.answerable), MIN_QUESTIONS) / max(len(nothing), 1)
    counts = np.concatenate((np.ones(len(trials.answerable)), np.full(len(nothing), share)))
    return AnswerThreshold(
        tuple(_fit_weights(rows, right, counts).tolist()),
        _fit_min_scope(scope_score(trials.answerable), scope_score(trials.background)),
    )


def scope_score(signals: Signals) -> Floats:
    """How much speaks for anything fitting at all."""
    values: Floats = signals @ SCOPE_WEIGHTS
    return values


def _fit_min_scope(answerable: Floats, background: Floats) -> float:
    """Above nearly all everyday sentences, but not so high that too many good questions find nothing.

    A sentence that is nearer than half of the base's own questions is about what this base is about: no base knows
    beforehand which of them are.
    """
    if len(background) < MIN_QUESTIONS:
        return MIN_SCOPE
    if len(answerable) < MIN_QUESTIONS:
        return max(MIN_SCOPE, float(np.quantile(background, TARGET_REJECTED)))
    unrelated = background[background <= np.median(answerable)]
    accepted, target = (
        np.quantile(unrelated, (ACCEPTED_REJECTED, TARGET_REJECTED)) if len(unrelated) else (MIN_SCOPE, MIN_SCOPE)
    )
    safe, max_loss = np.quantile(answerable, (SAFE_LOST_SHARE, MAX_LOST_SHARE))
    return max(
        MIN_SCOPE, float(target + MARGIN * max(0.0, safe - target) if target < max_loss else max(accepted, max_loss))
    )


def _fit_weights(rows: Signals, is_right: npt.NDArray[np.bool_], row_weights: Floats) -> Floats:
    """Logistic regression that stays near the usual weights unless many answers say otherwise (Newton's method, with
    shorter steps where a whole one would lead away: a base that is always right has no other end)."""
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


def threshold_from_array(numbers: Sequence[float]) -> AnswerThreshold:
    """A saved gate: its weights, then its least scope."""
    return AnswerThreshold(tuple(map(float, numbers[:-1])), float(numbers[-1]))
