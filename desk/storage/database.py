"""The database: SQLite embedded or PostgreSQL, one code path for both.

Whoever touches a provider's rows names the provider: on PostgreSQL row-level security then shows no others, on SQLite
the same filter is added to every ORM query. The workers' own tables (arrivals, departures, timers, leases) need none.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, String, Table, Text, bindparam, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from desk.storage.base import ProviderScopedRow

log = logging.getLogger(__name__)
_ARGUMENT_VALUE = re.compile(r"(invalid input for query argument \$\d{1,6}).*", re.DOTALL)


def is_database_trouble(error: BaseException) -> bool:
    """Whether it is the database that has trouble (gone, locked, full, no connection free), not the message being
    handled."""
    if isinstance(error, (OSError, TimeoutError, NoConnectionFree, InterfaceError, sqlite3.OperationalError)):
        return True
    if isinstance(error, IntegrityError):
        return False
    if isinstance(error, OperationalError):
        return True
    return isinstance(error, DBAPIError) and (error.connection_invalidated or _is_server_trouble(error))


def _is_server_trouble(error: DBAPIError) -> bool:
    """PostgreSQL's classes 08, 40, 53, 55, 57 and 58: connection, rollback, resources, not ready, shutdown, disk."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return state[:2] in ("08", "40", "53", "55", "57", "58")


def insert_ignoring_duplicates(connection: AsyncConnection, table: Any) -> Any:
    """An INSERT that skips rows already there, in the dialect of this connection."""
    return _dialect_insert(connection.dialect.name, table).on_conflict_do_nothing()


