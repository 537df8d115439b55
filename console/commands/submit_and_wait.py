"""The pipeline as a command uses it: what it accepts is decided by a running `serve`, or else here and now.

What a decision says goes out by `serve` alone, since who sends through a channel is one process at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from console.terminal.command_context import WRONG, refuse
from desk.api.submit_operation import ArrivalStatus, statuses
from desk.clock import now
from desk.language.translatable import sentence
from desk.model.channel_interface import ExtraWrite
from desk.model.messages import RawMessage
from desk.model.settings import Settings
from desk.queues import inbox
from desk.storage import postgres_notifications
from desk.storage.channel_leases import anybody_serves
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures

if TYPE_CHECKING:
    from console.runtime.wiring import Application

PATIENCE = 30.0
"""Seconds to wait for a decision. What is not decided by then waits in the inbox, and is lost no more."""
LOOK = 0.05
MINE_AT_LAST = 3.0
"""Seconds after which a running `serve` is not counted on any more: it may have no worker, or be stopping."""


@dataclass(frozen=True, slots=True)
class OutgoingStatus:
    """One departure that a decision made: through which channel, to which lane, and how far it has come."""

    channel: str
    lane: str
    kind: str
    state: str


async def accept(database: Database, raw: RawMessage, also: ExtraWrite | None = None) -> int:
    """Stores one message, or finds the one stored under its key before. Returns the arrival's id."""
    await inbox.accept(database, [raw], also)
    await postgres_notifications.ring_once(database)
    query = select(arrivals.c.id).where(arrivals.c.channel == raw.channel, arrivals.c.key == raw.key)
    async with database.look() as connection:
        return int((await connection.execute(query)).scalar_one())


async def wait_decided(settings: Settings, database: Database, ids: Sequence[int]) -> list[ArrivalStatus]:
    """Waits until these are decided or quarantined, deciding them here where no `serve` does. In order."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    if await serving(database):
        while loop.time() < begun + MINE_AT_LAST:
            found = await statuses(database, ids)
            if _settled(found):
                return found
            await asyncio.sleep(LOOK)
    await inbox.release_dead_claims(database)
    return await _decide(settings, database, ids, begun + PATIENCE)


@asynccontextmanager
async def whole_application(settings: Settings) -> AsyncIterator[Application]:
    """Everything, for a command that needs it."""
    # Loading every package takes a second, which a command beside a running `serve` need not spend.
    from console.runtime.wiring import build_application  # noqa: PLC0415

    application = await build_application(settings)
    try:
        yield application
    finally:
        await application.close()


async def _decide(settings: Settings, database: Database, ids: Sequence[int], until: float) -> list[ArrivalStatus]:
    async with whole_application(settings) as application, _holding(application):
        while not _settled(found := await statuses(database, ids)):
            if asyncio.get_running_loop().time() > until:
                refuse(
                    sentence("it was not decided in time: it waits in the inbox, and 'firstline serve' will go on"),
                    WRONG,
                )
            if not await application.worker.work():
                await asyncio.sleep(LOOK)
    return found


@asynccontextmanager
async def _holding(application: Application) -> AsyncIterator[None]:
    """Says again and again that we work on what we claimed."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(2.5)
            await application.worker.keep_holding()

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping


def _settled(found: Sequence[ArrivalStatus]) -> bool:
    return all(one.state != "waiting" for one in found)


async def departures_of(database: Database, arrival_id: int) -> list[OutgoingStatus]:
    """What the decision on this arrival sends."""
    # A departure's key is the arrival's id, a dot and a number, and "/" is the character after the dot.
    query = select(departures.c.channel, departures.c.lane, departures.c.kind, departures.c.state).where(
        departures.c.key >= f"{arrival_id}.", departures.c.key < f"{arrival_id}/"
    )
    async with database.look() as connection:
        return [OutgoingStatus(*row) for row in (await connection.execute(query.order_by(departures.c.id))).all()]


async def serving(database: Database, names: Collection[str] = ()) -> bool:
    """Whether a living `serve` holds any lease, or one of these."""
    async with database.look() as connection:
        return await anybody_serves(connection, now(), names)
