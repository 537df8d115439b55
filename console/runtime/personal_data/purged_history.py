"""What cannot be decided again, since it was purged or erased: people whose past is gone, wholly or in part.

Everybody else is decided again as if those had never been. Only the numbers of cases are counted over all, so what the
counter had come to is taken from the cases that are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, or_, select

from desk.pipeline.write_buffer import ADDRESSES, CASES, PEOPLE
from desk.storage.database import Database


@dataclass(frozen=True, slots=True)
class PurgedHistory:
    """The cases and lanes of people with a purged case, and those people. ``counted`` is, by the instant at which cases
    got their numbers, what the counter (provider, name) had come to before; empty where nothing was purged."""

    cases: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    lanes: frozenset[str] = frozenset()
    counted: Mapping[datetime, Mapping[tuple[str, str], int]] | None = None

    def kept(self, table: Table, rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The rows of a table that belong to nobody with a purged past."""
        if not self.cases:
            return rows
        of_case, of_person = "id" if table is CASES else "case_id", "id" if table is PEOPLE else "person_id"
        return [
            row
            for row in rows
            if row.get(of_case) not in self.cases
            and row.get(of_person) not in self.people
            and row.get("lane") not in self.lanes
        ]


async def purged_history(database: Database, providers: Collection[str]) -> PurgedHistory:
    """What of a desk was purged."""
    async with database.read(*providers) as session:
        purged = select(CASES.c.id, CASES.c.person_id).where(CASES.c.purged_at.is_not(None))
        shells = (await session.execute(purged)).all()
        people = frozenset(row.person_id for row in shells if row.person_id)
        mine = select(CASES.c.id).where(or_(CASES.c.person_id.in_(people), CASES.c.purged_at.is_not(None)))
        cases = frozenset((await session.execute(mine)).scalars())
        where = select(ADDRESSES.c.channel, ADDRESSES.c.value).where(ADDRESSES.c.person_id.in_(people))
        lanes = frozenset(f"{row.channel}:{row.value}" for row in await session.execute(where))
        query = select(CASES.c.provider, CASES.c.number, CASES.c.registered_at).where(CASES.c.id.not_in(cases))
        counted: dict[datetime, dict[tuple[str, str], int]] = {}
        for provider, number, at in await session.execute(query.where(CASES.c.number.is_not(None))):
            _, year, count, _ = number.rsplit("-", 3)
            before = counted.setdefault(at, {})
            name = (provider, f"case {year}")
            before[name] = min(before.get(name, int(count)), int(count) - 1)
    return PurgedHistory(cases, people, lanes, counted) if cases else PurgedHistory()
