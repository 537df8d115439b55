"""What may be asked about cases: one case with its journal and its rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from desk.model.case import Case
from desk.model.journal import JournalEntry
from desk.model.subscribers import Person
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals


@dataclass(frozen=True, slots=True)
class RoundView:
    """One decided arrival of a case: through which channel it came, what became of it, which rules decided."""

    arrival_id: int
    at: datetime
    channel: str
    outcome: str
    decided_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with whose it is, everything in its journal, and the rounds in which it was decided about, oldest
    first."""

    case: Case
    person: Person | None
    journal: Sequence[JournalEntry]
    rounds: Sequence[RoundView]


async def case_view(database: Database, case: Case) -> CaseView:
    """Everything there is about one case."""
    async with database.read(case.provider) as session:
        person = await session.get(Person, (case.provider, case.person_id))
        query = select(JournalEntry).where(JournalEntry.provider == case.provider, JournalEntry.case_id == case.id)
        journal = list((await session.scalars(query.order_by(JournalEntry.id))).all())
    return CaseView(case, person, journal, await rounds_of(database, case.id))


async def rounds_of(database: Database, case_id: int) -> list[RoundView]:
    """The rounds that changed a case, in the order in which they were decided."""
    columns = [arrivals.c[name] for name in ("id", "decided_at", "channel", "outcome", "decided_by")]
    query = select(*columns).where(arrivals.c.case_id == case_id).order_by(arrivals.c.decided_at, arrivals.c.id)
    async with database.look() as connection:
        rows = (await connection.execute(query)).all()
    return [
        RoundView(row.id, row.decided_at, row.channel, row.outcome or "", tuple((row.decided_by or "").split()))
        for row in rows
    ]
