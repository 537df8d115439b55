"""Delays messages of one person: a burst passes at once, then one every `INTERVAL`. Kept in memory, by process.

Arrivals of one lane are decided strictly in order, so a person who is made to wait keeps nobody else waiting. The
memory is that of one process: a restart forgives, and two workers are twice as patient.
"""

from __future__ import annotations

from datetime import datetime, timedelta

BURST = 40
INTERVAL = timedelta(seconds=2)
TELL_AGAIN_AFTER = timedelta(hours=1)
"""So long nobody is told once more that they write too much."""


class RateLimiter:
    """The turns of lanes (the generic cell rate algorithm of ITU-T I.371, Annex A: one instant for each lane)."""

    def __init__(self, burst: int = BURST, interval: timedelta = INTERVAL) -> None:
        self._interval = interval
        self._burst_time = burst * interval
        self._free_at: dict[str, datetime] = {}
        self._told_at: dict[str, tuple[datetime, int]] = {}
        self._sweep_at = 10_000

    def wait_for_turn(self, lane: str, now: datetime) -> timedelta:
        """How long the next message of this lane has to wait; nothing, and then it has had its turn."""
        free_at = max(self._free_at.get(lane, now), now) + self._interval
        wait = free_at - now - self._burst_time
        if wait > timedelta(0):
            return wait
        self._free_at[lane] = free_at
        self._sweep(now)
        return timedelta(0)

    def is_hurrying(self, lane: str, now: datetime) -> bool:
        """Whether half of the burst is spent, so that it is worth looking what else waits in this lane."""
        return self._free_at.get(lane, now) - now > self._burst_time / 2

    def was_told(self, lane: str, now: datetime, arrival: int) -> bool:
        """Whether they were told lately; with this arrival they are, also when it has to be decided once more."""
        at, told_with = self._told_at.get(lane, (now - TELL_AGAIN_AFTER, 0))
        if now - at < TELL_AGAIN_AFTER and told_with != arrival:
            return True
        self._told_at[lane] = now, arrival
        return False

    def _sweep(self, now: datetime) -> None:
        """Forgets quiet lanes whenever there are twice as many as were left the last time."""
        if len(self._free_at) >= self._sweep_at:
            self._free_at = {lane: free_at for lane, free_at in self._free_at.items() if free_at > now}
            self._told_at = {lane: at for lane, at in self._told_at.items() if now - at[0] < TELL_AGAIN_AFTER}
            self._sweep_at = max(10_000, 2 * len(self._free_at))
