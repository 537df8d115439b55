"""The inbox, the one way into the desk. Everything that may change a case is stored here first, then decided.

``state`` goes waiting -> done, or waiting -> quarantined and back by `replay`, or out by `dismiss`. A waiting arrival
is *held* by the worker that works on it. An arrival is never claimed while an earlier one of its lane waits: that keeps
every person's order.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from desk.backoff import retry_delay
from desk.language.unsafe_characters import storable
from desk.model.channel_interface import ExtraWrite
from desk.model.messages import ClaimedArrival, RawMessage
from desk.queues import message_pieces
from desk.storage import channel_leases
from desk.storage.database import Database, InsertIgnoringDuplicates
from desk.storage.process_identity import is_known_dead
from desk.storage.queue_and_lease_tables import arrivals, is_waiting

HELD_FOR = timedelta(seconds=12)
MAX_FAILURES = 3
LIGHT = 256 * 1024
"""Bytes of a message up to which its size does not matter."""
HEAVY = 64 * 1024 * 1024
"""Bytes that heavier messages may have together while they are worked on: they lie in memory until then."""
_ROWS = InsertIgnoringDuplicates(
    arrivals, "channel", "key", "lane", "body", "received_at", "due_at", "state", "problem", "quiet_ms"
)


async def store(connection: AsyncConnection, raws: Sequence[RawMessage]) -> int:
    """Writes raw messages within a transaction; repeats are skipped. Returns how many were new."""
    stored = await _ROWS.write(connection, [_row(raw) for raw in raws])
    await message_pieces.note_arrivals(connection, raws)
    return stored


def _row(raw: RawMessage) -> tuple[Any, ...]:
    at, due, state = raw.received_at, message_pieces.due_at(raw), "quarantined" if raw.problem else "waiting"
    return raw.channel, raw.key, raw.lane[:500], raw.body, at, due, state, raw.problem or None, raw.quiet_ms


async def accept(
    database: Database, raws: Sequence[RawMessage], also: ExtraWrite | None = None, lease: tuple[str, str] | None = None
) -> int:
    """Stores and commits. ``lease`` is (name, holder): nothing is written once that is lost. Raises on any trouble."""
    async with database.work() as connection:
        if lease:
            await channel_leases.require(connection, *lease)
        stored = await store(connection, raws)
        if also:
            await also(connection)
    return stored


def _claiming() -> ReturningUpdate[*tuple[Any, ...]]:
    mine, lane = arrivals.alias("mine"), arrivals.alias("lane")
    # Not "no earlier one exists": of that PostgreSQL makes a join, quadratic in a backlog it does not expect.
    first = select(func.min(lane.c.id)).where(lane.c.lane == mine.c.lane, is_waiting(lane)).scalar_subquery()
    free = (
        select(mine.c.id, case((func.length(mine.c.body) > LIGHT, func.length(mine.c.body)), else_=0).label("heavy"))
        .where(
            is_waiting(mine),
            mine.c.channel == bindparam("at"),
            mine.c.due_at <= bindparam("now"),
            or_(mine.c.held_until.is_(None), mine.c.held_until < bindparam("now")),
            mine.c.id == first,
        )
        .order_by(mine.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=mine)
        .cte("free")
    )
    before = func.sum(free.c.heavy).over(order_by=free.c.id) - free.c.heavy
    weighed = select(free.c.id, free.c.heavy, before.label("before")).subquery()
    fits = or_(weighed.c.heavy == 0, weighed.c.before < bindparam("weight"))
    return (
        update(arrivals)
        .where(arrivals.c.id.in_(select(weighed.c.id).where(fits)))
        .values(holder=bindparam("new_holder"), held_until=bindparam("until"))
        .returning(*message_pieces.ARRIVAL_COLUMNS)
    )


def _channels_waiting() -> Select[str]:
    """Each channel at which something waits, by one step of the index a channel, however much waits at one of them."""
    channels = (
        select(func.min(arrivals.c.channel).label("channel"))
        .where(is_waiting(arrivals))
        .cte("channels", recursive=True)
    )
    later = arrivals.alias("later")
    following = (
        select(func.min(later.c.channel))
        .where(is_waiting(later), later.c.channel > channels.c.channel)
        .scalar_subquery()
    )
    channels = channels.union_all(select(following).where(channels.c.channel.is_not(None)))
    return select(channels.c.channel).where(channels.c.channel.is_not(None))


# Statements of every sweep are built once: building one costs as much as running it.
_CLAIM = _claiming()
_CHANNELS_WAITING = _channels_waiting()
_ANY_WAITING = (
    select(arrivals.c.id)
    .where(
        is_waiting(arrivals),
        arrivals.c.due_at <= bindparam("now"),
        or_(arrivals.c.held_until.is_(None), arrivals.c.held_until < bindparam("now")),
    )
    .limit(1)
)


async def claim(
    database: Database,
    holder: str,
    now: datetime,
    limit: int,
    limit_of: Callable[[str], int] | None = None,
    weight: int = HEAVY,
) -> list[ClaimedArrival]:
    """Takes the oldest arrivals that nobody holds, each the first of its lane, with the pieces that belong to it.

    Where several channels wait, each has its share first: ten thousand mails in one mailbox delay nobody elsewhere.
    ``limit_of`` says how many a channel may have at most. Of those that are heavy (`LIGHT`) no more are taken once they
    have ``weight`` bytes together.
    """
    async with database.look() as connection:
        # Mostly nothing waits, and that is cheaper to see.
        if (await connection.execute(_ANY_WAITING, {"now": now})).first() is None:
            return []
        channels = list((await connection.execute(_CHANNELS_WAITING)).scalars())
    random.shuffle(channels)  # when there are more channels than places
    left = {channel: min(limit, limit_of(channel) if limit_of else limit) for channel in channels}
    if not any(places > 0 for places in left.values()):
        return []
    values = {"now": now, "new_holder": holder, "until": now + HELD_FOR}
    rows: list[Row[*tuple[Any, ...]]] = []
    async with database.work() as connection:
        for share in (max(1, limit // len(channels)), limit):
            for channel, places in left.items():
                most = min(share, places, limit - len(rows))
                if most > 0:
                    asked = {**values, "at": channel, "most": most, "weight": weight}
                    found = (await connection.execute(_CLAIM, asked)).all()
                    left[channel] = places - most if len(found) == most else 0
                    weight -= weight_of(row.body for row in found)
                    rows += found
        heads = sorted((ClaimedArrival(*row) for row in rows), key=lambda arrival: arrival.id)
        return await message_pieces.with_pieces(connection, heads, holder, now, now + HELD_FOR)


def weight_of(bodies: Iterable[bytes]) -> int:
    """Bytes of those that are heavy."""
    return sum(size for body in bodies if (size := len(body)) > LIGHT)


_KEEP_HOLDING = (
    update(arrivals)
    .where(
        arrivals.c.id.in_(
            select(arrivals.c.id)
            .where(arrivals.c.id.in_(bindparam("ids", expanding=True)), arrivals.c.holder == bindparam("by"))
            .order_by(arrivals.c.id)
            .with_for_update(skip_locked=True)
        )
    )
    .values(held_until=bindparam("until"))
)
"""What is being finished this moment needs no keeping: two that lock the same rows could wait for each other."""


async def keep_holding(database: Database, holder: str, ids: Iterable[int], now: datetime) -> None:
    """Says that we still work on these."""
    async with database.work() as connection:
        await connection.execute(_KEEP_HOLDING, {"ids": list(ids), "by": holder, "until": now + HELD_FOR})


async def postpone(connection: AsyncConnection, holder: str, until: Mapping[int, datetime]) -> None:
    """Within the worker's transaction: these are processed anew then, and their lanes wait as long."""
    await connection.execute(_POSTPONE, [{"row": row, "by": holder, "then": at} for row, at in until.items()])


