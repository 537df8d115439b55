"""The journal entries of one round: what came in, what was said, and what rules note beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from desk.model.agent_operations import AddNote, EditWords, Reply, Resolve
from desk.model.core_facts import ActingAgent, ReplyTiming
from desk.model.dialog_state import NOTHING_ASKED, Expecting
from desk.model.events import MessagePiece, OpenedChat, OperationOrdered, Pressed, Said
from desk.model.journal import (
    ButtonPressed,
    DialogueMessageLogged,
    NoteAdded,
    SolutionNoted,
    SubscriberOpenedChat,
    stored_data,
)
from desk.model.journal_data import JournalEntryData
from desk.model.messages import File
from desk.pipeline.arrival_round import Round, sender_address_row
from desk.queues.question_delivery_times import stored_question


class RoundJournal:
    """Rows of the journal (`desk.model.case.JournalEntry`), in order; ``rule`` decided whatever is added next."""

    def __init__(self, round_: Round) -> None:
        self._round, self._inbound = round_, round_.inbound
        self.rule = ""
        self.entries: list[Mapping[str, Any]] = []

    def add_inbound(self) -> None:
        """What came in, as the journal keeps it: words and files, a pressed button, an opened chat."""
        inbound, event = self._inbound, self._inbound.event
        if self._round.subject is None:
            return  # an order that names no case stands in the audit; there is no journal for it
        said: JournalEntryData | None = None
        if isinstance(event, Pressed):
            said = ButtonPressed(event.option)
        elif isinstance(event, OpenedChat) and not event.returned:
            said = SubscriberOpenedChat(event.payload)
        elif isinstance(event, OperationOrdered) and isinstance(event.operation, AddNote):
            said = NoteAdded(inbound.message)
        elif isinstance(event, OperationOrdered) and isinstance(event.operation, (Reply, EditWords)):
            return  # what becomes of these words, said or kept, their rule decides and notes
        elif inbound.text or inbound.files:
            said = (
                SolutionNoted()
                if isinstance(event, OperationOrdered) and isinstance(event.operation, Resolve)
                else DialogueMessageLogged()
            )
        if said is None:
            return
        logged = self._answered_by() if isinstance(said, DialogueMessageLogged) else {}
        arrival_id = self._round.arrival.id
        whole = MessagePiece(arrival_id, inbound.message, inbound.written, inbound.text, inbound.files)
        pieces = inbound.pieces or (whole,)
        for piece in pieces:
            self.add(
                replace(said, message=piece.message, **logged) if isinstance(said, DialogueMessageLogged) else said,
                piece.text,
                actor_of(self._round),
                channel_kind=inbound.sender.channel_kind,
                files=piece.files,
                arrival_id=piece.arrival_id,
                public=not isinstance(said, NoteAdded) and not self._of_a_stranger(),
            )

    def _answered_by(self) -> dict[str, Any]:
        """Of what a subscriber said, where it comes from, and the question it may have answered: an edit of it
        corrects that answer."""
        if not self._inbound.from_subscriber:
            return {}
        more: dict[str, Any] = {}
        if isinstance(event := self._inbound.event, Said):
            more = {"origin": event.origin[:200], "quote": event.quote[:1000], "folded": event.folded}
            more["edited"] = event.edited
        turn, before = self._round.facts.get(ReplyTiming) or ReplyTiming(), self._round.before
        if turn.corrects is not None:
            return {**more, "answered": stored_question(turn.corrects.answered)}
        asked = Expecting(before.get("owner", ""), before.get("question", "")) if turn.after_question else NOTHING_ASKED
        return {**more, "answered": stored_question(turn.replied or asked)}

    def _of_a_stranger(self) -> bool:
        """Whether an agent let a mail of somebody else into the case: agents read it, the subscriber never does."""
        return bool(self._inbound.accepted_by) and not self._round.is_new and sender_address_row(self._round) is None

    def add(
        self,
        event: JournalEntryData,
        text: str,
        actor: str,
        *,
        channel_kind: str = "",
        files: Sequence[File] = (),
        public: bool = False,
        arrival_id: int = 0,
    ) -> None:
        """One entry, by the rule in hand."""
        self.entries.append(
            {
                "provider": self._round.case.provider,
                "id": self._round.ids.take(),
                "case_id": self._round.case.id,
                "at": self._round.now,
                "kind": event.kind,
                "data": stored_data(event),
                "actor": actor,
                "channel_kind": channel_kind,
                "text": text,
                "files": [asdict(one) for one in files],
                "public": public,
                "rule": self.rule,
                "arrival_id": arrival_id or self._round.arrival.id,
            }
        )


def actor_of(round_: Round) -> str:
    """In whose name the journal notes this arrival: "subscriber", "desk" or "agent:<id>"."""
    if round_.inbound.from_agent:
        acting = round_.facts.get(ActingAgent)
        return f"agent:{acting.agent.id}" if acting and acting.agent else "agent:?"
    return "subscriber" if round_.inbound.from_subscriber else "desk"
