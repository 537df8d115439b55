"""An agent is told how long like cases took, once enough are known."""

from __future__ import annotations

from datetime import timedelta

from escalation.usual_restore import FEWEST, usual_restore


def test_the_range_is_what_half_and_four_of_five_took() -> None:
    """Of twenty cases of one to twenty hours: ten and sixteen."""
    spans = [timedelta(hours=one) for one in range(1, FEWEST + 1)]
    usual = usual_restore(spans)
    assert usual is not None
    assert (usual.low, usual.high) == (timedelta(hours=10), timedelta(hours=16))
    assert int(usual.labels()["low_hours"]) >= 10
    assert usual.labels()["high_hours"] or usual.labels()["high_days"]


def test_too_few_cases_suggest_nothing() -> None:
    """Nineteen are too few."""
    assert usual_restore([timedelta(hours=1)] * (FEWEST - 1)) is None
