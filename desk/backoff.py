"""Waiting longer and longer while something fails, and telling of it once: the one place where retries are spaced.

Every wait has jitter, so that those who failed together do not come back together.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Awaitable, Callable
from datetime import datetime

from desk.clock import now

log = logging.getLogger(__name__)


def retry_delay(failures: int, first: float, longest: float) -> float:
    """Seconds to wait after so many ``failures`` in a row: ``first``, then double, at most ``longest``; less by up to
    30 % by chance."""
    doublings = min(max(failures, 1) - 1, 30)
    return min(first * 2.0**doublings, longest) * random.uniform(0.7, 1.0)  # noqa: S311 (jitter, not a secret)


class Backoff:
    """The waits and log lines of a loop that goes on after any failure; ``name`` begins its log lines.

    A single failure after a success is no trouble yet and logged as information. Trouble is logged as an error once,
    another reason of it as information, and that it is over as a warning.
    """

    def __init__(
        self,
        name: str,
        first: float = 0.5,
        longest: float = 30.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._name = name
        self._first = first
        self._longest = longest
        self._sleep = sleep
        self._failures = 0
        self._reason = ""
        self._in_trouble = False
        self._worked_last = False
        self.worked_at: datetime | None = None
        """When it worked last."""

    @property
    def trouble(self) -> str:
        """Why it fails, while it is in trouble; else ""."""
        return self._reason if self._in_trouble else ""

    async def wait(self, why: str, at_least: float = 0.0, at_most: float = math.inf, certain: bool = False) -> None:
        """Waits after a failure, between ``at_least`` and ``at_most`` seconds. ``certain``: it is trouble at once."""
        self._log(why, certain)
        self._failures += 1
        seconds = min(retry_delay(self._failures, self._first, self._longest), at_most)
        await self._sleep(max(seconds, at_least * random.uniform(1.0, 1.1)))  # noqa: S311 (jitter, not a secret)

    def worked(self) -> None:
        """It works, or works again."""
        if self._in_trouble:
            log.warning("%s: works again", self._name)
        self._failures, self._reason, self._in_trouble, self._worked_last = 0, "", False, True
        self.worked_at = now()

    def _log(self, why: str, certain: bool) -> None:
        if not self._in_trouble and (certain or not self._worked_last):
            log.error("%s: %s; trying again", self._name, why)
            self._in_trouble = True
        elif why != self._reason:
            log.info("%s: %s", self._name, why)
        self._reason, self._worked_last = why, False
