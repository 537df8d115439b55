"""What `firstline check` looks at without asking anybody outside: files, words, database, disk, clock."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from console.runtime.channel_kinds import CHANNEL_KINDS, configured
from console.runtime.content_folders import ARTICLES, DIALOGS, TEMPLATES, ContentSearchPath
from console.runtime.schema_version import SchemaMismatch, require_current
from console.terminal.errors import DATABASE, reason
from desk.agents.import_merge import require_consistent
from desk.agents.save import differences
from desk.clock import Clock
from desk.language.detect import LANGUAGES
from desk.language.templates import InvalidTemplate, Templates
from desk.model.check_findings import CheckFinding
from desk.model.messages import FRONT
from desk.model.provider_files import InvalidProvider, Provider, load
from desk.model.settings import Settings
from desk.storage.database import Database
from desk.storage.queue_tables import arrivals
from desk.understanding.contract_numbers import check_contract_shape
from intake.engine.model import DialogSet, InvalidDialog
from intake.identity.sources.csv_file import CsvEntitlementSource
from kb.content.article_files import InvalidArticle, read_folders
from mail.diagnostics import check_ledger

MEGABYTE = 1024 * 1024
LOW_DISK, NO_DISK = 1024 * MEGABYTE, 100 * MEGABYTE
"""Free bytes under which the disk is told of, and under which it is an error: mails may have 25 MB each."""
GOOD_SECRET_LENGTH = 32
"""Characters of a key that nobody guesses; `init` makes 43."""
MAX_CLOCK_DIFFERENCE = timedelta(seconds=5)


def check_settings(settings: Settings) -> Iterator[CheckFinding]:
    """The settings among themselves, and against the providers' folders."""
    where = "firstline.toml"
    there = ", ".join(count(len(settings.configured(kind.section)), *kind.nouns) for kind in CHANNEL_KINDS)
    yield CheckFinding("ok", where, f"{there}; every secret is there")
    if not settings.secret:
        yield CheckFinding("error", where, "[desk] secret is empty", "write a long random line into the file it names")
    elif len(settings.secret.reveal()) < GOOD_SECRET_LENGTH:
        todo = (
            f"take at least {GOOD_SECRET_LENGTH} random characters, and keep the old one as former_secret for a while"
        )
        yield CheckFinding("warning", where, "[desk] secret is short enough to be guessed", todo)
    channels = [one for _, one in configured(settings)]
    if not channels:
        todo = "add a [[telegram]] or a [[mailbox]]; firstline.toml shows how"
        yield CheckFinding("warning", where, "there is no bot and no mailbox: nobody can write to the desk", todo)
    for one in channels:
        if one.provider != FRONT and not (settings.root / "providers" / one.provider).is_dir():
            todo = f"make providers/{one.provider}, or correct provider"
            yield CheckFinding("error", one.channel, f"there is no provider {one.provider!r}", todo)
    for kind in CHANNEL_KINDS:
        yield from kind.check_settings(settings.configured(kind.section))


def check_providers(settings: Settings) -> tuple[dict[str, Provider], list[CheckFinding]]:
    """Each provider's folder: policy, teams, table of accounts, dialogs, articles."""
    root, found = settings.root / "providers", []
    folders = ContentSearchPath(settings)
    providers: dict[str, Provider] = {}
    names = sorted(one.name for one in root.iterdir()) if root.is_dir() else []
    for name in names:
        if (root / name).is_dir() and not name.startswith((".", "_")):
            try:
                providers[name] = load(root / name)
            except InvalidProvider as error:
                found.append(CheckFinding("error", name, str(error), "correct that file"))
                continue
            found += [
                *_check_policy(providers[name]),
                *_check_entitlements(root / name, name),
                *_check_content(folders, providers[name]),
            ]
    try:
        require_consistent(providers)
    except InvalidProvider as error:
        found.append(CheckFinding("error", str(error).partition("/")[0], str(error), "correct that file"))
    if not providers and not found:
        todo = "make providers/<name> with policy.toml, teams.toml and entitlements.csv"
        found.append(CheckFinding("error", "providers", "there is no provider", todo))
    return providers, found


def _check_policy(provider: Provider) -> Iterator[CheckFinding]:
    where, agents = provider.name, provider.agents
    reachable = [one for one in agents if one.telegram]
    routes, teams = count(len(provider.routes), "route"), count(len(provider.teams), "team")
    yield CheckFinding("ok", where, f"policy and teams: {routes}, {teams}, {count(len(agents), 'agent')}")
    if not agents:
        yield CheckFinding(
            "warning", where, "there are no agents: nobody can take a case", "add [[agent]] to teams.toml"
        )
    elif not reachable:
        what = "no agent has a Telegram id: nobody can act in the agents' group"
        yield CheckFinding("warning", where, what, "write telegram = <numeric id> for each agent in teams.toml")
    if not provider.contract_shape:
        todo = 'write contract_shape = "99-9999": 9 is a digit, A a letter'
        yield CheckFinding(
            "warning", where, "without contract_shape no contract number is found in what people write", todo
        )
        return
    try:
        check_contract_shape(provider.contract_shape)
    except ValueError as error:
        yield CheckFinding(
            "error", where, f"contract_shape: {error}", "9 is a digit, A a letter, the rest stands for itself"
        )


