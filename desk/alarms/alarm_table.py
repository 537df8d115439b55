"""The table of alarms: it outlives every process, so that nothing is told twice and nothing forgotten.

Each row is written by whoever notices the trouble, and told by the one process that holds the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Executable,
    Integer,
    Row,
    String,
    Table,
    bindparam,
    case,
    delete,
    exists,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.alarms.alarm_policy import (
    EVENT_STANDS,
    Alarm,
    AlarmKind,
    AlarmTelling,
    BringTimersForward,
    EndAlarm,
    KeptAlarm,
    RaiseAlarm,
)
from desk.language.unsafe_characters import storable
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage.base import METADATA, Instant
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import timers

alarms = Table(
    "alarms",
    METADATA,
    Column("key", String(160), primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("provider", String(64), nullable=False, comment="empty where it concerns the whole desk"),
    Column("number", Integer, nullable=False),
    Column("what", String(400), nullable=False),
    Column("why", String(400), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, comment="when it ends by itself"),
    Column("over_at", Instant),
    Column("told_at", Instant),
    Column("told_count", Integer, nullable=False, server_default="0"),
    Column("step", Integer, nullable=False, server_default="0", comment="how often it was told louder"),
)


_END = update(alarms).where(alarms.c.key == bindparam("ended"), alarms.c.over_at.is_(None))
_GONE = delete(alarms).where(alarms.c.key == bindparam("gone"))
_COLUMNS = ("key", "kind", "provider", "number", "what", "why", "since", "told_count", "step")


def raising(alarm: Alarm, now: datetime, until: datetime | None = None) -> Sequence[Executable]:
    """Writes an alarm, or brings the row up to date that it has: ``count`` as it is."""
    known = alarms.c.key == alarm.key[:160]
    found = {"number": alarm.count, "what": storable(alarm.what)[:400], "why": storable(alarm.why)[:400]}
    fewer = case((alarms.c.told_count > alarm.count, alarm.count), else_=alarms.c.told_count)
    values = (alarm.key[:160], alarm.kind.value, alarm.provider, found["number"], found["what"], found["why"])
    new = select(*(literal(one) for one in values), literal(alarm.since or now, Instant), literal(0), literal(0)).where(
        ~exists().where(known)
    )
    return (
        update(alarms).where(known).values(**found, until=until, over_at=None, told_count=fewer),
        insert(alarms).from_select(_COLUMNS, new),
    )


def write_raised(act: RaiseAlarm, round_: Round, rows: WriteBuffer) -> None:
    """Writes what a rule raised: one more of its kind."""
    until = None if act.stands else round_.now + EVENT_STANDS
    more = update(alarms).where(alarms.c.key == act.alarm.key[:160])
    _, adding = raising(replace(act.alarm, count=0), round_.now)
    what = {"what": storable(act.alarm.what)[:400], "why": storable(act.alarm.why)[:400]}
    count = literal(1) if act.stands else alarms.c.number + 1
    rows.statements += [adding, more.values(**what, number=count, until=until, over_at=None)]


def write_ended(act: EndAlarm, round_: Round, rows: WriteBuffer) -> None:
    """Writes that what a rule raised is over."""
    rows.run(_END.values(over_at=bindparam("at_instant", type_=Instant)), ended=act.key, at_instant=round_.now)


def write_timers_forward(act: BringTimersForward, round_: Round, rows: WriteBuffer) -> None:
    """Lets timers fire with the next look of the clock."""
    waiting = (timers.c.kind == act.kind) & (timers.c.fire_at > round_.now)
    rows.statements.append(update(timers).where(waiting).values(fire_at=round_.now))


async def raise_alarm(database: Database, alarm: Alarm, now: datetime) -> None:
    """What a process noticed by itself stands until `end_alarm`."""
    async with database.work() as connection:
        await write_standing(connection, alarm, now)


async def end_alarm(database: Database, key: str, now: datetime) -> None:
    """What a process noticed is over; none under this key is fine."""
    async with database.work() as connection:
        await write_end(connection, key, now)


async def write_standing(connection: AsyncConnection, alarm: Alarm, now: datetime) -> None:
    """`raise_alarm` within a transaction."""
    for statement in raising(alarm, now):
        await connection.execute(statement)


async def write_end(connection: AsyncConnection, key: str, now: datetime) -> None:
    """`end_alarm` within a transaction."""
    await connection.execute(_END.values(over_at=now), {"ended": key[:160]})


async def write_told(connection: AsyncConnection, telling: AlarmTelling, now: datetime) -> bool:
    """Notes that an alarm is told now. False when another process was faster, which then tells it."""
    kept = telling.kept
    same = (alarms.c.key == kept.alarm.key) & alarms.c.told_at.is_not_distinct_from(literal(kept.told_at, Instant))
    if telling.over:
        return (await connection.execute(delete(alarms).where(same))).rowcount == 1
    told = {"told_at": now, "told_count": kept.alarm.count, "step": telling.step}
    return (await connection.execute(update(alarms).where(same).values(**told))).rowcount == 1


async def write_gone(connection: AsyncConnection, key: str) -> None:
    """Forgets an alarm that is over."""
    await connection.execute(_GONE, {"gone": key})


async def load_alarms(connection: AsyncConnection) -> Sequence[KeptAlarm]:
    """Every alarm, oldest first."""
    rows = (await connection.execute(select(alarms).order_by(alarms.c.since, alarms.c.key))).all()
    return [_kept(row) for row in rows]


def _kept(row: Row[Any]) -> KeptAlarm:
    alarm = Alarm(row.key, AlarmKind(row.kind), row.provider, row.number, row.what, row.why)
    return KeptAlarm(alarm, row.since, row.until, row.over_at, row.told_at, row.told_count, row.step)
