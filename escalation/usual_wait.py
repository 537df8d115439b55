"""How long it usually takes until somebody has a case, as this desk has seen it. It is told to who begins to wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from desk.model.case import Case
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database

LOOKED_AT = 200
"""The last cases of a provider that are looked at."""
FEWEST = 10
"""Of so few nothing is concluded."""
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class UsualWait:
    """Three of four recent cases were taken within ``span``."""

    span: timedelta


class UsualWaitLookup:
    """Measures the wait from registration to the agent who takes a case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """A `UsualWait` of the case's provider; None where too few cases were taken lately."""
        query = (
            select(Case.registered_at, Case.taken_at)
            .where(Case.provider == round_.case.provider, Case.registered_at > round_.now - RECENT)
            .order_by(Case.id.desc())
            .limit(LOOKED_AT)
        )
        async with self._database.read(round_.case.provider) as session:
            rows = (await session.execute(query)).all()
        return usual_wait([row.taken_at - row.registered_at for row in rows if row.taken_at is not None])


def usual_wait(waits: list[timedelta]) -> UsualWait | None:
    """What three of four waited at most."""
    if len(waits) < FEWEST:
        return None
    return UsualWait(sorted(waits)[-(-3 * len(waits) // 4) - 1])
