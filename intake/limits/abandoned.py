"""Half-done dialogs end: what was never registered and has been silent for days rings once more, and is over.

No timer is kept for it, since almost everybody goes on: who fell silent is read from the cases, now and then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, literal, select

from desk.model.case import Case, CaseState
from desk.model.messages import RawMessage
from desk.model.policy import Provider
from desk.queues import inbox
from desk.storage.database import Database

AT_ONCE = 5000
"""So many of a provider ring in one look; the others in the next."""
_SILENT = (
    select(Case.id, Case.updated_at)
    .where(Case.provider == bindparam("home"), Case.updated_at < bindparam("before"), Case.registered_at.is_(None))
    .where(Case.state == literal(CaseState.ACKNOWLEDGED.value, literal_execute=True))
    .order_by(Case.updated_at)
    .limit(AT_ONCE)
)


async def fire_abandoned(database: Database, providers: Iterable[Provider], now: datetime) -> int:
    """Stores an timer for each case that fell silent. Returns how many are new."""
    rung = 0
    for provider in providers:
        async with database.read(provider.name) as session:
            before = now - provider.limits.silent_after
            rows = (await session.execute(_SILENT, {"home": provider.name, "before": before})).all()
        if rows:
            rung += await inbox.accept(database, [_timer(provider.name, *row, now) for row in rows])
    return rung


def _timer(provider: str, case_id: int, since: datetime, now: datetime) -> RawMessage:
    body = {"verb": "timer", "provider": provider, "case_id": case_id, "kind": "silent", "key": "silent", "version": 0}
    key = f"{case_id}:silent@{since.isoformat()}"
    return RawMessage("clock", key, f"case:{case_id}", json.dumps(body).encode(), now)
