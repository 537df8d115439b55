"""Where a person may be named outside of their cases: messages of no case, what was said to nobody, archived rows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.runtime.personal_data.purge_archive import PurgeArchive, bytes_of
from console.runtime.personal_data.rows_of_cases import StoredRow, delete_arrivals
from desk.storage.queue_and_lease_tables import arrivals, departures

SHORTEST = 4
"""Characters that a text must have to name anybody."""
PAGE = 200


class NamesOfPerson:
    """Texts that name a person: addresses, contracts, phones, numbers of cases, full names; as they are written in
    letters and in JSON. A text counts only as a whole word."""

    def __init__(self, identifiers: Iterable[str]) -> None:
        spellings = {
            spelling.encode("utf-8", "replace")
            for one in identifiers
            if len(one) >= SHORTEST
            for spelling in (one, one.lower(), json.dumps(one)[1:-1])
        }
        words = b"|".join(re.escape(one) for one in sorted(spellings, key=len, reverse=True))
        self._pattern = re.compile(rb"(?<![\w@.-])(?:" + words + rb")(?![\w@-])") if words else None

    def are_in(self, content: bytes) -> bool:
        """Whether any of them stands there."""
        return self._pattern is not None and self._pattern.search(content) is not None


class Traces:
    """What belongs to a person and to no case: messages in their ``lanes``, and those that name them.

    What waits to be decided is left alone; with ``until`` it is not, and only what came until then counts."""

    def __init__(self, lanes: Collection[str], names: NamesOfPerson, until: datetime | None = None) -> None:
        self.lanes, self.names, self.until = frozenset(lanes), names, until

    async def arrivals(self, connection: AsyncConnection) -> list[StoredRow]:
        """Messages that belong to no case, with their (id, channel, key)."""
        found: list[StoredRow] = []
        columns = (arrivals.c.id, arrivals.c.channel, arrivals.c.key, arrivals.c.lane, arrivals.c.body)
        query = select(*columns).where(arrivals.c.case_id.is_(None))
        if self.until is None:
            query = query.where(arrivals.c.state.in_(("done", "quarantined")))
        else:
            query = query.where(arrivals.c.received_at <= self.until)
        async for row in _pages(connection, query, arrivals):
            if row.lane in self.lanes or self.names.are_in(row.body):
                found.append(row)
        return found

    async def departures(self, connection: AsyncConnection) -> list[int]:
        """Ids of what was said to them, or of them to others, in no case's name."""
        query = select(departures.c.id, departures.c.lane, departures.c.body).where(departures.c.case_id == 0)
        return [
            row.id
            async for row in _pages(connection, query, departures)
            if row.lane in self.lanes or self.names.are_in(json.dumps(row.body).encode())
        ]


async def _pages(connection: AsyncConnection, query: Any, table: Table) -> AsyncIterator[StoredRow]:
    """Rows in order of their ids, some at a time: messages may be large."""
    last = 0
    while True:
        page = query.where(table.c.id > last).order_by(table.c.id).limit(PAGE)
        rows = (await connection.execute(page)).all()
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        last = rows[-1].id


async def delete_traces(connection: AsyncConnection, found: Iterable[StoredRow], said: Collection[int]) -> Counter[str]:
    """Deletes these messages and departures. Returns how many rows of each table."""
    ids = [row.id for row in found]
    gone = Counter[str]()
    for at in range(0, len(ids), PAGE):
        query = select(arrivals.c.id, arrivals.c.channel, arrivals.c.key).where(arrivals.c.id.in_(ids[at : at + PAGE]))
        still = query.where(arrivals.c.case_id.is_(None))
        gone += await delete_arrivals(connection, list((await connection.execute(still)).all()))
    if said:
        deleted = await connection.execute(delete(departures).where(departures.c.id.in_(said)))
        gone[departures.name] += deleted.rowcount
    return gone


def remove_from_archive(archive: PurgeArchive, traces: Traces, cases: Collection[int], people: Collection[int]) -> int:
    """Writes the archives anew without what belongs to a person. Returns how many rows went. Raises OSError.

    Who is known by the archives alone is found there by what names them.
    """
    found_people, person_of = set(people), dict[int, int]()
    for table, row in archive.rows():
        if table == "addresses" and f"{row['channel']}:{row['value']}" in traces.lanes:
            found_people.add(row["person_id"])
        elif table == "cases":
            person_of[row["id"]] = row["person_id"]
    found_cases = {*cases, *(case for case, person in person_of.items() if person in found_people)}

    def belongs(table: str, row: Mapping[str, Any]) -> bool:
        of_case = row["id"] if table == "cases" else row.get("case_id")
        of_person = row["id"] if table == "people" else row.get("person_id")
        if (of_case and of_case in found_cases) or (of_person and of_person in found_people):
            return True
        return row.get("lane") in traces.lanes or traces.names.are_in(bytes_of(row.get("body", "")))

    return archive.remove(belongs)
