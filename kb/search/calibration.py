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

SIGNALS = 8
SCOPE = np.array([4.0, 0.0, 0.0, 1.5, 0.0, 1.0, 0.5, 0.25])
"""What speaks for anything fitting at all. Fitted once on bases of several domains and shapes, each with its own
phrasings against everyday sentences of the same length; a base of its own has too few to do better."""
LIKELY = 5
"""The first signals, by which an article is likelier than another; the last ones only tell the base from the world."""
USUAL = np.array([-4.0, 4.0, 6.0, 3.0, 1.0, 2.0])
"""Constant and weights of the first `LIKELY` signals in a base that cannot be asked."""
TRUST = 12.0
"""How many answers it takes to move away from the usual."""
STEPS = 20
"""Of Newton's method at most, and times that one is halved."""
STRANGE, FEW = 0.3, 20
"""Of ten questions some three have no answer in a base; so much do those without one count, even where only few with
one could be asked."""
REJECTED, AT_LEAST = 0.95, 0.93
"""The share of everyday sentences that shall not be shown anything, and what is enough where more would cost too much.
Of sentences nobody knew beforehand, as many are rejected or one or two in a hundred more."""
COSTLY, SAFE = 0.10, 0.05
"""What share of the base's own questions left without an article is too much, and what share costs nothing."""
ROOM = 0.15
"""Where most everyday sentences and most good questions are apart, how far between them the gate stands."""
LEAST = 0.5
"""What speaks for anything at all must be this much in any base, however small."""
SURE = 0.5
"""From this likelihood an article is worth showing unasked."""


@dataclass(frozen=True, slots=True)
class AnswerThreshold:
    """``weights`` turn signals into a likelihood; from ``least`` on, their `scope` says that an article may fit."""

    weights: tuple[float, ...]
    least: float

    def likelihood(self, signals: Signals) -> Floats:
        """How likely each is right, 0 to 1."""
        return _sigmoid(_with_constant(signals) @ np.array(self.weights))


@dataclass(frozen=True, slots=True)
class CalibrationTrials:
    """What the base answered: signals of the best article, and whether it was right. ``asked`` are questions with an
    answer, ``near`` those whose article was left out, ``far`` everyday sentences."""

    asked: Signals
    right: npt.NDArray[np.bool_]
    near: Signals
    far: Signals


UNASKED = AnswerThreshold(tuple(USUAL.tolist()), 2 * LEAST)
"""The gate of a base that has not been asked."""


def calibrated(trials: CalibrationTrials) -> AnswerThreshold:
    """The gate for a base that answered like this."""
    nothing = np.concatenate((trials.near, trials.far))
    rows = np.concatenate((trials.asked, nothing))
    right = np.concatenate((trials.right, np.zeros(len(nothing), np.bool_)))
    share = STRANGE * max(len(trials.asked), FEW) / max(len(nothing), 1)
    counts = np.concatenate((np.ones(len(trials.asked)), np.full(len(nothing), share)))
    return AnswerThreshold(tuple(_fitted(rows, right, counts).tolist()), _least(scope(trials.asked), scope(trials.far)))


def scope(signals: Signals) -> Floats:
    """How much speaks for anything fitting at all."""
    values: Floats = signals @ SCOPE
    return values


def _least(asked: Floats, far: Floats) -> float:
    """Above nearly all everyday sentences, but not so high that too many good questions find nothing.

    A sentence that is nearer than half of the base's own questions is about what this base is about: no base knows
    beforehand which of them are.
    """
    if len(far) < FEW:
        return LEAST
    if len(asked) < FEW:
        return max(LEAST, float(np.quantile(far, REJECTED)))
    strange = far[far <= np.median(asked)]
    enough, above = np.quantile(strange, (AT_LEAST, REJECTED)) if len(strange) else (LEAST, LEAST)
    safe, costly = np.quantile(asked, (SAFE, COSTLY))
    return max(LEAST, float(above + ROOM * max(0.0, safe - above) if above < costly else max(enough, costly)))


def _fitted(rows: Signals, right: npt.NDArray[np.bool_], counts: Floats) -> Floats:
    """Logistic regression that stays near the usual weights unless many answers say otherwise (Newton's method, with
    shorter steps where a whole one would lead away: a base that is always right has no other end)."""
    given, weights = _with_constant(rows), USUAL.copy()
    signs = np.where(right, 1.0, -1.0)

    def loss(at: Floats) -> float:
        return float(counts @ np.logaddexp(0.0, -signs * (given @ at)) + TRUST / 20 * ((at - USUAL) ** 2).sum())

    for _ in range(STEPS):
        expected = _sigmoid(given @ weights)
        slope = given.T @ (counts * (expected - right)) + TRUST * (weights - USUAL) / 10
        curve = (given * (counts * expected * (1 - expected))[:, None]).T @ given + np.eye(len(weights)) * TRUST / 10
        step = np.linalg.solve(curve, slope)
        shares = (0.5**halved for halved in range(STEPS))
        weights = next(
            (further for share in shares if loss(further := weights - share * step) <= loss(weights)), weights
        )
    return weights


def _with_constant(rows: Signals) -> Signals:
    return np.column_stack((np.ones(len(rows)), rows[:, :LIKELY]))


def _sigmoid(values: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(values, -30, 30)))
    return result


def of(numbers: Sequence[float]) -> AnswerThreshold:
    """A saved gate: its weights, then its least scope."""
    return AnswerThreshold(tuple(map(float, numbers[:-1])), float(numbers[-1]))
