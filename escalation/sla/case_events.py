"""What happens to a case that its clocks hear of: told by the acts of a round, or by the journal years later. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from desk.model.acts import AddJournalEntry, Addressee, AssignCaseNumber, ChangeState, RuleAct, SayTemplate, SetFields
from desk.model.case import Case
from desk.model.events import Event, Inbound, Said
from desk.model.journal import (
    CallbackEnded,
    CallbackPromised,
    CallMade,
    CaseRouted,
    DialogueMessageLogged,
    EtaPromised,
    JournalEntry,
    StateChanged,
    stored_data,
)
from desk.model.operations.journal_of_moves import CaseMoved
from desk.model.states import RECURRED, CaseState

SUBSCRIBER, AGENT = "subscriber", "agent:"


class CaseEventKind(StrEnum):
    """What clocks hear."""

    REGISTERED = "registered"
    HUMAN_SPOKE = "human_spoke"  # public words of a person; no bot's sentence, no note, no take without words
    SUBSCRIBER_SPOKE = "subscriber_spoke"
    TAKEN = "taken"
    ROUTED = "routed"
    STATE = "state"  # the state of the case, or its reason, is another
    ETA = "eta"
    CALLBACK = "callback"  # a call was promised
    CALLED = "called"  # and made
    CALLED_OFF = "called_off"  # or is needed no more
    CLASSIFIED = "classified"  # severity, service level or responsibility are others


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened, and when it counts from: a message from its receipt, all else from the decision.

    ``live`` says of a registration that the person is in a chat now. ``eta`` is the time that was promised: for a
    solution, or for a call.
    """

    kind: CaseEventKind
    at: datetime
    state: str = ""
    reason: str = ""
    live: bool = False
    eta: datetime | None = None


_CLASSIFYING = frozenset({"severity", "service_level", "responsibility", "ticket_type"})


def events_of_acts(acts: Sequence[RuleAct], case: Case, inbound: Inbound[Event], now: datetime) -> Iterator[CaseEvent]:
    """What a round did to a case, in the order in which clocks are to hear it."""
    speaks = inbound.from_subscriber and isinstance(inbound.event, Said)
    received = min(inbound.at, now) if speaks else now
    fields = _fields_set(acts)
    if any(isinstance(act, AssignCaseNumber) for act in acts):
        yield CaseEvent(CaseEventKind.REGISTERED, received, live=speaks and case.channel_kind != "mail")
    elif speaks and case.registered and case.unread:
        yield CaseEvent(CaseEventKind.SUBSCRIBER_SPOKE, received)
    if fields.keys() & _CLASSIFYING:
        yield CaseEvent(CaseEventKind.CLASSIFIED, now)
    if fields.get("owner"):
        yield CaseEvent(CaseEventKind.TAKEN, now)
    elif "queue" in fields:
        yield CaseEvent(CaseEventKind.ROUTED, now)
    if any(isinstance(act, SayTemplate) and act.human and act.to is Addressee.SUBSCRIBER for act in acts):
        yield CaseEvent(CaseEventKind.HUMAN_SPOKE, now)
    if fields.get("eta"):
        yield CaseEvent(CaseEventKind.ETA, now, eta=fields["eta"])
    for act in acts:
        if isinstance(act, AddJournalEntry):
            yield from _events_of_call(act.event.kind, stored_data(act.event), now)
        if isinstance(act, ChangeState):
            if act.state == CaseState.RESOLVED and inbound.from_agent:
                yield CaseEvent(CaseEventKind.HUMAN_SPOKE, now)  # the question whether it works has the agent's words
            yield CaseEvent(CaseEventKind.STATE, now, act.state, act.reason)


def _events_of_call(kind: str, data: Mapping[str, Any], at: datetime) -> Iterator[CaseEvent]:
    """What an entry of the journal tells of a call; who is reached has heard a human."""
    if kind == CallbackPromised.kind and data["at"]:
        yield CaseEvent(CaseEventKind.CALLBACK, at, eta=datetime.fromisoformat(data["at"]))
    elif kind == CallMade.kind:
        yield CaseEvent(CaseEventKind.CALLED, at, reason=str(data["result"]))
        if data["result"] == "reached":
            yield CaseEvent(CaseEventKind.HUMAN_SPOKE, at)
    elif kind == CallbackEnded.kind:
        yield CaseEvent(CaseEventKind.CALLED_OFF, at)


def _fields_set(acts: Iterable[RuleAct]) -> Mapping[str, Any]:
    fields: dict[str, Any] = {}
    for act in acts:
        if isinstance(act, SetFields):
            fields |= act.changes
    return fields


def events_of_journal(case: Case, entries: Iterable[JournalEntry]) -> Iterator[CaseEvent]:
    """The same of a case that is long over, from its journal; what the journal does not tell (a change of severity) is
    taken to have been so from the beginning."""
    if case.registered_at is None:
        return
    yield CaseEvent(CaseEventKind.REGISTERED, case.registered_at, live=case.channel_kind != "mail")
    for entry in entries:
        if entry.at >= case.registered_at:
            yield from _events_of_entry(entry)


def _events_of_entry(entry: JournalEntry) -> Iterator[CaseEvent]:
    if entry.kind == DialogueMessageLogged.kind:
        if entry.actor == SUBSCRIBER:
            yield CaseEvent(CaseEventKind.SUBSCRIBER_SPOKE, entry.at)
        elif entry.actor.startswith(AGENT) and entry.public:
            yield CaseEvent(CaseEventKind.HUMAN_SPOKE, entry.at)
    elif entry.kind == StateChanged.kind:
        state = str(entry.data.get("state", ""))
        if state == CaseState.IN_PROGRESS:
            yield CaseEvent(CaseEventKind.TAKEN, entry.at)
        if state == CaseState.RESOLVED and entry.actor.startswith(AGENT):
            yield CaseEvent(CaseEventKind.HUMAN_SPOKE, entry.at)
        yield CaseEvent(CaseEventKind.STATE, entry.at, state, str(entry.data.get("reason", "")))
    elif entry.kind == CaseRouted.kind:
        yield CaseEvent(CaseEventKind.ROUTED, entry.at)
    elif entry.kind == CaseMoved.kind and {"owner", "queue"} & {*(entry.data.get("after") or ())}:
        yield CaseEvent(CaseEventKind.TAKEN if entry.data["after"].get("owner") else CaseEventKind.ROUTED, entry.at)
    elif entry.kind == EtaPromised.kind:
        yield CaseEvent(CaseEventKind.ETA, entry.at, eta=datetime.fromisoformat(entry.data["at"]))
    else:
        yield from _events_of_call(entry.kind, entry.data, entry.at)


def is_recurrence(event: CaseEvent) -> bool:
    """Whether a closed case was taken up again."""
    return event.kind is CaseEventKind.STATE and event.reason == RECURRED
