"""A provider's own files: policy.toml and teams.toml, checked and frozen.

The policy says how cases are numbered and routed, how soon promises are due and which facts the texts may name; the
teams say who the agents are. An agent acts under the Telegram id or mail address written here, never by group
membership.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from desk.language.conditions import CompiledCondition, InvalidCondition
from desk.language.detect import LANGUAGES
from desk.language.operator_file_faults import Fault, FileFaults, InvalidFiles
from desk.language.translatable import sentence, write_instead
from desk.language.typed_durations import InvalidDuration, parse_duration
from desk.model.branding.brand import NO_BRAND, Brand, read_brand
from desk.model.calendars.day_hours import USUAL_DAY, DayHours
from desk.model.calendars.typed_hours import InvalidHours, parse_interval
from desk.model.coverage import CoverageRule, read_coverage
from desk.model.key_shapes import KeyShape, read_key_shapes
from desk.model.retention import DESKS_RETENTION, ProviderRetention, read_provider_retention
from desk.model.service_levels.policy import NO_SERVICE_POLICY, ServicePolicy
from desk.model.service_levels.policy_file import read_service_policy
from desk.model.toml_table import TomlTable, read_toml

_PROVIDER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_NUMBER_PREFIX = re.compile(r"[A-Z0-9]{1,8}")
_LIMIT_KEYS = ("guesses_of_person", "guesses_of_all", "cases_of_person", "waiting")
ROLES = ("agent", "lead", "admin")
"""What a member of a provider may be."""
LONGEST_ID = 64
"""Characters of an agent's or team's id: it stands in columns and in routing targets."""


class InvalidProvider(InvalidFiles):
    """What is wrong in a provider's files, and where."""


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
    place: int = field(default=0, compare=False)
    """Which [[route]] of the file it is, counted from 0."""


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
    """One provider, as its files describe it.

    ``undo_seconds`` is how long an agent's words wait in the agents' group, so that they can be taken back; 0: not.
    """

    name: str
    titles: Mapping[str, str]
    prefix: str = "FL"
    language: str = "ru"
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    contract_shape: str = ""
    key_shapes: tuple[KeyShape, ...] = ()
    coverage: tuple[CoverageRule, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    routes: tuple[RoutingRule, ...] = ()
    teams: tuple[Team, ...] = ()
    agents: tuple[Agent, ...] = ()
    remind_after: tuple[timedelta, ...] = (timedelta(hours=4), timedelta(hours=24), timedelta(hours=72))
    first_eta_within: timedelta = timedelta(minutes=30)
    limits: AbuseLimits = AbuseLimits()
    waiting: WaitingPromises = WaitingPromises()
    shrink_at_most: int = 20
    """Percent of its accounts that a new table of subscribers may lack of those that the last one had."""
    undo_seconds: int = 5
    policy_version: str = ""
    brand: Brand = NO_BRAND
    retention: ProviderRetention = DESKS_RETENTION
    service: ServicePolicy = NO_SERVICE_POLICY
    day_hours: DayHours = USUAL_DAY
    """In which people are told what they did not ask for and what was promised to nobody: reminders."""

    @property
    def contract_shapes(self) -> tuple[str, ...]:
        """The patterns of its contract numbers, that of ``contract_shape`` first."""
        patterns = (self.contract_shape, *(one.pattern for one in self.key_shapes if one.type == "contract"))
        return tuple(one for one in dict.fromkeys(patterns) if one)

    @property
    def other_key_shapes(self) -> tuple[KeyShape, ...]:
        """The shapes of its keys that are no contract numbers."""
        return tuple(one for one in self.key_shapes if one.type != "contract")

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


def load(folder: Path) -> Provider:
    """Reads one provider's folder. Raises `InvalidProvider` with everything that is to be mended."""
    provider, faults = read_with_faults(folder)
    if faults:
        raise InvalidProvider(faults)
    return provider


def read_with_faults(folder: Path) -> tuple[Provider, list[Fault]]:
    """A provider as far as its files can be used, and all that is wrong with them. Raises `InvalidProvider` where one
    of them is no TOML."""
    teams_file = _read_file(folder, "teams.toml", needed=False)
    policy = _read_file(folder, "policy.toml", needed=True)
    teams = read_teams(teams_file)
    agents = tuple(agent for section in teams_file.sections("agent") if (agent := _read_agent(section, teams)))
    _report_twice(teams_file, "agent", agents)
    teams_file.report_unknown_keys()
    about, consent, eta = policy.section("provider"), policy.section("consent"), policy.section("eta")
    subscribers = policy.section("subscribers")
    of_agents, notices = policy.section("agents"), policy.section("notices")
    consent.choice("then", ("call_task",), "call_task")  # silence is never consent: in the end somebody calls
    version = str(policy.take("policy_version", ""))
    provider = Provider(
        name=folder.name,
        titles=read_titles(about, "title", folder.name),
        prefix=read_prefix(about),
        language=about.choice("language", LANGUAGES, "ru"),
        timezone=(zone := read_time_zone(about)),
        contract_shape=about.text("contract_shape", ""),
        key_shapes=read_key_shapes(policy),
        coverage=read_coverage(policy),
        facts=read_facts(policy.section("facts")),
        routes=tuple(
            route
            for number, section in enumerate(policy.sections("route"))
            if (route := _read_route(section, number, teams, agents))
        ),
        teams=teams,
        agents=agents,
        remind_after=_durations(consent, "remind_after", ("4h", "24h", "72h")),
        first_eta_within=_duration(eta, "first_within", "30m"),
        limits=_read_limits(policy.section("limits")),
        waiting=_read_waiting(policy.section("waiting"), consent, eta),
        shrink_at_most=subscribers.number("shrink_at_most", 20, (0, 100)),
        undo_seconds=of_agents.number("undo_seconds", 5, (0, 60)),
        brand=read_brand(about, folder),
        retention=read_provider_retention(policy.section("retention")),
        service=read_service_policy(policy, folder, zone),
        day_hours=_read_day_hours(notices),
        policy_version=f"{version} {hashlib.sha256(policy.faults.source.encode()).hexdigest()[:12]}".strip(),
    )
    for section in (about, consent, eta, subscribers, of_agents, notices, policy):
        section.report_unknown_keys()
    found = [*policy.faults.found, *teams_file.faults.found]
    return provider, sorted(found, key=lambda one: (one.file, one.line))


def load_all(folder: Path) -> dict[str, Provider]:
    """Every provider's folder below ``providers/``, by name. Raises `InvalidProvider` with the faults of all."""
    providers: dict[str, Provider] = {}
    faults: list[Fault] = []
    for one in provider_folders(folder):
        try:
            require_provider_name(one.name)
            providers[one.name] = load(one)
        except InvalidProvider as error:
            faults += error.faults
    if faults:
        raise InvalidProvider(faults)
    return providers


def provider_folders(folder: Path) -> list[Path]:
    """The folders below ``providers/``, but those whose names begin with a dot or ``_``."""
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith((".", "_")))


