"""A desk on SQLite, on PostgreSQL, or on each in turn, with Telegram around it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from desk.storage.base import METADATA
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures, leases
from tests.conftest import skip_or_fail
from tests.faults.served_desk import ServedDesk
from tests.peers.botapi import BotApi
from tests.peers.postgres import Postgres
from tests.prepared_desks import PreparedDesks

_databases = itertools.count(1)
SQLITE = "sqlite:///data/firstline.db"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """Telegram, with its limits off: what is tried here is trouble of other kinds."""
    async with await BotApi.start(rate_limits=False) as started:
        yield started


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this test's own, which may be stopped."""
    skip_or_fail("PostgreSQL", Postgres.missing())
    server = Postgres.start()
    yield server
    server.remove()


@pytest.fixture
async def served_desk(tmp_path: Path, api: BotApi, prepared_desks: PreparedDesks) -> AsyncIterator[ServedDesk]:
    """A desk on SQLite that serves one bot."""
    made = await ServedDesk.made(tmp_path / "desk", SQLITE, api, prepared_desks=prepared_desks)
    await made.opens()
    yield made
    await made.closes()


@pytest.fixture
async def shared_desk(
    tmp_path: Path, api: BotApi, postgres: Postgres, prepared_desks: PreparedDesks
) -> AsyncIterator[ServedDesk]:
    """A desk on PostgreSQL that nobody serves yet."""
    made = await ServedDesk.made(
        tmp_path / "desk", postgres.database(f"faults{next(_databases)}"), api, prepared_desks=prepared_desks
    )
    yield made
    await made.closes()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Empty queues, on each kind of database, and no desk around them."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    if request.param == "postgresql":
        made: str = request.getfixturevalue("postgres").database(f"queues{next(_databases)}")
        url = made.replace("postgresql://", "postgresql+asyncpg://")
    opened = Database(url)
    async with opened.work() as connection:
        await connection.run_sync(METADATA.create_all, tables=[arrivals, departures, leases])
    yield opened
    await opened.close()
