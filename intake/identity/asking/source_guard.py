"""What keeps a client's system from being overrun, and a desk from waiting for one that is down.

At most five questions are in flight. Five failures in a row open the breaker: for a minute nothing is asked, then one
question tries again. An answer is good for ten minutes; where the system fails, the last good one is given for a day,
with the time at which it was true.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.clock import Clock
from desk.model.shared_facts import Account

IN_FLIGHT = 5
FAILURES = 5
"""Failures in a row that open the breaker."""
OPEN_FOR = timedelta(seconds=60)
FRESH_FOR, LAST_GOOD_FOR = timedelta(minutes=10), timedelta(hours=24)
KEPT = 10_000
"""Answers that are remembered; the oldest go first."""
Ask = Callable[[str, str], Awaitable[tuple[Account, ...]]]


class SourceTrouble(Exception):
    """A client's system gave no answer that can be used; the argument says why, without a secret."""


@dataclass(slots=True)
class _Answer:
    accounts: tuple[Account, ...]
    at: datetime


class GuardedSource:
    """An `EntitlementSource` that asks by ``ask(kind, value)`` and gives what it got, with ``name`` and time on it."""

    def __init__(self, name: str, ask: Ask, clock: Clock) -> None:
        self.name = name
        self._ask, self._clock = ask, clock
        self._places = asyncio.Semaphore(IN_FLIGHT)
        self._answers: OrderedDict[tuple[str, str], _Answer] = OrderedDict()
        self._failures = 0
        self._closed_until: datetime | None = None
        self._good_at: datetime | None = None

    @property
    def age(self) -> timedelta | None:
        """How long ago it answered last; None while it never did."""
        return self._clock() - self._good_at if self._good_at else None

    async def find_folded(self, kind: str, folded: str) -> tuple[Account, ...]:
        """Nothing: a client's system is asked for what was typed, and for nothing that looks like it."""
        return ()

    async def find(self, kind: str, value: str) -> tuple[Account, ...]:
        """All accounts with this value. Raises `SourceTrouble` where there is no answer, not even an older one."""
        known = self._answers.get((kind, value))
        if known and self._clock() - known.at <= FRESH_FOR:
            return known.accounts
        try:
            return await self._asked(kind, value)
        except SourceTrouble:
            if known and self._clock() - known.at <= LAST_GOOD_FOR:
                return known.accounts
            raise

    async def _asked(self, kind: str, value: str) -> tuple[Account, ...]:
        if self._closed_until and self._clock() < self._closed_until:
            raise SourceTrouble("it failed several times, and is left alone for a while")
        async with self._places:
            try:
                found = await self._ask(kind, value)
            except SourceTrouble:
                self._failures += 1
                if self._failures >= FAILURES:
                    self._closed_until = self._clock() + OPEN_FOR
                raise
        self._failures, self._closed_until, self._good_at = 0, None, self._clock()
        accounts = tuple(replace(one, source=self.name, known_at=self._good_at) for one in found)
        self._answers[kind, value] = _Answer(accounts, self._good_at)
        self._answers.move_to_end((kind, value))
        while len(self._answers) > KEPT:
            self._answers.popitem(last=False)
        return accounts
