"""Rows that a batch of rounds will write: collected from everybody first, so that each table is one statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.model.case import Case
from desk.model.dialog_state import DialogStateRow
from desk.model.journal import JournalEntry
from desk.model.subscribers import Person, PersonAddress
from desk.storage.database import upsert

PEOPLE, ADDRESSES, CASES, DIALOG_STATES, JOURNAL = (
    cast(Table, kind.__table__) for kind in (Person, PersonAddress, Case, DialogStateRow, JournalEntry)
)


class StaleRead(Exception):
    """Something changed between looking and writing: look again."""


@dataclass(slots=True)
class WriteBuffer:
    """Rows and statements to be written after the cases that were changed, in the order of the tables' first use.

    New people, addresses, cases and journal lines come before everything else, as they refer to each other.
    """

    inserts: dict[Table, list[dict[str, Any]]] = field(
        default_factory=lambda: {table: [] for table in (PEOPLE, ADDRESSES, CASES, JOURNAL)}
    )
    replaced: dict[Table, dict[tuple[Any, ...], dict[str, Any]]] = field(default_factory=dict)
    statements: list[Executable] = field(default_factory=list)
    changes: list[Executable] = field(default_factory=list)
    repeated: dict[Executable, list[dict[str, Any]]] = field(default_factory=dict)

    def insert(self, table: Table, **row: Any) -> None:
        """One more row; all rows of a table go in one statement."""
        self.inserts.setdefault(table, []).append(row)

    def run(self, statement: Executable, **values: Any) -> None:
        """A statement once more, with these values: all runs of one statement are one trip to the database."""
        self.repeated.setdefault(statement, []).append(values)

    def change_one(self, statement: Executable) -> None:
        """A statement that changes exactly one row; `write` raises `StaleRead` where it does not."""
        self.changes.append(statement)

    def replace(self, table: Table, **row: Any) -> None:
        """One row that takes the place of whatever has its primary key; the last one written counts."""
        self.replaced.setdefault(table, {})[tuple(row[column.name] for column in table.primary_key)] = row

    async def write(self, connection: AsyncConnection) -> None:
        """All of it, within the transaction of this connection. Raises `StaleRead` where another was quicker."""
        for table, rows in self.inserts.items():
            if rows:
                await connection.execute(table.insert(), rows)
        for table, replaced in self.replaced.items():
            # In one order, whoever writes: two that lock the same rows must not wait for each other.
            await connection.execute(upsert(connection, table), [replaced[key] for key in sorted(replaced)])
        for statement in self.changes:
            if cast(CursorResult[Any], await connection.execute(statement)).rowcount != 1:
                raise StaleRead("somebody else was quicker")
        for statement in self.statements:
            await connection.execute(statement)
        for statement, runs in self.repeated.items():
            await connection.execute(statement, runs)