def upsert(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that overwrites the row with the same primary key, in the dialect of this connection."""
    return _upsert(connection.dialect.name, table)


@cache
def _upsert(dialect: str, table: Table) -> Any:
    """Built once for each table: building it costs more than running it."""
    statement = _dialect_insert(dialect, table)
    other_columns = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=other_columns)


def _dialect_insert(dialect: str, table: Any) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


class InsertIgnoringDuplicates:
    """Writes rows of these columns into a table, but for those already there: one statement for any number of rows."""

    def __init__(self, table: Table, *names: str) -> None:
        self._table, self._names = table, names
        self._single_row = sqlite.insert(table).on_conflict_do_nothing()
        self._by_constant_columns: dict[tuple[bool, ...], postgresql.Insert] = {}

    async def write(self, connection: AsyncConnection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Each row has a value for each column. They are written in order; returns how many were new."""
        if not rows:
            return 0
        if connection.dialect.name == "postgresql":
            columns = list(zip(*rows, strict=True))
            constant = tuple(column.count(column[0]) == len(rows) for column in columns)
            values = (
                column[0] if is_constant else list(column)
                for column, is_constant in zip(columns, constant, strict=True)
            )
            if constant not in self._by_constant_columns:
                self._by_constant_columns[constant] = self._statement_for(constant)
            parameters = dict(zip(self._names, values, strict=True))
            return (await connection.execute(self._by_constant_columns[constant], parameters)).rowcount
        named = [dict(zip(self._names, row, strict=True)) for row in rows]
        done = await connection.execute(self._single_row, named, execution_options={"preserve_rowcount": True})
        return done.rowcount

    def _statement_for(self, constant: Sequence[bool]) -> postgresql.Insert:
        """Takes a value for each column in which all rows are alike, and an array of them for each of the others.

        A statement a row, or one as long as all rows, costs PostgreSQL and SQLAlchemy more than the rows do.
        """
        values: list[ColumnElement[Any]] = []
        for name, is_constant in zip(self._names, constant, strict=True):
            kind = self._table.c[name].type
            # Strings go as text: a cast to an array of varchar(80) would cut them without a word.
            array = ARRAY(Text() if isinstance(kind, String) else kind)
            values.append(bindparam(name, type_=kind) if is_constant else func.unnest(bindparam(name, type_=array)))
        return postgresql.insert(self._table).from_select(self._names, select(*values)).on_conflict_do_nothing()


class Database:
    """Connections by what they are for: `read` and `write` a provider's rows, `work` on the queues."""

    def __init__(self, url: str, pool: int = 8) -> None:
        self.url = url
        self.sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.sqlite:
            self._reader = _sqlite_engine(url, "BEGIN", pool)
            # One writer at a time is SQLite's own rule; a pool of one makes our own writers queue without polling.
            self._writer = _sqlite_engine(url, "BEGIN IMMEDIATE", 1)
        else:
            engine = create_async_engine(url, pool_size=pool, max_overflow=pool, hide_parameters=True)
            event.listen(engine.sync_engine, "handle_error", _strip_row_values)
            self._reader = self._writer = engine

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads the workers' own tables."""
        async with self._reader.begin() as connection:
            yield connection

    @asynccontextmanager
    async def work(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes the workers' own tables."""
        async with self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self, *providers: str) -> AsyncIterator[AsyncSession]:
        """A session that sees these providers' rows and no others, and is thrown away."""
        async with self._reader.begin() as connection, self._session_for(connection, providers) as session:
            yield session

    @asynccontextmanager
    async def write(self, *providers: str) -> AsyncIterator[AsyncSession]:
        """One write transaction over these providers' rows: committed at the end, or rolled back as a whole."""
        async with self._writer.begin() as connection, self._session_for(connection, providers) as session:
            yield session
            await session.flush()

    @asynccontextmanager
    async def _session_for(
        self, connection: AsyncConnection, providers: tuple[str, ...]
    ) -> AsyncIterator[AsyncSession]:
        await self.name_providers(connection, *providers)
        session = AsyncSession(bind=connection, expire_on_commit=False, autoflush=False)
        session.sync_session.info["providers"] = providers
        try:
            yield session
        finally:
            session.sync_session.expunge_all()
            await session.close()

    async def name_providers(self, connection: AsyncConnection, *providers: str) -> None:
        """Lets the rest of a transaction see and write these providers' rows too."""
        if not providers or not all(providers) or any("," in one for one in providers):
            raise ValueError("whose rows? name at least one provider, and none with a comma")
        if not self.sqlite:
            statement = text("SELECT set_config('firstline.providers', :providers, true)")
            await connection.execute(statement, {"providers": ",".join(providers)})

    async def bypasses_row_security(self) -> bool:
        """Whether our PostgreSQL role could see every provider's rows, which it must not (promises, rule 9)."""
        if self.sqlite:
            return False
        async with self.look() as connection:
            query = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            return bool((await connection.execute(query)).scalar())

    async def close(self) -> None:
        """Closes every connection."""
        await self._reader.dispose()
        if self._writer is not self._reader:
            await self._writer.dispose()


def _strip_row_values(context: ExceptionContext) -> None:
    """PostgreSQL repeats the row it refused in its DETAIL, asyncpg a value: people's words, no business of a log."""
    cause = getattr(context.original_exception, "__cause__", None)
    if cause is not None:
        cause.detail = None
    for error in (cause, context.original_exception, context.sqlalchemy_exception):
        if error and error.args and isinstance(error.args[0], str):
            words = error.args[0].partition("\nDETAIL:")[0]
            error.args = (_ARGUMENT_VALUE.sub(r"\1", words, count=1), *error.args[1:])


def _sqlite_engine(url: str, begin: str, pool: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,  # they are people's words, and no business of a log
        pool_size=pool,
        max_overflow=0,
        # Every transaction has ended by the time its connection comes back: to roll back then is a trip for nothing.
        pool_reset_on_return=None,
        connect_args={"isolation_level": None, "timeout": 5.0},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        # One trip to the driver's thread; through a cursor of SQLAlchemy's it would be four.
        connection.connection.run_async(lambda driver: _begin(driver, begin))

    return engine


async def _begin(driver: Any, begin: str) -> None:
    """Begins a transaction. Whoever is cancelled meanwhile leaves none open: nobody else could begin one after that."""
    task = asyncio.ensure_future(driver.execute_fetchall(begin))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(sqlite3.Error):
            await task
            await driver.rollback()
        raise


@event.listens_for(Session, "do_orm_execute")
def _filter_by_provider(state: ORMExecuteState) -> None:
    providers = state.session.info.get("providers")
    if providers and state.is_select and not state.is_column_load and not state.is_relationship_load:
        state.statement = state.statement.options(
            with_loader_criteria(ProviderScopedRow, lambda cls: cls.provider.in_(providers), include_aliases=True)
        )
