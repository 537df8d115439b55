"""Takes a table of accounts into the index: whole or not at all, and by one process at a time.

New versions of accounts are written beside those in use, in transactions so small that nobody waits long for one, and
come into use together (`account_tables`). What a broken import left is removed by the next one.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.clock import Clock
from desk.language.operator_file_faults import Fault
from desk.storage import channel_leases
from desk.storage.database import Database, InsertIgnoringDuplicates, upsert
from desk.storage.process_identity import new_holder
from intake.identity.index.account_tables import ACCOUNT_KEYS, ACCOUNT_TABLES, ACCOUNTS
from intake.identity.index.find_accounts import IN_USE
from intake.identity.index.read_table import (
    InvalidTable,
    Progress,
    TableReading,
    contradiction,
    faults_as_json,
    file_hash,
    findings_of,
    read_table,
    refusal,
)
from intake.identity.index.stored_accounts import KEYS_VERSION, from_json, keys_of
from intake.identity.index.workbench import ImportWorkbench, RowKind
from intake.identity.sources.table_mapping import NO_MAPPING, TableMapping

FEW = 10
"""So many accounts may vanish at once whatever share they are: a small table changes by large shares."""
PAGE = 5000
"""Rows that are read at once."""
ROWS_AT_ONCE = 2000
"""Rows that one transaction writes: of SQLite everybody else waits for it."""
REST = 0.002
"""Seconds between two of them, in which others may write."""
MANY_SHARE = 5
"""Accounts that a phone or an address may have in common without a word."""
SHOWN = 5
Chunk = TypeVar("Chunk")


class ImportBusy(Exception):
    """Another process takes a table of this provider just now."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file to be taken as the accounts of a provider. ``shape`` is that of its contract numbers; at most
    ``shrink_at_most`` percent of the accounts in use may vanish. ``is_own`` for the file of the provider's folder,
    whose hash is kept so that it is taken again once it has changed."""

    path: Path
    provider: str
    shape: str = ""
    shrink_at_most: int = 20
    mapping: TableMapping = NO_MAPPING
    keys_only: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found. ``gone`` accounts of ``before`` are not in the table any more, ``gone_contracts`` are some
    of them; ``shared`` are values that many of its accounts have. ``refused`` says why nothing was taken; ``is_taken``
    is false as well where it was only tried."""

    reading: TableReading
    before: int
    gone: int
    gone_contracts: Sequence[str] = ()
    shared: Sequence[tuple[str, int]] = ()
    refused: Fault | None = None
    is_taken: bool = False


@dataclass(slots=True)
class StoredTable:
    """The row of `account_tables`, or what stands for none."""

    generation: int = 0
    last_id: int = 0
    number: int = 0
    source: str = ""
    read_at: datetime | None = None
    file_hash: str = ""
    shape: str = ""
    findings: dict[str, Any] = field(default_factory=dict)
    extra_columns: Sequence[str] = ()
    service_levels: Sequence[str] = ()
    keys_version: int = KEYS_VERSION
    is_pending: bool = False


_LAZILY = text("SET LOCAL synchronous_commit = off")
_COLUMNS = [column for column in ACCOUNT_TABLES.c if column.name != "provider"]
_FORMER = (
    select(ACCOUNTS.c.contract, ACCOUNTS.c.id, ACCOUNTS.c.fingerprint)
    .join(ACCOUNT_TABLES, ACCOUNT_TABLES.c.provider == ACCOUNTS.c.provider)
    .where(ACCOUNTS.c.provider == bindparam("whose"), ACCOUNTS.c.id > bindparam("after"), IN_USE)
    .order_by(ACCOUNTS.c.id)
    .limit(PAGE)
)
_NAMES = ("provider", "id", "contract", "status", "service_level", "data", "searched", "fingerprint", "since")
_WRITE_ACCOUNTS = InsertIgnoringDuplicates(ACCOUNTS, *_NAMES)
_WRITE_KEYS = InsertIgnoringDuplicates(ACCOUNT_KEYS, "key", "provider", "account_id", "value")


