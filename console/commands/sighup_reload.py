"""Serving on with other settings, asked for by SIGHUP: new ones are taken as a whole, and bad ones not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from console.runtime.lifecycle import serve_until_stopped
from console.runtime.watch.own_process import OwnProcess
from console.runtime.watch.service_manager import ServiceManager
from console.terminal.command_context import CommandError
from desk.model.settings import Settings

log = logging.getLogger(__name__)

ReadSettings = Callable[[], Awaitable[Settings]]
"""The settings as they stand in the files now. Raises what is wrong with them, or with the content they name."""


async def serve_with_reload(
    settings: Settings,
    read: ReadSettings,
    own: OwnProcess,
    manager: ServiceManager,
    stop: asyncio.Event,
    reload: asyncio.Event,
) -> None:
    """Serves until ``stop`` is set. When ``reload`` is, the settings are read anew, and served with if they are good.

    What is in hand is finished with the old ones; what comes meanwhile waits where it is, as at any start.
    """
    new_settings: Settings | None = settings
    while new_settings:
        new_settings = await _serve_once(new_settings, read, own, manager, stop, reload)


async def _serve_once(
    settings: Settings,
    read: ReadSettings,
    own: OwnProcess,
    manager: ServiceManager,
    stop: asyncio.Event,
    reload: asyncio.Event,
) -> Settings | None:
    """Serves until stopped (None), or until there are settings to go on with."""
    ending, new_settings = asyncio.Event(), None
    serving = asyncio.create_task(serve_until_stopped(settings, own.roles, ending, manager.ready, own))
    while not (serving.done() or ending.is_set()):
        waiting = [asyncio.create_task(one.wait()) for one in (stop, reload)]
        await asyncio.wait({serving, *waiting}, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        if reload.is_set() and not stop.is_set():
            reload.clear()
            manager.reloading()
            new_settings = await _read_or_keep(read)
            if new_settings is None and not serving.done():
                manager.ready()
        if stop.is_set() or new_settings:
            ending.set()
    await serving
    return None if stop.is_set() else new_settings


async def _read_or_keep(read: ReadSettings) -> Settings | None:
    """The new settings, or None with a word in the log: then the old ones stay."""
    try:
        settings = await read()
    except Exception as error:
        from console.terminal.errors import error_of  # noqa: PLC0415 (a start need not wait for it)

        trouble = error if isinstance(error, CommandError) else error_of(error)
        log.error("the settings are not taken, the old ones stay: %s", trouble.message)
        return None
    log.info("the settings were read anew; the desk goes on with them")
    return settings
