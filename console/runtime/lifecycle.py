"""The desk at work, from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Coroutine
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from console.runtime.channel_listeners import ROLES, ChannelListeners
from console.runtime.receiver_wiring import Receiver, build_receiver
from console.runtime.resilient_loop import when_database_is_free
from console.runtime.schema_version import SchemaChanged
from console.runtime.watch.own_process import OwnProcess, Phase
from desk.gc_freeze import frozen_after
from desk.model.settings import Settings

if TYPE_CHECKING:
    from console.runtime.serve_loops import Server

log = logging.getLogger(__name__)
T = TypeVar("T")

STOP_TIMEOUT = 17.0
"""Seconds for what is in hand when the desk is asked to stop; it is gone within twenty."""


async def serve_until_stopped(
    settings: Settings,
    roles: Collection[str],
    stop: asyncio.Event,
    ready: Callable[[], object] = bool,
    own: OwnProcess | None = None,
) -> None:
    """Serves until ``stop`` is set. Raises what is wrong with the content of the desk
    (`console.runtime.wiring.assemble_application`).

    The channels listen and store at once. Whatever decides and sends follows some seconds later; then ``ready`` is
    called. ``own`` is what the process knows of itself.
    """
    receiver = build_receiver(settings, own=own or OwnProcess(roles))
    receiver.own.phase = Phase.STARTING
    try:
        async with _endpoints(receiver), ChannelListeners(receiver, roles) as listeners:
            _log_channels(receiver)
            if serving := await _unless_stopped(stop, _start_server(receiver, roles, listeners, stop)):
                _log_roles(receiver, roles)
                receiver.own.phase = Phase.SERVING
                ready()
                await _run_until_stopped(stop, listeners.schema_changed, serving, receiver.own)
    finally:
        receiver.own.phase = Phase.STOPPING
        await receiver.close()
        log.info("the desk is closed")


def _endpoints(receiver: Receiver) -> AbstractAsyncContextManager[object]:
    """Probes and metrics, where the settings name an address for them."""
    if not receiver.settings.watch.listen:
        return contextlib.nullcontext()
    from console.runtime.watch.http_endpoints import HttpEndpoints  # noqa: PLC0415 (only where somebody watches)

    configured = [name for name, _ in receiver.configured_channels()]
    database, channels, clock = receiver.database, receiver.channels, receiver.clock
    return HttpEndpoints(receiver.own, receiver.settings, database, channels, configured, ROLES, clock)


async def _start_server(
    receiver: Receiver, roles: Collection[str], listeners: ChannelListeners, stop: asyncio.Event
) -> Server | None:
    # Importing every package takes a second, and nobody who writes to us is kept waiting for that. Whoever says that it
    # serves decides and sends at once, and takes no lease to send before.
    warming = asyncio.create_task(receiver.warm()) if {"worker", "sender"} & set(roles) else None
    try:
        with frozen_after():
            assemble, server = await asyncio.to_thread(_import_application, "worker" in roles)
            application = await when_database_is_free(partial(assemble, receiver), stop)
            if warming:
                await warming
    finally:
        if warming:
            warming.cancel()
    return server(application, roles, listeners) if application else None


def _import_application(decides: bool) -> tuple[Any, type[Server]]:
    from console.runtime.serve_loops import Server  # noqa: PLC0415 (in a thread, while the channels listen)
    from console.runtime.wiring import assemble_application  # noqa: PLC0415 (the same)
    from desk.understanding import understand  # noqa: PLC0415 (the same)

    if decides:
        understand.load()  # else the first message would keep the loop, and everybody who listens, for a second
    return assemble_application, Server


def _log_channels(receiver: Receiver) -> None:
    if receiver.channels:
        log.info("channels: %s", ", ".join(receiver.channels))
    else:
        log.warning("firstline.toml has no [[telegram]] and no [[mailbox]]: nobody can write to the desk")


def _log_roles(receiver: Receiver, roles: Collection[str]) -> None:
    kind = "SQLite" if receiver.database.sqlite else "PostgreSQL"
    log.info("the desk in %s serves: %s; %s", receiver.settings.root, ", ".join(roles), kind)


async def _unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """The work's result; None when it was asked to stop before, and the work is given up."""
    working, asked = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    return None


async def _run_until_stopped(stop: asyncio.Event, changed: asyncio.Event, serving: Server, own: OwnProcess) -> None:
    """Serves until asked to stop, and then no longer than `STOP_TIMEOUT`. Raises what serving raised, and
    `SchemaChanged` when the database became one of another version."""
    running = asyncio.create_task(serving.run())
    asked = {asyncio.create_task(stop.wait()), asyncio.create_task(changed.wait())}
    await asyncio.wait({running, *asked}, return_when=asyncio.FIRST_COMPLETED)
    for one in asked:
        one.cancel()
    own.phase = Phase.STOPPING
    if not running.done():
        log.info("stopping: what is in hand is finished")
        serving.stop()
        await asyncio.wait({running}, timeout=STOP_TIMEOUT)
    if not running.done():
        log.warning("not everything was finished in time; it waits in the database")
        running.cancel()
        await asyncio.wait({running}, timeout=1)
    if changed.is_set():
        await asyncio.gather(running, return_exceptions=True)
        raise SchemaChanged
    if not running.cancelled():
        running.result()
