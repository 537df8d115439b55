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

from desk.language.conditions import CompiledCondition, InvalidCondition
from desk.language.detect import LANGUAGES
from desk.model.messages import FRONT
from desk.model.toml_table import TomlTable, read_toml

_PROVIDER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_NUMBER_PREFIX = re.compile(r"[A-Z0-9]{1,8}")
_LIMIT_KEYS = ("guesses_of_person", "guesses_of_all", "cases_of_person", "waiting")
ROLES = ("agent", "lead", "admin")
"""What a member of a provider may be."""
LONGEST_ID = 64
"""Characters of an agent's or team's id: it stands in columns and in routing targets."""
_SECONDS_PER_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400}


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

    when: CompiledCondition
    to: str


@dataclass(frozen=True, slots=True)
class AbuseLimits:
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
class WaitingPromises:
    """What a provider promises to who waits.

    ``usual`` is how long it usually takes until somebody answers, None where the desk is to measure it. The agents are
    pressed about a case nobody takes after each of ``press_after``. A new ETA, or word that there is none, comes within
    ``eta_news_within`` of one that lapsed. A closed case is taken up again for ``reopen_within``.
    """

    usual: timedelta | None = None
    press_after: tuple[timedelta, ...] = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
    eta_news_within: timedelta = timedelta(minutes=30)
    reopen_within: timedelta = timedelta(days=7)


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
    limits: AbuseLimits = AbuseLimits()
    waiting: WaitingPromises = WaitingPromises()
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
        _required_bytes(folder / "policy.toml"),
        _read_file(folder, "policy.toml"),
        _read_file(folder, "teams.toml"),
    )
    teams = tuple(_read_team(one) for one in teams_file.sections("team"))
    agents = tuple(_read_agent(one, teams) for one in teams_file.sections("agent"))
    teams_file.reject_unknown_keys()
    about, consent, eta = policy.section("provider"), policy.section("consent"), policy.section("eta")
    consent.choice("then", ("call_task",), "call_task")  # silence is never consent: in the end somebody calls
    version = str(policy.take("policy_version", ""))
    provider = Provider(
        name=folder.name,
        titles=_read_titles(about, "title", folder.name),
        prefix=_read_prefix(about),
        language=about.choice("language", LANGUAGES, "ru"),
        timezone=_read_time_zone(about),
        contract_shape=about.text("contract_shape", ""),
        facts=_read_facts(policy.section("facts")),
        routes=tuple(_read_route(one, teams, agents) for one in policy.sections("route")),
        teams=teams,
        agents=agents,
        remind_after=tuple(
            parse_duration(one, f"{consent.where} remind_after")
            for one in consent.texts("remind_after", ("4h", "24h", "72h"))
        ),
        first_eta_within=parse_duration(eta.text("first_within", "30m"), f"{eta.where} first_within"),
        limits=_read_limits(policy.section("limits")),
        waiting=_read_waiting(policy.section("waiting"), consent, eta),
        policy_version=f"{version} {hashlib.sha256(source).hexdigest()[:12]}".strip(),
    )
    for section in (about, consent, eta, policy):
        section.reject_unknown_keys()
    return provider


def load_all(folder: Path) -> dict[str, Provider]:
    """Every provider's folder below ``providers/``, by name. Raises `InvalidProvider`."""
    if not folder.is_dir():
        return {}
    names = sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith((".", "_")))
    for one in names:
        # The name is part of keys and lanes, and of the list that row-level security splits at its commas.
        if not _PROVIDER_NAME.fullmatch(one.name):
            raise InvalidProvider(
                f"providers/{one.name}: a provider's name has small letters, digits, - and _, at most 63"
            )
    return {one.name: load(one) for one in names}


def parse_duration(text: object, where: str) -> timedelta:
    """A length of time such as "30m", "4h" or "3d". Raises `InvalidProvider`."""
    number, unit = (text[:-1], text[-1:]) if isinstance(text, str) else ("", "")
    if not number.isdecimal() or unit not in _SECONDS_PER_UNIT:
        raise InvalidProvider(f'{where}: {text!r} is not a length of time: write "30m", "4h" or "3d"')
    return timedelta(seconds=int(number) * _SECONDS_PER_UNIT[unit])


def _read_file(folder: Path, name: str) -> TomlTable:
    shown = f"{folder.name}/{name}"
    try:
        table = read_toml(folder / name, shown, InvalidProvider)
    except FileNotFoundError:
        table = {}
    return TomlTable(table, f"{shown}:", InvalidProvider)


