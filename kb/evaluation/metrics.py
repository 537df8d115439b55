"""Measures of search quality: shares over questions whose right answers are known. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """One question: the ``expected`` articles (none where nothing fits), those found, the best first, whether any was
    said to fit, and whether the first so surely that it is shown unasked. ``group`` is what it is counted under."""

    expected: frozenset[str]
    found: tuple[str, ...]
    is_answered: bool
    is_sure: bool = False
    group: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """The rank of the first expected article from 1 on; 0 where there is none."""
        return next((place for place, id in enumerate(self.found, 1) if id in self.expected), 0)


@dataclass(frozen=True, slots=True)
class EvaluationFigures:
    """Shares from 0 to 1, None where there was no such question.

    ``recall1``, ``recall3`` and ``mrr`` are over questions with an answer whether it was shown or not; ``shown`` is the
    share of those that were shown anything, ``rejected`` of the others that were not. ``sure`` is the share of those
    with an answer whose first article was sure, ``sure_right`` that of these where it was an expected one.
    ``strange_f1`` is F1 of saying that nothing fits.
    """

    asked: int
    strange: int
    recall1: float | None
    recall3: float | None
    mrr: float | None
    shown: float | None
    sure: float | None
    sure_right: float | None
    rejected: float | None
    strange_f1: float | None


def evaluation_figures(outcomes: Sequence[QuestionOutcome]) -> EvaluationFigures:
    """The figures of these outcomes."""
    asked = [one for one in outcomes if one.expected]
    strange = [one for one in outcomes if not one.expected]
    caught = sum(not one.is_answered for one in strange)
    silent = caught + sum(not one.is_answered for one in asked)
    return EvaluationFigures(
        asked=len(asked),
        strange=len(strange),
        recall1=_share([one.rank == 1 for one in asked]),
        recall3=_share([1 <= one.rank <= 3 for one in asked]),
        mrr=_share([1 / one.rank if one.rank else 0.0 for one in asked]),
        shown=_share([one.is_answered for one in asked]),
        sure=_share([one.is_sure for one in asked]),
        sure_right=_share([one.rank == 1 for one in asked if one.is_sure]),
        rejected=_share([not one.is_answered for one in strange]),
        strange_f1=round(2 * caught / (silent + len(strange)), 4) if strange else None,
    )


def _share(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
