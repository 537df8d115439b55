"""How a case's agent and clock are called in the commands."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from desk.model.case import Case
from desk.model.provider_files import Provider

Providers = Mapping[str, Provider]
UTC = ZoneInfo("UTC")


def agent_name(author: str, provider: str, providers: Providers, say: Mapping[str, str]) -> str:
    """Who an author or owner is: "subscriber", "desk", or an agent by name."""
    kind, _, agent_id = author.rpartition(":")
    if not kind and author in ("subscriber", "desk"):
        return say[author]
    home = providers.get(provider)
    agent = home.agent(agent_id) if home else None
    return (agent.names.get(say["language"]) or agent.id) if home and agent else agent_id


def zone_of(case: Case, providers: Providers) -> ZoneInfo:
    """The clock of the case's provider; UTC at the front desk."""
    provider = providers.get(case.provider)
    return provider.timezone if provider else UTC
