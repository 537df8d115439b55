"""Timers: wake-ups of a case. One that is due becomes an arrival and is gone, in one transaction, so it rings once."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import delete, select, tuple_

from desk.model.messages import RawMessage
from desk.queues.inbox import store
from desk.storage.database import Database
from desk.storage.queue_tables import timers


async def fire_due(database: Database, now: datetime, limit: int = 200) -> int:
    """Turns what is due into arrivals at the channel "clock". Returns how many rang."""
    query = select(timers).where(timers.c.fire_at <= now).order_by(timers.c.fire_at).limit(limit)
    async with database.look() as connection:
        due = (await connection.execute(query)).all()
    if not due:
        return 0
    raws = [
        RawMessage(
            channel="clock",
            key=f"{timer.key}@{timer.fire_at.isoformat()}",
            lane=f"case:{timer.case_id}",
            body=json.dumps(
                {"verb": "timer", "provider": timer.provider, "case_id": timer.case_id, "kind": timer.kind}
            ).encode(),
            received_at=now,
        )
        for timer in due
    ]
    async with database.work() as connection:
        rung = tuple_(timers.c.key, timers.c.fire_at).in_([(timer.key, timer.fire_at) for timer in due])
        await connection.execute(delete(timers).where(rung))
        await store(connection, raws)
    return len(due)
