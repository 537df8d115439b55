"""Rows out of PostgreSQL into an SQLite file of the same tables, as they are: no value is read for what it means.

One snapshot of the whole database is read (`postgres_rows.snapshot`). PostgreSQL itself spells times as SQLite has
them, which costs a fraction of what it would cost here; and the next rows are read while the last are written.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from console.runtime.backup.archive import BackupRefused, Progress, count_rows, opened, table_names
from console.runtime.backup.pace import step_back
from console.runtime.backup.postgres_rows import BYTES, ROWS, columns_of, difference, named
from desk.language.translatable import sentence

Row = tuple[Any, ...]
_SERIAL = "SELECT pg_get_serial_sequence(quote_ident($1), 'id')"
_IN_SQLITE = {
    "timestamptz": """to_char("{0}" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')""",
    "bool": '"{0}"::int',
}
"""How PostgreSQL spells a value as SQLite has it, by the types of columns."""


async def read_into(driver: Any, target: Path, progress: Progress, longest_rest: float = 0.0) -> dict[str, int]:
    """Copies every row of a snapshot into an SQLite file whose tables are of the same version and empty.

    With ``longest_rest`` every batch is followed by a rest as long as it took, at most of so many seconds, in which
    the server works for others. Returns how many rows each table has in PostgreSQL. Raises `BackupRefused` where the
    two differ at the end.
    """
    columns = await columns_of(driver)
    with opened(target) as file, ThreadPoolExecutor(1, initializer=step_back) as writer:
        # The file is new, and is brought to the disk once, at the end.
        for pragma in ("synchronous = OFF", "journal_mode = OFF", "cache_size = -100000"):
            file.execute(f"PRAGMA {pragma}")
        indexes = _drop_indexes(file)
        names = table_names(file)
        counted = {name: int(await driver.fetchval(f'SELECT count(*) FROM "{name}"')) for name in names}
        copying = _Copying(file, writer, progress, sum(counted.values()), longest_rest)
        file.execute("BEGIN")
        for name in names:
            _require_same_columns(file, name, columns.get(name, {}))
            file.execute(f'DELETE FROM "{name}"')  # the migration puts the first counters there
            await copying.table(name, list(columns[name]), _read(driver, name, columns[name]))
            await _take_sequence(driver, file, name)
        for statement in indexes:
            file.execute(statement)
        file.execute("COMMIT")
        if (there := count_rows(file)) != counted:
            raise BackupRefused(difference(counted, there))
    return counted


class _Copying:
    """Writes batches in a thread of its own."""

    def __init__(
        self, file: sqlite3.Connection, writer: ThreadPoolExecutor, progress: Progress, total: int, longest_rest: float
    ) -> None:
        self._file, self._writer, self._progress, self._total = file, writer, progress, total
        self._longest_rest = longest_rest
        self._done = 0

    async def table(self, name: str, columns: Sequence[str], batches: AsyncIterator[list[Row]]) -> None:
        """Writes one table."""
        insert = f"INSERT INTO {named(name, columns)} VALUES ({', '.join('?' * len(columns))})"
        loop, began = asyncio.get_running_loop(), time.monotonic()
        last: asyncio.Future[Any] | None = None
        async for batch in batches:
            if last:
                await last
            last = loop.run_in_executor(self._writer, self._write, insert, batch)
            self._done += len(batch)
            self._progress(sentence("rows"), self._done, self._total)
            if self._longest_rest:
                await last
                await asyncio.sleep(min(time.monotonic() - began, self._longest_rest))
                began = time.monotonic()
        if last:
            await last

    def _write(self, insert: str, batch: list[Row]) -> None:
        # Its cursor must end here: if it ended in another thread, that would reset the statement under the next batch.
        self._file.executemany(insert, batch)


def _drop_indexes(file: sqlite3.Connection) -> list[str]:
    """Drops the indexes, which are made much faster once all rows are there. Returns how each is made again."""
    query = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    found = {str(name): str(sql) for name, sql in file.execute(query)}
    for name in found:
        file.execute(f'DROP INDEX "{name}"')
    return list(found.values())


def _require_same_columns(file: sqlite3.Connection, table: str, theirs: Mapping[str, str]) -> None:
    ours = {str(row[1]) for row in file.execute(f'PRAGMA table_info("{table}")')}
    if differing := sorted(ours ^ set(theirs)):
        what = "the table {table} is not as this version has it ({columns}): see 'firstline check'"
        raise BackupRefused(sentence(what, table=table, columns=", ".join(differing)))


async def _read(driver: Any, table: str, columns: Mapping[str, str]) -> AsyncIterator[list[Row]]:
    """All rows, a bounded number of bytes at a time."""
    spelled = ", ".join(_IN_SQLITE.get(kind, '"{0}"').format(name) for name, kind in columns.items())
    query = f'SELECT {spelled} FROM "{table}"'
    if table == "arrivals":
        # Mails may have 25 MB each, so it is asked first how large they are.
        ranged = await driver.prepare(f'{query} WHERE "id" BETWEEN $1 AND $2 ORDER BY "id"')
        sizes = await driver.fetch('SELECT id, octet_length(body) AS size FROM "arrivals" ORDER BY id')
        for first, last in _ranges(sizes):
            yield list(map(tuple, await ranged.fetch(first, last)))
        return
    cursor = await driver.cursor(query)
    while rows := await cursor.fetch(ROWS):
        yield list(map(tuple, rows))


def _ranges(sizes: Sequence[Mapping[str, int]]) -> Iterator[tuple[int, int]]:
    first, rows, weight, last = 0, 0, 0, 0
    for one in sizes:
        if rows and (rows >= ROWS or weight + one["size"] > BYTES):
            yield first, last
            rows = weight = 0
        first = first if rows else one["id"]
        rows, weight, last = rows + 1, weight + one["size"], one["id"]
    if rows:
        yield first, last


async def _take_sequence(driver: Any, file: sqlite3.Connection, table: str) -> None:
    """Ids go on where they are, also where the last rows are gone."""
    keeps = "SELECT 1 FROM sqlite_schema WHERE name = ? AND sql LIKE '%AUTOINCREMENT%'"
    if not file.execute(keeps, (table,)).fetchone():
        return
    sequence = await driver.fetchval(_SERIAL, table)
    last = await driver.fetchrow(f"SELECT last_value, is_called FROM {sequence}")
    file.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    value = last["last_value"] if last["is_called"] else last["last_value"] - 1
    file.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, value))
