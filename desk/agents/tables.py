"""The tables of agents and teams.

An agent is a person who works at this desk, perhaps for several providers, and has one id at all of them and at the
shared front desk. So `agents`, `agent_identities` and `presence` are the desk's own rows, as its queues are; they are
read for the whole desk, and nothing in them is of a subscriber. That an agent works for a provider, as what and in
which teams, is a row of that provider (`memberships`), and so are its `teams` and what its teams.toml last brought
(`team_files`): row-level security guards these three. Whoever has no membership of a provider is nobody there: agents
reach the rules only through the memberships of the one provider (`desk.agents.load_from_database.load`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from desk.storage.base import Base, Instant, ProviderScopedRow


class AgentRow(Base):
    """One agent. ``names`` maps a language to what subscribers read; who is not ``active`` commands nothing."""

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (CheckConstraint("id <> ''", name="ck_agents_id"),)


class AgentIdentityRow(Base):
    """By what an agent is known at one kind of channel: "telegram" (the numeric user id), "mail" (the address in small
    letters), "terminal" (the operating system's user). An identity is one agent's, and an agent has one of a kind."""

    __tablename__ = "agent_identities"

    channel_kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(String(320), primary_key=True)
    agent: Mapped[str] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"))

    __table_args__ = (
        UniqueConstraint("agent", "channel_kind"),
        CheckConstraint("value <> ''", name="ck_agent_identities_value"),
    )


class ProviderMembershipRow(ProviderScopedRow, Base):
    """An agent works for a provider, as an agent, lead or admin. ``teams`` are ids of the provider's `teams`."""

    __tablename__ = "memberships"

    agent: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    teams: Mapped[list[str]] = mapped_column(JSON)
    skills: Mapped[list[str]] = mapped_column(JSON)

    __table_args__ = (CheckConstraint("role IN ('agent', 'lead', 'admin')", name="ck_memberships_role"),)


class TeamRow(ProviderScopedRow, Base):
    """A team of a provider, as `desk.model.provider_files.Team`."""

    __tablename__ = "teams"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    titles: Mapped[dict[str, str]] = mapped_column(JSON)

    __table_args__ = (CheckConstraint("kind IN ('queue', 'group')", name="ck_teams_kind"),)


class PresenceRow(Base):
    """Whether an agent is there: "in", "away" for a while, or "off"; since when, and who said so (an `audit` actor)."""

    __tablename__ = "presence"

    agent: Mapped[str] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(String(100))

    __table_args__ = (CheckConstraint("state IN ('in', 'away', 'off')", name="ck_presence_state"),)


class TeamsFileImportRow(ProviderScopedRow, Base):
    """What a provider's teams.toml brought when it was last imported: its hash, and its entries in the file's order.

    ``hash`` is "" while an entry waits that was changed on both sides; the file is then looked at again each time.
    """

    __tablename__ = "team_files"

    hash: Mapped[str] = mapped_column(String(64))
    entries: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    imported_at: Mapped[datetime] = mapped_column(Instant)


AGENTS, IDENTITIES, MEMBERSHIPS, TEAMS, PRESENCE, TEAM_FILES = (
    cast(Table, kind.__table__)
    for kind in (AgentRow, AgentIdentityRow, ProviderMembershipRow, TeamRow, PresenceRow, TeamsFileImportRow)
)
