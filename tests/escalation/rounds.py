"""Rounds of a registered case, decided by the desk's own rules: no channel, no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from console.runtime.rule_order import RULEBOOK
from desk.model.acts import Addressee, Facts, RuleAct, SayTemplate
from desk.model.case import Case
from desk.model.core_facts import ActingAgent, CaseContacts, CaseMatch, Now
from desk.model.dialog_state import CONSENT, Expecting
from desk.model.events import CaseReference, Event, Inbound, OperationOrdered, Pressed
from desk.model.messages import Address
from desk.model.operations.base import AgentOperation
from desk.model.provider_files import Provider
from desk.model.provider_sections.members import Agent
from desk.pipeline.decide import apply_rules

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ANNA = Address("telegram", "telegram:main", "42")
GROUP = Address("telegram", "telegram:main", "-1001")
ON_FILE = Address("mail", "mail:support", "anna@mail.test")
IVANOVA = Agent("ivanova", {"ru": "Мария Иванова"}, 700001, "", ("l1",))
PETROV = Agent("petrov", {"ru": "Олег Петров"}, 700002, "", ("l1",))
PROVIDER = Provider("sever", {"ru": "Север"}, agents=(IVANOVA, PETROV))
CONTACT = CaseContacts(ANNA, ON_FILE, GROUP)


def a_case(**fields: Any) -> Case:
    """A registered case of Anna's that waits for an agent."""
    known = {"reason": "queued", "number": "SN-1", "registered_at": NOW, "description": "нет интернета"}
    return Case(
        provider="sever",
        id=1,
        person_id=1,
        language="ru",
        opened_at=NOW,
        updated_at=NOW,
        channel=ANNA.channel,
        channel_kind=ANNA.channel_kind,
        address=ANNA.value,
        **{**known, **fields},
    )


def in_progress(**fields: Any) -> Case:
    """One that Ivanova has taken."""
    return a_case(state="inProgress", reason="diagnosing", owner="ivanova", **fields)


def resolved(**fields: Any) -> Case:
    """One that waits for consent."""
    case = a_case(state="resolved", reason="awaiting_consent", owner="ivanova", resolved_at=NOW, **fields)
    case.dialog_state.change({"expecting": Expecting(CONSENT)})
    return case


def decided(
    case: Case | None,
    event: Event,
    *,
    agent: Agent | None = IVANOVA,
    reference: CaseReference | None = None,
    contact: CaseContacts = CONTACT,
    at: datetime = NOW,
    provider: Provider = PROVIDER,
    known: Sequence[object] = (),
) -> Sequence[RuleAct]:
    """The acts of one round."""
    how = CaseMatch("button" if isinstance(event, Pressed) else "only")
    inbound: Inbound[Event] = Inbound(ANNA.channel, ANNA, at, event, reference=reference or CaseReference())
    deciding = apply_rules(
        RULEBOOK, case, inbound, Facts([Now(at), how, provider, contact, ActingAgent(agent), *known]), at
    )
    try:
        while True:
            next(deciding)
    except StopIteration as stop:
        acts: Sequence[RuleAct] = stop.value.acts
        return acts


def ordered(case: Case | None, operation: AgentOperation, **how: Any) -> Sequence[RuleAct]:
    """The acts of an agent's order."""
    return decided(case, OperationOrdered(operation), **how)


def templates(acts: Sequence[RuleAct], to: Addressee | None = None) -> list[str]:
    """The sentences said, of these the ones to one recipient."""
    return [act.template for act in acts if isinstance(act, SayTemplate) and to in (None, act.to)]
