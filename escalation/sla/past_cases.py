"""Cases registered in a span of time, with their journals, read in steps that hold up nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from sqlalchemy import select

from desk.model.case import Case
from desk.model.journal import JournalEntry
from desk.storage.database import Database

AT_ONCE = 200
"""Cases read in one transaction."""


async def cases_registered(
    database: Database, provider: str, since: datetime, until: datetime
) -> AsyncIterator[tuple[Case, Sequence[JournalEntry]]]:
    """Each case of a provider that was registered from ``since`` to before ``until``, oldest first, with its journal;
    not those that retention has emptied."""
    after = 0
    while True:
        async with database.read(provider) as session:
            query = (
                select(Case)
                .where(Case.provider == provider, Case.id > after, Case.purged_at.is_(None))
                .where(Case.registered_at >= since, Case.registered_at < until)
                .order_by(Case.id)
                .limit(AT_ONCE)
            )
            cases = (await session.scalars(query)).all()
            if not cases:
                return
            journal: dict[int, list[JournalEntry]] = {case.id: [] for case in cases}
            entries = select(JournalEntry).where(JournalEntry.provider == provider, JournalEntry.case_id.in_(journal))
            for entry in await session.scalars(entries.order_by(JournalEntry.id)):
                journal[entry.case_id].append(entry)
        for case in cases:
            yield case, journal[case.id]
        after = cases[-1].id
