"""Fairness among mailboxes: how much of other people's mail may lie in memory at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

FEW, MANY = 10, 400
"""Mails fetched together without a turn, and with one."""
SMALL = 32_768
"""Bytes up to which a mail is fetched with the others at first sight; of longer ones the size is known by then."""


class Turns:
    """Shared by all mailboxes of a process. Whoever has a backlog asks before each stretch of it; first come, first
    served.

    So a mailbox of ten thousand unread mails takes turns with the others, and 300 such mailboxes hold no more memory
    than a few. Nobody waits long for the sake of a server that has fallen silent: after ``patience`` seconds
    without a turn one goes on in small steps.
    """

    def __init__(self, backlogs: int = 4, heavy: int = 2, patience: float = 3.0) -> None:
        self._backlogs = asyncio.Semaphore(backlogs)
        self._heavy = asyncio.Semaphore(heavy)
        self._patience = patience

    @asynccontextmanager
    async def stretch(self, waiting: int) -> AsyncIterator[int]:
        """How many mails may be fetched together now, where ``waiting`` are to be had."""
        mine = False
        if waiting > FEW:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience):
                    mine = await self._backlogs.acquire()
        try:
            yield MANY if mine else FEW
        finally:
            if mine:
                self._backlogs.release()

    @asynccontextmanager
    async def heavy(self) -> AsyncIterator[None]:
        """Megabytes of longer mails; only a few of these at once, however long that takes."""
        async with self._heavy:
            yield