def _check_entitlements(folder: Path, name: str) -> Iterator[CheckFinding]:
    if not (folder / "entitlements.csv").is_file():
        todo = "export your accounts into it; the header alone is enough to begin"
        yield CheckFinding("warning", name, "there is no entitlements.csv: everybody stays unverified", todo)
        return
    for one in CsvEntitlementSource(folder / "entitlements.csv", name).findings():
        what = one.what if "entitlements.csv" in one.what else f"entitlements.csv: {one.what}"
        yield CheckFinding(one.level, name, what, one.todo)


def _check_content(folders: ContentSearchPath, provider: Provider) -> Iterator[CheckFinding]:
    name, named = provider.name, set[str]()
    try:
        dialogs = DialogSet.of([one for one in folders.of(name, DIALOGS) if one.is_dir()])
    except InvalidDialog as error:
        yield from (CheckFinding("error", name, f"dialog {problem}", "correct that file") for problem in error.problems)
    else:
        yield _count_finding(
            name, len(dialogs.in_use), "dialogs", "the desk asks nothing, and a person has to ask everything"
        )
        yield from _check_dialog_teams(provider, dialogs)
        named.update(article for dialog in dialogs.in_use.values() for article in dialog.articles)
    try:
        articles = read_folders(folders.of(name, ARTICLES), name)
    except InvalidArticle as error:
        yield CheckFinding("error", name, f"article {error}", "correct that file")
    else:
        yield _count_finding(name, len(articles), "articles", "the desk cannot help people to help themselves")
        if missing := sorted(named - set(articles)):
            what = f"dialogs name articles that are in no folder: {', '.join(missing)}"
            yield CheckFinding("warning", name, what, "correct the dialog, unless the database has them")


def _check_dialog_teams(provider: Provider, dialogs: DialogSet) -> Iterator[CheckFinding]:
    """Teams that a dialog proposes and the provider lacks. The packaged dialogs know nobody's teams, and need not."""
    for dialog in dialogs.in_use.values():
        unknown = [team for team in dialog.teams if provider.team(team) is None]
        if unknown and dialog.folder != DIALOGS:
            what = f"dialog {dialog.id} routes to {', '.join(map(repr, unknown))}, and teams.toml has no such team"
            yield CheckFinding(
                "warning", provider.name, what, "correct the dialog or add the team: they go to queue:l1"
            )


def _count_finding(where: str, number: int, what: str, without: str) -> CheckFinding:
    if number:
        return CheckFinding("ok", where, count(number, what.removesuffix("s")))
    todo = f"put some into providers/{where}/{what}, or set packaged_content = true"
    return CheckFinding("warning", where, f"there are no {what}: {without}", todo)


def check_templates(settings: Settings, providers: Sequence[str]) -> Iterator[CheckFinding]:
    """Every sentence stands in every language; providers' own can be read, and replace one that there is."""
    try:
        packaged = Templates(TEMPLATES).names()
    except InvalidTemplate as error:
        yield CheckFinding("error", "templates", str(error), "install Firstline anew")
        return
    names = {name for _, name in packaged}
    missing = sorted(
        f"{language}/{name}" for language in LANGUAGES for name in names if (language, name) not in packaged
    )
    for one in missing:
        yield CheckFinding("error", "templates", f"the sentence {one}.txt is missing", "install Firstline anew")
    if not missing:
        yield CheckFinding("ok", "templates", f"{len(names)} sentences in {len(LANGUAGES)} languages")
    for provider in providers:
        folder = settings.root / "providers" / provider / "templates"
        yield from _check_own_templates(provider, folder, names)


def _check_own_templates(provider: str, folder: Path, names: set[str]) -> Iterator[CheckFinding]:
    own = sorted(folder.glob("*/*.txt"))
    try:
        Templates(folder)
    except InvalidTemplate as error:
        yield CheckFinding("error", provider, str(error), "correct that file")
        return
    if own:
        yield CheckFinding("ok", provider, f"{len(own)} sentences of its own")
    for path in own:
        if path.parent.name not in LANGUAGES or path.stem not in names:
            what = f"templates/{path.parent.name}/{path.name} replaces no sentence of the desk's"
            yield CheckFinding("warning", provider, what, "compare its name with those in the packaged templates")


