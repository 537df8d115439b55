"""Half-done dialogs end: what was never registered and has been silent for days is closed.

No timer is kept for it, since almost everybody goes on: who fell silent is read from the cases, now and then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, literal, select

from desk.model.case import Case
from desk.model.messages import RawMessage
from desk.model.provider_files import Provider
from desk.model.states import CaseState
from desk.queues import inbox
from desk.storage.database import Database

MAX_PER_ROUND = 5000
"""Cases of a provider at most in one round; the others follow in the next."""
_SILENT_CASES = (
    select(Case.id, Case.updated_at)
    .where(Case.provider == bindparam("home"), Case.updated_at < bindparam("before"), Case.registered_at.is_(None))
    .where(Case.state == literal(CaseState.ACKNOWLEDGED.value, literal_execute=True))
    .order_by(Case.updated_at)
    .limit(MAX_PER_ROUND)
)


async def fire_abandoned(database: Database, providers: Iterable[Provider], now: datetime) -> int:
    """Stores a timer arrival for each case that fell silent. Returns how many are new."""
    stored = 0
    for provider in providers:
        async with database.read(provider.name) as session:
            before = now - provider.limits.silent_after
            rows = (await session.execute(_SILENT_CASES, {"home": provider.name, "before": before})).all()
        if rows:
            stored += await inbox.accept(database, [_timer_arrival(provider.name, *row, now) for row in rows])
    return stored


def _timer_arrival(provider: str, case_id: int, since: datetime, now: datetime) -> RawMessage:
    body = {"event": "timer", "provider": provider, "case_id": case_id, "kind": "silent", "key": "silent", "version": 0}
    key = f"{case_id}:silent@{since.isoformat()}"
    return RawMessage("clock", key, f"case:{case_id}", json.dumps(body).encode(), now)
