"""The bell of PostgreSQL: heard by the others, never needed."""

from __future__ import annotations

import asyncio

import pytest

from desk.storage.database import Database
from desk.storage.postgres_notifications import Bell, ring_once
from tests.faults.served_desk import eventually
from tests.peers.postgres import Postgres


async def _true(value: bool) -> bool:
    return value


async def test_others_hear_the_bell_and_a_lost_connection_is_told(postgres: Postgres) -> None:
    """Many rings at once are few; whoever rang does not hear it; what a command rings is heard too."""
    name = "bell"
    url = postgres.database(name).replace("postgresql://", "postgresql+asyncpg://")
    databases = Database(url), Database(url)
    rung = [0, 0]

    def hears(who: int) -> Bell:
        def heard() -> None:
            rung[who] += 1

        return Bell(databases[who], heard)

    mine, other = bells = hears(0), hears(1)
    running = [asyncio.create_task(bell.run()) for bell in bells]
    try:
        await eventually(lambda: _true(mine.works and other.works))
        before = list(rung)
        for _ in range(100):
            mine.ring()
            await asyncio.sleep(0)
        await eventually(lambda: _true(rung[1] > before[1]))
        await asyncio.sleep(0.2)
        assert rung[1] - before[1] <= 10
        assert rung[0] == before[0]
        await ring_once(databases[0])
        await eventually(lambda: _true(rung[0] > before[0]))
        postgres.admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        with pytest.raises(Exception, match="connection"):
            await asyncio.wait_for(running[0], 30)
        assert not mine.works
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for database in databases:
            await database.close()