async def check_database(settings: Settings, providers: Mapping[str, Provider], clock: Clock) -> list[CheckFinding]:
    """Whether it answers, is of this version and keeps providers apart; its clock and ours, its ledger and the mail;
    whether its agents are those of the files."""
    url = make_url(settings.database)
    where = "database"
    if url.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(url.database or "").is_file):
        return [CheckFinding("error", where, f"{url.database} is not there", "run 'firstline migrate'")]
    database = Database(settings.database, pool=1)
    try:
        await asyncio.wait_for(require_current(database), 15)
        found = [CheckFinding("ok", where, f"{_database_name(settings)} answers and is of this version")]
        if await database.bypasses_row_security():
            what = "the role could see every provider's rows: row-level security does not hold it"
            found.append(CheckFinding("error", where, what, f'ALTER ROLE "{url.username}" NOSUPERUSER NOBYPASSRLS'))
        accounts = [await check_ledger(database, box, clock()) for box in settings.mailboxes]
        found += [*await _check_clock(database, clock), *(one for of_box in accounts for one in of_box)]
        return [*found, *await _check_agents(database, providers)]
    except SchemaMismatch as error:
        what, _, todo = str(error).partition(": ")
        return [CheckFinding("error", where, what, todo)]
    except TimeoutError:
        return [
            CheckFinding("error", where, f"{url.host} does not answer", "look at the network and at [desk] database")
        ]
    except (*DATABASE, OSError) as error:
        todo = "look whether it runs, and at [desk] database; a password is taken from PGPASSWORD"
        return [CheckFinding("error", where, f"it cannot be used: {reason(error)}", todo)]
    finally:
        await database.close()


async def _check_agents(database: Database, providers: Mapping[str, Provider]) -> list[CheckFinding]:
    """Where teams.toml and the database say different things, and how to make them one."""
    todo = "'firstline agents import' takes what the file changed, 'firstline agents export' writes the file anew"
    return [
        CheckFinding("warning", name, f"teams.toml and the database differ: {', '.join(map(' '.join, keys))}", todo)
        for name, keys in (await differences(database, providers)).items()
    ]


async def _check_clock(database: Database, clock: Clock) -> list[CheckFinding]:
    async with database.look() as connection:
        newest = (await connection.execute(select(func.max(arrivals.c.received_at)))).scalar()
        theirs = None if database.sqlite else (await connection.execute(text("SELECT now()"))).scalar()
    todo = "set the clock (timedatectl), and keep it with NTP: promised times hang on it"
    ours = clock()
    if newest and ours < newest - MAX_CLOCK_DIFFERENCE:
        return [
            CheckFinding("error", "clock", f"it is {ours:%Y-%m-%d %H:%M} UTC, but messages came later than that", todo)
        ]
    if theirs and abs(theirs - ours) > MAX_CLOCK_DIFFERENCE:
        return [CheckFinding("warning", "clock", f"it differs from the database's by {abs(theirs - ours)}", todo)]
    return [CheckFinding("ok", "clock", f"{ours.astimezone(UTC):%Y-%m-%d %H:%M} UTC")]


def _database_name(settings: Settings) -> str:
    """The database as firstline.toml names it, without any password."""
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite":
        return f"PostgreSQL {url.username or ''}@{url.host or ''}/{url.database or ''}"
    path = Path(url.database or "")
    return f"SQLite {path.relative_to(settings.root) if path.is_relative_to(settings.root) else path}"


def count(number: int, what: str, several: str = "") -> str:
    """ "no bots", "1 bot", "2 bots"."""
    return f"{number or 'no'} {what if number == 1 else several or what + 's'}"


def check_disk(settings: Settings) -> Iterator[CheckFinding]:
    """How much room there is for what comes in. With none left the desk stops acknowledging, and goes on later."""
    place = settings.data if settings.data.is_dir() else settings.root
    free = shutil.disk_usage(place).free
    todo = "make room: with a full disk nothing new is accepted"
    if free < NO_DISK:
        yield CheckFinding("error", "disk", f"only {free // MEGABYTE} MB are free in {place}", todo)
    elif free < LOW_DISK:
        yield CheckFinding("warning", "disk", f"{free // MEGABYTE} MB are free in {place}", todo)
    else:
        yield CheckFinding("ok", "disk", f"{free / 1024 / MEGABYTE:.0f} GB are free in {place}")
    if settings.data.is_dir() and settings.data.stat().st_mode & 0o007:
        what = f"{settings.data} is open to every user of this machine: people's words lie there"
        yield CheckFinding("warning", "disk", what, f"chmod o-rwx {settings.data}")
