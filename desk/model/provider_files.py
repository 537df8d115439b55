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
from zoneinfo import ZoneInfo, available_timezones

from desk.language.conditions import CompiledCondition, InvalidCondition
from desk.language.detect import LANGUAGES
from desk.language.operator_file_faults import Fault, FileFaults, InvalidFiles
from desk.language.translatable import sentence, write_instead
from desk.model.branding.brand import NO_BRAND, Brand, read_brand
from desk.model.calendars.day_hours import USUAL_DAY, DayHours
from desk.model.coverage import CoverageRule, read_coverage
from desk.model.key_shapes import KeyShape, read_key_shapes
from desk.model.provider_sections.limits_and_promises import (
    DESKS_LIMITS,
    DESKS_WAITING,
    AbuseLimits,
    WaitingPromises,
    read_day_hours,
    read_limits,
    read_waiting,
)
from desk.model.provider_sections.members import Agent, Team, read_agents, read_teams
from desk.model.provider_sections.values import read_duration, read_durations, read_titles
from desk.model.retention import DESKS_RETENTION, ProviderRetention, read_provider_retention
from desk.model.service_levels.policy import NO_SERVICE_POLICY, ServicePolicy
from desk.model.service_levels.policy_file import read_service_policy
from desk.model.toml_table import TomlTable, read_toml

_PROVIDER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_NUMBER_PREFIX = re.compile(r"[A-Z0-9]{1,8}")
_OWN_ID = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_CATEGORY, LONGEST_ZONE = 24, 32
"""Characters of the id of a category, and of a zone: as many as articles and cases keep."""


class InvalidProvider(InvalidFiles):
    """What is wrong in a provider's files, and where."""


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """One line of the routing rules: where the condition holds, the case goes to this queue, group or person."""

    when: CompiledCondition
    to: str
    place: int = field(default=0, compare=False)
    """Which [[route]] of the file it is, counted from 0."""


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
    limits: AbuseLimits = DESKS_LIMITS
    waiting: WaitingPromises = DESKS_WAITING
    shrink_at_most: int = 20
    """Percent of its accounts that a new table of subscribers may lack of those that the last one had."""
    undo_seconds: int = 5
    policy_version: str = ""
    brand: Brand = NO_BRAND
    retention: ProviderRetention = DESKS_RETENTION
    categories: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The provider's own categories of trouble, with their titles by language."""
    zones: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Its own zones in which a fault may lie, likewise."""
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

    def category_title(self, category: str, language: str) -> str:
        """What a category of the provider's own is called; "" for one of the desk's."""
        return _title_of(self.categories.get(category, {}), language)

    def zone_title(self, zone: str, language: str) -> str:
        """What a zone of the provider's own is called; "" for one of the desk's."""
        return _title_of(self.zones.get(zone, {}), language)

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


def _title_of(titles: Mapping[str, str], language: str) -> str:
    return titles.get(language) or next(iter(titles.values()), "")


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
    agents = read_agents(teams_file, teams)
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
        remind_after=read_durations(consent, "remind_after", ("4h", "24h", "72h")),
        first_eta_within=read_duration(eta, "first_within", "30m"),
        limits=read_limits(policy.section("limits")),
        waiting=read_waiting(policy.section("waiting"), consent, eta),
        shrink_at_most=subscribers.number("shrink_at_most", 20, (0, 100)),
        undo_seconds=of_agents.number("undo_seconds", 5, (0, 60)),
        brand=read_brand(about, folder),
        retention=read_provider_retention(policy.section("retention")),
        categories=_read_own_titles(policy, "category", LONGEST_CATEGORY),
        zones=_read_own_titles(policy, "zone", LONGEST_ZONE),
        service=read_service_policy(policy, folder, zone),
        day_hours=read_day_hours(notices),
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


def read_facts(section: TomlTable) -> Mapping[str, str]:
    """The facts that texts may name, by name."""
    facts: dict[str, str] = {}
    for key, value in section.take_rest().items():
        if isinstance(value, dict | list):
            section.report(sentence("{key} must be one text, number, true or false", key=key), key)
        else:
            facts[key] = str(value)
    return facts


def read_prefix(section: TomlTable) -> str:
    """What case numbers begin with."""
    prefix = section.text("prefix", "FL")
    if not _NUMBER_PREFIX.fullmatch(prefix):
        what = sentence("prefix {typed} must be one to eight capital letters or digits", typed=repr(prefix))
        section.report(what, "prefix")
    return prefix


def _read_own_titles(policy: TomlTable, kind: str, longest: int) -> Mapping[str, Mapping[str, str]]:
    """Every section [[category]] or [[zone]]: an id that dialogs name, and what people read."""
    found: dict[str, Mapping[str, str]] = {}
    for section in policy.sections(kind):
        section.set_name(id := section.text("id"))
        if not _OWN_ID.fullmatch(id) or len(id) > longest:
            what = "{typed} is no id: write a-z, 0-9 and _, at most {longest} characters"
            section.report(sentence(what, typed=repr(id), longest=longest), "id")
        elif id in found:
            section.report(sentence("[[{kind}]] {id} is there twice", kind=kind, id=id), "id")
        found[id] = read_titles(section, "title", id)
        section.report_unknown_keys()
    return found


def read_time_zone(section: TomlTable) -> ZoneInfo:
    """The time zone of a section."""
    name = section.text("timezone", "UTC")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        todo = write_instead(name, available_timezones())
        section.report(sentence("timezone {typed} is unknown: write an IANA name", typed=repr(name)), "timezone", todo)
        return ZoneInfo("UTC")


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
