"""The audit of operations: one row for each arrival by which an agent, or somebody among them, ordered something."""

from __future__ import annotations

from desk.model.agent_operations import (
    AcceptLetter,
    CallDone,
    LinkArticle,
    ReadFolded,
    RefuseLetter,
    Resolve,
    SetEta,
)
from desk.model.arrival_outcomes import Ignored, IgnoredCode, Outcome, stored_outcome
from desk.model.core_facts import ActingAgent
from desk.model.events import OperationOrdered
from desk.model.operations.base import AgentOperation
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage import audit

_CODES = (
    *("begins", "version", "done"),
    *("reason", "to", "whom", "into", "kind", "of", "team", "mirrored", "ends"),
    *("severity", "ticket_type", "responsibility", "category", "impact", "urgency", "priority"),
    *("component", "affected", "total"),
)
"""Fields of operations that are codes, numbers and names of agents; never what somebody wrote."""


def audit_operation(round_: Round, outcome: Outcome, case_id: int | None, rows: WriteBuffer) -> None:
    """An `desk.pipeline.write.OutcomeListener`. What agents say among themselves is no operation."""
    event, case = round_.inbound.event, round_.subject
    if not isinstance(event, OperationOrdered) or outcome == Ignored(IgnoredCode.AGENTS_TALK):
        return
    rows.insert(
        audit.AUDIT,
        **audit.audit_row(
            id=round_.ids.take(),
            at=round_.now,
            actor=actor_of(round_),
            operation=event.operation.name,
            provider=case.provider if case is not None else round_.provider.name,
            outcome=stored_outcome(outcome) if case_id is None else audit.DONE,
            case_id=case.id if case is not None else None,
            case_number=case.number if case is not None else round_.inbound.reference.number[:40],
            arrival_id=round_.arrival.id,
            details=_details(event.operation),
        ),
    )


def actor_of(round_: Round) -> str:
    """Who ordered it, for the audit: the agent by id; a stranger by the address they wrote from."""
    acting, sender = round_.facts.get(ActingAgent), round_.inbound.sender
    if acting and acting.agent:
        return f"agent:{acting.agent.id}"
    return f"{sender.channel_kind}:{sender.value}"


def _details(operation: AgentOperation) -> dict[str, object]:
    """What of an operation the audit has. What was written stands in the journal of the case."""
    answer = operation.article if isinstance(operation, Resolve) else operation
    if isinstance(operation, SetEta):
        return {"minutes": operation.minutes}
    if isinstance(operation, CallDone):
        return {"result": operation.result[:20]}
    if isinstance(operation, (AcceptLetter, RefuseLetter, ReadFolded)):
        return {"letter": operation.letter}
    if moved := {name: value for name in _CODES if (value := getattr(operation, name, ""))}:
        return {name: value[:80] if isinstance(value, str) else value for name, value in moved.items()}
    return {"article": answer.article[:80]} if isinstance(answer, LinkArticle) else {}
