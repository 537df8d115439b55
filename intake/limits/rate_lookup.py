"""How fast people write: looked up before a round, from memory; the database is asked only about those who hurry."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update

from desk.language.translatable import sentence
from desk.model.channel_registry import ChannelRegistry
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage.database import Database
from desk.storage.query_batching import QueryBatcher
from desk.storage.queue_and_lease_tables import arrivals, is_waiting
from intake.limits.rate_limiter import RateLimiter
from intake.limits.rate_rules import QuarantineWaitingMessages, SenderPace

_COUNT_WAITING = (
    select(arrivals.c.lane, func.count().label("waiting"))
    .where(arrivals.c.lane.in_(bindparam("lanes", expanding=True)), is_waiting(arrivals))
    .group_by(arrivals.c.lane)
)
_QUARANTINE_BEHIND = (
    update(arrivals)
    .where(arrivals.c.lane == bindparam("of_lane"), is_waiting(arrivals), arrivals.c.id > bindparam("after"))
    .values(state="quarantined", problem=sentence("one of too many messages of one person at once"))
)


class SenderPaceLookup:
    """How fast somebody writes in a chat. Mail is not limited here: it has an act filter of its own."""

    def __init__(self, database: Database, registry: ChannelRegistry, limiter: RateLimiter | None = None) -> None:
        self._database = database
        self._registry = registry
        self._limiter = limiter or RateLimiter()
        self._batcher = QueryBatcher(self._count_waiting)

    async def __call__(self, round_: Round) -> object | None:
        """A `SenderPace` for those who hurry; None for everybody else."""
        lane, channel = round_.arrival.lane, self._registry.channels.get(round_.inbound.channel)
        if not round_.inbound.from_subscriber or channel is None or channel.capabilities.letters:
            return None
        wait = self._limiter.wait_for_turn(lane, round_.now)
        if not self._limiter.is_hurrying(lane, round_.now):
            return None
        behind = await self._batcher.ask(lane) - len(round_.arrival.ids)
        if behind < round_.provider.limits.waiting:
            return SenderPace(wait, behind)
        return SenderPace(behind=behind, was_told=self._limiter.was_told(lane, round_.now, round_.arrival.id))

    async def _count_waiting(self, lanes: Sequence[str]) -> Sequence[int]:
        async with self._database.look() as connection:
            rows = await connection.execute(_COUNT_WAITING, {"lanes": list(set(lanes))})
            found = {row.lane: row.waiting for row in rows}
        return [found.get(lane, 1) for lane in lanes]


def write_quarantine_backlog(act: QuarantineWaitingMessages, round_: Round, rows: WriteBuffer) -> None:
    """Quarantines whatever waits behind this arrival in its lane."""
    rows.run(_QUARANTINE_BEHIND, of_lane=round_.arrival.lane, after=round_.arrival.id)
