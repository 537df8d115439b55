"""Who wakes the worker and the sender: what this process stores itself, the bell of others, and a look now and then.

The looks are what can be relied on. While the bell works they are seconds apart; without one they are as far apart as
an answer may be kept waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from console.runtime.resilient_loop import run_repeatedly, wait_for_event
from desk.clock import Clock
from desk.queues.next_due import next_due
from desk.storage.database import Database
from desk.storage.postgres_notifications import Bell

LOOK_INTERVAL = 3.0
"""Seconds between looks while the bell works."""
LOOK_WITHOUT_BELL = 0.05
"""Seconds between looks on SQLite, or while the bell is out of order; and the fewest between any two."""


class QueueWatch:
    """``arrivals_due`` is set when an arrival may be decided, ``departures_due`` when a departure may be sent through
    one of ``channels()``."""

    def __init__(
        self, database: Database, clock: Clock, arrivals_due: asyncio.Event, channels: Callable[[], Collection[str]]
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._look = asyncio.Event()
        self._bell = None if database.sqlite else Bell(database, self._rung)
        self._deciding = self._sending = False
        self.arrivals_due = arrivals_due
        self.departures_due = asyncio.Event()

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """While the worker is at it: whatever is stored then may be decided by another process sooner."""
        self._deciding = True
        try:
            yield
        finally:
            self._deciding = False

    @contextmanager
    def sending(self) -> Iterator[None]:
        """While the sender is at it: it looks for departures itself, and only wants to be told of more at once."""
        self._sending = True
        try:
            yield
        finally:
            self._sending = False

    def stored(self, *, worker_here: bool) -> None:
        """Arrivals were stored by this process."""
        self.arrivals_due.set()
        if not worker_here or self._deciding:
            self.ring()

    def ring(self) -> None:
        """Other processes shall look."""
        if self._bell:
            self._bell.ring()

    def _rung(self) -> None:
        self._look.set()
        if self._sending:
            self.departures_due.set()

    def found_nothing(self) -> None:
        """The worker or the sender has nothing to do: when it will have is to be looked for."""
        self._look.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until stopped."""
        bell = asyncio.create_task(run_repeatedly("bell", self._bell.run, 1.0)) if self._bell else None
        try:
            await run_repeatedly("queues", self._watch, 0, stopping)
        finally:
            if bell:
                bell.cancel()
                await asyncio.gather(bell, return_exceptions=True)

    async def _watch(self) -> None:
        self._look.clear()
        channels = () if self._sending else self._channels()
        due, now, began = await next_due(self._database, channels), self._clock(), _ticks()
        pause = LOOK_INTERVAL if self._bell and self._bell.works else LOOK_WITHOUT_BELL
        for at, event in ((due.arrival, self.arrivals_due), (due.departure, self.departures_due)):
            if at is not None and at <= now:
                event.set()
            elif at is not None:
                pause = min(pause, (at - now).total_seconds())
        await wait_for_event(self._look, pause)
        if self._look.is_set():
            await asyncio.sleep(began + LOOK_WITHOUT_BELL - _ticks())


def _ticks() -> float:
    return asyncio.get_running_loop().time()
