"""The desk at work, from its start to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from console.runtime.entrance import Entrance, entered
from console.runtime.receiver import Listening
from desk.gc_freeze import lasting
from desk.model.settings import Settings

if TYPE_CHECKING:
    from console.runtime.server import Serving

log = logging.getLogger(__name__)
T = TypeVar("T")

GRACE = 17.0
"""Seconds for what is in hand when the desk is asked to stop; it is gone within twenty."""


async def served(
    settings: Settings, roles: Collection[str], stop: asyncio.Event, ready: Callable[[], object] = bool
) -> None:
    """Serves until ``stop`` is set. Raises what is wrong with the content of the desk (`console.runtime.wiring.furnished`).

    The doors listen and store at once. Whatever decides and sends follows some seconds later; then ``ready`` is called.
    """
    entrance = entered(settings)
    try:
        async with Listening(entrance, roles) as listening:
            _greet(entrance)
            if serving := await _unless(stop, _furnished(entrance, roles, listening)):
                _tell(entrance, roles)
                ready()
                await _until(stop, serving)
    finally:
        await entrance.close()
        log.info("the desk is closed")


async def _furnished(entrance: Entrance, roles: Collection[str], listening: Listening) -> Serving:
    # Loading every room takes a second, and nobody who writes to us is kept waiting for that.
    with lasting():
        furnished, serving = await asyncio.to_thread(_loaded)
        house = await furnished(entrance)
    return serving(house, roles, listening)


def _loaded() -> tuple[Any, type[Serving]]:
    from console.runtime.server import Serving  # noqa: PLC0415 (in a thread, while the doors listen)
    from console.runtime.wiring import furnished  # noqa: PLC0415 (the same)

    return furnished, Serving


def _greet(entrance: Entrance) -> None:
    if entrance.doors:
        log.info("doors: %s", ", ".join(entrance.doors))
    else:
        log.warning("firstline.toml has no [[telegram]] and no [[mailbox]]: nobody can write to the desk")


def _tell(entrance: Entrance, roles: Collection[str]) -> None:
    kind = "SQLite" if entrance.database.sqlite else "PostgreSQL"
    log.info("the desk in %s serves: %s; %s", entrance.settings.root, ", ".join(roles), kind)


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """The work's result; None when it was asked to stop before, and the work is given up."""
    working, asked = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    return None


async def _until(stop: asyncio.Event, serving: Serving) -> None:
    """Serves until asked to stop, and then no longer than `GRACE`. Raises what serving raised."""
    running, asked = asyncio.create_task(serving.run()), asyncio.create_task(stop.wait())
    await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if not running.done():
        log.info("stopping: what is in hand is finished")
        serving.stop()
        await asyncio.wait({running}, timeout=GRACE)
    if not running.done():
        log.warning("not everything was finished in time; it waits in the database")
        running.cancel()
        await asyncio.wait({running}, timeout=1)
    if not running.cancelled():
        running.result()
