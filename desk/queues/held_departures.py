"""Departures that a restored backup still had to send. They may have been sent after it was taken, so none goes out by
itself: an operator sends it, or leaves it out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import departures, is_unsent

HELD = "held"
"""Their state."""
_IS_HELD = departures.c.state == literal_column(f"'{HELD}'")
"""The word stands in the statement itself, so that the partial index serves."""


async def hold_unsent(connection: AsyncConnection) -> int:
    """Holds whatever is not sent yet, in a backup that is being restored. Returns how much it was."""
    statement = update(departures).where(is_unsent(departures))
    return (await connection.execute(statement.values(state=HELD, holder=None, held_until=None))).rowcount


async def held(database: Database) -> Sequence[Row[*tuple[Any, ...]]]:
    """What is held, oldest first: id, provider, channel, lane, kind, case_id, body, created_at."""
    names = ("id", "provider", "channel", "lane", "kind", "case_id", "body", "created_at")
    query = select(*(departures.c[name] for name in names)).where(_IS_HELD)
    async with database.look() as connection:
        return (await connection.execute(query.order_by(departures.c.id))).all()


async def count_held(connection: AsyncConnection) -> int:
    """How much is held."""
    return int((await connection.execute(select(func.count()).where(_IS_HELD))).scalar_one())


async def end_hold(connection: AsyncConnection, ids: Collection[int], now: datetime, send: bool) -> set[int]:
    """Sends what is held, or leaves it out for good; all of it where ``ids`` is empty. Returns those that were held."""
    statement = update(departures).where(_IS_HELD)
    if ids:
        statement = statement.where(departures.c.id.in_(ids))
    left_out = {"state": "failed", "problem": "an operator left it out after a restore"}
    values = {"state": "pending", "due_at": now} if send else left_out
    return set((await connection.execute(statement.values(**values).returning(departures.c.id))).scalars())