_POSTPONE = (
    update(arrivals)
    .where(arrivals.c.id == bindparam("row"), arrivals.c.holder == bindparam("by"))
    .values(due_at=bindparam("then"), holder=None, held_until=None)
)


async def record_failure(
    database: Database, holder: str, arrival: ClaimedArrival, problem: str, now: datetime, final: bool = False
) -> bool:
    """One failed try: waits a little; after the third the arrival is quarantined. True when it was.

    Nothing happens to an arrival that another worker has taken over meanwhile.
    """
    attempts = arrival.attempts + 1
    quarantined = final or attempts >= MAX_FAILURES
    statement = (
        update(arrivals)
        .where(arrivals.c.id == arrival.id, arrivals.c.state == "waiting", arrivals.c.holder == holder)
        .values(
            state="quarantined" if quarantined else "waiting",
            attempts=attempts,
            problem=storable(problem[:2000]),
            due_at=now + timedelta(seconds=retry_delay(attempts, 1.0, 10.0)),
            holder=None,
            held_until=None,
        )
    )
    async with database.work() as connection:
        changed = (await connection.execute(statement)).rowcount
    return quarantined and changed == 1


async def release(database: Database, holder: str, ids: Iterable[int]) -> None:
    """Gives claimed arrivals back untouched: the trouble was not theirs."""
    statement = update(arrivals).where(arrivals.c.id.in_(list(ids)), arrivals.c.holder == holder)
    async with database.work() as connection:
        await connection.execute(statement.values(holder=None, held_until=None))


