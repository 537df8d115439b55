"""Who has a case: what happens when an agent begins with it. Pure."""

from __future__ import annotations

from desk.model.acts import Addressee, CancelTimer, ChangeState, Facts, RuleAct, SayTemplate, SetFields, SetTimer
from desk.model.case import Case
from desk.model.core_facts import ActingAgent, Now
from desk.model.provider_files import Provider
from desk.model.provider_sections.members import Agent
from desk.model.states import CaseState
from escalation.names_and_times import agent_name
from escalation.usual_restore import UsualRestore


def take_over(case: Case, agent: Agent, facts: Facts, quietly: bool = False) -> list[RuleAct]:
    """The case is this agent's from now on; unless ``quietly``, the subscriber is told."""
    now, provider = facts.need(Now).at, facts.need(Provider)
    acts: list[RuleAct] = [
        SetFields({"owner": agent.id, "unread": 0, "taken_at": case.taken_at or now}),
        CancelTimer("take"),
    ]
    if case.state not in (CaseState.IN_PROGRESS, CaseState.RESOLVED) and case.reason != "change_window":
        acts.append(ChangeState(CaseState.IN_PROGRESS, "diagnosing"))
    if not quietly:
        acts.append(SayTemplate("agent_took", {"agent": agent_name(agent, case.language)}, Addressee.SUBSCRIBER))
    if case.eta is None:
        acts.append(SetTimer("eta_missing", now + provider.first_eta_within, "eta"))
        acts += suggested_eta(facts)
    return acts


def suggested_eta(facts: Facts) -> list[RuleAct]:
    """What an agent may promise, as like cases took; nothing where too few are known."""
    usual = facts.get(UsualRestore)
    return [SayTemplate("agents_usual_restore", usual.labels(), Addressee.AGENTS)] if usual else []


def acting_agent(facts: Facts) -> Agent:
    """The agent whose order this is; one that nobody knows was refused before."""
    agent = facts.need(ActingAgent).agent
    assert agent is not None  # noqa: S101 - refuse_unknown_agent comes before
    return agent
