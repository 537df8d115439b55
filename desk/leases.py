"""Leases: which process polls a bot or reads a mailbox, one at a time, with a fencing number.

A lease is renewed every third of its time. Whoever stores something in its name says so in the same transaction with
`guard`, and is refused once another has taken over (T11).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.database import Database
from desk.holders import surely_dead
from desk.queues import leases

HELD_FOR = timedelta(seconds=9)


class LeaseLost(Exception):
    """Another process holds the lease now: write nothing more in its name."""


async def take(database: Database, name: str, holder: str, now: datetime) -> bool:
    """Takes or renews the lease; False while a living other holder has it."""
    async with database.look() as connection:
        row = (await connection.execute(select(leases).where(leases.c.name == name))).first()
    until = now + HELD_FOR
    if row is None:
        try:
            async with database.work() as connection:
                await connection.execute(leases.insert().values(name=name, holder=holder, fence=1, held_until=until))
        except IntegrityError:
            return False
        return True
    free = row.holder == holder or row.held_until <= now or surely_dead(row.holder)
    if not free:
        return False
    fence = row.fence if row.holder == holder else row.fence + 1
    statement = (
        update(leases)
        .where(leases.c.name == name, leases.c.holder == row.holder, leases.c.fence == row.fence)
        .values(holder=holder, fence=fence, held_until=until)
    )
    async with database.work() as connection:
        return (await connection.execute(statement)).rowcount == 1


async def guard(connection: AsyncConnection, name: str, holder: str) -> None:
    """Inside a transaction: makes sure the lease is still ours and stays so until the commit. Raises `LeaseLost`."""
    # Writing the row, not only reading it, keeps anyone from taking the lease over before this commits.
    statement = update(leases).where(leases.c.name == name, leases.c.holder == holder).values(holder=holder)
    if (await connection.execute(statement)).rowcount != 1:
        raise LeaseLost(name)


async def release(database: Database, holder: str) -> None:
    """Gives back all that this holder holds, so that another need not wait."""
    async with database.work() as connection:
        await connection.execute(delete(leases).where(leases.c.holder == holder))
