"""A provider's own files: policy.toml and teams.toml, checked and frozen.

The policy says how cases are numbered and routed, how soon promises are due and which facts the texts may name; the
teams say who the agents are. An agent acts under the Telegram id or mail address written here, never by group
membership.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from desk.language.conditions import BadCondition, Condition
from desk.language.detect import LANGUAGES
from desk.model.messages import FRONT

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_PREFIX = re.compile(r"[A-Z0-9]{1,8}")
_COUNTS = ("guesses_of_person", "guesses_of_all", "cases_of_person", "waiting")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class InvalidProvider(ValueError):
    """What is wrong in a provider's files, and where: a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent. ``telegram`` is their user id there, 0 if none."""

    id: str
    names: Mapping[str, str]
    telegram: int
    mail: str
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """A team that cases are routed to; ``kind`` is "queue" (worked off one by one) or "group" (called together).

    The kind is the first half of its routing target: "queue:l1", "group:noc".
    """

    id: str
    kind: str
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """One line of the routing rules: where the condition holds, the case goes to this queue, group or person."""

    when: Condition
    to: str


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """How much of one person, and of all strangers together, a public desk puts up with.

    ``guesses_of_person`` a day and ``guesses_of_all`` an hour reach the table of subscribers; from ``cases_of_person``
    within a day on, a new matter goes to a human at once; of one person ``waiting`` messages may wait to be read one
    by one; what was never registered and is silent for ``silent_after`` is over.
    """

    guesses_of_person: int = 5
    guesses_of_all: int = 20
    cases_of_person: int = 10
    waiting: int = 100
    silent_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider, as its files describe it."""

    name: str
    titles: Mapping[str, str]
    prefix: str = "FL"
    language: str = "ru"
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    contract_shape: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    routes: tuple[RoutingRule, ...] = ()
    teams: tuple[Team, ...] = ()
    agents: tuple[Agent, ...] = ()
    remind_after: tuple[timedelta, ...] = (timedelta(hours=4), timedelta(hours=24), timedelta(hours=72))
    first_eta_within: timedelta = timedelta(minutes=30)
    limits: FloodLimits = FloodLimits()
    policy_version: str = ""

    def title(self, language: str) -> str:
        """The provider's name in a language, or in its own."""
        return self.titles.get(language) or self.titles.get(self.language) or self.name

    def agent_on_telegram(self, user_id: str) -> Agent | None:
        """The agent with this Telegram user id."""
        return next((one for one in self.agents if one.telegram and str(one.telegram) == user_id), None)

    def agent(self, agent_id: str) -> Agent | None:
        """The agent with this id."""
        return next((one for one in self.agents if one.id == agent_id), None)

    def team(self, name: str) -> Team | None:
        """The team with this id."""
        return next((one for one in self.teams if one.id == name), None)

    def team_title(self, target: str, language: str) -> str:
        """What a routing target such as "queue:l1" is called."""
        name = target.partition(":")[2] or target
        team = self.team(name)
        return (team.titles.get(language) or team.id) if team else name


def front_desk(providers: Mapping[str, Provider], language: str) -> Provider:
    """The reserved provider of shared channels: the agents of all, and no facts of anyone."""
    agents = {one.id: one for provider in providers.values() for one in provider.agents}
    titles = {"ru": "Служба поддержки", "en": "Support desk"}
    return Provider(FRONT, titles, language=language, agents=tuple(agents.values()))


def load(folder: Path) -> Provider:
    """Reads one provider's folder. Raises `InvalidProvider`."""
    policy, teams = _table(folder / "policy.toml"), _table(folder / "teams.toml", required=False)
    where = f"{folder.name}/policy.toml"
    about = policy.get("provider", {})
    prefix = str(about.get("prefix", "FL"))
    if not _PREFIX.fullmatch(prefix):
        raise InvalidProvider(f"{where}: [provider] prefix {prefix!r} must be one to eight capital letters or digits")
    language = str(about.get("language", "ru"))
    if language not in LANGUAGES:
        raise InvalidProvider(f"{where}: [provider] language {language!r} must be one of {', '.join(LANGUAGES)}")
    team_list = tuple(_team(one, folder.name) for one in teams.get("team", []))
    agents = tuple(_agent(one, folder.name, team_list) for one in teams.get("agent", []))
    source = (folder / "policy.toml").read_bytes()
    return Provider(
        name=folder.name,
        titles=_titles(about.get("title", folder.name), f"{where}: [provider] title"),
        prefix=prefix,
        language=language,
        timezone=_zone(str(about.get("timezone", "UTC")), where),
        contract_shape=str(about.get("contract_shape", "")),
        facts={key: str(value) for key, value in policy.get("facts", {}).items()},
        routes=tuple(_route(one, where, team_list, agents) for one in policy.get("route", [])),
        teams=team_list,
        agents=agents,
        remind_after=tuple(
            parse_duration(one, f"{where}: [consent] remind_after")
            for one in policy.get("consent", {}).get("remind_after", ["4h", "24h", "72h"])
        ),
        first_eta_within=parse_duration(
            policy.get("eta", {}).get("first_within", "30m"), f"{where}: [eta] first_within"
        ),
        limits=_limits(policy.get("limits", {}), f"{where}: [limits]"),
        policy_version=f"{policy.get('policy_version', '')} {hashlib.sha256(source).hexdigest()[:12]}".strip(),
    )


