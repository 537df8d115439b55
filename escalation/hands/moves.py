"""One move of a case by an agent: what changes, what the journal keeps, and the minute in which it is taken back. Pure.

The subscriber hears of a move when the seconds for taking it back are over (`Provider.undo_seconds`), so that a slip
reaches nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from desk.language.rich_text import literal
from desk.model.acts import (
    AddJournalEntry,
    AddReaction,
    Addressee,
    Audience,
    Button,
    Buttons,
    ChangeState,
    Facts,
    Names,
    PopupNotice,
    RuleAct,
    SayTemplate,
    SetFields,
    SetTimer,
    UpdateCard,
)
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.operations.case_operations import Cancel, Hold, Merge, Pend, Reject, Resume
from desk.model.operations.journal_of_moves import CaseMoved
from desk.model.provider_files import Provider
from escalation.names_and_times import agent_name
from escalation.ownership import acting_agent

UNDO_WITHIN = timedelta(seconds=60)
TELL_MOVE = "tell_move"
"""The timer, and its key, at which the subscriber hears of a move."""
UNDO_MOVE: Buttons = ((Button("undo:move", "button_undo"),),)
SENTENCES: Mapping[str, str] = {
    Pend.name: "case_pended",
    Hold.name: "case_held",
    Resume.name: "case_resumed",
    Cancel.name: "case_cancelled",
    Reject.name: "case_rejected",
    Merge.name: "case_merged",
}
"""What the subscriber reads of each move. Its values are codes and numbers, and the words that were for them."""


@dataclass(frozen=True, slots=True)
class LastMove:
    """The last move in a case's journal, unless it was taken back: who made it, and when."""

    move: CaseMoved
    words: str
    agent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """What an agent orders. ``source`` and ``target`` are as in `CaseMoved`, ``words`` are those of the order.

    ``fields`` are set, and with ``state`` the case goes there, for ``reason``; ``to`` reads of it beside the card.
    """

    operation: str
    target: str
    source: str = ""
    words: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    state: str = ""
    reason: str = ""
    told: bool = False
    to: Audience = Addressee.AGENTS


def carried_out(case: Case, move: Move, facts: Facts) -> list[RuleAct]:
    """The acts of a move: changed, noted, shown to the agents with a way back, and told in a while."""
    changes = {**move.fields, **({"state": move.state, "reason": move.reason} if move.state else {})}
    noted = CaseMoved(
        move.operation,
        move.source,
        move.target,
        {name: getattr(case, name) for name in (*changes, "state", "reason")},
        changes,
        move.told,
    )
    return [
        *([SetFields(dict(move.fields))] if move.fields else []),
        *([ChangeState(move.state, move.reason)] if move.state else []),
        AddJournalEntry(noted, move.words),
        *_told_in_a_while(move, noted, facts),
        SayTemplate("agents_moved", _names(case, move, facts), move.to, UNDO_MOVE, apart="moved"),
        PopupNotice("move_done"),
        AddReaction(),
        UpdateCard(),
    ]


def _names(case: Case, move: Move, facts: Facts) -> Names:
    provider = facts.need(Provider)
    return {
        "operation": move.operation,
        "agent": agent_name(acting_agent(facts), provider.language),
        "source": called(move.source, provider),
        "target": called(move.target, provider),
        "why": literal(move.words),
    }


def _told_in_a_while(move: Move, noted: CaseMoved, facts: Facts) -> list[RuleAct]:
    if not move.told:
        return []
    span = facts.need(Provider).undo_seconds
    if not span:
        return told(noted, move.words, acting_agent(facts).id, facts)
    return [SetTimer(TELL_MOVE, facts.need(Now).at + timedelta(seconds=span), TELL_MOVE)]


def told(move: CaseMoved, words: str, agent_id: str, facts: Facts) -> list[RuleAct]:
    """What the subscriber reads of a move; words that an agent wrote to them come with the agent's name."""
    asked = words if move.operation == Pend.name else ""
    agent = facts.need(Provider).agent(agent_id)
    names: Names = {
        "reason": move.target,
        "ask": literal(asked),
        "agent": agent_name(agent, facts.need(Provider).language) if agent and asked else "",
        "into": move.target if move.operation == Merge.name else "",
    }
    template = SENTENCES.get(move.operation, "")
    return [SayTemplate(template, names, Addressee.SUBSCRIBER, human=bool(asked))] if template else []


def called(target: str, provider: Provider) -> str:
    """What an agent, a team or anything else is called, in the provider's language."""
    if agent := provider.agent(target):
        return agent_name(agent, provider.language)
    return provider.team_title(target, provider.language) if ":" in target else target
