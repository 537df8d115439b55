"""Searches providers' accounts, for agents: by a key, by words of a name or an address, by what was agreed (B3)."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from desk.model.shared_facts import Account
from desk.storage.database import Database
from intake.identity.index.account_tables import ACCOUNT_TABLES, ACCOUNTS
from intake.identity.index.find_accounts import IN_USE, IndexedAccounts
from intake.identity.index.stored_accounts import from_json
from intake.identity.key_folding import KINDS, fold

MAX_WORDS = 8
"""Words of a search that count."""
NODE = "node"
"""The column of a table that says which device of the network an account hangs on."""


@dataclass(frozen=True, slots=True)
class AccountSearch:
    """What is looked for: every word of ``text`` somewhere in contract, name, address or keys; and "" is any ``level``,
    ``status`` ("active", "expired", "blocked", "unknown") and ``node``."""

    text: str = ""
    level: str = ""
    status: str = ""
    node: str = ""


async def search_accounts(
    database: Database, providers: Collection[str], search: AccountSearch, limit: int = 20
) -> list[Account]:
    """The accounts of these providers that fit, those first whose key it is; ``limit`` at most."""
    by_key = await find_by_any_key(database, providers, search.text) if search.text.strip() else []
    found = {(one.provider, one.contract): one for one in by_key if _fits(one, search)}
    if len(found) < limit:
        for one in await _by_words(database, providers, search, limit):
            found.setdefault((one.provider, one.contract), one)
    return list(found.values())[:limit]


async def find_by_any_key(
    database: Database, providers: Collection[str], typed: str, look_alikes: bool = False
) -> list[Account]:
    """The accounts of which this is a key of any kind; or of those that look like it, where ``look_alikes`` are
    wanted."""
    finder, found = IndexedAccounts(database), dict[tuple[str, str], Account]()
    for kind in KINDS:
        accounts = (
            await finder.find_folded(providers, kind, fold(kind, typed))
            if look_alikes
            else await finder.find(providers, kind, typed)
        )
        found |= {(one.provider, one.contract): one for one in accounts}
    return list(found.values())


async def _by_words(database: Database, providers: Collection[str], search: AccountSearch, limit: int) -> list[Account]:
    names, words = sorted(providers), search.text.casefold().split()[:MAX_WORDS]
    query = (
        select(ACCOUNTS.c.provider, ACCOUNTS.c.data, ACCOUNT_TABLES.c.source, ACCOUNT_TABLES.c.read_at)
        .join(ACCOUNT_TABLES, ACCOUNT_TABLES.c.provider == ACCOUNTS.c.provider)
        .where(ACCOUNTS.c.provider.in_(names), IN_USE)
        .order_by(ACCOUNTS.c.provider, ACCOUNTS.c.id)
        .limit(limit)
    )
    for word in words:
        query = query.where(ACCOUNTS.c.searched.contains(word, autoescape=True))
    if search.level:
        query = query.where(func.lower(ACCOUNTS.c.service_level) == search.level.lower())
    if search.status:
        query = query.where(ACCOUNTS.c.status == search.status)
    if search.node:
        pair = f'"{NODE}":{json.dumps(search.node, ensure_ascii=False)}'.lower()
        query = query.where(func.lower(ACCOUNTS.c.data).contains(pair, autoescape=True))
    async with database.read(*names) as session:
        rows = (await (await session.connection()).execute(query)).all()
    return [from_json(row.provider, row.data, row.source, row.read_at) for row in rows]


def _fits(account: Account, search: AccountSearch) -> bool:
    level, node = account.service_level.lower(), account.characteristics.get(NODE, "").lower()
    return (
        search.level.lower() in ("", level)
        and search.status in ("", account.status)
        and search.node.lower() in ("", node)
    )
