"""What waits or is in trouble at this moment, as far as the database tells: one look, nothing is written.

Alarms (`standing_alarms`), `firstline status` and the metrics all read `WhatWaits`, so that they never differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the oldest of them does; None where none does."""

    number: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnsentOfChannel:
    """What waits to be sent through one channel. ``failing`` are those that were refused and are `NOT_SENT_FOR` old,
    ``why`` is one of their reasons."""

    channel: str
    all: Waiting
    failing: Waiting = field(default_factory=Waiting)
    why: str = ""


@dataclass(frozen=True, slots=True)
class WhatWaits:
    """All that waits, of all providers.

    ``undecided`` are arrivals that are due or will be `SOON`, ``late`` those of them that came `NOT_DECIDED_FOR` ago.
    ``quarantined`` counts arrivals by channel, ``pending`` mails without proof by provider, ``cases_not_taken`` and
    ``cards_for_lost_group`` cases by provider.
    """

    undecided: Waiting
    late: Waiting
    unsent: Sequence[UnsentOfChannel]
    quarantined: Mapping[str, int]
    pending: Mapping[str, Waiting]
    cases_not_taken: Mapping[str, int]
    cards_for_lost_group: Mapping[str, int]


async def look(session: AsyncSession, now: datetime) -> WhatWaits:
    """What waits now. ``session`` sees all providers of the desk."""
    connection = await session.connection()
    undecided, late = await _undecided(connection, now)
    timer_rows = (await connection.execute(_TIMERS)).all()
    return WhatWaits(
        undecided,
        late,
        await _unsent(connection, now),
        {row.channel: row.number for row in (await connection.execute(_QUARANTINED)).all()},
        {row.provider: Waiting(row.number, row.since) for row in (await session.execute(_PENDING)).all()},
        {row.provider: row.number for row in timer_rows if row.kind == NOT_TAKEN_TOLD},
        {row.provider: row.number for row in timer_rows if row.kind == CARD_AGAIN},
    )


async def _undecided(connection: AsyncConnection, now: datetime) -> tuple[Waiting, Waiting]:
    late = arrivals.c.received_at <= now - NOT_DECIDED_FOR
    oldest = func.min(arrivals.c.received_at)
    query = select(func.count().label("number"), oldest.label("since"), func.count().filter(late).label("late"))
    due = arrivals.c.due_at <= now + SOON
    row = (await connection.execute(query.where(is_waiting(arrivals), due))).one()
    return Waiting(row.number, row.since), Waiting(row.late, row.since if row.late else None)


async def _unsent(connection: AsyncConnection, now: datetime) -> list[UnsentOfChannel]:
    failing = departures.c.problem.is_not(None) & (departures.c.created_at <= now - NOT_SENT_FOR)
    failing &= departures.c.state == "pending"
    created = func.min(departures.c.created_at)
    query = (
        select(
            departures.c.channel,
            func.count().label("number"),
            created.label("since"),
            func.count().filter(failing).label("failing"),
            created.filter(failing).label("failing_since"),
            func.min(departures.c.problem).filter(failing).label("why"),
        )
        .where(is_unsent(departures))
        .group_by(departures.c.channel)
        .order_by(departures.c.channel)
    )
    return [
        UnsentOfChannel(
            row.channel, Waiting(row.number, row.since), Waiting(row.failing, row.failing_since), row.why or ""
        )
        for row in (await connection.execute(query)).all()
    ]


async def standing_alarms(session: AsyncSession, now: datetime) -> list[Alarm]:
    """Every alarm of a kind in `FOUND_HERE` that stands now. ``session`` sees all providers of the desk."""
    return alarms_of(await look(session, now))


def alarms_of(waits: WhatWaits) -> list[Alarm]:
    """What of it is an alarm. Pure."""
    found = []
    if waits.quarantined:
        channels = ", ".join(f"{channel}: {number}" for channel, number in waits.quarantined.items())
        kind = AlarmKind.QUARANTINED
        found.append(Alarm(kind, kind, count=sum(waits.quarantined.values()), what=channels[:MAX_WORDS]))
    if waits.late.number:
        kind = AlarmKind.NOT_DECIDED
        found.append(Alarm(kind, kind, count=waits.late.number, since=waits.late.since))
    kind = AlarmKind.NOT_SENT
    found += [
        Alarm(
            f"{kind}:{one.channel}", kind, "", one.failing.number, one.channel, one.why[:MAX_WORDS], one.failing.since
        )
        for one in waits.unsent
        if one.failing.number
    ]
    cases = ((AlarmKind.GROUP_LOST, waits.cards_for_lost_group), (AlarmKind.NOT_TAKEN, waits.cases_not_taken))
    for kind, by_provider in cases:
        found += [Alarm(f"{kind}:{provider}", kind, provider, number) for provider, number in by_provider.items()]
    kind = AlarmKind.LETTERS_PENDING
    return found + [
        Alarm(f"{kind}:{provider}", kind, provider, one.number, since=one.since)
        for provider, one in waits.pending.items()
    ]