async def stored_tables(database: Database, providers: Iterable[str]) -> dict[str, StoredTable]:
    """What is in use of each provider that has a table."""
    names = sorted(providers)
    if not names:
        return {}
    async with database.read(*names) as session:
        query = select(ACCOUNT_TABLES).where(ACCOUNT_TABLES.c.provider.in_(names))
        rows = (await (await session.connection()).execute(query)).mappings().all()
    return {row["provider"]: StoredTable(**{key: row[key] for key in row if key != "provider"}) for row in rows}


async def import_table(
    database: Database,
    file: TableFile,
    folder: Path,
    clock: Clock,
    *,
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
) -> ImportReport:
    """Takes a file as the accounts of its provider; with ``dry_run`` only says what would become of them. ``folder``
    is where a file may lie meanwhile. ``progress`` is told of a share of all the work.

    Raises `InvalidTable` and OSError for a file that cannot be read, `ImportBusy`, and what databases raise.
    """
    if dry_run:
        return await _Import(database, file, folder, clock, progress).run(dry_run=True)
    async with _alone(database, file.provider, clock) as still_alone:
        return await _Import(database, file, folder, clock, progress, still_alone).run()


@asynccontextmanager
async def _alone(database: Database, provider: str, clock: Clock) -> AsyncIterator[Callable[[AsyncConnection], Any]]:
    """Holds the lease to import a provider's table, and renews it. Gives what makes sure of it in a transaction."""
    name, holder = f"import:{provider}", new_holder()
    if name not in await channel_leases.acquire(database, [name], holder, clock()):
        raise ImportBusy(provider)

    async def renew() -> None:
        while True:
            await asyncio.sleep(channel_leases.LEASE_TIME.total_seconds() / 4)
            await channel_leases.acquire(database, [name], holder, clock())

    renewing = asyncio.create_task(renew())
    try:
        yield lambda connection: channel_leases.require(connection, name, holder)
    finally:
        renewing.cancel()
        await channel_leases.release(database, holder)


async def _nobody_else(connection: AsyncConnection) -> None:
    """For who writes nothing."""


