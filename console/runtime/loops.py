"""A loop that goes on after any trouble."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable

from desk.storage.database import is_database_trouble

log = logging.getLogger(__name__)


async def forever(
    name: str, beat: Callable[[], Awaitable[object]], pause: float, stopping: asyncio.Event | None = None
) -> None:
    """Does it again and again, ``pause`` seconds apart, until ``stopping`` or cancelled.

    Trouble of the database makes it wait a little longer each time, up to three seconds.
    """
    trouble, stopping = 0, stopping or asyncio.Event()
    while not stopping.is_set():
        try:
            await beat()
            trouble = 0
        except Exception as error:
            trouble += 1
            if trouble == 1 or not is_database_trouble(error):
                log.warning("%s: %s: %s", name, type(error).__name__, str(error).splitlines()[:1])
            await either(stopping, min(3.0, 0.2 * 2**trouble) * random.uniform(0.7, 1.0))  # noqa: S311
        if pause:
            await either(stopping, pause)


async def either(event: asyncio.Event, seconds: float) -> None:
    """Until the event, or so many seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
