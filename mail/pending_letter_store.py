"""Pending mail in the database: looked up for an agent's order, and marked with what the agent said."""

from __future__ import annotations

from sqlalchemy import select, update

from desk.model.agent_operations import AcceptLetter, RefuseLetter
from desk.model.events import OperationOrdered
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, pending
from mail.pending_letters import REFUSED, WAITING, DecideLetter, PendingLetter
from mail.receiving import ledger

_LETTER = (
    pending.c.arrival_id,
    pending.c.provider,
    pending.c.case_id,
    pending.c.sender,
    pending.c.subject,
    pending.c.state,
    arrivals.c.channel,
    arrivals.c.key,
)


class PendingLetterLookup:
    """The pending mail that an agent's order is about."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """A `PendingLetter`; None where no order is about one, or the provider has none under that arrival."""
        event = round_.inbound.event
        operation = event.operation if isinstance(event, OperationOrdered) else None
        if not isinstance(operation, (AcceptLetter, RefuseLetter)):
            return None
        query = select(*_LETTER).join(arrivals, arrivals.c.id == pending.c.arrival_id)
        async with self._database.read(round_.provider.name) as session:
            row = (await session.execute(query.where(pending.c.arrival_id == operation.letter))).first()
        return PendingLetter(*row) if row else None


def write_decision(act: DecideLetter, round_: Round, rows: WriteBuffer) -> None:
    """Marks the mail, if it still waits; else it is decided again, and the order refused."""
    letter = act.letter
    waits = update(pending).where(pending.c.arrival_id == letter.arrival, pending.c.state == WAITING)
    rows.change_one(waits.values(state=act.state))
    if act.state == REFUSED:
        rows.statements += ledger.refused(letter.channel, letter.key)
