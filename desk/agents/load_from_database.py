"""Agents and teams as the database has them, read into providers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from desk.agents.front_desk_provider import staffed
from desk.agents.tables import (
    AgentIdentityRow,
    AgentRow,
    PresenceRow,
    ProviderMembershipRow,
    TeamRow,
)
from desk.agents.teams_file_serialization import Entry, Key, as_agent, as_team
from desk.model.messages import FRONT
from desk.model.provider_files import Provider
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import counters

# Columns and no objects: a desk may have thousands of agents, and reads all of them at its start.
_TEAMS = select(TeamRow.provider, TeamRow.id, TeamRow.kind, TeamRow.titles).order_by(TeamRow.provider, TeamRow.id)
_MEMBERS = (
    select(
        *(
            ProviderMembershipRow.provider,
            ProviderMembershipRow.role,
            ProviderMembershipRow.teams,
            ProviderMembershipRow.skills,
        ),
        *(AgentRow.id, AgentRow.names, AgentRow.active),
    )
    .join(AgentRow, AgentRow.id == ProviderMembershipRow.agent)
    .order_by(ProviderMembershipRow.provider, ProviderMembershipRow.agent)
)
_IDENTITIES = select(AgentIdentityRow.agent, AgentIdentityRow.channel_kind, AgentIdentityRow.value)
STAMP = (counters.c.provider == "", counters.c.name == "agents")


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether an agent is there ("in", "away", "off"), since when and by whom that was said."""

    state: str
    since: datetime
    set_by: str


@dataclass(frozen=True, slots=True)
class Membership:
    """As what and in which teams an agent works for a provider, and what they can do."""

    provider: str
    role: str
    teams: tuple[str, ...]
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredAgent:
    """All that the database has of an agent, as far as the providers go that were asked for.

    ``identities`` map a kind of channel to what the agent is known by there.
    """

    id: str
    names: Mapping[str, str]
    active: bool
    identities: Mapping[str, str]
    memberships: tuple[Membership, ...]
    presence: Presence | None


async def stamp(connection: AsyncConnection) -> int:
    """A number that grows with every change of agents and teams; cheap to ask for."""
    return int((await connection.execute(select(counters.c.value).where(*STAMP))).scalar() or 0)


async def with_agents(database: Database, providers: Mapping[str, Provider]) -> dict[str, Provider]:
    """The providers with the teams and agents that the database has of them; the front desk with those of all."""
    own = own_providers(providers)
    if not own:
        return dict(providers)
    async with database.read(*own) as session:
        entries = await load(session)
    made = {name: _staffed(provider, entries.get(name, {}).values()) for name, provider in own.items()}
    if FRONT in providers:
        made[FRONT] = staffed(providers[FRONT], own, made)
    return made


def own_providers(providers: Mapping[str, Provider]) -> dict[str, Provider]:
    """Those with a folder and a teams.toml of their own: all but the front desk."""
    return {name: one for name, one in providers.items() if name != FRONT}


def _staffed(provider: Provider, entries: Iterable[Entry]) -> Provider:
    every = list(entries)
    teams = tuple(as_team(one) for one in every if one["type"] == "team")
    return replace(provider, teams=teams, agents=tuple(as_agent(one) for one in every if one["type"] == "agent"))


async def load(session: AsyncSession) -> dict[str, dict[Key, Entry]]:
    """The entries of each of the session's providers, as the database has them now."""
    found: dict[str, dict[Key, Entry]] = {}
    for provider, id, kind, titles in await session.execute(_TEAMS):
        found.setdefault(provider, {})["team", id] = {"type": "team", "id": id, "kind": kind, "title": titles}
    known = await _identities(session)
    for row in await session.execute(_MEMBERS):
        found.setdefault(row.provider, {})["agent", row.id] = _agent_entry(row, known.get(row.id, {}))
    return found


async def _identities(session: AsyncSession) -> dict[str, dict[str, str]]:
    """By what each agent is known: kind of channel to value."""
    known: dict[str, dict[str, str]] = {}
    for agent, channel_kind, value in await session.execute(_IDENTITIES):
        known.setdefault(agent, {})[channel_kind] = value
    return known


def _agent_entry(row: Row[*tuple[Any, ...]], known: Mapping[str, str]) -> Entry:
    telegram = known.get("telegram", "")
    return {
        "type": "agent",
        "id": row.id,
        "name": row.names,
        "telegram": int(telegram) if telegram.isdecimal() else 0,
        "mail": known.get("mail", ""),
        "active": row.active,
        "role": row.role,
        "teams": row.teams,
        "skills": row.skills,
    }


async def agent_records(session: AsyncSession) -> list[StoredAgent]:
    """Everybody who works for one of the session's providers, by id."""
    found: dict[str, tuple[Row[*tuple[Any, ...]], list[Membership]]] = {}
    for row in await session.execute(_MEMBERS):
        made = Membership(row.provider, row.role, tuple(row.teams), tuple(row.skills))
        found.setdefault(row.id, (row, []))[1].append(made)
    known = await _identities(session)
    there = {
        row.agent: Presence(row.state, row.since, row.set_by) for row in await session.scalars(select(PresenceRow))
    }
    return [
        StoredAgent(id, row.names, row.active, known.get(id, {}), tuple(members), there.get(id))
        for id, (row, members) in sorted(found.items())
    ]
