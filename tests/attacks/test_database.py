"""What a database tells of the rows it refuses, and what is left of a transaction whose task was given up."""

from __future__ import annotations

import asyncio
import sqlite3
import traceback
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Insert
from sqlalchemy.exc import DBAPIError

import desk.storage.database
from desk.model.messages import RawMessage
from desk.queues import inbox
from desk.storage.base import METADATA
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures, leases
from tests.faults.test_fairness import NOW

CANARY = "contract 40-1187 canary"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Empty queues."""
    opened = Database(database_url)
    async with opened.work() as connection:
        await connection.run_sync(METADATA.create_all, tables=[arrivals, departures, leases])
    yield opened
    await opened.close()


async def _write(database: Database, statements: Iterable[Insert]) -> None:
    async with database.work() as connection:
        for statement in statements:
            await connection.execute(statement)


async def test_a_refused_row_is_not_repeated_in_the_error(database: Database) -> None:
    """Neither a key that is there already, nor a row that lacks something, nor a value that cannot be; in no cause."""
    row = {"channel": "d", "key": CANARY, "lane": CANARY, "body": b"x", "received_at": NOW, "due_at": NOW}
    odd = {"key": f"{CANARY} \ud800", "state": "waiting"}
    for values in ({**row, "state": "waiting"}, {**row, "key": "other", "state": None}, {**row, **odd}):
        rows = arrivals.insert().values(**row, state="waiting"), arrivals.insert().values(**values)
        with pytest.raises((DBAPIError, UnicodeError)) as raised:
            await _write(database, rows)
        assert CANARY not in "".join(traceback.format_exception(raised.value))


async def test_who_gives_up_while_a_transaction_begins_leaves_none_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer: a transaction that nobody ends would be the end of all writing."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}")
    async with database.work() as connection:
        await connection.run_sync(METADATA.create_all, tables=[arrivals, departures, leases])
    begins, begun = asyncio.Event(), desk.storage.database._begin

    async def seen(driver: Any, begin: str) -> None:
        begins.set()
        await begun(driver, begin)

    monkeypatch.setattr("desk.storage.database._begin", seen)
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    writing = asyncio.create_task(inbox.accept(database, [RawMessage("d", "given up", "l", b"x", NOW)]))
    await begins.wait()
    writing.cancel()
    other.execute("ROLLBACK")
    assert isinstance((await asyncio.gather(writing, return_exceptions=True))[0], asyncio.CancelledError)
    assert await inbox.accept(database, [RawMessage("d", "written", "l", b"x", NOW)]) == 1
    other.close()
    await database.close()
