"""The bell: one process tells the others on the same PostgreSQL that something waits in a queue.

It is rung after the commit, in a transaction of its own: a NOTIFY within one would make all commits queue. Nothing
depends on its being heard, for the queues are looked at in any case; while it is heard, that need not be often.
SQLite has none.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from desk.storage.database import Database

NAME = "firstline_queues"
TEST_SECONDS = 5.0
"""Within which we must hear ourselves: behind a pooler of transactions nobody does."""
COALESCE = 0.02
"""Seconds within which several rings are one."""
_RING = "SELECT pg_notify($1, $2)"


class Bell:
    """``heard`` is called whenever another process has rung. ``works`` while others would be heard."""

    def __init__(self, database: Database, heard: Callable[[], object]) -> None:
        self._database = database
        self._heard = heard
        self._name = secrets.token_hex(8)
        self._asked = asyncio.Event()
        self._heard_ourselves = asyncio.Event()
        self.works = False

    def ring(self) -> None:
        """Soon, once for all who ask meanwhile."""
        self._asked.set()

    async def run(self) -> None:
        """Listens and rings, until cancelled. Raises what the database raises, and when the connection is lost."""
        engine = create_async_engine(self._database.url, poolclass=NullPool, hide_parameters=True)
        try:
            async with engine.connect() as connection:
                await self._serve(await _driver_of(connection))
        finally:
            self.works = False
            await engine.dispose()

    async def _serve(self, driver: Any) -> None:
        lost = asyncio.Event()
        driver.add_termination_listener(lambda _: lost.set())
        self._heard_ourselves.clear()
        await driver.add_listener(NAME, self._hear)
        await driver.execute("SET synchronous_commit TO off")  # to be heard is all that it is for
        await driver.execute(_RING, NAME, self._name)
        await asyncio.wait_for(self._heard_ourselves.wait(), TEST_SECONDS)
        self.works = True
        self._heard()  # what came before is looked for once
        ending = asyncio.create_task(lost.wait())
        try:
            while not ending.done():
                asked = asyncio.create_task(self._asked.wait())
                await asyncio.wait({asked, ending}, return_when=asyncio.FIRST_COMPLETED)
                asked.cancel()
                if ending.done():
                    break
                self._asked.clear()
                await driver.execute(_RING, NAME, self._name)
                await asyncio.sleep(COALESCE)
        finally:
            ending.cancel()
        raise ConnectionError("the bell's connection is lost")

    def _hear(self, _driver: Any, _pid: int, _channel: str, who: str) -> None:
        if who == self._name:
            self._heard_ourselves.set()
        else:
            self._heard()


async def ring_once(database: Database) -> None:
    """Rings for a command, which has no bell of its own."""
    if not database.sqlite:
        async with database.look() as connection:
            await connection.execute(text("SELECT pg_notify(:name, '')"), {"name": NAME})


async def _driver_of(connection: AsyncConnection) -> Any:
    raw = await connection.get_raw_connection()
    return raw.driver_connection