def load_all(folder: Path) -> dict[str, Provider]:
    """Every provider's folder below ``providers/``, by name. Raises `InvalidProvider`."""
    if not folder.is_dir():
        return {}
    names = sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith((".", "_")))
    for one in names:
        # The name is part of keys and lanes, and of the list that row-level security splits at its commas.
        if not _NAME.fullmatch(one.name):
            raise InvalidProvider(
                f"providers/{one.name}: a provider's name has small letters, digits, - and _, at most 63"
            )
    return {one.name: load(one) for one in names}


def parse_duration(text: object, where: str) -> timedelta:
    """A length of time such as "30m", "4h" or "3d". Raises `InvalidProvider`."""
    number, unit = (text[:-1], text[-1:]) if isinstance(text, str) else ("", "")
    if not number.isdecimal() or unit not in _UNITS:
        raise InvalidProvider(f'{where}: {text!r} is not a length of time: write "30m", "4h" or "3d"')
    return timedelta(seconds=int(number) * _UNITS[unit])


def _limits(table: object, where: str) -> FloodLimits:
    if not isinstance(table, dict):
        raise InvalidProvider(f"{where} must be a section")
    made: dict[str, Any] = {}
    for name, value in table.items():
        if name == "silent_after":
            made[name] = parse_duration(value, f"{where} {name}")
            if made[name] < timedelta(hours=1):
                raise InvalidProvider(
                    f"{where} {name} is {value!r}: people are called away, so give them an hour at least"
                )
        elif name not in _COUNTS:
            raise InvalidProvider(f"{where} has an unknown key {name!r}: there are {', '.join(_COUNTS)}, silent_after")
        elif not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 100_000:
            raise InvalidProvider(f"{where} {name} is {value!r}: write a number from 1 to 100000")
        else:
            made[name] = value
    return FloodLimits(**made)


def _table(path: Path, required: bool = True) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if not required:
            return {}
        raise InvalidProvider(f"{path.parent.name} has no {path.name}: a provider needs one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidProvider(f"{path.parent.name}/{path.name} cannot be read: {error}") from None


def _titles(value: object, where: str) -> Mapping[str, str]:
    if isinstance(value, str):
        return dict.fromkeys(LANGUAGES, value)
    if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
        return {key: str(one) for key, one in value.items()}
    raise InvalidProvider(f'{where} must be a text, or {{ ru = "...", en = "..." }}')


def _zone(name: str, where: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidProvider(f"{where}: [provider] timezone {name!r} is unknown: write an IANA name") from None


def _team(table: Mapping[str, Any], name: str) -> Team:
    where = f"{name}/teams.toml: [[team]]"
    if not table.get("id"):
        raise InvalidProvider(f"{where} needs an id")
    titles = _titles(table.get("title", table["id"]), f"{where} {table['id']} title")
    kind = table.get("kind", "queue")
    if kind not in ("queue", "group"):
        raise InvalidProvider(f'{where} {table["id"]} kind must be "queue" or "group", not {kind!r}')
    return Team(str(table["id"]), kind, titles)


def _agent(table: Mapping[str, Any], name: str, teams: Iterable[Team]) -> Agent:
    where = f"{name}/teams.toml: [[agent]] {table.get('id', '')}"
    if not table.get("id"):
        raise InvalidProvider(f"{where} needs an id")
    telegram, known = table.get("telegram", 0), {team.id for team in teams}
    if not isinstance(telegram, int):
        raise InvalidProvider(f"{where}: telegram must be the numeric user id")
    if strange := set(table.get("teams", [])) - known:
        raise InvalidProvider(f"{where} is in team {sorted(strange)[0]!r}, which is not there")
    names = _titles(table.get("name", table["id"]), f"{where} name")
    return Agent(str(table["id"]), names, telegram, str(table.get("mail", "")), tuple(table.get("teams", [])))


def _route(table: Mapping[str, Any], where: str, teams: Iterable[Team], agents: Iterable[Agent]) -> RoutingRule:
    target = str(table.get("to", ""))
    known = {*(f"person:{one.id}" for one in agents), *(f"{one.kind}:{one.id}" for one in teams)}
    if target not in known:
        there = ", ".join(sorted(known)) or "nobody"
        raise InvalidProvider(f'{where}: [[route]] to = "{target}" names nobody in teams.toml: there is {there}')
    try:
        return RoutingRule(Condition.of(str(table.get("when", "True"))), target)
    except BadCondition as error:
        raise InvalidProvider(f"{where}: [[route]] to {target}: {error}") from None
