"""The table of clocks made anew from the journal, which it is a projection of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from desk.model.journal import ClocksMoved, JournalEntry
from desk.model.provider_files import Provider
from desk.model.service_levels.clocks import ClockKind, fold
from desk.storage.database import Database
from escalation.sla.clock_table import CLOCKS, row_of
from escalation.sla.explain import clock_events
from escalation.sla.past_cases import cases_registered

_ALWAYS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def steps_taken(entries: Iterable[JournalEntry]) -> dict[ClockKind, tuple[str, ...]]:
    """The escalation steps that a case's journal tells of, by clock."""
    taken: dict[ClockKind, tuple[str, ...]] = {}
    for entry in entries:
        for step in entry.data.get("steps", ()) if entry.kind == ClocksMoved.kind else ():
            kind, _, id = step.partition("/")
            taken[ClockKind(kind)] = (*taken.get(ClockKind(kind), ()), id)
    return taken


async def rebuild(database: Database, provider: Provider, write: bool = True) -> tuple[int, int]:
    """Makes a provider's rows anew. Returns how many cases have clocks, and how many of them had other rows than their
    journal says. Nobody may serve meanwhile."""
    cases = changed = 0
    policy = provider.service
    async for case, entries in cases_registered(database, provider.name, *_ALWAYS):
        done = steps_taken(entries)
        rows = [
            row_of(
                clock,
                clock.due(policy.versions_of(clock.calendar), policy.releases),
                provider.name,
                case.id,
                done.get(kind, ()),
            )
            for kind, clock in fold(clock_events(entries), policy.versions_of).items()
        ]
        cases += bool(rows)
        mine = (CLOCKS.c.provider == provider.name, CLOCKS.c.case_id == case.id)
        async with database.write(provider.name) as session:
            stored = [dict(row) for row in (await session.execute(select(CLOCKS).where(*mine))).mappings()]
            if sorted(stored, key=_kind) == sorted(rows, key=_kind):
                continue
            changed += 1
            if write:
                await session.execute(delete(CLOCKS).where(*mine))
                if rows:
                    await session.execute(insert(CLOCKS), rows)
    return cases, changed


def _kind(row: dict[str, object]) -> str:
    return str(row["kind"])
