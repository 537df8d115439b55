"""Agents and teams as the database has them, read into providers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from desk.agents.entries import (
    Entry,
    Key,
    as_agent,
    as_team,
)
from desk.agents.tables import (
    AgentIdentityRow,
    AgentRow,
    MembershipRow,
    PresenceRow,
    TeamRow,
)
from desk.model.messages import FRONT
from desk.model.policy import Provider, front_desk
from desk.storage.database import Database
from desk.storage.queue_tables import counters

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
class AgentRecord:
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
        made[FRONT] = front_desk(made, providers[FRONT].language)
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
    for team in await session.scalars(select(TeamRow).order_by(TeamRow.provider, TeamRow.id)):
        entry = {"type": "team", "id": team.id, "kind": team.kind, "title": dict(team.titles)}
        found.setdefault(team.provider, {})["team", team.id] = entry
    known = await _identities(session)
    for member, agent in await _members(session):
        entry = _agent_entry(member, agent, known.get(agent.id, {}))
        found.setdefault(member.provider, {})["agent", agent.id] = entry
    return found


async def _members(session: AsyncSession) -> Sequence[tuple[MembershipRow, AgentRow]]:
    query = select(MembershipRow, AgentRow).join(AgentRow, AgentRow.id == MembershipRow.agent)
    rows = await session.execute(query.order_by(MembershipRow.provider, MembershipRow.agent))
    return [(member, agent) for member, agent in rows]


async def _identities(session: AsyncSession) -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = {}
    for one in await session.scalars(select(AgentIdentityRow)):
        known.setdefault(one.agent, {})[one.channel_kind] = one.value
    return known


def _agent_entry(member: MembershipRow, agent: AgentRow, known: Mapping[str, str]) -> Entry:
    telegram = known.get("telegram", "")
    return {
        "type": "agent",
        "id": agent.id,
        "name": dict(agent.names),
        "telegram": int(telegram) if telegram.isdecimal() else 0,
        "mail": known.get("mail", ""),
        "active": agent.active,
        "role": member.role,
        "teams": list(member.teams),
        "skills": list(member.skills),
    }


async def agent_records(session: AsyncSession) -> list[AgentRecord]:
    """Everybody who works for one of the session's providers, by id."""
    found: dict[str, tuple[AgentRow, list[Membership]]] = {}
    for member, agent in await _members(session):
        made = Membership(member.provider, member.role, tuple(member.teams), tuple(member.skills))
        found.setdefault(agent.id, (agent, []))[1].append(made)
    known = await _identities(session)
    there = {
        row.agent: Presence(row.state, row.since, row.set_by) for row in await session.scalars(select(PresenceRow))
    }
    return [
        AgentRecord(id, agent.names, agent.active, known.get(id, {}), tuple(members), there.get(id))
        for id, (agent, members) in sorted(found.items())
    ]