def require_provider_name(name: str) -> None:
    """Raises `InvalidProvider` for a folder that cannot be called so.

    The name is part of keys and lanes, and of the list that row-level security splits at its commas.
    """
    if not _PROVIDER_NAME.fullmatch(name):
        what = "a provider's name has small letters, digits, - and _, at most 63"
        raise InvalidProvider([Fault(f"providers/{name}", 0, sentence(what), sentence("rename the folder"))])


def _read_file(folder: Path, name: str, needed: bool) -> TomlTable:
    shown = f"{folder.name}/{name}"
    try:
        table, source = read_toml(folder / name, shown, InvalidProvider)
    except FileNotFoundError:
        if needed:
            what = sentence("{folder} has no {name}: a provider needs one", folder=folder.name, name=name)
            raise InvalidProvider([Fault("", 0, what)]) from None
        table, source = {}, ""
    return TomlTable(table, FileFaults(shown, source))


def _duration(section: TomlTable, key: str, default: str) -> timedelta:
    """A length of time such as "30m"."""
    return _durations_of(section, key, (section.text(key, default),), (default,))[0]


def _durations(section: TomlTable, key: str, default: Sequence[str]) -> tuple[timedelta, ...]:
    return _durations_of(section, key, section.texts(key, default), default)


def _durations_of(
    section: TomlTable, key: str, written: Sequence[str], default: Sequence[str]
) -> tuple[timedelta, ...]:
    try:
        return tuple(map(parse_duration, written))
    except InvalidDuration as error:
        section.report(sentence("{key}: {why}", key=key, why=error.args[0]), key)
        return tuple(map(parse_duration, default))


def read_facts(section: TomlTable) -> Mapping[str, str]:
    """The facts that texts may name, by name."""
    facts: dict[str, str] = {}
    for key, value in section.take_rest().items():
        if isinstance(value, dict | list):
            section.report(sentence("{key} must be one text, number, true or false", key=key), key)
        else:
            facts[key] = str(value)
    return facts


def _read_limits(section: TomlTable) -> AbuseLimits:
    defaults = AbuseLimits()
    counts = {name: section.number(name, getattr(defaults, name), (1, 100_000)) for name in _LIMIT_KEYS}
    silent_after = _duration(section, "silent_after", "7d")
    if silent_after < timedelta(hours=1):
        what = sentence("silent_after: people are called away, so give them an hour at least")
        section.report(what, "silent_after")
    section.report_unknown_keys()
    return AbuseLimits(**counts, silent_after=silent_after)


