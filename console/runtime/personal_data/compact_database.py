"""The database written anew, so that nothing of what was deleted is left in its files.

SQLite leaves deleted rows in free pages and in the write-ahead log until they are needed for something else. PostgreSQL
lets the server use their place again; its own write-ahead log and backups are those of whoever runs it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from desk.storage.base import METADATA
from desk.storage.database import Database

WAIT = 60.0
"""Seconds for which readers may keep the end of the write-ahead log."""


async def compact(database: Database) -> bool:
    """Writes it anew. Who writes meanwhile waits, who reads does not. False where readers kept the former log for a
    minute: it is emptied at the next checkpoint that finds nobody."""
    if database.sqlite:
        return await asyncio.to_thread(_vacuum_sqlite, make_url(database.url).database or "")
    engine = create_async_engine(database.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            for table in METADATA.sorted_tables:
                await connection.execute(text(f"VACUUM {table.name}"))
    finally:
        await engine.dispose()
    return True


def _vacuum_sqlite(path: str) -> bool:
    with closing(sqlite3.connect(path, timeout=WAIT, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        until = time.monotonic() + WAIT
        while True:
            (busy, *_), *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            if not busy or time.monotonic() > until:
                return not busy
            time.sleep(0.05)
