"""Cases that waited for a table: once it has their key, an arrival tells them, and they are verified by themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select

from desk.clock import Clock
from desk.model.case import Case
from desk.model.messages import RawMessage
from desk.model.shared_facts import Account, EntitlementStatus
from desk.model.states import FINAL
from desk.queues import inbox
from desk.storage.database import Database
from intake.identity.index.find_accounts import IndexedAccounts
from intake.identity.index.import_accounts import stored_tables
from intake.identity.index.stored_accounts import as_data

MOST = 5000
"""Cases that one import looks at, the latest first."""
_OVER = [state.value for state in FINAL]


async def verify_waiting(database: Database, provider: str, clock: Clock) -> int:
    """Stores what a provider's new table says of its open cases that nobody could verify. Returns how many it tells."""
    query = (
        select(Case.id, Case.contract, Case.keys)
        .where(Case.provider == provider, Case.state.not_in(_OVER), Case.purged_at.is_(None))
        .where(Case.entitlement == EntitlementStatus.UNVERIFIED.value)
        .order_by(Case.id.desc())
        .limit(MOST)
    )
    async with database.read(provider) as session:
        waiting = (await session.execute(query)).all()
    finder, answers = IndexedAccounts(database), list[RawMessage]()
    generation = (await stored_tables(database, [provider]))[provider].generation
    for case, contract, keys in waiting:
        named = [("contract", contract)] if contract else []
        named += [(str(one["kind"]), str(one["value"])) for one in keys or () if "value" in one]
        for kind, value in named:
            found = await finder.find([provider], kind, value)
            if len(found) == 1:
                answers.append(_answer(case, kind, value, found, f"table:{provider}:{generation}:{case}", clock))
                break
    if answers:
        await inbox.accept(database, answers)
    return len(answers)


def _answer(case: int, kind: str, value: str, found: Sequence[Account], key: str, clock: Clock) -> RawMessage:
    body = {
        "event": "account",
        "provider": found[0].provider,
        "case_id": case,
        "kind": kind,
        "value": value,
        "source": found[0].source,
        "accounts": [as_data(one) for one in found],
    }
    return RawMessage("desk", key, f"case:{case}", json.dumps(body).encode(), clock())