_HELD = and_(is_waiting(arrivals), arrivals.c.holder.is_not(None))
HOLDERS = select(arrivals.c.holder).where(_HELD).distinct()
"""Who holds arrivals."""


async def release_dead_claims(database: Database) -> None:
    """Lets go of what killed processes of this machine held, so that nobody waits for their time to run out."""
    async with database.look() as connection:
        holders = (await connection.execute(HOLDERS)).scalars().all()
    await release_claims_of(database, [holder for holder in holders if is_known_dead(holder)])


async def release_claims_of(database: Database, holders: Sequence[str]) -> int:
    """Lets go of whatever these hold. Returns how much it was."""
    if not holders:
        return 0
    async with database.work() as connection:
        statement = update(arrivals).where(_HELD, arrivals.c.holder.in_(holders))
        return (await connection.execute(statement.values(holder=None, held_until=None))).rowcount


async def quarantine(database: Database) -> Sequence[Row[*tuple[Any, ...]]]:
    """What is quarantined, oldest first: id, channel, key, received_at, attempts, problem, size."""
    query = select(
        arrivals.c.id,
        arrivals.c.channel,
        arrivals.c.key,
        arrivals.c.received_at,
        arrivals.c.attempts,
        arrivals.c.problem,
        func.length(arrivals.c.body).label("size"),
    ).where(arrivals.c.state == "quarantined")
    async with database.look() as connection:
        return (await connection.execute(query.order_by(arrivals.c.id))).all()


async def replay(database: Database, ids: Sequence[int], now: datetime, also: ExtraWrite | None = None) -> int:
    """Lets quarantined arrivals be read again, all when ``ids`` is empty, and writes ``also``. Returns how many."""
    statement = update(arrivals).where(arrivals.c.state == "quarantined")
    if ids:
        statement = statement.where(arrivals.c.id.in_(ids))
    async with database.work() as connection:
        done = await connection.execute(statement.values(state="waiting", attempts=0, due_at=now))
        if also:
            await also(connection)
    return done.rowcount


async def dismiss(database: Database, arrival_id: int, now: datetime, also: ExtraWrite | None = None) -> bool:
    """Leaves a quarantined arrival out for good; it stays stored. False when it is not quarantined any more."""
    statement = update(arrivals).where(arrivals.c.id == arrival_id, arrivals.c.state == "quarantined")
    async with database.work() as connection:
        left = await connection.execute(statement.values(state="done", outcome="left out", decided_at=now))
        if left.rowcount == 1 and also:
            await also(connection)
    return left.rowcount == 1


async def set_aside_waiting(connection: AsyncConnection, why: str) -> int:
    """Quarantines whatever waits, for an operator to replay. Returns how much it was."""
    statement = update(arrivals).where(is_waiting(arrivals))
    values = {"state": "quarantined", "problem": why, "holder": None, "held_until": None}
    return (await connection.execute(statement.values(**values))).rowcount


async def stored(database: Database, arrival_id: int) -> ClaimedArrival:
    """A stored arrival, whatever became of it. Raises LookupError when there is none."""
    query = select(*message_pieces.ARRIVAL_COLUMNS).where(arrivals.c.id == arrival_id)
    async with database.look() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        raise LookupError(f"there is no arrival {arrival_id}")
    return ClaimedArrival(*row)


async def body_of(database: Database, arrival_id: int) -> bytes:
    """The raw bytes of a stored arrival. Raises LookupError when there is none."""
    return (await stored(database, arrival_id)).body
