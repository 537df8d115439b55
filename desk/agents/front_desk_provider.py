"""The front desk as a provider of its own: what its settings say, and else what its providers have in common. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from desk.model.messages import FRONT
from desk.model.provider_files import Provider
from desk.model.provider_sections.members import Team
from desk.model.settings import Settings

TITLES = {"ru": "Служба поддержки", "en": "Support desk"}


def front_desk(providers: Mapping[str, Provider], settings: Settings) -> Provider:
    """The reserved provider of shared channels: the agents of all, its own teams and theirs, and no facts of anyone but
    its own phone."""
    own = settings.front_desk
    desk = Provider(
        FRONT,
        {**TITLES, **own.titles},
        prefix=own.prefix,
        language=own.language or settings.language,
        timezone=own.timezone or common_time_zone(providers) or ZoneInfo("UTC"),
        facts={"support_phone": own.phone} if own.phone else {},
        teams=own.teams,
        brand=own.brand,
    )
    return staffed(desk, {}, providers)


def staffed(desk: Provider, before: Mapping[str, Provider], providers: Mapping[str, Provider]) -> Provider:
    """The front desk with the agents and teams of its providers as they are now; ``before`` they were others. A team of
    its own stands before one of the same id."""
    inherited = _teams_of(before)
    own = [team for team in desk.teams if team not in inherited]
    teams: dict[str, Team] = {}
    for team in (*own, *_teams_of(providers)):
        teams.setdefault(team.id, team)
    agents = {one.id: one for provider in providers.values() for one in provider.agents}
    return replace(desk, teams=tuple(teams.values()), agents=tuple(agents.values()))


def common_time_zone(providers: Mapping[str, Provider]) -> ZoneInfo | None:
    """The time zone that all providers have, None where they differ."""
    zones = {one.timezone.key for one in providers.values()}
    return ZoneInfo(zones.pop()) if len(zones) == 1 else None


def _teams_of(providers: Mapping[str, Provider]) -> list[Team]:
    return [team for provider in providers.values() for team in provider.teams]
