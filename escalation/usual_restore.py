"""How long it usually takes to restore service, as this desk has seen it: told to the agent who is to name a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, select

from desk.language.time_labels import span_labels
from desk.model.case import Case
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database
from desk.storage.query_batching import QueryBatcher

LOOKED_BACK = timedelta(days=90)
FEWEST = 20
"""Of so few cases nothing is concluded."""
LOOKED_AT = 500
LOW, HIGH = 0.5, 0.8
"""The shares of cases that were restored within the two times of the range."""

_CASES = cast(Table, Case.__table__).c
_RESTORED = (
    select(_CASES.registered_at, _CASES.resolved_at)
    .where(_CASES.provider == bindparam("home"), _CASES.registered_at > bindparam("since"))
    .where(_CASES.fault_zone == bindparam("zone"), _CASES.severity == bindparam("severity"))
    .where(_CASES.resolved_at.is_not(None))
    .order_by(_CASES.id.desc())
    .limit(LOOKED_AT)
)


@dataclass(frozen=True, slots=True)
class UsualRestore:
    """Half of the like cases were restored within ``low``, four of five within ``high``."""

    low: timedelta
    high: timedelta

    def labels(self) -> dict[str, str]:
        """Names for a template: ``low_hours``, ``high_hours`` and so on, as `span_labels` rounds them."""
        spans = (("low", self.low), ("high", self.high))
        return {f"{end}_{name}": words for end, span in spans for name, words in span_labels(span).items()}


class UsualRestoreLookup:
    """Measures the time from registration to the solution for cases of the same provider, zone and severity."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher = QueryBatcher(self._measure_all)

    async def __call__(self, round_: Round) -> object | None:
        """A `UsualRestore`; None where too few like cases were solved lately."""
        case = round_.case
        return await self._batcher.ask((case.provider, case.fault_zone, case.severity, round_.now))

    async def _measure_all(self, asked: Sequence[tuple[str, str, str, datetime]]) -> list[UsualRestore | None]:
        found: dict[tuple[str, str, str, datetime], UsualRestore | None] = {}
        async with self._database.read(*{home for home, *_ in asked}) as session:
            connection = await session.connection()
            for home, zone, severity, now in dict.fromkeys(asked):
                values = {"home": home, "zone": zone, "severity": severity, "since": now - LOOKED_BACK}
                rows = await connection.execute(_RESTORED, values)
                found[home, zone, severity, now] = usual_restore([row.resolved_at - row.registered_at for row in rows])
        return [found[one] for one in asked]


def usual_restore(spans: Sequence[timedelta]) -> UsualRestore | None:
    """The range of some times to restore; None for too few."""
    if len(spans) < FEWEST:
        return None
    ordered = sorted(spans)
    low, high = (ordered[min(len(ordered) - 1, -int(-share * len(ordered)) - 1)] for share in (LOW, HIGH))
    return UsualRestore(low, high)
