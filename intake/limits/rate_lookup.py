"""How fast people write: looked up before a round, from memory; the database is asked only about those who hurry."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update

from desk.model.channels import Switchboard
from desk.model.messages import Role
from desk.pipeline.batching import Together
from desk.pipeline.lookup import Round
from desk.pipeline.unit_of_work import Rows
from desk.storage.database import Database
from desk.storage.queue_tables import arrivals, is_waiting
from intake.limits.rate_limiter import Pace
from intake.limits.rate_rules import Fold, Haste

_WAITING = (
    select(arrivals.c.lane, func.count().label("waiting"))
    .where(arrivals.c.lane.in_(bindparam("lanes", expanding=True)), is_waiting(arrivals))
    .group_by(arrivals.c.lane)
)
_FOLD = (
    update(arrivals)
    .where(arrivals.c.lane == bindparam("of_lane"), is_waiting(arrivals), arrivals.c.id > bindparam("after"))
    .values(state="aside", problem="one of too many messages of one person at once")
)


class HasteLookup:
    """The haste of whoever writes in a chat. A letter is never folded: mail has a governor of its own."""

    def __init__(self, database: Database, switchboard: Switchboard, pace: Pace | None = None) -> None:
        self._database = database
        self._switchboard = switchboard
        self._pace = pace or Pace()
        self._together = Together(self._waiting)

    async def __call__(self, round_: Round) -> object | None:
        """A `Haste` for those who hurry; None for everybody else."""
        lane, door = round_.arrival.lane, self._switchboard.doors.get(round_.heard.door)
        if round_.heard.role is not Role.SUBSCRIBER or door is None or not door.traits.buttons:
            return None
        wait = self._pace.turn(lane, round_.now)
        if not self._pace.hurries(lane, round_.now):
            return None
        behind = await self._together.ask(lane) - 1
        if behind < round_.provider.limits.waiting:
            return Haste(wait, behind)
        return Haste(behind=behind, told=self._pace.told(lane, round_.now, round_.arrival.id))

    async def _waiting(self, lanes: Sequence[str]) -> Sequence[int]:
        async with self._database.look() as connection:
            rows = await connection.execute(_WAITING, {"lanes": list(set(lanes))})
            found = {row.lane: row.waiting for row in rows}
        return [found.get(lane, 1) for lane in lanes]


def write_fold(act: Fold, round_: Round, rows: Rows) -> None:
    """Sets aside whatever waits behind this arrival."""
    rows.run(_FOLD, of_lane=round_.arrival.lane, after=round_.arrival.id)
