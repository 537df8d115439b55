"""Mail that waits for an agent's word, and the agent's two buttons under its notice. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from desk.language.rich_text import literal
from desk.model.acts import (
    Addressee,
    Button,
    Buttons,
    Decision,
    EmitArrival,
    Facts,
    Names,
    PopupNotice,
    RefuseOperation,
    ReplacePressedMessage,
    RuleAct,
    SayTemplate,
    decide,
)
from desk.model.agent_operations import AcceptLetter, RefuseLetter
from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.case import Case
from desk.model.core_facts import ActingAgent, Now
from desk.model.events import Event, Inbound, OperationOrdered
from desk.model.operations.base import AgentOperation
from desk.model.provider_files import Provider
from desk.pipeline.internal_channel import acceptance_message

WAITING, ACCEPTED, REFUSED = "waiting", "accepted", "refused"
"""The states of a pending mail."""


@dataclass(frozen=True, slots=True)
class PendingLetter:
    """A pending mail that an order is about, as it stands: its arrival, whose it is, the case it names (0: none).

    ``channel`` and ``key`` are those of its arrival.
    """

    arrival: int
    provider: str
    case_id: int
    sender: str
    subject: str
    state: str
    channel: str
    key: str


@dataclass(frozen=True, slots=True)
class DecideLetter(RuleAct):
    """An agent has decided about a pending mail that still waits: it is `ACCEPTED` or `REFUSED`."""

    letter: PendingLetter
    state: str


def letter_buttons(arrival: int) -> Buttons:
    """What an agent can say to a mail that waits, which came in as this arrival."""
    return ((Button(f"accept:{arrival}", "button_accept_letter"), Button(f"refuse:{arrival}", "button_refuse_letter")),)


def decide_letter(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """An agent lets a mail into the case it names, or leaves it out; the notice in the group tells who did so."""
    return _decision(inbound.event.operation, facts)


def decide_letter_without_case(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """The same for a mail that names no case: accepted, it begins one, and its sender is answered."""
    return _decision(inbound.event.operation, facts) if isinstance(inbound.event, OperationOrdered) else None


def _decision(operation: AgentOperation | None, facts: Facts) -> Decision | None:
    acting = facts.get(ActingAgent)
    if not isinstance(operation, (AcceptLetter, RefuseLetter)) or acting is None or acting.agent is None:
        return None  # whoever is no agent is refused like with any other order
    letter = facts.get(PendingLetter)
    if letter is None or letter.state != WAITING:
        return decide(RefuseOperation(OperationRefusalCode.LETTER_DECIDED, {"state": letter.state if letter else ""}))
    accepted, language = isinstance(operation, AcceptLetter), facts.need(Provider).language
    names: Names = {
        "sender": literal(letter.sender),
        "subject": literal(letter.subject[:200]),
        "agent": literal(acting.agent.names.get(language) or acting.agent.id),
        "accepted": "1" if accepted else "",
    }
    message = acceptance_message(letter.arrival, letter.case_id, letter.provider, acting.agent.id, facts.need(Now).at)
    return decide(
        DecideLetter(letter, ACCEPTED if accepted else REFUSED),
        *([EmitArrival(message)] if accepted else []),
        SayTemplate("agents_letter_decided", names, Addressee.AGENTS),
        ReplacePressedMessage(),
        PopupNotice("letter_decided", {"accepted": names["accepted"]}),
    )
