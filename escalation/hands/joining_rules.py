"""Two cases of one person that are one matter go on as one; others are related (TMF621). The rules are pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from desk.language.rich_text import literal
from desk.model.acts import (
    AddJournalEntry,
    AddReaction,
    Addressee,
    Decision,
    EmitArrival,
    Facts,
    Names,
    PopupNotice,
    RefuseOperation,
    RuleAct,
    SayTemplate,
    SetFields,
    UpdateCard,
    decide,
)
from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.case import DUPLICATE_OF, Case
from desk.model.core_facts import Now
from desk.model.events import Inbound, OperationOrdered
from desk.model.operations.case_operations import RELATIONS, Merge, Relate
from desk.model.operations.journal_of_moves import CasesRelated
from desk.model.states import DUPLICATE, FINAL, CaseState
from desk.pipeline.arrival_round import Round
from desk.pipeline.internal_channel import order_message
from desk.storage.database import Database
from escalation.hands.moves import Move, carried_out
from escalation.hands.state_rules import over
from escalation.ownership import acting_agent

Ordered = Inbound[OperationOrdered]
HAS_DUPLICATE = RELATIONS[DUPLICATE_OF]
MOST_RELATED = 50


@dataclass(frozen=True, slots=True)
class OtherCase:
    """The case that an order names beside the one it is about."""

    id: int
    number: str
    person_id: int
    state: str
    owner: str


def merge(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """The case ends as a duplicate; its number is an alias of the other one from now on."""
    order, other = inbound.event.operation, facts.get(OtherCase)
    assert isinstance(order, Merge)  # noqa: S101
    if other is None:
        return decide(RefuseOperation(OperationRefusalCode.NO_SUCH_CASE, {"typed": order.into[:40]}))
    if other.id == case.id or other.person_id != case.person_id or CaseState(other.state) in FINAL:
        return decide(RefuseOperation(OperationRefusalCode.CANNOT_MERGE))
    related = [*case.related, {"case": str(other.id), "number": other.number, "kind": DUPLICATE_OF}]
    move = Move(
        Merge.name,
        other.number,
        case.number or "",
        order.why,
        {"related": related, "unread": 0},
        CaseState.REJECTED.value,
        DUPLICATE,
        told=True,
    )
    return decide(
        *carried_out(case, move, facts),
        *over(),
        _at_the_other(case, other, Relate(case.number or "", HAS_DUPLICATE, case.description[:1000], True), facts),
    )


def relate(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """How two cases are related stands in both."""
    order, other = inbound.event.operation, facts.get(OtherCase)
    assert isinstance(order, Relate)  # noqa: S101
    if other is None:
        return decide(RefuseOperation(OperationRefusalCode.NO_SUCH_CASE, {"typed": order.to[:40]}))
    one: dict[str, Any] = {"case": str(other.id), "number": other.number, "kind": order.kind}
    others = [known for known in case.related if known != one]
    if other.id == case.id or (one in case.related and not order.ends) or len(others) >= MOST_RELATED:
        return decide(RefuseOperation(OperationRefusalCode.ALREADY_THERE))
    changed = SetFields({"related": others if order.ends else [*others, one]})
    if order.ends:
        return decide(changed, UpdateCard())
    mirror = Relate(case.number or "", RELATIONS[order.kind], order.why, True)
    return decide(
        changed,
        AddJournalEntry(CasesRelated(other.number, order.kind), order.why),
        *(_joined(order) if order.mirrored and order.kind == HAS_DUPLICATE else []),
        *(
            []
            if order.mirrored
            else [_at_the_other(case, other, mirror, facts), AddReaction(), PopupNotice("move_done")]
        ),
        UpdateCard(),
    )


def _joined(order: Relate) -> list[RuleAct]:
    names: Names = {"other": order.to, "text": literal(order.why)}
    return [SayTemplate("agents_merged", names, Addressee.AGENTS, apart="moved")]


def _at_the_other(case: Case, other: OtherCase, order: Relate, facts: Facts) -> RuleAct:
    agent, now = acting_agent(facts).id, facts.need(Now).at
    key = f"{order.name}:{case.id}"
    return EmitArrival(order_message(order, now, provider=case.provider, number=other.number, agent=agent, key=key))


class OtherCaseLookup:
    """Finds the second case of an order that names two."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """An `OtherCase` of the same provider; None where nothing asks, or there is none."""
        event = round_.inbound.event
        if round_.is_new or not isinstance(event, OperationOrdered):
            return None
        operation = event.operation
        wanted = (
            operation.into if isinstance(operation, Merge) else operation.to if isinstance(operation, Relate) else ""
        )
        if not wanted:
            return None
        columns = (Case.id, Case.number, Case.person_id, Case.state, Case.owner)
        query = select(*columns).where(
            Case.provider == round_.case.provider,
            Case.number == wanted.strip().lstrip("#№").upper(),
            Case.purged_at.is_(None),
        )
        async with self._database.read(round_.case.provider) as session:
            row = (await session.execute(query)).first()
        return OtherCase(row.id, row.number or "", row.person_id, row.state, row.owner) if row else None