def _read_waiting(section: TomlTable, consent: TomlTable, eta: TomlTable) -> WaitingPromises:
    usual = section.text("usual", "")
    policy = WaitingPromises(
        _durations_of(section, "usual", (usual,), ("30m",))[0] if usual else None,
        tuple(sorted(_durations(section, "press_after", ("15m", "1h", "4h")))),
        _duration(eta, "news_within", "30m"),
        _duration(consent, "reopen_within", "7d"),
    )
    section.report_unknown_keys()
    return policy


def _read_day_hours(section: TomlTable) -> DayHours:
    text = section.text("day_hours", "09:00-21:00")
    try:
        return DayHours(*parse_interval(text))
    except InvalidHours as error:
        section.report(sentence("{key}: {why}", key="day_hours", why=error.args[0]), "day_hours")
        return USUAL_DAY


def read_prefix(section: TomlTable) -> str:
    """What case numbers begin with."""
    prefix = section.text("prefix", "FL")
    if not _NUMBER_PREFIX.fullmatch(prefix):
        what = sentence("prefix {typed} must be one to eight capital letters or digits", typed=repr(prefix))
        section.report(what, "prefix")
    return prefix


def read_titles(section: TomlTable, key: str, default: str) -> Mapping[str, str]:
    """A name by language."""
    value = section.take(key, default)
    if isinstance(value, str):
        return dict.fromkeys(LANGUAGES, value)
    if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
        return {language: str(words) for language, words in value.items()}
    section.report(sentence("{key} must be a text, or {example}", key=key, example='{ ru = "...", en = "..." }'), key)
    return dict.fromkeys(LANGUAGES, default)


def read_time_zone(section: TomlTable) -> ZoneInfo:
    """The time zone of a section."""
    name = section.text("timezone", "UTC")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        todo = write_instead(name, available_timezones())
        section.report(sentence("timezone {typed} is unknown: write an IANA name", typed=repr(name)), "timezone", todo)
        return ZoneInfo("UTC")


def read_teams(file: TomlTable) -> tuple[Team, ...]:
    """Every section [[team]]."""
    teams = tuple(one for section in file.sections("team") if (one := _read_team(section)))
    _report_twice(file, "team", teams)
    return teams


def _read_team(section: TomlTable) -> Team | None:
    section.set_name(id := _read_id(section))
    team = Team(id, section.choice("kind", ("queue", "group"), "queue"), read_titles(section, "title", id))
    section.report_unknown_keys()
    return team if id else None


def _read_agent(section: TomlTable, teams: Iterable[Team]) -> Agent | None:
    section.set_name(id := _read_id(section))
    telegram, member_of = section.take("telegram", 0), section.texts("teams")
    if not isinstance(telegram, int) or isinstance(telegram, bool) or telegram < 0:
        todo = sentence("write the number of their account, without quotes")
        section.report(sentence("telegram must be the numeric user id"), "telegram", todo)
        telegram = 0
    known = {team.id for team in teams}
    for strange in sorted(set(member_of) - known):
        what = sentence("is in team {team}, which is not there", team=repr(strange))
        section.report(what, "teams", write_instead(strange, known))
    agent = Agent(
        id=id,
        names=read_titles(section, "name", id),
        telegram=telegram,
        mail=section.text("mail", "").strip().lower(),
        teams=member_of,
        role=section.choice("role", ROLES, "agent"),
        skills=section.texts("skills"),
        active=section.flag("active", True),
    )
    section.report_unknown_keys()
    return agent if id else None


def _report_twice(file: TomlTable, kind: str, read: Sequence[Agent | Team]) -> None:
    """Notes ids that stand there twice."""
    for number, one in enumerate(read):
        if one.id in [former.id for former in read[:number]]:
            what = sentence("[[{kind}]] {id} is there twice", kind=kind, id=one.id)
            file.faults.report(what, (*file.path, kind, number, "id"), sentence("give one of them another id"))


def _read_id(section: TomlTable) -> str:
    id = section.text("id")
    if len(id) > LONGEST_ID:
        section.report(sentence("an id has at most {longest} characters", longest=LONGEST_ID), "id")
    return id


def _read_route(section: TomlTable, place: int, teams: Iterable[Team], agents: Iterable[Agent]) -> RoutingRule | None:
    target, when = section.text("to"), section.text("when", "True")
    known = {*(f"person:{one.id}" for one in agents), *(f"{one.kind}:{one.id}" for one in teams)}
    if target and target not in known:
        what = sentence(
            'to = "{target}" names nobody in teams.toml: there is {known}',
            target=target,
            known=", ".join(sorted(known)) or sentence("nobody"),
        )
        section.report(what, "to", write_instead(target, known))
    section.report_unknown_keys()
    try:
        return RoutingRule(CompiledCondition.of(when), target, place)
    except InvalidCondition as error:
        section.report(sentence("to {target}: {why}", target=target, why=error.args[0]), "when")
        return None
