"""A slip is taken back within a minute: the case is again where it was. The rule is pure."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from desk.model.acts import (
    AddJournalEntry,
    AddReaction,
    Addressee,
    CancelTimer,
    ChangeState,
    Decision,
    EmitArrival,
    Facts,
    PopupNotice,
    RefuseOperation,
    RemoveNotice,
    RuleAct,
    SayTemplate,
    SetFields,
    UpdateCard,
    decide,
)
from desk.model.agent_operations import TakeBackWords
from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.events import Inbound, OperationOrdered, TimerFired
from desk.model.journal import JournalEntry
from desk.model.operations.case_operations import Merge, Relate
from desk.model.operations.journal_of_moves import CaseMoved, MoveUndone
from desk.model.provider_files import Provider
from desk.model.states import UNDONE
from desk.pipeline.arrival_round import Round
from desk.pipeline.internal_channel import order_message
from desk.storage.database import Database
from escalation.agent_messages import AgentMessages
from escalation.hands.hand_over_rules import watched
from escalation.hands.moves import SENTENCES, TELL_MOVE, UNDO_WITHIN, LastMove
from escalation.ownership import acting_agent

OF_MOVE = "move"
"""The ``message`` of an order that takes back a move, and no words."""
_KINDS = (CaseMoved.kind, MoveUndone.kind)


def undo_move(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """The last move of this agent, made within the last minute, is taken back; words that wait come first."""
    order = inbound.event.operation
    wanted = order.message if isinstance(order, TakeBackWords) else ""
    waiting = (facts.get(AgentMessages) or AgentMessages()).held()
    if wanted not in ("", OF_MOVE) or (waiting and not wanted):
        return None
    last, now = facts.get(LastMove), facts.need(Now).at
    own = last is not None and last.agent == acting_agent(facts).id and now - last.at <= UNDO_WITHIN
    if last is None or not own or not _still_so(case, last.move):
        return decide(RefuseOperation(OperationRefusalCode.NO_MOVE_TO_UNDO)) if wanted else None
    return decide(*_undone(case, inbound, last, facts))


def _still_so(case: Case, move: CaseMoved) -> bool:
    """Whether nothing has changed since: what somebody else did, or the subscriber's answer, is not taken back."""
    return all(getattr(case, name) == value for name, value in (move.after or {}).items())


def _undone(case: Case, inbound: Inbound[OperationOrdered], last: LastMove, facts: Facts) -> list[RuleAct]:
    move = last.move
    before = dict(move.before or {})
    moved = before.get("state", case.state) != case.state
    heard = move.told and facts.need(Now).at - last.at >= _told_after(facts) and move.operation in SENTENCES
    back = inbound.event.pressed and inbound.message
    return [
        CancelTimer(TELL_MOVE),
        *([ChangeState(before.pop("state"), UNDONE)] if moved else []),
        SetFields({name: value for name, value in before.items() if name != "state"}),
        AddJournalEntry(MoveUndone(move.operation)),
        *([SayTemplate("case_slip", to=Addressee.SUBSCRIBER)] if heard else []),
        *(watched(case, facts) if not before.get("owner") else [CancelTimer("take")]),
        *_unmerged(case, move, facts),
        *([RemoveNotice(f"remote:{inbound.message}")] if back else []),
        PopupNotice("move_undone"),
        AddReaction(),
        UpdateCard(),
    ]


def _told_after(facts: Facts) -> timedelta:
    return timedelta(seconds=facts.need(Provider).undo_seconds)


def _unmerged(case: Case, move: CaseMoved, facts: Facts) -> list[RuleAct]:
    """The other case of a merge is no longer related to this one."""
    if move.operation != Merge.name:
        return []
    order = Relate(case.number or "", "hasDuplicate", mirrored=True, ends=True)
    agent, now = acting_agent(facts).id, facts.need(Now).at
    key = f"{order.name}:{case.id}"
    return [EmitArrival(order_message(order, now, provider=case.provider, number=move.target, agent=agent, key=key))]


class LastMoveLookup:
    """Reads the last move of a case, where one is taken back or told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """A `LastMove`; None where there is none, or it was taken back."""
        event = round_.inbound.event
        undone = isinstance(event, OperationOrdered) and isinstance(event.operation, TakeBackWords)
        if round_.is_new or not (undone or (isinstance(event, TimerFired) and event.kind == TELL_MOVE)):
            return None
        query = (
            select(JournalEntry)
            .where(JournalEntry.case_id == round_.case.id, JournalEntry.kind.in_(_KINDS))
            .order_by(JournalEntry.id.desc())
            .limit(1)
        )
        async with self._database.read(round_.case.provider) as session:
            entry = (await session.scalars(query)).first()
        if entry is None or entry.kind != CaseMoved.kind:
            return None
        return LastMove(CaseMoved(**entry.data), entry.text, entry.actor.removeprefix("agent:"), entry.at)
