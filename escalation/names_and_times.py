"""Names of agents and promised times, as templates need them. Pure."""

from __future__ import annotations

from datetime import datetime

from desk.language.time_labels import time_labels
from desk.model.case import Case
from desk.model.provider_files import Provider
from desk.model.provider_sections.members import Agent


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