def _required_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InvalidProvider(f"{path.parent.name} has no {path.name}: a provider needs one") from None


def _read_facts(section: TomlTable) -> Mapping[str, str]:
    facts = section.take_rest()
    if misshapen := [key for key, value in facts.items() if isinstance(value, dict | list)]:
        raise section.error(f"{misshapen[0]} must be one text, number, true or false")
    return {key: str(value) for key, value in facts.items()}


def _read_limits(section: TomlTable) -> AbuseLimits:
    defaults = AbuseLimits()
    counts = {name: section.number(name, getattr(defaults, name), (1, 100_000)) for name in _LIMIT_KEYS}
    silent_after = parse_duration(section.text("silent_after", "7d"), f"{section.where} silent_after")
    if silent_after < timedelta(hours=1):
        raise section.error("silent_after: people are called away, so give them an hour at least")
    section.reject_unknown_keys()
    return AbuseLimits(**counts, silent_after=silent_after)


def _read_waiting(section: TomlTable, consent: TomlTable, eta: TomlTable) -> WaitingPromises:
    usual = section.text("usual", "")
    press_after = section.texts("press_after", ("15m", "1h", "4h"))
    policy = WaitingPromises(
        parse_duration(usual, f"{section.where} usual") if usual else None,
        tuple(sorted(parse_duration(one, f"{section.where} press_after") for one in press_after)),
        parse_duration(eta.text("news_within", "30m"), f"{eta.where} news_within"),
        parse_duration(consent.text("reopen_within", "7d"), f"{consent.where} reopen_within"),
    )
    section.reject_unknown_keys()
    return policy


def _read_prefix(section: TomlTable) -> str:
    prefix = section.text("prefix", "FL")
    if not _NUMBER_PREFIX.fullmatch(prefix):
        raise section.error(f"prefix {prefix!r} must be one to eight capital letters or digits")
    return prefix


def _read_titles(section: TomlTable, key: str, default: str) -> Mapping[str, str]:
    value = section.take(key, default)
    if isinstance(value, str):
        return dict.fromkeys(LANGUAGES, value)
    if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
        return {language: str(words) for language, words in value.items()}
    raise section.error(f'{key} must be a text, or {{ ru = "...", en = "..." }}')


def _read_time_zone(section: TomlTable) -> ZoneInfo:
    name = section.text("timezone", "UTC")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise section.error(f"timezone {name!r} is unknown: write an IANA name") from None


def _read_team(section: TomlTable) -> Team:
    section.set_name(id := _read_id(section))
    team = Team(id, section.choice("kind", ("queue", "group"), "queue"), _read_titles(section, "title", id))
    section.reject_unknown_keys()
    return team


def _read_agent(section: TomlTable, teams: Iterable[Team]) -> Agent:
    section.set_name(id := _read_id(section))
    telegram, member_of = section.take("telegram", 0), section.texts("teams")
    if not isinstance(telegram, int) or isinstance(telegram, bool) or telegram < 0:
        raise section.error("telegram must be the numeric user id")
    if strange := set(member_of) - {team.id for team in teams}:
        raise section.error(f"is in team {sorted(strange)[0]!r}, which is not there")
    agent = Agent(
        id=id,
        names=_read_titles(section, "name", id),
        telegram=telegram,
        mail=section.text("mail", "").strip().lower(),
        teams=member_of,
        role=section.choice("role", ROLES, "agent"),
        skills=section.texts("skills"),
        active=section.flag("active", True),
    )
    section.reject_unknown_keys()
    return agent


def _read_id(section: TomlTable) -> str:
    id = section.text("id")
    if len(id) > LONGEST_ID:
        raise section.error(f"an id has at most {LONGEST_ID} characters")
    return id


def _read_route(section: TomlTable, teams: Iterable[Team], agents: Iterable[Agent]) -> RoutingRule:
    target, when = section.text("to"), section.text("when", "True")
    known = {*(f"person:{one.id}" for one in agents), *(f"{one.kind}:{one.id}" for one in teams)}
    if target not in known:
        there = ", ".join(sorted(known)) or "nobody"
        raise section.error(f'to = "{target}" names nobody in teams.toml: there is {there}')
    section.reject_unknown_keys()
    try:
        return RoutingRule(CompiledCondition.of(when), target)
    except InvalidCondition as error:
        raise section.error(f"to {target}: {error}") from None
