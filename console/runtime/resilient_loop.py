"""A loop that goes on after any trouble."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from desk.backoff import Backoff
from desk.language.translatable import sentence
from desk.storage.database import is_database_trouble

T = TypeVar("T")


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


async def when_database_is_free(step: Callable[[], Awaitable[T]], stop: asyncio.Event) -> T | None:
    """The step's result, tried again while another process holds the lock of the database, which the log tells.

    None when ``stop`` is set meanwhile. Raises whatever else is wrong with it.
    """
    backoff = Backoff(
        sentence("the database"), first=1.0, longest=3.0, sleep=lambda seconds: wait_for_event(stop, seconds)
    )
    while not stop.is_set():
        try:
            found = await step()
        except (DBAPIError, sqlite3.Error) as error:
            if not is_database_trouble(error) or "lock" not in str(error).lower():
                raise
            await backoff.wait(sentence("another process holds its lock"), certain=True)
        else:
            backoff.worked()
            return found
    return None


async def wait_for_event(event: asyncio.Event, seconds: float) -> None:
    """Until the event, or so many seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
