"""When there is something to do in the queues: one cheap look for both, so that nobody needs to try."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, case, func, select

from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures, is_unsent, is_waiting

_heads = select(func.min(arrivals.c.id)).where(is_waiting(arrivals)).group_by(arrivals.c.lane)
_ARRIVAL = select(
    # What somebody holds is free again when that runs out.
    func.min(case((arrivals.c.held_until > arrivals.c.due_at, arrivals.c.held_until), else_=arrivals.c.due_at))
).where(is_waiting(arrivals), arrivals.c.id.in_(_heads))
_channels: BindParameter[str] = bindparam("channels", expanding=True)
_first = (
    select(func.min(departures.c.id))
    .where(is_unsent(departures), departures.c.channel.in_(_channels))
    .group_by(departures.c.lane)
)
_DEPARTURE = select(func.min(departures.c.due_at)).where(is_unsent(departures, "pending"), departures.c.id.in_(_first))


@dataclass(frozen=True, slots=True)
class NextDue:
    """When the first arrival may be decided, and the first departure sent; None where nothing waits."""

    arrival: datetime | None = None
    departure: datetime | None = None


async def next_due(database: Database, channels: Collection[str]) -> NextDue:
    """Of arrivals at all channels, and of departures through these: heads of lanes only, the others wait for them."""
    async with database.look() as connection:
        arrival = (await connection.execute(_ARRIVAL)).scalar()
        if not channels:
            return NextDue(arrival)
        return NextDue(arrival, (await connection.execute(_DEPARTURE, {"channels": list(channels)})).scalar())
