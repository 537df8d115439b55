"""When there is something to do in the queues: one cheap look for both, so that nobody needs to try."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Subquery, Table, and_, bindparam, case, func, select

from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures, is_unsent, is_waiting


def _heads(table: Table, waits: ColumnElement[bool], *columns: ColumnElement[Any]) -> Subquery:
    """Waiting rows with their place in their lane, 1 for the head.

    A window, since a join with the lanes' first ids is quadratic wherever PostgreSQL planned it for an empty table: ten
    thousand notices put in at once then cost 28 s, until its statistics were taken anew.
    """
    place = func.row_number().over(partition_by=table.c.lane, order_by=table.c.id)
    return select(*columns, place.label("place")).where(waits).subquery()


_channels: BindParameter[str] = bindparam("channels", expanding=True)
_arrivals = _heads(arrivals, is_waiting(arrivals), arrivals.c.due_at, arrivals.c.held_until)
_departures = _heads(
    departures,
    and_(is_unsent(departures), departures.c.channel.in_(_channels)),
    departures.c.due_at,
    departures.c.state,
)
# What somebody holds is free again when that runs out.
_free_at = case((_arrivals.c.held_until > _arrivals.c.due_at, _arrivals.c.held_until), else_=_arrivals.c.due_at)
_ARRIVAL = select(func.min(_free_at)).where(_arrivals.c.place == 1)
_DEPARTURE = select(func.min(_departures.c.due_at)).where(_departures.c.place == 1, _departures.c.state == "pending")


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
