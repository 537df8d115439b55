"""A provider's own files: policy.toml and teams.toml, checked and frozen.

The policy says how cases are numbered and routed, how soon promises are due and which facts the texts may name; the
teams say who the agents are. An agent acts under the Telegram id or mail address written here, never by group
membership.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from desk.language.conditions import Condition, InvalidCondition
from desk.language.detect import LANGUAGES
from desk.model.messages import FRONT
from desk.model.toml_section import Section, read_toml

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_PREFIX = re.compile(r"[A-Z0-9]{1,8}")
_COUNTS = ("guesses_of_person", "guesses_of_all", "cases_of_person", "waiting")
ROLES = ("agent", "lead", "admin")
"""What a member of a provider may be."""
LONGEST_ID = 64
"""Characters of an agent's or team's id: it stands in columns and in routing targets."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class InvalidProvider(ValueError):
    """What is wrong in a provider's files, and where: a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent of a provider. ``telegram`` is their user id there, 0 if none; ``mail`` is in small letters.

    ``role`` is one of `ROLES`. Who is not ``active`` commands nothing, and is still called by name.
    """

    id: str
    names: Mapping[str, str]
    telegram: int
    mail: str
    teams: tuple[str, ...]
    role: str = "agent"
    skills: tuple[str, ...] = ()
    active: bool = True


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
        """The active agent with this Telegram user id."""
        known = (one for one in self.agents if one.active and one.telegram)
        return next((one for one in known if str(one.telegram) == user_id), None)

    def agent(self, agent_id: str) -> Agent | None:
        """The agent with this id, active or not."""
        return next((one for one in self.agents if one.id == agent_id), None)

    def active_agent(self, agent_id: str) -> Agent | None:
        """The agent with this id, where they may act."""
        found = self.agent(agent_id)
        return found if found and found.active else None

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
    source, policy, teams_file = (
        _bytes(folder / "policy.toml"),
        _file(folder, "policy.toml"),
        _file(folder, "teams.toml"),
    )
    teams = tuple(_team(one) for one in teams_file.sections("team"))
    agents = tuple(_agent(one, teams) for one in teams_file.sections("agent"))
    teams_file.done()
    about, consent, eta = policy.section("provider"), policy.section("consent"), policy.section("eta")
    consent.choice("then", ("call_task",), "call_task")  # silence is never consent: in the end somebody calls
    version = str(policy.take("policy_version", ""))
    provider = Provider(
        name=folder.name,
        titles=_titles(about, "title", folder.name),
        prefix=_prefix(about),
        language=about.choice("language", LANGUAGES, "ru"),
        timezone=_zone(about),
        contract_shape=about.text("contract_shape", ""),
        facts=_facts(policy.section("facts")),
        routes=tuple(_route(one, teams, agents) for one in policy.sections("route")),
        teams=teams,
        agents=agents,
        remind_after=tuple(
            parse_duration(one, f"{consent.where} remind_after")
            for one in consent.texts("remind_after", ("4h", "24h", "72h"))
        ),
        first_eta_within=parse_duration(eta.text("first_within", "30m"), f"{eta.where} first_within"),
        limits=_limits(policy.section("limits")),
        policy_version=f"{version} {hashlib.sha256(source).hexdigest()[:12]}".strip(),
    )
    for section in (about, consent, eta, policy):
        section.done()
    return provider


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


def _file(folder: Path, name: str) -> Section:
    shown = f"{folder.name}/{name}"
    try:
        table = read_toml(folder / name, shown, InvalidProvider)
    except FileNotFoundError:
        table = {}
    return Section(table, f"{shown}:", InvalidProvider)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InvalidProvider(f"{path.parent.name} has no {path.name}: a provider needs one") from None


def _facts(section: Section) -> Mapping[str, str]:
    facts = section.rest()
    if odd := [key for key, value in facts.items() if isinstance(value, dict | list)]:
        raise section.fault(f"{odd[0]} must be one text, number, true or false")
    return {key: str(value) for key, value in facts.items()}


def _limits(section: Section) -> FloodLimits:
    usual = FloodLimits()
    counts = {name: section.number(name, getattr(usual, name), (1, 100_000)) for name in _COUNTS}
    silent_after = parse_duration(section.text("silent_after", "7d"), f"{section.where} silent_after")
    if silent_after < timedelta(hours=1):
        raise section.fault("silent_after: people are called away, so give them an hour at least")
    section.done()
    return FloodLimits(**counts, silent_after=silent_after)


def _prefix(section: Section) -> str:
    prefix = section.text("prefix", "FL")
    if not _PREFIX.fullmatch(prefix):
        raise section.fault(f"prefix {prefix!r} must be one to eight capital letters or digits")
    return prefix


def _titles(section: Section, key: str, default: str) -> Mapping[str, str]:
    value = section.take(key, default)
    if isinstance(value, str):
        return dict.fromkeys(LANGUAGES, value)
    if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
        return {language: str(words) for language, words in value.items()}
    raise section.fault(f'{key} must be a text, or {{ ru = "...", en = "..." }}')


def _zone(section: Section) -> ZoneInfo:
    name = section.text("timezone", "UTC")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise section.fault(f"timezone {name!r} is unknown: write an IANA name") from None


def _team(section: Section) -> Team:
    section.named(id := _id(section))
    team = Team(id, section.choice("kind", ("queue", "group"), "queue"), _titles(section, "title", id))
    section.done()
    return team


def _agent(section: Section, teams: Iterable[Team]) -> Agent:
    section.named(id := _id(section))
    telegram, member_of = section.take("telegram", 0), section.texts("teams")
    if not isinstance(telegram, int) or isinstance(telegram, bool) or telegram < 0:
        raise section.fault("telegram must be the numeric user id")
    if strange := set(member_of) - {team.id for team in teams}:
        raise section.fault(f"is in team {sorted(strange)[0]!r}, which is not there")
    agent = Agent(
        id=id,
        names=_titles(section, "name", id),
        telegram=telegram,
        mail=section.text("mail", "").strip().lower(),
        teams=member_of,
        role=section.choice("role", ROLES, "agent"),
        skills=section.texts("skills"),
        active=section.flag("active", True),
    )
    section.done()
    return agent


def _id(section: Section) -> str:
    id = section.text("id")
    if len(id) > LONGEST_ID:
        raise section.fault(f"an id has at most {LONGEST_ID} characters")
    return id


def _route(section: Section, teams: Iterable[Team], agents: Iterable[Agent]) -> RoutingRule:
    target, when = section.text("to"), section.text("when", "True")
    known = {*(f"person:{one.id}" for one in agents), *(f"{one.kind}:{one.id}" for one in teams)}
    if target not in known:
        there = ", ".join(sorted(known)) or "nobody"
        raise section.fault(f'to = "{target}" names nobody in teams.toml: there is {there}')
    section.done()
    try:
        return RoutingRule(Condition.of(when), target)
    except InvalidCondition as error:
        raise section.fault(f"to {target}: {error}") from None
