"""A case passes to another person, a team, a level of support; or somebody is only asked about it. Rules, pure.

Its subscriber notices none of it: a new agent's name comes with that agent's first words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from desk.language.rich_text import literal
from desk.model.acts import (
    AddJournalEntry,
    AddReaction,
    Addressee,
    AgentAddressee,
    Audience,
    CancelTimer,
    Decision,
    Facts,
    Names,
    PopupNotice,
    RefuseOperation,
    RuleAct,
    SayTemplate,
    SetFields,
    SetTimer,
    TeamAddressee,
    decide,
)
from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.events import Inbound, OperationOrdered
from desk.model.operations.case_operations import LEVELS, Consult, Escalate, HandOver, Release
from desk.model.operations.journal_of_moves import Consulted
from desk.model.provider_files import Provider
from desk.model.provider_sections.members import Agent, Team
from desk.model.states import CaseState
from escalation.hands.moves import Move, carried_out
from escalation.names_and_times import agent_name
from escalation.ownership import acting_agent
from escalation.promised_time_rules import watch_for_taker

Ordered = Inbound[OperationOrdered]


def release(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """The case is its queue's again, and waits to be taken."""
    order = inbound.event.operation
    assert isinstance(order, Release)  # noqa: S101
    fields = {"owner": "", "queue": case.queue}
    move = Move(Release.name, case.queue, case.owner, order.why, fields, case.state, "queued")
    if case.state in (CaseState.PENDING, CaseState.HELD):  # what is waited for stays the reason
        move = Move(Release.name, case.queue, case.owner, order.why, fields)
    return decide(*carried_out(case, move, facts), *watched(case, facts))


def hand_over(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """The case is another person's, or waits for a team to take it; both read the summary."""
    order = inbound.event.operation
    assert isinstance(order, HandOver)  # noqa: S101
    to = receiver(facts.need(Provider), order.to)
    if to is None:
        return decide(_nobody(order.to, facts))
    if isinstance(to, Agent):
        return _to_person(case, to, order.why, facts)
    target = f"{to.kind}:{to.id}"
    if not case.owner and case.queue == target:
        return decide(RefuseOperation(OperationRefusalCode.ALREADY_THERE))
    source = case.owner or case.queue
    move = Move(
        HandOver.name,
        target,
        source,
        order.why,
        {"owner": "", "queue": target},
        **_state(case),
        to=TeamAddressee(to.id),
    )
    return decide(*carried_out(case, move, facts), *watched(case, facts))


def _to_person(case: Case, to: Agent, why: str, facts: Facts) -> Decision:
    if case.owner == to.id:
        return decide(RefuseOperation(OperationRefusalCode.ALREADY_THERE))
    now, provider = facts.need(Now).at, facts.need(Provider)
    begun: dict[str, Any] = {"state": CaseState.IN_PROGRESS.value, "reason": "diagnosing"}
    state = begun if case.state == CaseState.ACKNOWLEDGED else {}
    move = Move(
        HandOver.name, to.id, case.owner or case.queue, why, {"owner": to.id}, **state, to=AgentAddressee(to.id)
    )
    eta: list[RuleAct] = [SetTimer("eta_missing", now + provider.first_eta_within, "eta")] if case.eta is None else []
    taken = SetFields({"taken_at": case.taken_at or now})
    return decide(*carried_out(case, move, facts), taken, CancelTimer("take"), *eta)


def _state(case: Case) -> dict[str, Any]:
    """A case that is worked on waits for its new team; one that waits for something else goes on doing so."""
    begun = case.state == CaseState.IN_PROGRESS
    return {"state": case.state, "reason": "queued"} if begun else {}


def watched(case: Case, facts: Facts) -> list[RuleAct]:
    """Somebody has to take it: the agents are pressed, and the subscriber, who was told already who helps, is not told
    that nobody does."""
    watched = watch_for_taker(case, facts)
    if case.taken_at:
        watched = [SetTimer("not_taken_told", one.at, one.key) for one in watched if isinstance(one, SetTimer)]
    return [*watched, CancelTimer("eta_missing")]


def escalate(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """The case goes up one level of support; who speaks with the subscriber stays the same (E4)."""
    order = inbound.event.operation
    assert isinstance(order, Escalate)  # noqa: S101
    before = case.level or LEVELS[0]
    level = LEVELS[LEVELS.index(before) + 1]
    works = case.state == CaseState.IN_PROGRESS
    state: dict[str, Any] = {"state": case.state, "reason": f"escalated_{level.lower()}"} if works else {}
    team = facts.need(Provider).team(level.lower())
    to: Audience = TeamAddressee(team.id) if team else Addressee.AGENTS
    return decide(
        *carried_out(case, Move(Escalate.name, level, before, order.why, {"level": level}, **state, to=to), facts)
    )


def consult(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """Somebody is asked, and the case stays whose it is (A14)."""
    order, provider = inbound.event.operation, facts.need(Provider)
    assert isinstance(order, Consult)  # noqa: S101
    to = receiver(provider, order.whom)
    if to is None:
        return decide(_nobody(order.whom, facts))
    whom: Audience = AgentAddressee(to.id) if isinstance(to, Agent) else TeamAddressee(to.id)
    names: Names = {
        "agent": agent_name(acting_agent(facts), provider.language),
        "whom": _called(to, provider),
        "text": literal(order.why),
    }
    return decide(
        AddJournalEntry(Consulted(to.id), order.why),
        SayTemplate("agents_consulted", names, whom, apart="consult"),
        PopupNotice("move_done"),
        AddReaction("✍"),
    )


def receiver(provider: Provider, typed: str) -> Agent | Team | None:
    """The active agent or the team that is meant by an id, a routing target, or a name or title in any language; None
    where that is nobody, or more than one."""
    wanted = typed.strip().lstrip("@").casefold()
    wanted = wanted.partition(":")[2] or wanted
    people = [one for one in provider.agents if one.active and wanted in {*map(str.casefold, _names_of(one))}]
    people = [one for one in people if one.id.casefold() == wanted] or people
    teams = [one for one in provider.teams if wanted in {one.id.casefold(), *map(str.casefold, one.titles.values())}]
    found: list[Agent | Team] = [*people, *teams]
    return found[0] if wanted and (len(found) == 1 or (people and len(people) == 1)) else None


def _names_of(agent: Agent) -> Iterator[str]:
    """An agent's id, names, and first names."""
    yield agent.id
    for name in agent.names.values():
        yield name
        yield name.partition(" ")[0]


def _nobody(typed: str, facts: Facts) -> RefuseOperation:
    provider = facts.need(Provider)
    known = ", ".join([one.id for one in provider.teams] + [one.id for one in provider.agents if one.active])
    return RefuseOperation(OperationRefusalCode.NO_SUCH_RECEIVER, {"typed": typed[:40], "known": known[:300]})


def _called(to: Agent | Team, provider: Provider) -> str:
    return agent_name(to, provider.language) if isinstance(to, Agent) else to.titles.get(provider.language) or to.id
