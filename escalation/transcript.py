"""What the subscriber said while nobody had the case: read to the agent who takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from desk.model.agent_operations import Reply, Take
from desk.model.case import Case
from desk.model.events import OperationOrdered
from desk.model.journal import DialogueMessageLogged, JournalEntry
from desk.model.messages import File
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database

LONGEST = 12
RELAYED = 15
"""So many messages are relayed one by one while the agent says nothing; more are counted, and told with the answer."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The last lines of the dialogue, oldest first, as "who: what", and the files sent with them."""

    lines: tuple[str, ...]
    files: tuple[File, ...]


def transcript_of(entries: Sequence[JournalEntry], case: Case) -> Transcript:
    """What the subscriber said since the case was registered, and every file: the card has all that came before."""
    said = [entry for entry in entries if entry.actor == "subscriber"]
    files = tuple(file_of(one) for entry in said for one in entry.files)
    since = [one for one in said if case.registered_at is None or one.at > case.registered_at]
    return Transcript(tuple(one.text[:600] for one in since if one.text), files[:10])


def file_of(one: dict[str, Any]) -> File:
    """A file as the journal keeps it."""
    return File(**one)


class TranscriptLookup:
    """Reads the dialogue when an agent takes a case, or comes back to one that was written to a lot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """A `Transcript` for a case being taken, or answered after a flood; None for everything else."""
        event = round_.inbound.event
        if round_.is_new or not isinstance(event, OperationOrdered):
            return None
        behind = isinstance(event.operation, Reply) and round_.case.unread > RELAYED
        if not (behind or isinstance(event.operation, Take)):
            return None
        query = (
            select(JournalEntry)
            .where(JournalEntry.case_id == round_.case.id, JournalEntry.kind == DialogueMessageLogged.kind)
            .order_by(JournalEntry.id.desc())
            .limit(3 * LONGEST)
        )
        async with self._database.read(round_.case.provider) as session:
            entries = list((await session.scalars(query)).all())
        entries.reverse()
        return transcript_of(entries, round_.case)
