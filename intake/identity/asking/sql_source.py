"""A client's own database asked by a query: read-only, with bound parameters, two seconds and fifty rows at most."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from desk.model.shared_facts import Account
from intake.identity.asking.accounts_of_records import accounts_of
from intake.identity.asking.source_guard import IN_FLIGHT, SourceTrouble
from intake.identity.asking.source_settings import DRIVERS, SqlSourceSettings

STATEMENT = 2.0
"""Seconds for a statement, by the client's own server where it can count; and then a second more by our clock."""
MOST_ROWS = 50
_STEPS = 10_000
"""Steps of SQLite's machine between two looks at the clock: about a millisecond."""
_READ_ONLY: Mapping[str, tuple[str, ...]] = {
    "postgresql": ("SET TRANSACTION READ ONLY", "SET LOCAL statement_timeout = 2000"),
    "mysql": ("SET TRANSACTION READ ONLY", "SET SESSION MAX_EXECUTION_TIME = 2000"),
    "mariadb": ("SET TRANSACTION READ ONLY", "SET SESSION max_statement_time = 2"),
    "sqlite": ("PRAGMA query_only = ON",),
}


class SqlSource:
    """Asks a database for accounts, with the operator's query for each kind of key."""

    def __init__(self, settings: SqlSourceSettings, shape: str = "") -> None:
        self._settings, self._shape = settings, shape
        self._engine: AsyncEngine | None = None

    async def ask(self, kind: str, value: str) -> tuple[Account, ...]:
        """The accounts with this key. Raises `SourceTrouble`."""
        query = self._settings.queries.get(kind)
        if query is None:
            return ()
        try:
            async with asyncio.timeout(STATEMENT + 1):
                rows = await self._rows(query, value)
            return accounts_of(rows, self._settings.provider, self._shape, self._settings.mapping)
        except TimeoutError:
            raise SourceTrouble("it did not answer in time") from None
        except (SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            raise SourceTrouble(f"it cannot be asked: {type(cause).__name__}") from None
        except ValueError:
            raise SourceTrouble("its answer has no contract") from None
        except ImportError:
            raise SourceTrouble("its driver is not installed") from None

    async def _rows(self, query: str, value: str) -> list[Mapping[str, Any]]:
        async with self._opened().connect() as connection:
            try:
                await _read_only(connection)
                result = await connection.execute(text(query), {"value": value})
                rows: list[Mapping[str, Any]] = [dict(row) for row in result.mappings().fetchmany(MOST_ROWS)]
                await connection.rollback()
            except asyncio.CancelledError:
                await connection.invalidate()  # a server that is silent would not answer a rollback either
                raise
            return rows

    def _opened(self) -> AsyncEngine:
        if self._engine is None:
            url = make_url(self._settings.url)
            if self._settings.password:
                url = url.set(password=self._settings.password.reveal())
            backend = url.get_backend_name()
            url = url.set(drivername=f"{backend}+{DRIVERS[backend]}")
            if backend == "sqlite":
                # Opened so that it cannot be written, and is not made where it is not there.
                path = Path(url.database or "").resolve()
                url = url.set(database=f"file:{path}", query={"mode": "ro", "uri": "true"})
            self._engine = create_async_engine(
                url, pool_size=IN_FLIGHT, max_overflow=0, hide_parameters=True, pool_recycle=300, pool_timeout=STATEMENT
            )
        return self._engine

    async def close(self) -> None:
        """Closes its connections; of a server that is silent nobody waits for the last word."""
        engine, self._engine = self._engine, None
        if engine is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(STATEMENT):
                    await engine.dispose()


async def _read_only(connection: AsyncConnection) -> None:
    """What is asked from now on changes nothing, and ends in time."""
    name = "mariadb" if getattr(connection.dialect, "is_mariadb", False) else connection.dialect.name
    for statement in _READ_ONLY[name]:
        await connection.execute(text(statement))
    if name == "sqlite":  # it has no clock of its own: now and then it asks ours whether to go on
        until = time.monotonic() + STATEMENT
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
