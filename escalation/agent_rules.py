"""What agents do to a case: take it, speak, note, promise a time, resolve. Rules, pure.

An agent acts under the identity written in the provider's teams.toml and under no other; being in the group is not
enough.
"""

from __future__ import annotations

from datetime import timedelta

from desk.language.rich_text import literal
from desk.language.time_labels import time_labels
from desk.model.acts import (
    Act,
    AddJournalEntry,
    AddReaction,
    Button,
    ChangeState,
    Decision,
    Facts,
    Ignore,
    Names,
    PopupNotice,
    Recipient,
    SayTemplate,
    SetFields,
    SetTimer,
    UpdateCard,
    decide,
)
from desk.model.case import Case, CaseState
from desk.model.facts import ActingAgent, CaseMatch, ContactAddresses, Now
from desk.model.messages import Inbound, RedeliveryPolicy, Role, Verb
from desk.model.policy import Agent, Provider
from escalation.transcript import Transcript

CONSENT = ((Button("consent_yes", "button_consent_yes"), Button("consent_no", "button_consent_no")),)
SHORTEST_ETA, LONGEST_ETA = timedelta(minutes=5), timedelta(days=30)


def refuse_unknown_agent(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Whoever is not in teams.toml commands nothing, though they sit in the agents' group."""
    if inbound.role is not Role.AGENT or ((speaking := facts.get(ActingAgent)) and speaking.agent):
        return None
    return decide(PopupNotice("not_an_agent"), Ignore("not an agent"))


def require_case(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Talk in the agents' group that is about no case stays theirs; a number that nobody has is said so."""
    if inbound.role is not Role.AGENT or facts.need(CaseMatch).how != "none":
        return None
    if inbound.number:
        return decide(SayTemplate("no_such_case", {"typed": inbound.number}, Recipient.AGENTS), Ignore("no such case"))
    if inbound.verb in (Verb.TAKE, Verb.ETA, Verb.RESOLVE, Verb.ARTICLE) or inbound.detail.get("to_desk"):
        return decide(
            PopupNotice("which_case"), SayTemplate("which_case", to=Recipient.AGENTS), Ignore("no case named")
        )
    return decide(Ignore("talk among agents"))


def refuse_final_case(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Nothing more is done to a case that is closed, but a note may be left."""
    if inbound.role is not Role.AGENT or case.open or inbound.verb is Verb.NOTE:
        return None
    return decide(PopupNotice("case_over"), SayTemplate("case_over", to=Recipient.AGENTS), Ignore("the case is closed"))


def take(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """An agent takes the case; the subscriber learns who, and the agent reads what was said meanwhile."""
    if inbound.role is not Role.AGENT or inbound.verb is not Verb.TAKE:
        return None
    agent, provider = _agent(facts), facts.need(Provider)
    if case.owner:
        owner = provider.agent(case.owner)
        names: Names = {"agent": _name(owner, provider.language) if owner else case.owner}
        return decide(PopupNotice("already_taken", names), Ignore("already taken"))
    return decide(*_taken(case, agent, facts), *_story(facts), PopupNotice("taken"), AddReaction(), UpdateCard())


def say(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """An agent's words go to the subscriber. Whoever answers a case that nobody has taken, takes it."""
    if inbound.role is not Role.AGENT or inbound.verb is not Verb.SAY:
        return None
    if not inbound.text and not inbound.files:
        return decide(Ignore("empty"))
    agent, contact = _agent(facts), facts.need(ContactAddresses)
    acts: list[Act] = [] if case.owner else [*_taken(case, agent, facts, quietly=True)]
    if contact.to(case) is None:
        return decide(*acts, SayTemplate("unreachable", to=Recipient.AGENTS), UpdateCard())
    names: Names = {"agent": _name(agent, case.language), "text": literal(inbound.text)}
    words = SayTemplate(
        "agent_says", names, Recipient.SUBSCRIBER, files=inbound.files, policy=RedeliveryPolicy.HOLD, human=True
    )
    return decide(
        *acts,
        words,
        *_story(facts),
        SetFields({"unread": 0}),
        AddReaction("👍"),
        *([UpdateCard()] if acts or case.unread else []),
    )


def note(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """A note stays among agents; the journal has it already."""
    if inbound.role is not Role.AGENT or inbound.verb is not Verb.NOTE:
        return None
    return decide(AddReaction("✍"))


def eta(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """A promised time is told at once, in the chat and by mail (C10, C12)."""
    if inbound.role is not Role.AGENT or inbound.verb is not Verb.ETA:
        return None
    minutes = inbound.detail.get("duration", "")
    span = timedelta(minutes=int(minutes)) if minutes.isdecimal() and len(minutes) < 7 else timedelta(0)
    if not SHORTEST_ETA <= span <= LONGEST_ETA:
        return decide(
            PopupNotice("eta_unclear"), SayTemplate("eta_unclear", to=Recipient.AGENTS), Ignore("unclear time")
        )
    if case.state == CaseState.RESOLVED:
        return decide(
            PopupNotice("case_over"), SayTemplate("case_over", to=Recipient.AGENTS), Ignore("the case is resolved")
        )
    at = facts.need(Now).at + span
    zone = facts.need(Provider).timezone
    names = time_labels(at, facts.need(Now).at, zone)
    return decide(
        *([] if case.owner else _taken(case, _agent(facts), facts)),
        SetFields({"eta": at, "eta_version": case.eta_version + 1}),
        AddJournalEntry("measure", f"ETA {at.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}", public=True),
        SayTemplate("eta_told", names, Recipient.SUBSCRIBER),
        SayTemplate("eta_told", names, Recipient.ON_FILE),
        SetTimer("eta_over", at, "eta"),
        PopupNotice("eta_set"),
        AddReaction(),
        UpdateCard(),
    )


def resolve(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Resolved is not closed: the subscriber is asked whether it works and may be closed (C7, C13, C14)."""
    if inbound.role is not Role.AGENT or inbound.verb is not Verb.RESOLVE:
        return None
    if case.state == CaseState.RESOLVED:
        return decide(PopupNotice("already_resolved"), Ignore("already resolved"))
    now, provider, contact = facts.need(Now).at, facts.need(Provider), facts.need(ContactAddresses)
    names: Names = {"what": literal(_sentence(inbound.text)), "agent": _name(_agent(facts), case.language)}
    told = [] if contact.here is None else [SayTemplate("resolved_notice", names, Recipient.ON_FILE)]
    wakes = [
        SetTimer("consent_reminder", now + after, f"remind{count}")
        for count, after in enumerate(provider.remind_after, 1)
    ]
    return decide(
        *([] if case.owner else [SetFields({"owner": _agent(facts).id})]),
        ChangeState(CaseState.RESOLVED, "awaiting_consent"),
        SetFields({"awaiting": "consent", "unread": 0, "tries": 0}),
        *([AddJournalEntry("measure", inbound.text, public=True)] if inbound.text else []),
        SayTemplate("resolved_ask", names, Recipient.SUBSCRIBER, CONSENT),
        *told,
        *([] if contact.to(case) else [SayTemplate("unreachable", to=Recipient.AGENTS)]),
        *wakes,
        PopupNotice("resolved"),
        AddReaction(),
        UpdateCard(),
    )


def _sentence(words: str) -> str:
    """What an agent wrote in passing, closed with a full stop: another sentence follows."""
    words = words.strip()
    return f"{words}." if words[-1:].isalnum() else words


def _taken(case: Case, agent: Agent, facts: Facts, quietly: bool = False) -> list[Act]:
    now, provider = facts.need(Now).at, facts.need(Provider)
    acts: list[Act] = [SetFields({"owner": agent.id, "unread": 0})]
    if case.state not in (CaseState.IN_PROGRESS, CaseState.RESOLVED):
        acts.append(ChangeState(CaseState.IN_PROGRESS, "diagnosing"))
    if not quietly:
        acts.append(SayTemplate("agent_took", {"agent": _name(agent, case.language)}, Recipient.SUBSCRIBER))
    if case.eta is None:
        acts.append(SetTimer("eta_missing", now + provider.first_eta_within, "eta"))
    return acts


def _story(facts: Facts) -> list[Act]:
    story = facts.get(Transcript)
    return (
        [SayTemplate("story", {"lines": story.lines}, Recipient.AGENTS, files=story.files)]
        if story and (story.lines or story.files)
        else []
    )


def _agent(facts: Facts) -> Agent:
    agent = facts.need(ActingAgent).agent
    assert agent is not None  # noqa: S101 - only_known_agents stands before
    return agent


def _name(agent: Agent, language: str) -> str:
    return agent.names.get(language) or next(iter(agent.names.values()), agent.id)
