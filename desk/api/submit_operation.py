"""Submitting an agent's operation, and asking what became of it.

An operation is stored as an arrival like any message, and decided by a worker: here or in a running `serve`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from desk.model.arrival_outcomes import Outcome, outcome_from
from desk.model.operations.base import AgentOperation
from desk.pipeline.internal_channel import order_message
from desk.queues import inbox
from desk.storage import postgres_notifications
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that an operation is stored and will be decided: the id of its arrival."""

    arrival_id: int


@dataclass(frozen=True, slots=True)
class ArrivalStatus:
    """How far an arrival has come: ``state`` is waiting, done or quarantined; ``problem`` says why the last.

    ``outcome`` is None until it is done; ``case_id`` is the case it is kept in, None where it changed none.
    """

    id: int
    state: str
    outcome: Outcome | None
    case_id: int | None
    problem: str


async def submit(
    database: Database,
    operation: AgentOperation,
    now: datetime,
    *,
    actor: str,
    provider: str,
    number: str,
    key: str = "",
) -> Receipt:
    """Stores an operation of the agent ``actor`` on the case ``number`` of this provider.

    With a ``key`` the same submission may be made again: it is stored once.
    """
    message = order_message(operation, now, provider=provider, number=number, agent=actor, key=key)
    await inbox.accept(database, [message])
    await postgres_notifications.ring_once(database)
    query = select(arrivals.c.id).where(arrivals.c.channel == message.channel, arrivals.c.key == message.key)
    async with database.look() as connection:
        return Receipt(int((await connection.execute(query)).scalar_one()))


async def statuses(database: Database, ids: Sequence[int]) -> list[ArrivalStatus]:
    """How far these arrivals have come, in the order of their ids."""
    columns = [arrivals.c[name] for name in ("id", "state", "outcome", "outcome_names", "case_id", "problem")]
    async with database.look() as connection:
        rows = await connection.execute(select(*columns).where(arrivals.c.id.in_(ids)).order_by(arrivals.c.id))
        return [
            ArrivalStatus(
                row.id,
                row.state,
                outcome_from(row.outcome, row.outcome_names) if row.outcome and row.state == "done" else None,
                row.case_id,
                row.problem or "",
            )
            for row in rows
        ]


async def outcome(database: Database, receipt: Receipt) -> Outcome | None:
    """What became of a submitted operation; None while it is not decided, or when it is quarantined."""
    found = await statuses(database, [receipt.arrival_id])
    return found[0].outcome if found else None
