"""The purge: what is older than the policy says goes, in small steps that hold up nobody.

A step reads what is due, writes it to the archive, and deletes it in one short transaction, which looks again whether
anything moved meanwhile. Open cases and all that belongs to them stay, and so does what is under a legal hold.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, Table, Text, and_, cast, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from console.runtime.personal_data.purge_archive import PurgeArchive
from console.runtime.personal_data.rows_of_cases import (
    HOLDS,
    LINKS,
    OF_CASE,
    OFFERS,
    arrivals_of_cases,
    delete_arrivals,
    delete_people,
    delete_rows_of_cases,
    empty_cases,
    held,
    people_without_cases,
    rows_of,
)
from desk.model.case import OVER, PURGED
from desk.model.messages import FRONT
from desk.model.provider_files import Provider
from desk.model.retention import RetentionPolicy
from desk.model.settings import Settings
from desk.pipeline.write_buffer import ADDRESSES, CASES, DIALOG_STATES, JOURNAL, PEOPLE
from desk.queues.held_departures import HELD
from desk.storage.database import Database, upsert
from desk.storage.queue_and_lease_tables import arrivals, departures, pending
from desk.storage.retention_tables import CaseCountRow

STEP_SECONDS = 0.05
"""For about so long a step's transaction keeps other writers waiting; what a step takes is fitted to that."""
LEAST, MOST = 16, 200
"""Cases that one step takes on a slow machine, and cases or messages that it takes at most."""
FILES = "files"
"""What a count calls the files that were sent from terminals."""

ArchivedRows = Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]]
"""Rows with the names of their tables, by provider."""


