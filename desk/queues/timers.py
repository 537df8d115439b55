"""Timers: wake-ups of a case. One that is due becomes an arrival and is gone, in one transaction, so it fires once.

The arrival carries the timer's kind, key and version, and is decided like any other; a kind that no rule knows ends in
quarantine (`desk.pipeline.internal_channel`).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.model.messages import RawMessage
from desk.queues.inbox import store
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import timers


def timer_key(case_id: int, key: str) -> str:
    """A timer's key in the table: unique within its case."""
    return f"{case_id}:{key}"


def _setting(insert: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    """Sets a timer, or moves the one under the same key: its version is the one given, else one more than before."""
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=[timers.c.key],
        set_={
            "provider": new.provider,
            "kind": new.kind,
            "fire_at": new.fire_at,
            "version": case((new.version > 0, new.version), else_=timers.c.version + 1),
        },
    )


SET_ON_SQLITE, SET_ON_POSTGRESQL = _setting(sqlite.insert(timers)), _setting(postgresql.insert(timers))
CANCEL = delete(timers).where(timers.c.key == bindparam("cancelled"))

_DUE = select(timers.c.key).where(timers.c.fire_at <= bindparam("now")).order_by(timers.c.fire_at)
_ANY_DUE = _DUE.limit(1)
_TAKE_DUE = (
    delete(timers)
    .where(timers.c.key.in_(_DUE.limit(bindparam("most")).with_for_update(skip_locked=True).scalar_subquery()))
    .returning(timers)
)


async def fire_due(database: Database, now: datetime, limit: int = 200) -> int:
    """Turns what is due into arrivals at the channel "clock". Returns how many fired.

    Only what this transaction itself removed fires: neither another process's timers nor one that was moved meanwhile.
    """
    async with database.look() as connection:
        if (await connection.execute(_ANY_DUE, {"now": now})).first() is None:
            return 0
    async with database.work() as connection:
        return await _fire(connection, now, limit)


async def _fire(connection: AsyncConnection, now: datetime, limit: int) -> int:
    due = (await connection.execute(_TAKE_DUE, {"now": now, "most": limit})).all()
    due = sorted(due, key=lambda timer: (timer.fire_at, timer.key))
    return await store(connection, [_arrival(timer, now) for timer in due])


def _arrival(timer: Row[Any], now: datetime) -> RawMessage:
    body = {
        "event": "timer",
        "provider": timer.provider,
        "case_id": timer.case_id,
        "kind": timer.kind,
        "key": timer.key.partition(":")[2],
        "version": timer.version,
    }
    # No repeat is possible, since the timer is gone with the same commit; and the same instant may be set once more.
    return RawMessage("clock", f"{timer.key}@{uuid4().hex}", f"case:{timer.case_id}", json.dumps(body).encode(), now)
