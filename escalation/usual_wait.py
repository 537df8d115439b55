"""How long it usually takes until somebody has a case, as this desk has seen it. It is told to who begins to wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, select

from desk.model.case import Case
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database
from desk.storage.query_batching import QueryBatcher

LOOKED_AT = 200
"""The last cases of a provider that are looked at."""
FEWEST = 10
"""Of so few nothing is concluded."""
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class UsualWait:
    """Three of four recent cases were taken within ``span``."""

    span: timedelta


_CASES = cast(Table, Case.__table__).c
_LAST = (
    select(_CASES.registered_at, _CASES.taken_at)
    .where(_CASES.provider == bindparam("home"), _CASES.registered_at > bindparam("since"))
    .order_by(_CASES.id.desc())
    .limit(LOOKED_AT)
    .subquery()
)
_TAKEN = select(_LAST).where(_LAST.c.taken_at.is_not(None))


class UsualWaitLookup:
    """Measures the wait from registration to the agent who takes a case, once for all cases of a batch."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher = QueryBatcher(self._measure_all)

    async def __call__(self, round_: Round) -> object | None:
        """A `UsualWait` of the case's provider; None where too few cases were taken lately."""
        return await self._batcher.ask((round_.case.provider, round_.now))

    async def _measure_all(self, asked: Sequence[tuple[str, datetime]]) -> list[UsualWait | None]:
        """By providers' names and now."""
        found: dict[tuple[str, datetime], UsualWait | None] = {}
        async with self._database.read(*{provider for provider, _ in asked}) as session:
            connection = await session.connection()
            for provider, now in dict.fromkeys(asked):
                rows = await connection.execute(_TAKEN, {"home": provider, "since": now - RECENT})
                found[provider, now] = usual_wait([row.taken_at - row.registered_at for row in rows])
        return [found[one] for one in asked]


def usual_wait(waits: list[timedelta]) -> UsualWait | None:
    """What three of four waited at most."""
    if len(waits) < FEWEST:
        return None
    return UsualWait(sorted(waits)[-(-3 * len(waits) // 4) - 1])
