"""What the desk said and nobody read: found again when a message came back, so that it can be said elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from desk.model.events import DeliveryFailed
from desk.model.journal import DialogueMessageLogged, JournalEntry, UnaskedNoticeSent
from desk.model.messages import File
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import departures
from escalation.said_while_untaken import file_of

SPOKEN = (DialogueMessageLogged.kind, UnaskedNoticeSent.kind)


@dataclass(frozen=True, slots=True)
class UndeliveredMessage:
    """The words that did not arrive, as the journal has them, and the files that went with them."""

    text: str
    files: tuple[File, ...]


class UndeliveredTextLookup:
    """Reads what was said in the message that came back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """A `UndeliveredMessage`; None where nothing came back, or nothing was said in it."""
        event = round_.inbound.event
        if not isinstance(event, DeliveryFailed) or round_.is_new:
            return None
        said_in = await self._arrival(round_, event)
        channel_kind = (event.channel or round_.inbound.channel).partition(":")[0]
        query = (
            select(JournalEntry)
            .where(JournalEntry.case_id == round_.case.id, JournalEntry.arrival_id == said_in)
            .where(JournalEntry.public, JournalEntry.actor != "subscriber", JournalEntry.kind.in_(SPOKEN))
            .order_by(JournalEntry.id)
        )
        async with self._database.read(round_.case.provider) as session:
            entries = (await session.scalars(query.limit(5))).all() if said_in else ()
        here = [one for one in entries if one.channel_kind == channel_kind or one.actor.startswith("agent:")]
        text = "\n\n".join(one.text for one in here if one.text)
        return UndeliveredMessage(text, tuple(file_of(file) for one in here for file in one.files)) if text else None

    async def _arrival(self, round_: Round, event: DeliveryFailed) -> int:
        """The arrival that was answered by what came back: its departure's key begins with it; 0 for none."""
        inbound = round_.inbound
        lane = event.lane or f"{inbound.channel}:{inbound.sender.value}"
        query = (
            select(departures.c.key)
            .where(departures.c.lane == lane, departures.c.case_id == round_.case.id, departures.c.sent_at.is_not(None))
            .order_by(departures.c.id.desc())
        )
        key = event.departure
        if not key:  # the report does not say which: the last one it is
            async with self._database.look() as connection:
                key = (await connection.execute(query.limit(1))).scalar() or ""
        number = key.partition(".")[0]
        return int(number) if number.isdecimal() and len(number) < 19 else 0
