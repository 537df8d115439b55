"""The settings and the providers' own files, for `firstline check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from console.commands.checking.account_tables import check_table
from console.commands.checking.content import SharedContent, check_content, check_facts, check_own_templates
from console.commands.checking.file_faults_as_findings import of_faults
from console.commands.checking.route_conditions import check_conditions
from console.commands.checking.service_levels import check_service_levels
from console.runtime.channel_kinds import CHANNEL_KINDS, configured
from console.runtime.content_folders import ContentSearchPath
from desk.agents.import_merge import inconsistencies
from desk.clock import now
from desk.language.operator_file_faults import Fault
from desk.language.toml_lines import line_of, toml_lines
from desk.language.translatable import counted, meant, sentence, write_instead
from desk.model.check_findings import CheckFinding
from desk.model.key_shapes import check_pattern
from desk.model.messages import FRONT
from desk.model.provider_files import (
    InvalidProvider,
    Provider,
    provider_folders,
    read_with_faults,
    require_provider_name,
)
from desk.model.settings import FILE, Settings
from intake.identity.index.import_accounts import StoredTable

GOOD_SECRET_LENGTH = 32
"""Characters of a key that nobody guesses; `init` makes 43."""


def check_files(
    settings: Settings, faults: list[Fault], tables: Mapping[str, StoredTable] = MappingProxyType({})
) -> tuple[dict[str, Provider], list[CheckFinding]]:
    """Everything that files say: the settings with their ``faults``, and each provider. The providers that can be used,
    and what was found. ``tables`` are those that the index has: they are not read again."""
    providers, found = check_providers(settings, tables)
    return providers, [*of_faults(faults, settings.root, FILE), *check_settings(settings, bool(faults)), *found]


def check_settings(settings: Settings, faulty: bool = False) -> Iterator[CheckFinding]:
    """The settings among themselves, and against the providers' folders."""
    if not faulty:
        numbers = [(kind, len(settings.configured(kind.section))) for kind in CHANNEL_KINDS]
        there = [_channels(kind.nouns, number) for kind, number in numbers if number or kind.is_for_people]
        channels: str = there[0]
        for one in there[1:]:
            channels = sentence("{some}, {more}", some=channels, more=one)
        yield CheckFinding("ok", FILE, sentence("{channels}; every secret is there", channels=channels))
    if not settings.secret:
        todo = sentence("write a long random line into the file it names")
        yield CheckFinding("error", FILE, sentence("[desk] secret is empty"), todo)
    elif len(settings.secret.reveal()) < GOOD_SECRET_LENGTH:
        what = sentence("[desk] secret is short enough to be guessed")
        longer = "take at least {number} random characters, and keep the old one as former_secret for a while"
        yield CheckFinding("warning", FILE, what, sentence(longer, number=GOOD_SECRET_LENGTH))
    if not any(kind.is_for_people for kind, _ in configured(settings)) and not faulty:
        what = sentence("there is no bot and no mailbox: nobody can write to the desk")
        todo = sentence("add a [[telegram]] or a [[mailbox]]; firstline.toml shows how")
        yield CheckFinding("warning", FILE, what, todo)
    yield from _check_whose(settings)
    for kind in CHANNEL_KINDS:
        yield from kind.check_settings(settings.configured(kind.section))


def _channels(nouns: tuple[str, str], number: int) -> str:
    one, several = nouns
    return counted(f"{{number}} {one}|{{number}} {several}|no {several}", number)


def _check_whose(settings: Settings) -> Iterator[CheckFinding]:
    """Channels of providers that are not there."""
    there = {one.name for one in provider_folders(settings.root / "providers")}
    lines = toml_lines(_text(settings.root / FILE))
    for kind in CHANNEL_KINDS:
        for number, one in enumerate(settings.configured(kind.section)):
            if one.provider != FRONT and one.provider not in there:
                what = sentence("{channel}: there is no provider {name}", channel=one.channel, name=repr(one.provider))
                todo = sentence("make providers/{name}, or correct provider", name=one.provider)
                near = meant(one.provider, there)
                line = line_of(lines, (kind.section, number, "provider"))
                yield CheckFinding("error", FILE, what, write_instead(one.provider, there) if near else todo, line)


