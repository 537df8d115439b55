"""What agents do to a case: take it, speak, note, promise a time, resolve. Rules, pure.

An agent acts under the identity that the provider knows them by and under no other; being in the group is not enough.
Which operation is allowed in which state is told by `desk.model.agent_operations.POLICIES`, before any of the rules
here.
"""

from __future__ import annotations

from desk.language.rich_text import literal
from desk.model.acts import (
    AddReaction,
    Addressee,
    CancelTimer,
    ChangeState,
    Decision,
    Expect,
    Facts,
    Ignore,
    Names,
    PopupNotice,
    RefuseOperation,
    RuleAct,
    SayTemplate,
    SetDialogState,
    SetFields,
    SetTimer,
    UpdateCard,
    decide,
)
from desk.model.agent_operations import AddNote, Reply, SetEta, refusal_of
from desk.model.arrival_outcomes import IgnoredCode, OperationRefusalCode
from desk.model.case import Case
from desk.model.core_facts import ActingAgent, CaseContacts, Now
from desk.model.dialog_state import CONSENT
from desk.model.events import Event, Inbound, OperationOrdered
from desk.model.messages import RedeliveryPolicy
from desk.model.provider_files import Agent, Provider
from desk.model.states import CaseState
from escalation.consent_rules import CONSENT_BUTTONS, first_reminder
from escalation.names_and_times import agent_name
from escalation.promised_time_rules import notice_on_file, promise
from escalation.transcript import Transcript


def order_without_case(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """An order that names no case is refused with what is missing; agents' other talk is theirs."""
    if not isinstance(inbound.event, OperationOrdered):
        return None
    reference = inbound.reference
    if isinstance(inbound.event.operation, (Reply, AddNote)) and not (reference.number or reference.to_desk):
        return decide(Ignore(IgnoredCode.AGENTS_TALK))
    if not _known(facts):
        return decide(RefuseOperation(OperationRefusalCode.NOT_AN_AGENT))
    if reference.number:
        return decide(RefuseOperation(OperationRefusalCode.NO_SUCH_CASE, {"typed": reference.number}))
    return decide(RefuseOperation(OperationRefusalCode.CASE_NOT_NAMED))


def refuse_unknown_agent(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """Whoever is not one of the provider's agents orders nothing, though they sit in the agents' group."""
    return None if _known(facts) else decide(RefuseOperation(OperationRefusalCode.NOT_AN_AGENT))


def refuse_not_allowed(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """What an operation's policy does not allow on this case now is refused, and the agent reads why."""
    code = refusal_of(inbound.event.operation, case)
    if code is None:
        return None
    provider = facts.need(Provider)
    owner = provider.agent(case.owner)
    names = {"agent": agent_name(owner, provider.language) if owner else case.owner}
    return decide(RefuseOperation(code, names if code is OperationRefusalCode.ALREADY_TAKEN else {}))


def take(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """An agent takes the case; the subscriber learns who, and the agent reads what was said meanwhile."""
    return decide(
        *_taken(case, _agent(facts), facts), *_transcript(facts), PopupNotice("taken"), AddReaction(), UpdateCard()
    )


def reply(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """An agent's words go to the subscriber. Whoever answers a case that nobody has taken, takes it."""
    agent, contact = _agent(facts), facts.need(CaseContacts)
    acts: list[RuleAct] = [] if case.owner else [*_taken(case, agent, facts, quietly=True)]
    if contact.to(case) is None:
        return decide(*acts, SayTemplate("unreachable", to=Addressee.AGENTS), UpdateCard())
    names: Names = {"agent": agent_name(agent, case.language), "text": literal(inbound.text)}
    words = SayTemplate(
        "agent_says", names, Addressee.SUBSCRIBER, files=inbound.files, policy=RedeliveryPolicy.HOLD, human=True
    )
    return decide(
        *acts,
        words,
        *_transcript(facts),
        SetFields({"unread": 0, "answered_at": facts.need(Now).at}),
        AddReaction("👍"),
        *([UpdateCard()] if acts or case.unread else []),
    )


def add_note(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """A note stays among agents; the journal has it already."""
    return decide(AddReaction("✍"))


def set_eta(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """A promised time is told at once, in the chat and by mail (C10, C12)."""
    operation = inbound.event.operation
    span = operation.span if isinstance(operation, SetEta) else None
    if span is None:
        return decide(RefuseOperation(OperationRefusalCode.ETA_UNCLEAR))
    at = facts.need(Now).at + span
    return decide(
        *([] if case.owner else _taken(case, _agent(facts), facts)),
        *promise(case, at, facts),
        PopupNotice("eta_set"),
        AddReaction(),
        UpdateCard(),
    )


def resolve(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """Resolved is not closed: the subscriber is asked whether it works and may be closed (C7, C13, C14)."""
    contact = facts.need(CaseContacts)
    names: Names = {"what": literal(_sentence(inbound.text)), "agent": agent_name(_agent(facts), case.language)}
    told = [] if contact.current is None else notice_on_file("resolved_notice", names, case)
    return decide(
        *([] if case.owner else [SetFields({"owner": _agent(facts).id})]),
        ChangeState(CaseState.RESOLVED, "awaiting_consent"),
        CancelTimer("take"),
        Expect(CONSENT),
        SetDialogState({"tries": 0}),
        SetFields({"unread": 0}),
        SayTemplate("resolved_ask", names, Addressee.SUBSCRIBER, CONSENT_BUTTONS),
        *told,
        *([] if contact.to(case) else [SayTemplate("unreachable", to=Addressee.AGENTS)]),
        *first_reminder(case, facts),
        PopupNotice("resolved"),
        AddReaction(),
        UpdateCard(),
    )


def _sentence(words: str) -> str:
    """What an agent wrote in passing, as a sentence: others stand around it."""
    words = words.strip()
    words = words[:1].upper() + words[1:]
    return f"{words}." if words[-1:].isalnum() else words


def _taken(case: Case, agent: Agent, facts: Facts, quietly: bool = False) -> list[RuleAct]:
    now, provider = facts.need(Now).at, facts.need(Provider)
    acts: list[RuleAct] = [
        SetFields({"owner": agent.id, "unread": 0, "taken_at": case.taken_at or now}),
        CancelTimer("take"),
    ]
    if case.state not in (CaseState.IN_PROGRESS, CaseState.RESOLVED):
        acts.append(ChangeState(CaseState.IN_PROGRESS, "diagnosing"))
    if not quietly:
        acts.append(SayTemplate("agent_took", {"agent": agent_name(agent, case.language)}, Addressee.SUBSCRIBER))
    if case.eta is None:
        acts.append(SetTimer("eta_missing", now + provider.first_eta_within, "eta"))
    return acts


def _transcript(facts: Facts) -> list[RuleAct]:
    transcript = facts.get(Transcript)
    if transcript is None or not (transcript.lines or transcript.files):
        return []
    return [SayTemplate("story", {"lines": transcript.lines}, Addressee.AGENTS, files=transcript.files)]


def _known(facts: Facts) -> bool:
    acting = facts.get(ActingAgent)
    return acting is not None and acting.agent is not None


def _agent(facts: Facts) -> Agent:
    agent = facts.need(ActingAgent).agent
    assert agent is not None  # noqa: S101 - refuse_unknown_agent comes before
    return agent
