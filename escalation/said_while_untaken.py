"""What the subscriber said while nobody had the case: read to the agent who takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from desk.model.acts import Addressee, Facts, Names, RuleAct, SayTemplate
from desk.model.agent_operations import ReadUnread, Reply, Take
from desk.model.case import Case
from desk.model.core_facts import WORDS
from desk.model.events import OperationOrdered
from desk.model.journal import DialogueMessageLogged, JournalEntry
from desk.model.messages import File
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database

MOST_LINES = 40
"""So many messages of the subscriber's are read out to who takes the case."""
READ_AT_ONCE = 8_000
"""Characters of unread messages that are shown at once."""
EDITED = "✎"
"""Before words that change an earlier message."""
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
    return Transcript(tuple(shown_line(one)[:600] for one in since if one.text), files[:10])


def shown_line(entry: JournalEntry) -> str:
    """What the subscriber said, with what it answers, whether it was changed, and with who wrote it first."""
    quote, origin = str(entry.data.get("quote") or ""), str(entry.data.get("origin") or "")
    quoted = "".join(f"> {line}\n" for line in quote.splitlines())
    edited = f"{EDITED} " if entry.data.get("edited") else ""
    return f"{quoted}{edited}↪ {origin}: {entry.text}" if origin else f"{quoted}{edited}{entry.text}"


def transcript_acts(facts: Facts) -> list[RuleAct]:
    """What was said meanwhile, for the agent who begins with the case."""
    transcript = facts.get(Transcript)
    if transcript is None or not (transcript.lines or transcript.files):
        return []
    names: Names = {"lines": transcript.lines}
    return [SayTemplate("story", names, Addressee.AGENTS, files=transcript.files, apart=WORDS)]


@dataclass(frozen=True, slots=True)
class UnreadMessages:
    """The oldest of the messages that were only counted, with their files; ``left`` more stand behind them."""

    lines: tuple[str, ...]
    files: tuple[File, ...] = ()
    left: int = 0


def unread_of(entries: Sequence[JournalEntry], case: Case) -> UnreadMessages:
    """The unread ones among what the subscriber said last, oldest first: those after the ones relayed one by one."""
    unread = entries[-case.unread :] if case.unread else []
    unseen = unread[RELAYED:] if case.owner else unread
    lines: list[str] = []
    files: list[File] = []
    shown = 0
    for entry in unseen:
        if shown and (sum(map(len, lines)) + len(entry.text) > READ_AT_ONCE or len(files) + len(entry.files) > 10):
            break
        lines += [shown_line(entry)] if entry.text else []
        files += map(file_of, entry.files)
        shown += 1
    return UnreadMessages(tuple(lines), tuple(files), len(unseen) - shown)


_SAID_BY_SUBSCRIBER = (
    select(JournalEntry)
    .where(JournalEntry.kind == DialogueMessageLogged.kind, JournalEntry.actor == "subscriber")
    .order_by(JournalEntry.id.desc())
)


class UnreadLookup:
    """Reads what was only counted, for an agent who asks for it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """The `UnreadMessages` of the case; None where nobody asks."""
        event = round_.inbound.event
        asked = isinstance(event, OperationOrdered) and isinstance(event.operation, ReadUnread)
        if round_.is_new or not asked:
            return None
        query = _SAID_BY_SUBSCRIBER.where(JournalEntry.case_id == round_.case.id).limit(max(round_.case.unread, 1))
        async with self._database.read(round_.case.provider) as session:
            entries = list((await session.scalars(query)).all())
        return unread_of(entries[::-1], round_.case)


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
        query = _SAID_BY_SUBSCRIBER.where(JournalEntry.case_id == round_.case.id).limit(MOST_LINES)
        async with self._database.read(round_.case.provider) as session:
            entries = list((await session.scalars(query)).all())
        entries.reverse()
        return transcript_of(entries, round_.case)
