"""A loop that goes on after any trouble."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from desk.backoff import Backoff
from desk.storage.database import is_database_trouble


async def run_repeatedly(
    name: str, step: Callable[[], Awaitable[object]], pause: float, stopping: asyncio.Event | None = None
) -> None:
    """Does it again and again, ``pause`` seconds apart, until ``stopping`` or cancelled.

    A failure makes it wait a little longer each time, up to three seconds.
    """
    stopped = stopping or asyncio.Event()
    backoff = Backoff(name, first=0.4, longest=3.0, sleep=lambda seconds: wait_for_event(stopped, seconds))
    while not stopped.is_set():
        try:
            await step()
            backoff.worked()
        except Exception as error:
            why = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
            await backoff.wait(why, certain=not is_database_trouble(error))
        if pause:
            await wait_for_event(stopped, pause)


async def wait_for_event(event: asyncio.Event, seconds: float) -> None:
    """Until the event, or so many seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
