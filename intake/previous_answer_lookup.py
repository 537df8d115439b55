"""Looks up what kind of message the desk answered last, for who has no case that could remember it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from desk.pipeline.arrival_round import Round
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures


@dataclass(frozen=True, slots=True)
class PreviousAnswer:
    """The last message that went to the speaker: ``outcome`` is that of what it answered, as arrivals keep it."""

    outcome: str = ""


class PreviousAnswerLookup:
    """Reads it from the outbox and the inbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """A `PreviousAnswer`; None where nothing was ever sent there."""
        lane = f"{round_.inbound.channel}:{round_.inbound.sender.value}"
        last = select(departures.c.key).where(departures.c.lane == lane).order_by(departures.c.id.desc()).limit(1)
        async with self._database.look() as connection:
            key = (await connection.execute(last)).scalar()
            if key is None or not (arrival := key.partition(".")[0]).isdecimal():
                return None
            outcome = select(arrivals.c.outcome).where(arrivals.c.id == int(arrival))
            return PreviousAnswer((await connection.execute(outcome)).scalar() or "")
