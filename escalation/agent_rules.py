"""What agents do to a case: take it, speak, note, promise a time, resolve. Rules, pure.

An agent acts under the identity written in the provider's teams.toml and under no other; being in the group is not
enough.
"""

from __future__ import annotations

from datetime import timedelta

from desk.language.rich_text import literal
from desk.language.time_labels import moment_names
from desk.model.acts import (
    Act,
    Alert,
    Become,
    Button,
    Card,
    Decision,
    Drop,
    Facts,
    Names,
    React,
    Record,
    Say,
    Set,
    To,
    Wake,
    decide,
)
from desk.model.case import Case, State
from desk.model.facts import Now, Picked, Speaking, Ways
from desk.model.messages import Heard, Policy, Role, Verb
from desk.model.policy import Agent, Provider
from escalation.transcript import Story

CONSENT = ((Button("consent_yes", "button_consent_yes"), Button("consent_no", "button_consent_no")),)
SHORTEST_ETA, LONGEST_ETA = timedelta(minutes=5), timedelta(days=30)


def only_known_agents(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Whoever is not in teams.toml commands nothing, though they sit in the agents' group."""
    if heard.role is not Role.AGENT or ((speaking := facts.get(Speaking)) and speaking.agent):
        return None
    return decide(Alert("not_an_agent"), Drop("not an agent"))


def case_named(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Talk in the agents' group that is about no case stays theirs; a number that nobody has is said so."""
    if heard.role is not Role.AGENT or facts.need(Picked).how != "none":
        return None
    if heard.number:
        return decide(Say("no_such_case", {"typed": heard.number}, To.STAFF), Drop("no such case"))
    if heard.verb in (Verb.TAKE, Verb.ETA, Verb.RESOLVE, Verb.ARTICLE) or heard.detail.get("to_desk"):
        return decide(Alert("which_case"), Say("which_case", to=To.STAFF), Drop("no case named"))
    return decide(Drop("talk among agents"))


def over(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Nothing more is done to a case that is closed, but a note may be left."""
    if heard.role is not Role.AGENT or case.open or heard.verb is Verb.NOTE:
        return None
    return decide(Alert("case_over"), Say("case_over", to=To.STAFF), Drop("the case is closed"))


def take(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """An agent takes the case; the subscriber learns who, and the agent reads what was said meanwhile."""
    if heard.role is not Role.AGENT or heard.verb is not Verb.TAKE:
        return None
    agent, provider = _agent(facts), facts.need(Provider)
    if case.owner:
        owner = provider.agent(case.owner)
        names: Names = {"agent": _name(owner, provider.language) if owner else case.owner}
        return decide(Alert("already_taken", names), Drop("already taken"))
    return decide(*_taken(case, agent, facts), *_story(facts), Alert("taken"), React(), Card())


def say(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """An agent's words go to the subscriber. Whoever answers a case that nobody has taken, takes it."""
    if heard.role is not Role.AGENT or heard.verb is not Verb.SAY:
        return None
    if not heard.text and not heard.files:
        return decide(Drop("empty"))
    agent, ways = _agent(facts), facts.need(Ways)
    acts: list[Act] = [] if case.owner else [*_taken(case, agent, facts, quietly=True)]
    if ways.to(case) is None:
        return decide(*acts, Say("unreachable", to=To.STAFF), Card())
    names: Names = {"agent": _name(agent, case.language), "text": literal(heard.text)}
    words = Say("agent_says", names, To.SUBSCRIBER, files=heard.files, policy=Policy.HOLD, human=True)
    return decide(*acts, words, *_story(facts), Set({"news": 0}), React("👍"), *([Card()] if acts or case.news else []))


def note(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """A note stays among agents; the journal has it already."""
    if heard.role is not Role.AGENT or heard.verb is not Verb.NOTE:
        return None
    return decide(React("✍"))


def eta(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """A promised time is told at once, in the chat and by mail (C10, C12)."""
    if heard.role is not Role.AGENT or heard.verb is not Verb.ETA:
        return None
    minutes = heard.detail.get("duration", "")
    span = timedelta(minutes=int(minutes)) if minutes.isdecimal() and len(minutes) < 7 else timedelta(0)
    if not SHORTEST_ETA <= span <= LONGEST_ETA:
        return decide(Alert("eta_unclear"), Say("eta_unclear", to=To.STAFF), Drop("unclear time"))
    if case.state == State.RESOLVED:
        return decide(Alert("case_over"), Say("case_over", to=To.STAFF), Drop("the case is resolved"))
    at = facts.need(Now).at + span
    zone = facts.need(Provider).timezone
    names = moment_names(at, facts.need(Now).at, zone)
    return decide(
        *([] if case.owner else _taken(case, _agent(facts), facts)),
        Set({"eta": at, "eta_version": case.eta_version + 1}),
        Record("measure", f"ETA {at.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}", public=True),
        Say("eta_told", names, To.SUBSCRIBER),
        Say("eta_told", names, To.ON_FILE),
        Wake("eta_over", at, "eta"),
        Alert("eta_set"),
        React(),
        Card(),
    )


def resolve(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Resolved is not closed: the subscriber is asked whether it works and may be closed (C7, C13, C14)."""
    if heard.role is not Role.AGENT or heard.verb is not Verb.RESOLVE:
        return None
    if case.state == State.RESOLVED:
        return decide(Alert("already_resolved"), Drop("already resolved"))
    now, provider, ways = facts.need(Now).at, facts.need(Provider), facts.need(Ways)
    names: Names = {"what": literal(_sentence(heard.text)), "agent": _name(_agent(facts), case.language)}
    told = [] if ways.here is None else [Say("resolved_notice", names, To.ON_FILE)]
    wakes = [
        Wake("consent_reminder", now + after, f"remind{count}") for count, after in enumerate(provider.remind_after, 1)
    ]
    return decide(
        *([] if case.owner else [Set({"owner": _agent(facts).id})]),
        Become(State.RESOLVED, "awaiting_consent"),
        Set({"awaiting": "consent", "news": 0, "tries": 0}),
        *([Record("measure", heard.text, public=True)] if heard.text else []),
        Say("resolved_ask", names, To.SUBSCRIBER, CONSENT),
        *told,
        *([] if ways.to(case) else [Say("unreachable", to=To.STAFF)]),
        *wakes,
        Alert("resolved"),
        React(),
        Card(),
    )


def _sentence(words: str) -> str:
    """What an agent wrote in passing, closed with a full stop: another sentence follows."""
    words = words.strip()
    return f"{words}." if words[-1:].isalnum() else words


def _taken(case: Case, agent: Agent, facts: Facts, quietly: bool = False) -> list[Act]:
    now, provider = facts.need(Now).at, facts.need(Provider)
    acts: list[Act] = [Set({"owner": agent.id, "news": 0})]
    if case.state not in (State.IN_PROGRESS, State.RESOLVED):
        acts.append(Become(State.IN_PROGRESS, "diagnosing"))
    if not quietly:
        acts.append(Say("agent_took", {"agent": _name(agent, case.language)}, To.SUBSCRIBER))
    if case.eta is None:
        acts.append(Wake("eta_missing", now + provider.first_eta_within, "eta"))
    return acts


def _story(facts: Facts) -> list[Act]:
    story = facts.get(Story)
    return (
        [Say("story", {"lines": story.lines}, To.STAFF, files=story.files)]
        if story and (story.lines or story.files)
        else []
    )


def _agent(facts: Facts) -> Agent:
    agent = facts.need(Speaking).agent
    assert agent is not None  # noqa: S101 - only_known_agents stands before
    return agent


def _name(agent: Agent, language: str) -> str:
    return agent.names.get(language) or next(iter(agent.names.values()), agent.id)
