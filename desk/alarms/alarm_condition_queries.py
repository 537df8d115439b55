"""What waits or is in trouble at this moment, as far as the database tells: one look, nothing is written."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from desk.alarms.alarm_policy import CARD_AGAIN, NOT_TAKEN_TOLD, Alarm, AlarmKind
from desk.storage.queue_and_lease_tables import arrivals, departures, is_unsent, is_waiting, pending, timers

FOUND_HERE = frozenset(
    {
        AlarmKind.NOT_TAKEN,
        AlarmKind.LETTERS_PENDING,
        AlarmKind.QUARANTINED,
        AlarmKind.NOT_DECIDED,
        AlarmKind.NOT_SENT,
        AlarmKind.GROUP_LOST,
    }
)
"""The kinds of alarms that stand exactly as long as they are found here."""
NOT_SENT_FOR, NOT_DECIDED_FOR = timedelta(minutes=5), timedelta(minutes=15)
"""A message that failed and is so old is in trouble, and one that is so old and still undecided."""
SOON = timedelta(seconds=10)
"""What is put off for no longer than that is tried again and again, and is no less undecided."""
MAX_WORDS = 300
"""Characters of what an alarm names."""

_CHANNEL = (arrivals.c.channel + literal_column("''")).label("channel")
"""Grouped by the bare column, SQLite would read every arrival there is by that column's index."""
_QUARANTINED = (
    select(_CHANNEL, func.count().label("number"))
    .where(arrivals.c.state == literal_column("'quarantined'"))
    .group_by(_CHANNEL)
    .order_by(_CHANNEL)
)
_TIMERS = (
    select(timers.c.kind, timers.c.provider, func.count().label("number"))
    .where(timers.c.kind.in_((CARD_AGAIN, NOT_TAKEN_TOLD)))
    .group_by(timers.c.kind, timers.c.provider)
)
_PENDING = (
    select(pending.c.provider, func.count().label("number"), func.min(pending.c.since).label("since"))
    .where(pending.c.state == "waiting")
    .group_by(pending.c.provider)
)


async def standing_alarms(session: AsyncSession, now: datetime) -> list[Alarm]:
    """Every alarm of a kind in `FOUND_HERE` that stands now. ``session`` sees all providers of the desk."""
    connection = await session.connection()
    found = [
        *await _of_arrivals(connection, now),
        *await _of_departures(connection, now),
        *await _of_timers(connection),
    ]
    letters = (await session.execute(_PENDING)).all()
    kind = AlarmKind.LETTERS_PENDING
    return found + [Alarm(f"{kind}:{row.provider}", kind, row.provider, row.number, since=row.since) for row in letters]


async def _of_arrivals(connection: AsyncConnection, now: datetime) -> list[Alarm]:
    set_aside = (await connection.execute(_QUARANTINED)).all()
    found = []
    if set_aside:
        channels = ", ".join(f"{row.channel}: {row.number}" for row in set_aside)
        kind = AlarmKind.QUARANTINED
        found.append(Alarm(kind, kind, count=sum(row.number for row in set_aside), what=channels[:MAX_WORDS]))
    old = (arrivals.c.due_at <= now + SOON) & (arrivals.c.received_at <= now - NOT_DECIDED_FOR)
    query = select(func.count().label("number"), func.min(arrivals.c.received_at).label("since"))
    waiting = (await connection.execute(query.where(is_waiting(arrivals), old))).one()
    if waiting.number:
        kind = AlarmKind.NOT_DECIDED
        found.append(Alarm(kind, kind, count=waiting.number, since=waiting.since))
    return found


async def _of_departures(connection: AsyncConnection, now: datetime) -> list[Alarm]:
    failing = departures.c.problem.is_not(None) & (departures.c.created_at <= now - NOT_SENT_FOR)
    query = (
        select(
            departures.c.channel,
            func.count().label("number"),
            func.min(departures.c.problem).label("why"),
            func.min(departures.c.created_at).label("since"),
        )
        .where(is_unsent(departures, "pending"), failing)
        .group_by(departures.c.channel)
    )
    kind = AlarmKind.NOT_SENT
    rows = (await connection.execute(query)).all()
    return [
        Alarm(f"{kind}:{row.channel}", kind, "", row.number, row.channel, row.why[:MAX_WORDS], row.since)
        for row in rows
    ]


async def _of_timers(connection: AsyncConnection) -> list[Alarm]:
    kinds = {CARD_AGAIN: AlarmKind.GROUP_LOST, NOT_TAKEN_TOLD: AlarmKind.NOT_TAKEN}
    rows = (await connection.execute(_TIMERS)).all()
    return [Alarm(f"{kinds[row.kind]}:{row.provider}", kinds[row.kind], row.provider, row.number) for row in rows]
