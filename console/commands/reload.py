"""Serving on with other settings, asked for by SIGHUP: new ones are taken as a whole, and bad ones not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection

from console.runtime.lifecycle import serve_until_stopped
from console.terminal.context import CommandError
from desk.model.settings import Settings

log = logging.getLogger(__name__)

Read = Callable[[], Awaitable[Settings]]
"""The settings as they stand in the files now. Raises what is wrong with them, or with the content they name."""


async def served_and_renewed(
    settings: Settings, read: Read, roles: Collection[str], stop: asyncio.Event, again: asyncio.Event
) -> None:
    """Serves until ``stop`` is set. When ``again`` is, the settings are read anew, and served with if they are good.

    What is in hand is finished with the old ones; what comes meanwhile waits where it is, as at any start.
    """
    renewed: Settings | None = settings
    while renewed:
        renewed = await _served(renewed, read, roles, stop, again)


async def _served(
    settings: Settings, read: Read, roles: Collection[str], stop: asyncio.Event, again: asyncio.Event
) -> Settings | None:
    """Serves until stopped (None), or until there are settings to go on with."""
    ends, renewed = asyncio.Event(), None
    serving = asyncio.create_task(serve_until_stopped(settings, roles, ends))
    while not (serving.done() or ends.is_set()):
        waits = [asyncio.create_task(one.wait()) for one in (stop, again)]
        await asyncio.wait({serving, *waits}, return_when=asyncio.FIRST_COMPLETED)
        for one in waits:
            one.cancel()
        if again.is_set() and not stop.is_set():
            again.clear()
            renewed = await _good(read)
        if stop.is_set() or renewed:
            ends.set()
    await serving
    return None if stop.is_set() else renewed


async def _good(read: Read) -> Settings | None:
    """The new settings, or None with a word in the log: then the old ones stay."""
    try:
        settings = await read()
    except Exception as error:
        from console.terminal.errors import error_of  # noqa: PLC0415 (a start need not wait for it)

        sentence = error if isinstance(error, CommandError) else error_of(error)
        log.error("the settings are not taken, the old ones stay: %s", sentence)
        return None
    log.info("the settings were read anew; the desk goes on with them")
    return settings
