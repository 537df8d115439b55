"""Leases: which process receives at a channel and which sends through it, one at a time, with a fencing number.

A lease is renewed several times before it runs out. Whoever stores something in its name says so in the same
transaction with `require`, and is refused once another has taken over (T11).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.storage.database import Database, insert_ignoring_duplicates
from desk.storage.process_identity import is_known_dead
from desk.storage.queue_and_lease_tables import leases

LEASE_TIME = timedelta(seconds=8)


def send_lease(channel: str) -> str:
    """The name of the lease to send through a channel."""
    return f"send:{channel}"


def listen_lease(channel: str) -> str:
    """The name of the lease to receive at a channel."""
    return f"listen:{channel}"


class LeaseLost(Exception):
    """Another process holds the lease now: write nothing more in its name."""


async def acquire(database: Database, names: Collection[str], holder: str, now: datetime) -> set[str]:
    """Takes or renews these leases, all in one transaction. Returns those we hold now; others have living holders."""
    until, held = now + LEASE_TIME, set[str]()
    async with database.work() as connection:
        rows = (await connection.execute(select(leases).where(leases.c.name.in_(names)))).all()
        if ours := [row.name for row in rows if row.holder == holder]:
            held |= await _updated_names(connection, _update_of(holder, ours).values(held_until=until))
        for row in rows:
            if row.holder != holder and (row.held_until <= now or is_known_dead(row.holder)):
                takeover = _update_of(row.holder, [row.name]).where(leases.c.fence == row.fence)
                held |= await _updated_names(
                    connection, takeover.values(holder=holder, fence=row.fence + 1, held_until=until)
                )
        if new := set(names) - {row.name for row in rows}:
            new_rows = [{"name": name, "holder": holder, "fence": 1, "held_until": until} for name in sorted(new)]
            held |= await _updated_names(connection, insert_ignoring_duplicates(connection, leases).values(new_rows))
    return held


def _update_of(holder: str, names: Collection[str]) -> Update:
    return update(leases).where(leases.c.name.in_(names), leases.c.holder == holder)


async def _updated_names(connection: AsyncConnection, statement: Any) -> set[str]:
    return set((await connection.execute(statement.returning(leases.c.name))).scalars())


async def anybody_serves(connection: AsyncConnection, now: datetime, names: Collection[str] = ()) -> bool:
    """Whether a living process holds any lease, or one of these."""
    query: Any = select(leases.c.holder, leases.c.held_until)
    if names:
        query = query.where(leases.c.name.in_(names))
    rows = (await connection.execute(query)).all()
    return any(row.held_until > now and not is_known_dead(row.holder) for row in rows)


async def require(connection: AsyncConnection, name: str, holder: str) -> None:
    """Inside a transaction: makes sure the lease is still ours and stays so until the commit. Raises `LeaseLost`."""
    # Writing the row, not only reading it, keeps anyone from taking the lease over before this commits.
    statement = update(leases).where(leases.c.name == name, leases.c.holder == holder).values(holder=holder)
    if (await connection.execute(statement)).rowcount != 1:
        raise LeaseLost(name)


async def release(database: Database, holder: str) -> None:
    """Gives back all that this holder holds, so that another need not wait."""
    async with database.work() as connection:
        await connection.execute(delete(leases).where(leases.c.holder == holder))
