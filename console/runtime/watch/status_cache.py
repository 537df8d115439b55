"""The status of the desk, looked at when somebody asks and then good for some seconds: watching costs a few queries."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from console.runtime.watch.desk_status import DeskStatus, count_cases, load_desk_status
from desk.clock import Clock
from desk.model.settings import Settings
from desk.storage.database import Database

STATUS_GOOD_FOR = 5.0
CASES_GOOD_FOR = 60.0
"""Seconds. Open cases are found among all there are, which takes a while where there are a million."""
PATIENCE = 5.0
"""Seconds after which a database that says nothing counts as not reached; a probe waits for ten."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look: ``status`` is None, and ``why`` says why, where the database could not be asked. ``seconds`` is how
    long it took."""

    status: DeskStatus | None
    seconds: float
    why: str = ""
    cases: Mapping[tuple[str, str], int] | None = None


class StatusCache:
    """For one process and its settings. ``channels`` are the configured ones, by name."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        channels: Sequence[str],
        clock: Clock,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._settings = settings
        self._channels = channels
        self._clock = clock
        self._ticks = ticks
        self._looking = asyncio.Lock()
        self._last: tuple[float, Look] | None = None
        self._cases: tuple[float, Mapping[tuple[str, str], int]] | None = None

    async def look(self) -> Look:
        """The last look, or a new one. Those who ask at once share it."""
        async with self._looking:
            if self._last is None or self._ticks() >= self._last[0] + STATUS_GOOD_FOR:
                look = await self._new_look()
                self._last = self._ticks(), look
            return self._last[1]

    async def look_with_cases(self) -> Look:
        """The same, with how many cases each provider has in each state."""
        look = await self.look()
        if look.status is None:
            return look
        async with self._looking:
            if self._cases is None or self._ticks() >= self._cases[0] + CASES_GOOD_FOR:
                self._cases = self._ticks(), await count_cases(self._database, self._settings)
            return Look(look.status, look.seconds, look.why, self._cases[1])

    async def _new_look(self) -> Look:
        began = self._ticks()
        try:
            async with asyncio.timeout(PATIENCE):
                status = await load_desk_status(self._database, self._settings, self._channels, self._clock())
        except Exception as error:  # whatever it is, the probe tells it
            words = str(getattr(error, "orig", None) or error).splitlines()
            return Look(None, self._ticks() - began, words[0] if words else type(error).__name__)
        return Look(status, self._ticks() - began)
