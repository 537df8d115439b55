"""What this process knows of itself: what it is doing, what has passed through it, and whether its loops go on.

Counting is adding to a number in memory, on the event loop: the pipeline pays nothing for being watched.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from desk.clock import Clock, now
from desk.model.messages import RawMessage, Rejected, ResultUnknown, RetryLater, Sent
from desk.pipeline.write import DecidedRound
from desk.queues.outbox import SendOutcome

STUCK_AFTER = 120.0
"""Seconds after which what a loop has in hand counts as stuck. One turn of a busy worker takes seconds; a database that
does not answer raises long before."""
DECISION_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds of the histogram, in seconds. A bot's free text waits 1.3 s for more of it, so most are above 1."""
SEND_RESULTS = {Sent: "sent", RetryLater: "later", Rejected: "rejected", ResultUnknown: "unknown"}
"""How the result of sending is called in metrics."""


class Phase(StrEnum):
    """What a process of `serve` is about."""

    STARTING = "starting"
    SERVING = "serving"
    STOPPING = "stopping"


@dataclass(slots=True)
class ProcessCounts:
    """What has passed through this process since it started. ``decision_buckets`` has one number for each of
    `DECISION_BUCKETS` and one for all above; its seconds go from storing to deciding."""

    stored: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    decision_buckets: list[int] = field(default_factory=lambda: [0] * (len(DECISION_BUCKETS) + 1))
    decision_seconds: float = 0.0

    def count_stored(self, raws: Sequence[RawMessage], number: int) -> None:
        """``number`` of these messages, all of one channel, were new and are stored."""
        if number:
            self.stored[raws[0].channel] += number

    def count_decided(self, rounds: Sequence[DecidedRound], at: datetime) -> None:
        """These rounds are decided and written."""
        for one in rounds:
            arrival = one.round.arrival
            seconds = max((at - arrival.received_at).total_seconds(), 0.0)
            self.decided[arrival.channel] += len(arrival.ids)
            self.decision_buckets[bisect_left(DECISION_BUCKETS, seconds)] += 1
            self.decision_seconds += seconds

    def count_sent(self, outcomes: Sequence[SendOutcome]) -> None:
        """What became of these departures is written. One that waits by our own limits was not tried."""
        for one in outcomes:
            if getattr(one.result, "tried", True):
                self.sent[one.departure.channel, SEND_RESULTS[type(one.result)]] += 1


class LoopTurns:
    """What each loop has in hand, and since when. ``ticks`` gives seconds that never go back."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._since: dict[str, float] = {}

    @contextmanager
    def at_work(self, name: str) -> Iterator[None]:
        """While a loop does one turn. Waiting for something to do is no work."""
        self._since[name] = self._ticks()
        try:
            yield
        finally:
            self._since.pop(name, None)

    def stuck(self, after: float = STUCK_AFTER) -> list[tuple[str, float]]:
        """The loops whose turn has taken longer than ``after`` seconds, with how long."""
        now = self._ticks()
        return [(name, now - since) for name, since in self._since.items() if now - since > after]


class OwnProcess:
    """One for the life of a process: settings that are read anew change nothing of it but ``phase``.

    ``tell`` puts a sentence into the operator's language, without secrets.
    """

    def __init__(
        self,
        roles: Collection[str],
        clock: Clock = now,
        ticks: Callable[[], float] = time.monotonic,
        tell: Callable[[str], str] = str,
    ) -> None:
        self.roles = tuple(roles)
        self.tell = tell
        self.since = clock()
        self.phase = Phase.STARTING
        self.counts = ProcessCounts()
        self.turns = LoopTurns(ticks)
