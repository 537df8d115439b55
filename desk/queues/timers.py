"""Alarms: wake-ups of a case. One that is due becomes an arrival and is gone, in one transaction, so it rings once."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import delete, select, tuple_

from desk.model.messages import Raw
from desk.queues.inbox import store
from desk.storage.database import Database
from desk.storage.queue_tables import alarms


async def ring(database: Database, now: datetime, limit: int = 200) -> int:
    """Turns what is due into arrivals at the door "clock". Returns how many rang."""
    query = select(alarms).where(alarms.c.fire_at <= now).order_by(alarms.c.fire_at).limit(limit)
    async with database.look() as connection:
        due = (await connection.execute(query)).all()
    if not due:
        return 0
    raws = [
        Raw(
            door="clock",
            key=f"{alarm.key}@{alarm.fire_at.isoformat()}",
            lane=f"case:{alarm.case_id}",
            body=json.dumps(
                {"verb": "alarm", "provider": alarm.provider, "case_id": alarm.case_id, "kind": alarm.kind}
            ).encode(),
            received_at=now,
        )
        for alarm in due
    ]
    async with database.work() as connection:
        rung = tuple_(alarms.c.key, alarms.c.fire_at).in_([(alarm.key, alarm.fire_at) for alarm in due])
        await connection.execute(delete(alarms).where(rung))
        await store(connection, raws)
    return len(due)
