"""What agents do to a case: take it, speak, note, promise a time, resolve. Rules, pure.

An agent acts under the identity that the provider knows them by and under no other; being in the group is not enough.
Which operation is allowed in which state is told by `desk.model.agent_operations.POLICIES`, before any of the rules
here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

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
    SayTemplate,
    SetDialogState,
    SetFields,
    UpdateCard,
    decide,
)
from desk.model.agent_operations import (
    AddNote,
    EditWords,
    ReadUnread,
    Reply,
    SetEta,
    ShowHelp,
    TakeBackWords,
    UnknownCommand,
    refusal_of,
)
from desk.model.arrival_outcomes import IgnoredCode, OperationRefusalCode
from desk.model.case import Case
from desk.model.core_facts import WORDS, ActingAgent, CaseContacts, Now
from desk.model.dialog_state import CONSENT
from desk.model.events import Event, Inbound, OperationOrdered
from desk.model.operations.base import AgentOperation
from desk.model.operations.case_operations import facts_missing
from desk.model.provider_files import Provider
from desk.model.states import CaseState
from escalation.agent_words import released
from escalation.consent_rules import CONSENT_BUTTONS, first_reminder
from escalation.hands.list_rules import OwnCases
from escalation.names_and_times import agent_name
from escalation.ownership import acting_agent, take_over
from escalation.promised_time_rules import notice_on_file, promise
from escalation.said_while_untaken import RELAYED, UnreadMessages, transcript_acts

SAME_TAP = timedelta(seconds=30)
"""Taps of one button within so much time are one tap."""
_TALK = (Reply, AddNote, EditWords, TakeBackWords, ReadUnread, UnknownCommand)
"""What is meant for the desk only where it answers one of its messages, or names a case."""


def order_without_case(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """An order that names no case is refused with what is missing; agents' other talk is theirs."""
    if not isinstance(inbound.event, OperationOrdered):
        return None
    reference, operation = inbound.reference, inbound.event.operation
    if isinstance(operation, _TALK) and not (reference.number or reference.to_desk):
        return decide(Ignore(IgnoredCode.AGENTS_TALK))
    if not _known(facts):
        return decide(_refused_person(inbound))
    return _help_or_refusal(operation, reference.number, facts.get(OwnCases))


def _help_or_refusal(operation: AgentOperation, number: str, own: OwnCases | None = None) -> Decision:
    if isinstance(operation, ShowHelp):
        return decide(SayTemplate("agents_help", to=Addressee.AGENTS))
    if isinstance(operation, UnknownCommand):
        return decide(RefuseOperation(OperationRefusalCode.UNKNOWN_COMMAND, {"typed": operation.typed}))
    if number:
        return decide(RefuseOperation(OperationRefusalCode.NO_SUCH_CASE, {"typed": number}))
    cases = {"cases": ", ".join(own.numbers)} if own and own.numbers else {}
    return decide(RefuseOperation(OperationRefusalCode.CASE_NOT_NAMED, cases))


def _refused_person(inbound: Inbound[Any]) -> RefuseOperation:
    """Why nothing is done for somebody in the agents' group, with the id by which the desk could know them."""
    if isinstance(inbound.event, OperationOrdered) and inbound.event.nameless:
        return RefuseOperation(OperationRefusalCode.NAMELESS)
    return RefuseOperation(OperationRefusalCode.NOT_AN_AGENT, {"id": inbound.sender.value, "who": inbound.name})


def refuse_unknown_agent(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """Whoever is not one of the provider's agents orders nothing, though they sit in the agents' group."""
    return None if _known(facts) else decide(_refused_person(inbound))


def refuse_not_allowed(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """What an operation's policy does not allow on this case now is refused, and the agent reads why."""
    code = refusal_of(inbound.event.operation, case)
    if code is None:
        return None
    provider = facts.need(Provider)
    owner = provider.agent(case.owner)
    names: dict[str, str] = {}
    if code is OperationRefusalCode.ALREADY_TAKEN:
        names = {"agent": agent_name(owner, provider.language) if owner else case.owner}
    elif code is OperationRefusalCode.FACTS_MISSING:
        missing = facts_missing(case)
        names = {name: "1" if name in missing else "" for name in ("what", "since", "where")}
    return decide(RefuseOperation(code, names))


def refuse_unknown_command(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """A command that the desk does not know does nothing, and the agent reads what there is."""
    return _help_or_refusal(inbound.event.operation, "")


def show_help(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """How agents work in their group; the case is not touched."""
    return decide(SayTemplate("agents_help", to=Addressee.AGENTS))


def read_unread(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """What was only counted is shown, as much at once as people can read; the next tap shows more."""
    news = facts.get(UnreadMessages)
    if news is None or not (news.lines or news.files):
        return decide(RefuseOperation(OperationRefusalCode.NOTHING_UNREAD))
    story = SayTemplate("story", {"lines": news.lines}, Addressee.AGENTS, files=news.files, apart=WORDS)
    return decide(story, SetFields({"unread": RELAYED + news.left if news.left else 1}), UpdateCard())


def take(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """An agent takes the case; the subscriber learns who the first one is, and the agent reads what was said
    meanwhile."""
    return decide(
        *take_over(case, acting_agent(facts), facts, quietly=_was_handed_over(case)),
        *transcript_acts(facts),
        PopupNotice("taken"),
        AddReaction(),
        UpdateCard(),
    )


def _was_handed_over(case: Case) -> bool:
    """Whether somebody worked on it before: its subscriber notices no hand-over, but the name at the first words."""
    return case.taken_at is not None and case.state != CaseState.ACKNOWLEDGED and case.taken_up_at is None


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
    if inbound.event.pressed and case.eta is not None and abs(at - case.eta) < SAME_TAP:
        return decide(PopupNotice("eta_set"))  # the same button, tapped again: the subscriber has been told
    return decide(
        *released(case, facts),
        *([] if case.owner else take_over(case, acting_agent(facts), facts)),
        *promise(case, at, facts),
        PopupNotice("eta_set"),
        AddReaction(),
        UpdateCard(),
    )


def resolve(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """Resolved is not closed: the subscriber is asked whether it works and may be closed (C7, C13, C14). Who answered
    with a reservation is asked again when the agent has seen to it."""
    contact = facts.need(CaseContacts)
    names: Names = {"what": literal(_sentence(inbound.text)), "agent": agent_name(acting_agent(facts), case.language)}
    told = [] if contact.current is None else notice_on_file("resolved_notice", names, case)
    return decide(
        *released(case, facts),
        *([] if case.owner else [SetFields({"owner": acting_agent(facts).id})]),
        ChangeState(CaseState.RESOLVED, "awaiting_consent"),
        CancelTimer("take"),
        Expect(CONSENT),
        SetDialogState({"tries": 0}),
        SetFields({"unread": 0, "last_acknowledgement": ""}),
        SayTemplate("resolved_ask", names, Addressee.SUBSCRIBER, CONSENT_BUTTONS, inbound.files),
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


def _known(facts: Facts) -> bool:
    acting = facts.get(ActingAgent)
    return acting is not None and acting.agent is not None
