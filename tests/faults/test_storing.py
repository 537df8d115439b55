"""What arrives together is written together, on either database alike."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from desk.model.messages import RawMessage
from desk.queues import inbox
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def raw(key: str, body: bytes = b"x", problem: str = "") -> RawMessage:
    return RawMessage("mail:support", key, f"mail:support:{key}", body, NOW, problem)


async def stored(database: Database) -> list[tuple[str, bytes, str]]:
    query = select(arrivals.c.key, arrivals.c.body, arrivals.c.state).order_by(arrivals.c.id)
    async with database.look() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def test_arrivals_are_numbered_in_their_order_and_repeats_are_not_counted(database: Database) -> None:
    assert await inbox.accept(database, [raw("2")]) == 1
    assert await inbox.accept(database, [raw("3"), raw("2", b"again"), raw("1", b"", "unreadable"), raw("3")]) == 2
    assert await stored(database) == [("2", b"x", "waiting"), ("3", b"x", "waiting"), ("1", b"", "quarantined")]


async def test_nothing_is_stored_where_nothing_came(database: Database) -> None:
    assert await inbox.accept(database, []) == 0
    assert await stored(database) == []


async def test_a_key_is_never_cut(database: Database) -> None:
    """Cut to what its column holds, it would be another's key, and one of the two would be lost as a repeat."""
    with suppress(DBAPIError):  # SQLite takes any length, PostgreSQL refuses
        await inbox.accept(database, [raw("k" * 200), raw("k" * 201)])
    assert await stored(database) in ([], [("k" * 200, b"x", "waiting"), ("k" * 201, b"x", "waiting")])
