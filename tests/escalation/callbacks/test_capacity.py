"""A call is promised as soon as it can surely be made, and later where too many wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from escalation.callbacks.capacity import time_needed

HALF = timedelta(minutes=30)


@pytest.mark.parametrize(("agents", "calls"), [(1, 2), (2, 6), (3, 10), (5, 19), (10, 41)])
def test_so_many_calls_are_promised_within_thirty_minutes(agents: int, calls: int) -> None:
    """The table of domain.md 3.6: the last that may be promised, and the first that may not."""
    assert time_needed(agents, calls - 1, HALF) == HALF
    assert time_needed(agents, calls, HALF) > HALF


def test_more_ahead_is_never_sooner_and_more_agents_never_later() -> None:
    times = [time_needed(2, ahead, HALF) for ahead in range(60)]
    assert times == sorted(times)
    assert [time_needed(agents, 20, HALF) for agents in range(1, 12)] == sorted(
        (time_needed(agents, 20, HALF) for agents in range(1, 12)), reverse=True
    )


def test_with_nobody_there_one_is_counted_on() -> None:
    assert time_needed(0, 1, HALF) == time_needed(1, 1, HALF)
    assert time_needed(1, 10_000, HALF) == timedelta(hours=48)
