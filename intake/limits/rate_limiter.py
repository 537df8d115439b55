"""How fast one person is heard: a burst at once, then one message after the other. In memory, and pure but for that.

Arrivals of one lane are decided strictly in order, so a person who is made to wait keeps nobody else waiting. The
memory is that of one process: a restart forgives, and two workers are twice as patient.
"""

from __future__ import annotations

from datetime import datetime, timedelta

BURST = 40
EVERY = timedelta(seconds=2)
AGAIN = timedelta(hours=1)
"""So long nobody is told once more that they write too much."""


class RateLimiter:
    """The turns of lanes (the generic cell rate algorithm of ITU-T I.371, Annex A: one instant for each lane)."""

    def __init__(self, burst: int = BURST, every: timedelta = EVERY) -> None:
        self._every = every
        self._patience = burst * every
        self._until: dict[str, datetime] = {}
        self._told: dict[str, tuple[datetime, int]] = {}
        self._sweep_at = 10_000

    def turn(self, lane: str, now: datetime) -> timedelta:
        """How long the next message of this lane has to wait; nothing, and then it has had its turn."""
        until = max(self._until.get(lane, now), now) + self._every
        wait = until - now - self._patience
        if wait > timedelta(0):
            return wait
        self._until[lane] = until
        self._sweep(now)
        return timedelta(0)

    def hurries(self, lane: str, now: datetime) -> bool:
        """Whether half of the burst is spent, so that it is worth looking what else waits in this lane."""
        return self._until.get(lane, now) - now > self._patience / 2

    def told(self, lane: str, now: datetime, arrival: int) -> bool:
        """Whether they were told lately; with this arrival they are, also when it has to be decided once more."""
        at, told_with = self._told.get(lane, (now - AGAIN, 0))
        if now - at < AGAIN and told_with != arrival:
            return True
        self._told[lane] = now, arrival
        return False

    def _sweep(self, now: datetime) -> None:
        """Forgets quiet lanes whenever there are twice as many as were left the last time."""
        if len(self._until) >= self._sweep_at:
            self._until = {lane: until for lane, until in self._until.items() if until > now}
            self._told = {lane: at for lane, at in self._told.items() if now - at[0] < AGAIN}
            self._sweep_at = max(10_000, 2 * len(self._until))
