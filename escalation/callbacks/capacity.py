"""Until when a call can be promised: as many as the agents who are there surely make, the earlier ones first. Pure."""

from __future__ import annotations

from datetime import timedelta
from math import exp, sqrt

HANDLING = timedelta(minutes=6)
"""How long an agent needs for one call, on average."""
SURE = 0.9
"""How surely a promise is kept."""
STEP, LONGEST = timedelta(minutes=15), timedelta(hours=48)
"""A later time is looked for in such steps, and no further than that."""
_MANY = 400
"""From such a mean on the normal distribution is near enough, and nothing underflows."""


def time_needed(agents: int, ahead: int, target: timedelta) -> timedelta:
    """The working time within which a call can be promised, ``target`` at least, where ``ahead`` others wait.

    Calls end at random: how many are made in a time is a matter of a Poisson distribution. In 30 minutes one agent
    surely makes 2, two make 6, three 10, five 19, ten 41.
    """
    needed = target
    while needed < LONGEST and not _surely(ahead + 1, max(agents, 1) * needed / HANDLING):
        needed += STEP
    return needed


def _surely(calls: int, mean: float) -> bool:
    """Whether at least so many calls are made where this many are on average."""
    if mean > _MANY:
        return mean - 1.2816 * sqrt(mean) >= calls
    term = fewer = exp(-mean)
    for made in range(1, calls):
        term *= mean / made
        fewer += term
    return 1 - fewer >= SURE
