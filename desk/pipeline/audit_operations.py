"""The audit of operations: one row for each arrival by which an agent, or somebody among them, ordered something."""

from __future__ import annotations

from collections.abc import Mapping

from desk.model.facts import ActingAgent
from desk.model.messages import Role, Verb
from desk.pipeline.lookup import Round
from desk.pipeline.unit_of_work import RowBatch
from desk.storage import audit

DETAILS = ("duration", "article")
"""What of an operation the audit has. What was written stands in the journal of the case."""


def audit_operation(round_: Round, outcome: str, case_id: int | None, rows: RowBatch) -> None:
    """An `desk.pipeline.write.OutcomeListener`. What agents say among themselves is no operation."""
    inbound, case = round_.inbound, round_.case
    if inbound.role is not Role.AGENT or inbound.verb is Verb.NOTHING:
        return
    meant = not round_.is_new
    rows.insert(
        audit.AUDIT,
        **audit.audit_row(
            at=round_.now,
            actor=actor_of(round_),
            operation=inbound.verb.value,
            provider=case.provider if meant else round_.provider.name,
            outcome=outcome if case_id is None else audit.DONE,
            case_id=case.id if meant else None,
            case_number=case.number if meant else inbound.number[:40],
            arrival_id=round_.arrival.id,
            details=_details(inbound.detail),
        ),
    )


def actor_of(round_: Round) -> str:
    """Who ordered it, for the audit: the agent by id; a stranger by the address they wrote from."""
    acting, sender = round_.facts.get(ActingAgent), round_.inbound.sender
    if acting and acting.agent:
        return f"agent:{acting.agent.id}"
    return f"{sender.channel_kind}:{sender.value}"


def _details(detail: Mapping[str, str]) -> dict[str, str]:
    return {name: detail[name][:80] for name in DETAILS if detail.get(name)}