class _Import:
    def __init__(
        self,
        database: Database,
        file: TableFile,
        folder: Path,
        clock: Clock,
        progress: Progress,
        still_alone: Callable[[AsyncConnection], Any] = _nobody_else,
    ) -> None:
        self._database, self._file, self._folder, self._clock = database, file, folder, clock
        self._progress, self._still_alone = progress, still_alone
        self._provider = file.provider

    async def run(self, dry_run: bool = False) -> ImportReport:
        stored = (await stored_tables(self._database, [self._provider])).get(self._provider, StoredTable())
        if stored.is_pending and not dry_run:
            await self._remove_leftovers(stored)
        digest = await asyncio.to_thread(hash_of, self._file.path)
        workbench = await asyncio.to_thread(ImportWorkbench, stored.last_id, self._folder)
        try:
            return await self._compare_and_take(workbench, stored, digest, dry_run)
        finally:
            await asyncio.to_thread(workbench.close)

    async def _compare_and_take(
        self, workbench: ImportWorkbench, stored: StoredTable, digest: str, dry_run: bool
    ) -> ImportReport:
        await self._load_former(workbench, all_anew=stored.keys_version != KEYS_VERSION)
        reading = await asyncio.to_thread(self._read, workbench)
        report = await asyncio.to_thread(self._report, workbench, reading)
        if dry_run or report.refused:
            return report
        await self._take(workbench, stored, reading, digest)
        self._progress(100, 100)
        return ImportReport(
            report.reading, report.before, report.gone, report.gone_contracts, report.shared, None, True
        )

    async def _load_former(self, workbench: ImportWorkbench, all_anew: bool) -> None:
        """The accounts in use; ``all_anew`` where even those that stay as they are get other keys."""
        after = 0
        while True:
            async with self._database.read(self._provider) as session:
                connection = await session.connection()
                rows = (await connection.execute(_FORMER, {"whose": self._provider, "after": after})).all()
            workbench.add_former((row.contract, row.id, 0 if all_anew else row.fingerprint) for row in rows)
            if len(rows) < PAGE:
                return
            after = rows[-1].id

    def _read(self, workbench: ImportWorkbench) -> TableReading:
        file = self._file
        return read_table(
            file.path,
            workbench,
            file.provider,
            shape=file.shape,
            mapping=file.mapping,
            keys_only=file.keys_only,
            progress=lambda done, total: self._progress(round(40 * done / max(1, total)), 100),
        )

    def _report(self, workbench: ImportWorkbench, reading: TableReading) -> ImportReport:
        before, gone = workbench.former_number(), workbench.gone_number()
        shared = workbench.shared_keys(MANY_SHARE, SHOWN)
        refused = contradiction(self._file.path, reading) or self._refusal(before, gone)
        return ImportReport(reading, before, gone, workbench.gone(SHOWN), shared, refused)

    def _refusal(self, before: int, gone: int) -> Fault | None:
        share = round(100 * gone / max(1, before))
        if gone <= FEW or share <= self._file.shrink_at_most:
            return None
        return refusal(self._file.path, gone, before, share, self._file.shrink_at_most)

    async def _take(self, workbench: ImportWorkbench, stored: StoredTable, reading: TableReading, digest: str) -> None:
        """Writes the new versions, marks those they replace, and brings both into use."""
        generation, provider = stored.generation + 1, self._provider
        former_last_id, former_keys = stored.last_id, stored.keys_version
        await self._set(stored, is_pending=True)
        accounts = ((provider, *row, generation) for row in workbench.new_accounts())
        new = reading.number - reading.rows[RowKind.SAME]
        await self._write(_WRITE_ACCOUNTS, accounts, max(1, new), 40, 65)
        keys = ((key, provider, id, value) for key, id, value in workbench.new_keys())
        await self._write(_WRITE_KEYS, keys, max(1, workbench.new_keys_number()), 65, 95)
        replaced = (
            update(ACCOUNTS)
            .where(ACCOUNTS.c.provider == provider, ACCOUNTS.c.id.in_(bindparam("ids", expanding=True)))
            .values(until=generation)
        )
        for ids in _chunks(workbench.replaced_ids(), 500):
            async with self._transaction() as connection:
                await connection.execute(replaced, {"ids": ids})
        await self._set(
            stored,
            generation=generation,
            last_id=workbench.last_id,
            number=reading.number,
            source=self._file.path.name[:255],
            read_at=self._clock(),
            file_hash=digest if self._file.is_own else stored.file_hash,
            shape=self._file.shape,
            findings=findings_of(reading),
            extra_columns=list(reading.extra_columns),
            service_levels=list(reading.service_levels),
            keys_version=KEYS_VERSION,
            is_pending=False,
        )
        await self._remove(ACCOUNTS.c.until <= generation)
        if former_keys != KEYS_VERSION:
            await self._remove_unknown_keys(former_last_id)

    async def _write(
        self, write: InsertIgnoringDuplicates, rows: Iterator[tuple[Any, ...]], total: int, begin: int, end: int
    ) -> None:
        done = 0
        chunks = _chunks(rows, ROWS_AT_ONCE)
        while chunk := await asyncio.to_thread(next, chunks, None):
            async with self._transaction(is_unseen=True) as connection:
                await write.write(connection, chunk)
            done += len(chunk)
            self._progress(begin + round((end - begin) * done / total), 100)
            await asyncio.sleep(REST)

    @asynccontextmanager
    async def _transaction(self, is_unseen: bool = False) -> AsyncIterator[AsyncConnection]:
        """``is_unseen`` where nobody sees what is written: PostgreSQL need not bring it to the disk at once, since it
        is there before the one transaction by which it comes into use."""
        async with self._database.write(self._provider) as session:
            connection = await session.connection()
            if is_unseen and not self._database.sqlite:
                await connection.execute(_LAZILY)
            await self._still_alone(connection)
            yield connection

    async def _set(self, stored: StoredTable, **values: Any) -> None:
        for name, value in values.items():
            setattr(stored, name, value)
        row = {column.name: getattr(stored, column.name) for column in _COLUMNS}
        row["read_at"] = row["read_at"] or self._clock()
        async with self._transaction() as connection:
            await connection.execute(upsert(connection, ACCOUNT_TABLES), {"provider": self._provider, **row})

    async def _remove_leftovers(self, stored: StoredTable) -> None:
        """What an import wrote that was broken off."""
        await self._remove(ACCOUNTS.c.id > stored.last_id)
        again = update(ACCOUNTS).where(ACCOUNTS.c.provider == self._provider, ACCOUNTS.c.until > stored.generation)
        async with self._transaction() as connection:
            await connection.execute(again.values(until=None))
        await self._remove(ACCOUNTS.c.until <= stored.generation)
        await self._set(stored, is_pending=False)

    async def _remove_unknown_keys(self, last_id: int) -> None:
        """Keys that an earlier version folded in its own way, of versions of accounts that are gone."""
        theirs = (ACCOUNT_KEYS.c.provider == self._provider, ACCOUNT_KEYS.c.account_id <= last_id)
        async with self._transaction() as connection:
            await connection.execute(delete(ACCOUNT_KEYS).where(*theirs))

    async def _remove(self, which: Any) -> None:
        """Deletes versions of accounts that are not in use, with their keys."""
        query = select(ACCOUNTS.c.id, ACCOUNTS.c.data).where(ACCOUNTS.c.provider == self._provider, which)
        page = query.order_by(ACCOUNTS.c.id).limit(ROWS_AT_ONCE // 4)
        key = delete(ACCOUNT_KEYS).where(
            ACCOUNT_KEYS.c.key == bindparam("gone_key"),
            ACCOUNT_KEYS.c.provider == self._provider,
            ACCOUNT_KEYS.c.account_id == bindparam("gone_id"),
        )
        account = delete(ACCOUNTS).where(
            ACCOUNTS.c.provider == self._provider, ACCOUNTS.c.id.in_(bindparam("ids", expanding=True))
        )
        while True:
            async with self._transaction() as connection:
                rows = (await connection.execute(page)).all()
                if not rows:
                    return
                keys = [
                    {"gone_key": one, "gone_id": row.id}
                    for row in rows
                    for one in {name for name, _ in keys_of(from_json(self._provider, row.data))}
                ]
                await connection.execute(key, keys)
                await connection.execute(account, {"ids": [row.id for row in rows]})
            await asyncio.sleep(REST)


def _chunks(rows: Iterable[Chunk], size: int) -> Iterator[list[Chunk]]:
    left = iter(rows)
    while chunk := [*itertools.islice(left, size)]:
        yield chunk


def hash_of(path: Path) -> str:
    """The hash of a table and of the mapping beside it. Raises OSError."""
    mapping = path.with_suffix(".toml")
    return file_hash([path, mapping] if mapping.is_file() else [path])


async def note_refused(database: Database, provider: str, path: Path, faults: Sequence[Fault], clock: Clock) -> None:
    """Keeps that this state of the provider's own file was looked at and not taken, so that not everybody reads it
    again; what is in use stays. Nothing where the file cannot be read."""
    try:
        digest = await asyncio.to_thread(hash_of, path)
    except OSError:
        return
    stored = (await stored_tables(database, [provider])).get(provider, StoredTable())
    values = {
        "provider": provider,
        **{column.name: getattr(stored, column.name) for column in _COLUMNS},
        "read_at": stored.read_at or clock(),
        "file_hash": digest,
        "findings": {**stored.findings, "refused": faults_as_json(faults)},
    }
    async with database.write(provider) as session:
        connection = await session.connection()
        await connection.execute(upsert(connection, ACCOUNT_TABLES), values)


__all__ = [
    "ImportBusy",
    "ImportReport",
    "InvalidTable",
    "StoredTable",
    "TableFile",
    "hash_of",
    "import_table",
    "note_refused",
    "stored_tables",
]
