"""Rows out of an SQLite file into PostgreSQL, whose tables are of the same version: one transaction, by the desk's own
role.

Row-level security allows no COPY, so rows are copied into a temporary table and put from there into their own, for a
fraction of what their INSERT would cost; PostgreSQL itself reads times; and indexes are made anew once all rows are
there.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from asyncpg.exceptions import PostgresError

from console.runtime.all_tables import METADATA
from console.runtime.backup.archive import BackupRefused, Progress, count_rows, opened, sequences_of, table_names
from console.runtime.backup.postgres_rows import BYTES, connected, difference, listed, named
from desk.language.translatable import sentence

AT_ONCE, STAGED_ROWS = 50, 5_000
"""Rows that are read before it is asked how many bytes they are, and that are on their way at a time."""
Row = tuple[Any, ...]
_LONG = ("BLOB", "TEXT", "JSON")
"""SQLite's names of the types whose values may be of any length."""
_STAGED = {"varchar": "text", "bpchar": "text", "json": "text", "timestamptz": "text"}
_FROM_STAGE = {"json": "{}::json", "timestamptz": "{}::timestamp AT TIME ZONE 'UTC'"}
_CONVERTED: Mapping[str, Callable[[Any], Any]] = {"bool": bool, "float4": float, "float8": float}
"""How a value travels and becomes one of PostgreSQL's types."""
_INDEXES = """
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made
    FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid
    WHERE t.relnamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = i.indexrelid) ORDER BY 1
"""


async def write_from(source: Path, url: str, progress: Progress) -> None:
    """Copies every row of an SQLite file into PostgreSQL, whose tables are of the same version and have no rows.

    Raises `BackupRefused` where a row is not taken, or the two differ afterwards; nothing is written then.
    """
    with opened(source, "ro") as file:
        counted = count_rows(file)
        async with connected(url) as driver, driver.transaction():
            await driver.execute("SELECT set_config('firstline.providers', $1, true)", ",".join(_providers(file)))
            await driver.execute("SET LOCAL maintenance_work_mem = '128MB'")
            again = await _drop_indexes(driver)
            await _write_rows(file, driver, counted, progress)
            for name, last in sequences_of(file).items():
                if last:
                    await driver.execute("SELECT setval(pg_get_serial_sequence(quote_ident($1), 'id'), $2)", name, last)
            there = {name: int(await driver.fetchval(f'SELECT count(*) FROM "{name}"')) for name in counted}
            if there != counted:
                raise BackupRefused(difference(counted, there))
            for statement in again:
                await driver.execute(statement)
        async with connected(url) as driver:
            for name in counted:
                await driver.execute(f'ANALYZE "{name}"')  # queries are planned by what is there now


async def _drop_indexes(driver: Any) -> list[str]:
    """Drops the indexes that hold no rule. Returns the statements that make them again."""
    indexes = await driver.fetch(_INDEXES)
    for one in indexes:
        await driver.execute(f"DROP INDEX {one['name']}")
    return [str(one["made"]) for one in indexes]


async def _write_rows(file: sqlite3.Connection, driver: Any, counted: Mapping[str, int], progress: Progress) -> None:
    total, done = sum(counted.values()), 0
    for name in [table.name for table in METADATA.sorted_tables if table.name in counted]:
        columns = {str(row[1]): str(row[2]) for row in file.execute(f'PRAGMA table_info("{name}")')}
        if name == "counters":
            await driver.execute("DELETE FROM counters")  # the migration puts the first ones there
        statement, converters = await _prepare_stage(driver, name, list(columns))
        long = [at for at, kind in enumerate(columns.values()) if kind.upper() in _LONG]
        batches = _batches(file.execute(f'SELECT {listed(columns)} FROM "{name}"'), long, converters)
        following = await asyncio.to_thread(next, batches, None)
        while (batch := following) is not None:
            inserting = asyncio.create_task(_insert(driver, statement, batch, name))
            try:
                following = await asyncio.to_thread(next, batches, None)  # while PostgreSQL writes
            finally:
                await inserting
            done += len(batch)
            progress(sentence("rows"), done, total)


async def _prepare_stage(
    driver: Any, table: str, columns: Sequence[str]
) -> tuple[str, list[Callable[[Any], Any] | None]]:
    """Makes the temporary table. Returns the statement that empties it into ``table``, and how each column's values are
    converted for it."""
    statement = await driver.prepare(f'SELECT {listed(columns)} FROM "{table}"')
    types = {name: one.type.name for name, one in zip(columns, statement.get_attributes(), strict=True)}
    stage = ", ".join(f'"{name}" {_STAGED.get(kind, kind)}' for name, kind in types.items())
    await driver.execute(f"CREATE TEMPORARY TABLE {_stage_of(table)} ({stage}) ON COMMIT DROP")
    values = ", ".join(_FROM_STAGE.get(kind, "{}").format(f'"{name}"') for name, kind in types.items())
    whole = f"INSERT INTO {named(table, columns)} SELECT {values} FROM {_stage_of(table)}; TRUNCATE {_stage_of(table)}"
    return whole, [_CONVERTED.get(kind) for kind in types.values()]


def _stage_of(table: str) -> str:
    return f"rows_of_{table}"  # asyncpg remembers what columns a name has


async def _insert(driver: Any, statement: str, rows: Sequence[Row], table: str) -> None:
    try:
        await driver.copy_records_to_table(_stage_of(table), records=rows)
        await driver.execute(statement)
    except (PostgresError, ValueError, TypeError, OverflowError) as error:
        why = str(error).splitlines()[0]
        raise BackupRefused(sentence("PostgreSQL takes no row of {table}: {why}", table=table, why=why)) from None


def _batches(
    cursor: sqlite3.Cursor, long: Sequence[int], converters: Sequence[Callable[[Any], Any] | None]
) -> Iterator[list[Row]]:
    """Some rows at a time; ``long`` are the columns by whose bytes it is bounded."""
    odd = [(at, convert) for at, convert in enumerate(converters) if convert is not None]
    batch: list[Row] = []
    weight = 0
    while rows := cursor.fetchmany(AT_ONCE):
        batch += [_converted(row, odd) for row in rows] if odd else rows
        weight += sum(len(row[at] or "") for at in long for row in rows)
        if len(batch) >= STAGED_ROWS or weight >= BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _converted(row: Row, odd: Sequence[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for at, convert in odd:
        if values[at] is not None:
            values[at] = convert(values[at])
    return tuple(values)


def _providers(file: sqlite3.Connection) -> list[str]:
    """Whose rows there are: all are named to the transaction that writes them."""
    found: set[str] = set()
    for name in table_names(file):
        if any(row[1] == "provider" for row in file.execute(f'PRAGMA table_info("{name}")')):
            found |= {str(row[0]) for row in file.execute(f'SELECT DISTINCT provider FROM "{name}"')}
    return sorted(found)