class RetentionPurge:
    """Purges one desk. With ``own_rhythm`` providers whose policy does not purge by itself are left alone."""

    def __init__(
        self, database: Database, settings: Settings, providers: Mapping[str, Provider], own_rhythm: bool = False
    ) -> None:
        self._database = database
        self._folder = settings.data / "chat"
        self._archive = PurgeArchive(settings.data / "archive")
        self._names = tuple({*providers, FRONT})
        own = {name: one.retention.over(settings.retention) for name, one in providers.items()}
        policies = {FRONT: settings.retention, **own}
        self._policies = {name: one for name, one in policies.items() if one.purge or not own_rhythm}
        self._desk = settings.retention if settings.retention.purge or not own_rhythm else None
        self._channels = {
            one.channel: one.provider for section in _sections(settings) for one in settings.configured(section)
        }
        self._take = LEAST
        self._last_step = 0.0

    async def step(self, now: datetime, only: str = "") -> Counter[str]:
        """Purges a little: how many rows of each table. Nothing when nothing is due. ``only`` names one provider."""
        for provider, policy in self._policies.items():
            if not only or only == provider:
                if gone := await self._step_of_cases(provider, policy, now):
                    return gone
                if gone := await self._count_old_cases(provider, policy.reports_cutoff(now)):
                    return gone
        if self._desk is None or only:
            return Counter()
        for part in (self._step_of_messages, self._step_of_departures, self._step_of_files):
            if gone := await part(self._desk, now):
                return gone
        return Counter()

    async def steps(self, now: datetime, only: str = "") -> AsyncIterator[Counter[str]]:
        """All steps until nothing is due. After each, other writers have as long as it kept them."""
        while gone := await self.step(now, only):
            yield gone
            await asyncio.sleep(self._last_step)

    async def preview(self, now: datetime, only: str = "") -> Counter[str]:
        """How many rows of each table are due now; nothing is changed."""
        found = Counter[str]()
        for provider, policy in self._policies.items():
            if not only or only == provider:
                async with self._database.read(*self._names) as session:
                    connection = await session.connection()
                    found += await _count_due(connection, provider, policy.operational_cutoff(now))
        if self._desk is not None and not only:
            cutoff = self._desk.operational_cutoff(now)
            async with self._database.read(*self._names) as session:
                connection = await session.connection()
                for name, query in (
                    (arrivals.name, select(arrivals.c.id).where(*_old_messages(cutoff))),
                    (departures.name, select(departures.c.id).where(*_old_departures(cutoff))),
                ):
                    found[name] += int(await connection.scalar(select(func.count()).select_from(query.subquery())) or 0)
            found[FILES] += len(await asyncio.to_thread(_old_files, self._folder, cutoff))
        return +found

    async def _step_of_cases(self, provider: str, policy: RetentionPolicy, now: datetime) -> Counter[str]:
        async with self._database.read(*self._names) as session:
            connection = await session.connection()
            query = _due_cases(provider, policy.operational_cutoff(now)).limit(self._take)
            cases = [dict(row) for row in (await connection.execute(query)).mappings()]
            if not cases:
                return Counter()
            if policy.archive:
                rows = await _rows_to_archive(connection, provider, cases)
                await self._write_archive({provider: rows}, now)
        async with self._database.write(*self._names) as session:
            begun = time.perf_counter()
            connection = await session.connection()
            gone = Counter[str]()
            read = {one["id"]: one["revision"] for one in cases}
            done = await empty_cases(connection, provider, read, now)
            if done:
                gone[CASES.name] = len(done)
                gone += await delete_rows_of_cases(connection, provider, done)
                over = await people_without_cases(connection, provider, {one["person_id"] for one in cases})
                gone += await delete_people(connection, provider, over)
        self._fit(time.perf_counter() - begun)
        return +gone

    async def _count_old_cases(self, provider: str, cutoff: datetime) -> Counter[str]:
        """Anonymous rows that no report needs any more become numbers."""
        query = select(CASES).where(CASES.c.provider == provider, text(PURGED), CASES.c.updated_at < cutoff)
        async with self._database.write(*self._names) as session:
            begun = time.perf_counter()
            connection = await session.connection()
            held_here = held(CASES.c.id, CASES.c.person_id)
            rows = (await connection.execute(query.where(~held_here).order_by(CASES.c.updated_at).limit(MOST))).all()
            if not rows:
                return Counter()
            await _add_counts(connection, Counter(map(_count_key, rows)))
            ids = [row.id for row in rows]
            for table in (OFFERS, LINKS):
                await connection.execute(delete(table).where(rows_of(table, provider, ids)))
            await connection.execute(delete(CASES).where(CASES.c.provider == provider, CASES.c.id.in_(ids)))
        self._fit(time.perf_counter() - begun)
        return Counter({CaseCountRow.__tablename__: len(rows)})

    async def _step_of_messages(self, policy: RetentionPolicy, now: datetime) -> Counter[str]:
        conditions = _old_messages(policy.operational_cutoff(now))
        names = select(arrivals.c.id, arrivals.c.channel, arrivals.c.key).where(*conditions).order_by(arrivals.c.id)
        async with self._database.read(*self._names) as session:
            connection = await session.connection()
            found = (await connection.execute(names.limit(self._take * 4))).all()
            if not found:
                return Counter()
            if policy.archive:
                whole = select(arrivals).where(arrivals.c.id.in_([row.id for row in found]))
                rows = (await connection.execute(whole)).mappings().all()
                providers = [self._channels.get(row["channel"], "") for row in rows]
                await self._write_archive(_grouped(arrivals.name, rows, providers), now)
        async with self._database.write(*self._names) as session:
            begun = time.perf_counter()
            connection = await session.connection()
            # One that an agent accepts, or that is tried again, just now stays.
            still = names.where(arrivals.c.id.in_([row.id for row in found]))
            gone = await delete_arrivals(connection, (await connection.execute(still)).all())
        self._fit(time.perf_counter() - begun)
        return +gone

    async def _step_of_departures(self, policy: RetentionPolicy, now: datetime) -> Counter[str]:
        async with self._database.look() as connection:
            query = select(departures).where(*_old_departures(policy.operational_cutoff(now)))
            rows = (await connection.execute(query.order_by(departures.c.id).limit(MOST))).mappings().all()
        if not rows:
            return Counter()
        if policy.archive:
            await self._write_archive(_grouped(departures.name, rows, [row["provider"] for row in rows]), now)
        async with self._database.work() as connection:
            ids = [row["id"] for row in rows]
            gone = (await connection.execute(delete(departures).where(departures.c.id.in_(ids)))).rowcount
        return Counter({departures.name: gone})

    async def _step_of_files(self, policy: RetentionPolicy, now: datetime) -> Counter[str]:
        """What was sent from terminals and is named by no entry of a journal any more."""
        old = await asyncio.to_thread(_old_files, self._folder, policy.operational_cutoff(now))
        gone = 0
        for path in old:
            if not await is_file_referenced(self._database, self._names, path.name):
                if policy.archive:
                    content = {"name": path.name, "body": await asyncio.to_thread(path.read_bytes)}
                    await self._write_archive({"": [(FILES, content)]}, now)
                await asyncio.to_thread(path.unlink, missing_ok=True)
                gone += 1
        return Counter({FILES: gone}) if gone else Counter()

    async def _write_archive(self, rows: ArchivedRows, now: datetime) -> None:
        for provider, mine in rows.items():
            await asyncio.to_thread(self._archive.append, provider, mine, now)

    def _fit(self, seconds: float) -> None:
        """The next step takes more or less, so that its transaction lasts about `STEP_SECONDS`."""
        self._last_step = seconds
        if seconds > STEP_SECONDS:
            self._take = max(LEAST, self._take // 2)
        elif seconds < STEP_SECONDS / 2:
            self._take = min(MOST // 4, self._take * 2)


def _grouped(table: str, rows: Iterable[Mapping[Any, Any]], providers: Iterable[str]) -> ArchivedRows:
    """Rows of one table for the archives of their providers."""
    found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for row, provider in zip(rows, providers, strict=True):
        found.setdefault(provider, []).append((table, dict(row)))
    return found


def _sections(settings: Settings) -> tuple[str, ...]:
    return ("telegram", "mailbox", *settings.more)


def _due_cases(provider: str, cutoff: datetime) -> Select[Any]:
    mine = (CASES.c.provider == provider, text(OVER), CASES.c.updated_at < cutoff)
    return select(CASES).where(*mine, ~held(CASES.c.id, CASES.c.person_id)).order_by(CASES.c.updated_at)


def _old_messages(cutoff: datetime) -> tuple[ColumnElement[bool], ...]:
    """Messages of no case. One that waits for an agent, or was accepted, belongs to the case that it claims."""
    claims = select(pending.c.arrival_id).join(CASES, CASES.c.id == pending.c.case_id)
    kept = claims.where(CASES.c.purged_at.is_(None))
    lanes = select(ADDRESSES.c.channel + ":" + ADDRESSES.c.value)
    on_hold = lanes.join(HOLDS, and_(HOLDS.c.person_id == ADDRESSES.c.person_id, HOLDS.c.person_id != 0))
    return (
        arrivals.c.case_id.is_(None),
        arrivals.c.state.in_(("done", "quarantined")),
        arrivals.c.received_at < cutoff,
        arrivals.c.id.not_in(kept),
        arrivals.c.lane.not_in(on_hold),
    )


def _old_departures(cutoff: datetime) -> tuple[ColumnElement[bool], ...]:
    """What was sent, or could not be, in no case's name: alarms, answers to nobody."""
    return (
        departures.c.case_id == 0,
        departures.c.state.not_in(("pending", "sending", HELD)),
        departures.c.created_at < cutoff,
    )


async def _rows_to_archive(
    connection: AsyncConnection, provider: str, cases: Sequence[Mapping[str, Any]]
) -> list[tuple[str, Mapping[str, Any]]]:
    """All rows of these cases and of their people, with the names of their tables."""
    ids, people = [one["id"] for one in cases], {one["person_id"] for one in cases}
    came = [row.id for row in await arrivals_of_cases(connection, provider, ids)]
    conditions = {
        **{table: rows_of(table, provider, ids) for table in (*OF_CASE, LINKS)},
        PEOPLE: and_(PEOPLE.c.provider == provider, PEOPLE.c.id.in_(people)),
        ADDRESSES: and_(ADDRESSES.c.provider == provider, ADDRESSES.c.person_id.in_(people)),
        arrivals: arrivals.c.id.in_(came),
    }
    found = [(CASES.name, one) for one in cases]
    for table, mine in conditions.items():
        rows = (await connection.execute(select(table).where(mine))).mappings()
        found += [(table.name, dict(row)) for row in rows]
    return found


async def _count_due(connection: AsyncConnection, provider: str, cutoff: datetime) -> Counter[str]:
    due = _due_cases(provider, cutoff).order_by(None).with_only_columns(CASES.c.id)
    found = Counter({CASES.name: int(await connection.scalar(select(func.count()).select_from(due.subquery())) or 0)})
    for table in (*OF_CASE, arrivals):
        mine: ColumnElement[bool] = table.c.case_id.in_(due)
        if table in (JOURNAL, DIALOG_STATES):
            mine = and_(table.c.provider == provider, mine)
        query = select(func.count()).select_from(table).where(mine)
        found[table.name] = int(await connection.scalar(query) or 0)
    return found


def _count_key(row: Row[Any]) -> tuple[Any, ...]:
    month = f"{row.opened_at:%Y-%m}"
    return row.provider, month, row.channel_kind, row.category, row.state, row.registered_at is not None


async def _add_counts(connection: AsyncConnection, counts: Mapping[tuple[Any, ...], int]) -> None:
    table: Table = CaseCountRow.__table__  # type: ignore[assignment]
    keys: Sequence[Column[Any]] = list(table.primary_key)
    for key, number in counts.items():
        mine = and_(*(column == value for column, value in zip(keys, key, strict=True)))
        before = int(await connection.scalar(select(table.c.number).where(mine)) or 0)
        named = dict(zip((column.name for column in keys), key, strict=True))
        await connection.execute(upsert(connection, table).values(**named, number=before + number))


def _old_files(folder: Path, cutoff: datetime) -> list[Path]:
    """Files that nobody sent again since."""
    if not folder.is_dir():
        return []
    return [one for one in folder.iterdir() if one.is_file() and one.stat().st_mtime < cutoff.timestamp()]


async def is_file_referenced(database: Database, providers: Collection[str], name: str) -> bool:
    """Whether any entry of a journal names this file of a terminal's folder."""
    async with database.read(*providers) as session:
        words = cast(JOURNAL.c.files, Text)
        return (await session.execute(select(JOURNAL.c.id).where(words.contains(name)).limit(1))).first() is not None