def check_providers(
    settings: Settings, tables: Mapping[str, StoredTable]
) -> tuple[dict[str, Provider], list[CheckFinding]]:
    """Each provider's folder: policy, teams, table of accounts, dialogs, articles, sentences."""
    root, found = settings.root / "providers", list[CheckFinding]()
    search, shared = ContentSearchPath(settings), SharedContent()
    providers: dict[str, Provider] = {}
    for folder in provider_folders(root):
        check = _ProviderCheck(settings, folder, search, shared, tables.get(folder.name, StoredTable()))
        found += check.findings()
        if check.provider:
            providers[folder.name] = check.provider
    found += _check_agents_of_all(settings.root, providers)
    if not providers and not found:
        todo = sentence("make providers/<name> with policy.toml, teams.toml and entitlements.csv")
        found.append(CheckFinding("error", "providers", sentence("there is no provider"), todo))
    return providers, found


@dataclass(slots=True)
class _ProviderCheck:
    """Looks at one provider's folder."""

    settings: Settings
    folder: Path
    search: ContentSearchPath
    shared: SharedContent
    stored: StoredTable
    provider: Provider | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def root(self) -> Path:
        return self.settings.root

    def findings(self) -> Iterator[CheckFinding]:
        try:
            require_provider_name(self.name)
            provider, faults = read_with_faults(self.folder)
        except InvalidProvider as error:
            yield from of_faults(error.faults, self.root, self.name)
            yield from check_table(self.settings, self.folder, Provider(self.name, {}), self.stored)
            return
        self.provider = provider
        yield from of_faults(faults, self.root, self.name)
        yield from self._policy(provider)
        table = yield from check_table(self.settings, self.folder, provider, self.stored)
        dialogs = yield from check_content(self.root, self.search, provider, self.shared)
        own_names = yield from check_own_templates(self.root, self.folder / "templates", provider)
        yield from check_facts(self.root, provider, own_names)
        yield from check_conditions(self.root, provider, dialogs, table)
        yield from check_service_levels(self.root, provider, dialogs, table, now().date())

    def _policy(self, provider: Provider) -> Iterator[CheckFinding]:
        policy, teams = (f"providers/{self.name}/{name}.toml" for name in ("policy", "teams"))
        agents, reachable = provider.agents, [one for one in provider.agents if one.telegram]
        what = sentence(
            "policy and teams: {routes}, {teams}, {agents}",
            routes=counted("{number} route|{number} routes|no routes", len(provider.routes)),
            teams=counted("{number} team|{number} teams|no teams", len(provider.teams)),
            agents=counted("{number} agent|{number} agents|no agents", len(agents)),
        )
        yield CheckFinding("ok", self.name, what)
        if not agents:
            what = sentence("there are no agents: nobody can take a case")
            yield CheckFinding("warning", teams, what, sentence("add [[agent]] to teams.toml"))
        elif not reachable:
            what = sentence("no agent has a Telegram id: nobody can act in the agents' group")
            todo = sentence("write telegram = <numeric id> for each agent in teams.toml")
            yield CheckFinding("warning", teams, what, todo)
        if not provider.contract_shape:
            what = sentence("without contract_shape no contract number is found in what people write")
            todo = sentence('write contract_shape = "99-9999": 9 is a digit, A a letter')
            yield CheckFinding("warning", policy, what, todo)
            return
        try:
            check_pattern(provider.contract_shape)
        except ValueError as error:
            line = line_of(toml_lines(_text(self.folder / "policy.toml")), ("provider", "contract_shape"))
            todo = sentence("9 is a digit, A a letter, the rest stands for itself")
            yield CheckFinding("error", policy, sentence("contract_shape: {why}", why=error.args[0]), todo, line)


def _check_agents_of_all(root: Path, providers: dict[str, Provider]) -> Iterator[CheckFinding]:
    """Where the providers' files contradict each other about one agent."""
    for name, agent, key, what in inconsistencies(providers):
        file = f"providers/{name}/teams.toml"
        numbers = [number for number, one in enumerate(providers[name].agents) if one.id == agent]
        line = line_of(toml_lines(_text(root / file)), ("agent", numbers[0], key)) if numbers else 0
        yield CheckFinding("error", file, what, sentence("make both files say the same"), line)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
