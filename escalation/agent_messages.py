"""What became of the messages that agents wrote about a case: held, said, kept as notes, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import or_, select

from desk.model.agent_operations import EditWords, Resolve, SayNote, SetEta, TakeBackWords
from desk.model.core_facts import CaseContacts
from desk.model.events import OperationOrdered, TimerFired
from desk.model.journal import DialogueMessageLogged, JournalEntry, NoteAdded, WordsCorrected, WordsHeld
from desk.model.messages import File
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import departures
from escalation.said_while_untaken import file_of

SAY_HELD = "say_held"
"""The timer of words that wait, under the key ``say_held:<message>``."""
HELD, SAID, NOTE, TAKEN_BACK = "held", "said", "note", "taken_back"
_KINDS = (WordsHeld.kind, DialogueMessageLogged.kind, WordsCorrected.kind, NoteAdded.kind)
_SAYING = ("text", "file", "album")
_MOST = 200


@dataclass(frozen=True, slots=True)
class AgentMessage:
    """One message of an agent's in the agents' group, as it stands now.

    ``state`` is `HELD`, `SAID`, `NOTE` or `TAKEN_BACK`. ``sent_as`` is the key of the departure that brought it to the
    subscriber, where that can be changed as a whole; ``notice`` that of the desk's message with the button to take it
    back; each "" where there is none.
    """

    message: str
    state: str
    agent: str
    text: str = ""
    files: tuple[File, ...] = ()
    arrivals: tuple[int, ...] = ()
    sent_as: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class AgentMessages:
    """The last messages of agents about a case, by their ids in the channel, oldest first."""

    by_id: Mapping[str, AgentMessage] = field(default_factory=dict)

    def held(self) -> tuple[AgentMessage, ...]:
        """Those that wait to be said, oldest first."""
        return tuple(one for one in self.by_id.values() if one.state == HELD)


def messages_of(entries: Sequence[JournalEntry]) -> dict[str, AgentMessage]:
    """What entries of the journal, oldest first, tell of agents' messages. Pure."""
    known: dict[str, AgentMessage] = {}
    for entry in entries:
        message = str(entry.data.get("message") or "")
        if not message or not entry.actor.startswith("agent:"):
            continue
        arrival = (entry.arrival_id,) if entry.arrival_id else ()
        before = known.get(message) or AgentMessage(message, NOTE, entry.actor.removeprefix("agent:"))
        now = replace(before, state=_state(entry, before), text=entry.text, files=tuple(map(file_of, entry.files)))
        if entry.kind != WordsCorrected.kind:
            now = replace(now, arrivals=(*before.arrivals, *arrival))
        known[message] = now
    return known


def _state(entry: JournalEntry, before: AgentMessage) -> str:
    if entry.kind == WordsHeld.kind:
        return TAKEN_BACK if entry.data.get("taken_back") else HELD
    return NOTE if entry.kind == NoteAdded.kind else SAID


class AgentMessagesLookup:
    """Reads what became of agents' messages, where one of them is edited, taken back or due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """The `AgentMessages` of the case; None where nothing asks for them."""
        event = round_.inbound.event
        ordered = isinstance(event, OperationOrdered) and isinstance(
            event.operation, (EditWords, TakeBackWords, SayNote, Resolve, SetEta)
        )
        if round_.is_new or not (ordered or (isinstance(event, TimerFired) and event.kind == SAY_HELD)):
            return None
        query = (
            select(JournalEntry)
            .where(JournalEntry.case_id == round_.case.id, JournalEntry.kind.in_(_KINDS))
            .where(JournalEntry.actor.startswith("agent:"))
            .order_by(JournalEntry.id.desc())
            .limit(_MOST)
        )
        async with self._database.read(round_.case.provider) as session:
            entries = (await session.scalars(query)).all()
        known = messages_of(list(reversed(entries)))
        return AgentMessages(await self._with_departures(round_, known))

    async def _with_departures(self, round_: Round, known: Mapping[str, AgentMessage]) -> dict[str, AgentMessage]:
        """With the departures of those that wait and of the one that is edited."""
        contact = round_.facts.get(CaseContacts)
        group = contact.agents_group if contact else None
        inside = f"{group.channel}:{group.value}" if group else ""
        looked_at = [one for one in known.values() if one.state == HELD or one.message == round_.inbound.message]
        wanted = {arrival: one.message for one in looked_at for arrival in one.arrivals}
        if not wanted:
            return dict(known)
        columns = (departures.c.key, departures.c.lane, departures.c.kind, departures.c.body)
        query = select(*columns).where(departures.c.case_id == round_.case.id).order_by(departures.c.id)
        of_these = or_(*(departures.c.key.startswith(f"{arrival}.") for arrival in wanted))
        async with self._database.look() as connection:
            rows = (await connection.execute(query.where(of_these))).all()
        sent: dict[str, list[str]] = {}
        notices: dict[str, str] = {}
        for row in rows:
            message, about = wanted[int(row.key.partition(".")[0])], str(row.body.get("about", ""))
            if about.startswith("undo:"):
                notices[message] = row.key
            elif row.lane != inside and about == "agent" and row.kind in _SAYING:
                sent.setdefault(message, []).append(row.key)
        return {
            message: replace(one, sent_as=_only(sent.get(message, ())), notice=notices.get(message, ""))
            for message, one in known.items()
        }


def _only(keys: Sequence[str]) -> str:
    """Words that went out in one message can be changed there; of several nobody knows which part changed."""
    return keys[0] if len(keys) == 1 else ""
