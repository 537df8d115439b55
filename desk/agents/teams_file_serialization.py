"""Teams and agents as entries of a teams.toml: what a file, the database and the last import say can be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from desk.model.provider_files import Provider
from desk.model.provider_sections.members import Agent, Team
from desk.model.toml_table import toml_string

Key = tuple[str, str]
"""Of one entry within a provider: "team" or "agent", and the id."""
Entry = dict[str, Any]
"""One entry in plain values: ``type`` ("team" or "agent"), ``id``, and what it says (`of_team`, `of_agent`)."""

SHARED = ("name", "telegram", "mail", "active")
"""What is said of an agent at all their providers alike."""


def of_provider(provider: Provider) -> list[Entry]:
    """A provider's teams and agents as entries, in order."""
    return [*map(of_team, provider.teams), *map(of_agent, provider.agents)]


def of_team(team: Team) -> Entry:
    """A team as an entry."""
    return {"type": "team", "id": team.id, "kind": team.kind, "title": dict(team.titles)}


def of_agent(agent: Agent) -> Entry:
    """An agent as an entry."""
    return {
        "type": "agent",
        "id": agent.id,
        "name": dict(agent.names),
        "telegram": agent.telegram,
        "mail": agent.mail,
        "active": agent.active,
        "role": agent.role,
        "teams": list(agent.teams),
        "skills": list(agent.skills),
    }


def as_team(entry: Mapping[str, Any]) -> Team:
    """The team of an entry."""
    return Team(entry["id"], entry["kind"], entry["title"])


def as_agent(entry: Mapping[str, Any]) -> Agent:
    """The agent of an entry."""
    return Agent(
        id=entry["id"],
        names=entry["name"],
        telegram=entry["telegram"],
        mail=entry["mail"],
        teams=tuple(entry["teams"]),
        role=entry["role"],
        skills=tuple(entry["skills"]),
        active=entry["active"],
    )


def by_key(entries: Iterable[Entry]) -> dict[Key, Entry]:
    """The entries by type and id, in order."""
    return {(one["type"], one["id"]): one for one in entries}


def shared_part(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What an agent's entry says that must be the same at all their providers."""
    return {name: entry[name] for name in SHARED}


def identities(entry: Mapping[str, Any]) -> dict[str, str]:
    """By what an agent is known, as the entry has it: kind of channel to value."""
    found = {"telegram": str(entry["telegram"] or ""), "mail": entry["mail"]}
    return {kind: value for kind, value in found.items() if value}


def hash_of(entries: Sequence[Entry]) -> str:
    """A fingerprint of what the entries say; neither layout nor comments of a file are in it."""
    return hashlib.sha256(json.dumps(entries, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def as_toml(entry: Mapping[str, Any]) -> str:
    """An entry as it stands in a teams.toml. What is as usual (nobody's Telegram id, role "agent") is left out."""
    usual = {"type": entry["type"], "telegram": 0, "mail": "", "active": True, "role": "agent", "skills": []}
    lines = [f"{key} = {_toml(value)}" for key, value in entry.items() if usual.get(key, ...) != value]
    return "\n".join((f"[[{entry['type']}]]", *lines)) + "\n"


def as_file(entries: Iterable[Mapping[str, Any]], before: str = "") -> str:
    """A whole teams.toml. The comment with which the file began ``before`` is kept."""
    comment = "".join(f"{line}\n" for line in takewhile(lambda line: line.startswith("#"), before.splitlines()))
    return "\n".join([*([comment] if comment else []), *map(as_toml, entries)])


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return toml_string(value) if isinstance(value, str) else json.dumps(value)  # numbers and truth values are alike
