"""Tables of accounts read in tests, and an index of them."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from console.runtime.migrate import migrate
from desk.model.shared_facts import Account
from desk.storage.database import Database
from intake.identity.index.import_accounts import ImportReport, TableFile, import_table
from intake.identity.index.read_table import TableReading, read_table
from intake.identity.index.stored_accounts import from_json
from intake.identity.index.workbench import ImportWorkbench
from intake.identity.sources.table_mapping import NO_MAPPING, TableMapping

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def read(
    source: bytes, name: str = "entitlements.csv", shape: str = "", mapping: TableMapping = NO_MAPPING
) -> tuple[TableReading, list[Account]]:
    """What is understood of the bytes of a table, and its accounts."""
    workbench = ImportWorkbench()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(source)
        reading = read_table(path, workbench, "sever", shape=shape, mapping=mapping)
    accounts = [from_json("sever", row[4]) for row in workbench.new_accounts()]
    workbench.close()
    return reading, accounts


def clock() -> datetime:
    """The instant at which tables are taken."""
    return NOW


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A new database with its tables."""
    database = Database(url)
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


async def taken(database: Database, path: Path, shape: str = "", **how: object) -> ImportReport:
    """Takes a file as the table of the provider sever."""
    file = TableFile(path, "sever", shape, **how)  # type: ignore[arg-type]
    return await import_table(database, file, path.parent / "import", clock)
