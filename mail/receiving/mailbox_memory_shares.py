"""Fair scheduling of mailboxes: how much mail of each may be in memory at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

SMALL_BATCH, LARGE_BATCH = 10, 400
"""Mails fetched together without a turn, and with one."""
SMALL_MAIL_BYTES = 32_768
"""Bytes up to which a mail is fetched with the others at first sight; of longer ones the size is known by then."""


@dataclass(frozen=True, slots=True)
class FetchTurn:
    """``batch_size`` mails may be fetched together, for some batches and then until the turn ``is_over``."""

    batch_size: int
    is_over: Callable[[], bool]


class FetchScheduler:
    """Shared by all mailboxes of a process. Whoever has a backlog asks before each stretch of it; first come, first
    served.

    So a mailbox of ten thousand unread mails takes turns with the others, and 300 such mailboxes hold no more memory
    than a few. Nobody waits long for the sake of a server that has fallen silent: after ``patience`` seconds
    without a turn one goes on in small steps.
    """

    def __init__(self, backlogs: int = 4, heavy: int = 2, patience: float = 3.0) -> None:
        self._backlogs = asyncio.Semaphore(backlogs)
        self._large_fetches = asyncio.Semaphore(heavy)
        self._patience = patience
        self._waiting = 0

    @asynccontextmanager
    async def take_turn(self, waiting: int) -> AsyncIterator[FetchTurn]:
        """How many mails may be fetched together now, where ``waiting`` are to be had."""
        mine = waiting > SMALL_BATCH and await self._acquire_turn()
        try:
            yield FetchTurn(LARGE_BATCH, lambda: self._waiting > 0) if mine else FetchTurn(SMALL_BATCH, lambda: True)
        finally:
            if mine:
                self._backlogs.release()

    async def _acquire_turn(self) -> bool:
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                return await self._backlogs.acquire()
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1

    @asynccontextmanager
    async def fetch_large(self) -> AsyncIterator[None]:
        """Megabytes of longer mails; only a few of these at once, however long that takes."""
        async with self._large_fetches:
            yield
