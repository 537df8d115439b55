"""What is said to who waits: a short word that is true, and never the same one twice in a row. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desk.language.rich_text import literal
from desk.language.time_labels import time_labels
from desk.model.acts import AddJournalEntry, Addressee, Names, RuleAct, SayTemplate, SetFields, UpdateCard
from desk.model.case import Case
from desk.model.events import Inbound, Said
from desk.model.journal import KeptSilent
from desk.model.messages import RedeliveryPolicy
from desk.model.provider_files import Agent, Provider
from escalation.transcript import RELAYED


def silence(reason: str) -> RuleAct:
    """Nothing is answered, and the journal says why."""
    return AddJournalEntry(KeptSilent(reason))


def agent_name(agent: Agent, language: str) -> str:
    """What an agent is called in a language."""
    return agent.names.get(language) or next(iter(agent.names.values()), agent.id)


def owner_name(case: Case, provider: Provider, language: str = "") -> str:
    """Who has the case, by name, in its language or another; "" while nobody has it."""
    owner = provider.agent(case.owner) if case.owner else None
    return agent_name(owner, language or case.language) if owner else case.owner


def eta_labels(case: Case, now: datetime, provider: Provider) -> dict[str, str]:
    """Names for a template about the promised time: ``eta`` is "1" where one stands, ``overdue`` where it has passed;
    beside them those of `time_labels`."""
    if case.eta is None:
        return {"eta": "", "overdue": ""}
    labels = time_labels(case.eta, now, provider.timezone, case.language)
    return {**labels, "eta": "1", "overdue": "1" if case.eta <= now else ""}


def clock_time(at: datetime, provider: Provider) -> str:
    """A moment of today as the provider's clock shows it."""
    return time_labels(at, at, provider.timezone)["time"]


def relay(case: Case, inbound: Inbound[Any]) -> list[RuleAct]:
    """What was said reaches the agents: word by word whoever has the case, else as a number on the card.

    The group takes 20 messages a minute for all cases, so one person's flood is counted on the card, and read later.
    """
    if not (inbound.text or inbound.files):
        return []
    counted: list[RuleAct] = [SetFields({"unread": case.unread + 1})]
    return [*counted, in_full(inbound) if case.owner and case.unread < RELAYED else UpdateCard()]


def in_full(inbound: Inbound[Any]) -> RuleAct:
    """The subscriber's own words and files, for the agents."""
    edited = isinstance(inbound.event, Said) and inbound.event.edited
    names: Names = {"text": literal(inbound.text), "edited": "1" if edited else ""}
    return SayTemplate("subscriber_says", names, Addressee.AGENTS, files=inbound.files, policy=RedeliveryPolicy.HOLD)
