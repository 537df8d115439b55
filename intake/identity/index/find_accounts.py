"""Looks accounts up in the index: one indexed read for all messages of a batch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select

from desk.model.shared_facts import Account
from desk.storage.database import Database
from desk.storage.query_batching import QueryBatcher
from intake.identity.index.account_tables import ACCOUNT_KEYS, ACCOUNT_TABLES, ACCOUNTS
from intake.identity.index.stored_accounts import from_json, index_key, key_and_value

NAMED_AT_MOST = 20
"""Providers that a read names one by one; of more their numbers alike are read, and others' left aside."""
MOST_FOUND = 500
"""Rows that one read gives. A value that more accounts share than that names nobody."""

IN_USE = and_(
    ACCOUNTS.c.since <= ACCOUNT_TABLES.c.generation,
    or_(ACCOUNTS.c.until.is_(None), ACCOUNTS.c.until > ACCOUNT_TABLES.c.generation),
)
"""The versions of accounts that are in use."""
_FROM_KEYS = ACCOUNT_KEYS.join(
    ACCOUNTS, and_(ACCOUNTS.c.provider == ACCOUNT_KEYS.c.provider, ACCOUNTS.c.id == ACCOUNT_KEYS.c.account_id)
).join(ACCOUNT_TABLES, ACCOUNT_TABLES.c.provider == ACCOUNTS.c.provider)
_BY_KEYS: Select[Any] = (
    select(
        *(ACCOUNT_KEYS.c.key, ACCOUNT_KEYS.c.value, ACCOUNTS.c.provider, ACCOUNTS.c.id, ACCOUNTS.c.data),
        *(ACCOUNT_TABLES.c.source, ACCOUNT_TABLES.c.read_at),
    )
    .select_from(_FROM_KEYS)
    .where(ACCOUNT_KEYS.c.key.in_(bindparam("keys", expanding=True)), IN_USE)
    .limit(MOST_FOUND)
)
_BY_KEYS_OF_FEW = _BY_KEYS.where(ACCOUNT_KEYS.c.provider.in_(bindparam("providers", expanding=True)))


@dataclass(frozen=True, slots=True)
class _Question:
    """``value`` is "" where every value that folds to the key is wanted."""

    providers: frozenset[str]
    key: str
    value: str


class IndexedAccounts:
    """An `AccountFinder` over the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher = QueryBatcher(self._answer)

    async def find(self, providers: Collection[str], kind: str, value: str) -> tuple[Account, ...]:
        """All accounts of these providers with this value, compared normalized, in the order of their tables."""
        key, normal = key_and_value(kind, value)
        if not key or not providers:
            return ()
        return await self._batcher.ask(_Question(frozenset(providers), key, normal))

    async def find_folded(self, providers: Collection[str], kind: str, folded: str) -> tuple[Account, ...]:
        """All accounts of these providers with a value that folds to this (`intake.identity.key_folding.fold`)."""
        if not folded or not providers:
            return ()
        return await self._batcher.ask(_Question(frozenset(providers), index_key(kind, folded), ""))

    async def _answer(self, questions: Sequence[_Question]) -> Sequence[tuple[Account, ...]]:
        names = {name for one in questions for name in one.providers}
        keys = sorted({one.key for one in questions})
        query = _BY_KEYS_OF_FEW if len(names) <= NAMED_AT_MOST else _BY_KEYS
        parameters = {"keys": keys, "providers": sorted(names)} if query is _BY_KEYS_OF_FEW else {"keys": keys}
        async with self._database.read(*sorted(names)) as session:
            rows = (await (await session.connection()).execute(query, parameters)).all()
        return [_found(one, rows) for one in questions]


def _found(question: _Question, rows: Sequence[Row[Any]]) -> tuple[Account, ...]:
    mine = {
        (row.provider, row.id): row
        for row in rows
        if row.key == question.key
        and row.provider in question.providers
        and (not question.value or row.value == question.value)
    }
    return tuple(
        from_json(row.provider, row.data, row.source, row.read_at) for row in (mine[one] for one in sorted(mine))
    )
