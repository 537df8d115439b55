"""``forget``: a person asks to be forgotten, and is."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.commands.command_actor import acting, actor_of
from console.commands.maintenance.choose_person import (
    all_option,
    choose_people,
    person_option,
    provider_option,
    scope,
)
from console.terminal.command_context import (
    NO_SUCH,
    REFUSED,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
    told,
)
from desk.clock import now
from desk.language.translatable import one_after_another, one_below_the_other, sentence

if TYPE_CHECKING:
    from console.runtime.personal_data.erase_person import ErasureReport, PersonErasure
    from console.runtime.personal_data.find_person import FoundPerson
    from desk.model.settings import Settings
    from desk.storage.database import Database


@click.command()
@person_option
@all_option
@provider_option
@click.option("--cancel-open", is_flag=True, help="Cancel what is open, without a word to anybody, and erase it too.")
@click.option("--dry-run", is_flag=True, help="Only say who is meant and what hinders; nothing is changed.")
@click.option("--yes", is_flag=True, help="Do not ask whether you are sure.")
@acting
@json_option
@pass_folder
def forget(
    folder: DeskFolder,
    key: str,
    everybody: bool,
    provider: str,
    cancel_open: bool,
    dry_run: bool,
    yes: bool,
    agent: str,
    as_json: bool,
) -> None:
    """Erase a person: all they wrote and were told, their addresses, files, and words that articles learned from them.

    Numbers, times and categories of their cases stay, in rows marked as erased. A case that is not over hinders it, and
    so does a legal hold. The archives of the purge are written anew without them, and the database so that no free page
    has a word left; who writes to the desk meanwhile waits for that. The erasure is noted in erasures.jsonl, by numbers
    and keyed hashes: 'firstline restore' carries it out again. Keep that file when you change machines.

    Not in reach, and to be done by you: mail on its server, the chat and the group's cards in Telegram, the provider's
    own table of subscribers, backups and archives that were moved away.

    \b
    Examples:
      firstline forget --person anna@example.org --dry-run
      firstline forget --person anna@example.org
      firstline forget --person 40-1187 --all --yes
    """
    report = run(_forget(folder, key, everybody, provider, cancel_open, dry_run, yes, agent))
    if report is None:
        return
    if as_json:
        rows = dict(sorted(report.rows.items()))
        kept = {"cases": report.cases, "files": report.files, "archived": report.archived, "drafts": report.drafts}
        print_json({"rows": rows, **kept})
        return
    for name, number in sorted(report.rows.items()):
        click.echo(f"{number:>10}  {name}")
    what = "Forgotten. {cases} cases stay as numbers; {files} files and {archived} archived rows went too."
    tell(sentence(what, cases=report.cases, files=report.files, archived=report.archived))
    for draft in report.drafts:
        tell(sentence("The article {article} was written from a case of theirs: read it over.", article=draft))
    for backup in run(_backups(folder)):
        tell(sentence("An earlier backup still has them: {path}. Remove it when you have a new one.", path=backup))


async def _forget(
    folder: DeskFolder,
    key: str,
    everybody: bool,
    provider: str,
    cancel_open: bool,
    dry_run: bool,
    yes: bool,
    agent: str,
) -> ErasureReport | None:
    from console.runtime.knowledge_loader import KnowledgeLoader  # noqa: PLC0415 (help and usage come at once)
    from console.runtime.personal_data.erase_person import PersonErasure  # noqa: PLC0415

    async def rebuild(names: set[str]) -> None:
        loader = KnowledgeLoader(database, settings, folder.providers())
        loader.drop_indexes(names)
        await loader.build_knowledge_base()

    settings, whose = folder.settings(), scope(folder, provider)
    async with open_database(settings) as database:
        actor = await actor_of(folder, database, agent)
        lanes = frozenset(lanes_of_key(settings, key))
        erasure = PersonErasure(database, settings, folder.providers(), rebuild)
        ended = None if dry_run else await _end_interrupted(erasure, database, actor, key, lanes)
        people = await choose_people(database, whose, key, everybody, needed=not lanes and not ended)
        if ended and not people:
            return ended
        every = {*lanes, *(f"{channel}:{value}" for one in people for channel, value in one.addresses)}
        if hindered := await erasure.obstacles(people, every, cancel_open):
            refuse(one_below_the_other(hindered), REFUSED)
        _announce(people, every)
        if dry_run:
            return None
        if not yes:
            click.confirm(told(sentence("This cannot be undone. Erase?")), abort=True)
        report = await erasure.erase(people, every, now(), actor, key, cancel_open)
        await _compact(database)
        await erasure.ended()
        if not people and not report.rows and not report.archived:
            refuse(sentence("the desk knows nobody by {key}", key=repr(key)), NO_SUCH)
        return report


async def _end_interrupted(
    erasure: PersonErasure, database: Database, actor: str, key: str, lanes: frozenset[str]
) -> ErasureReport | None:
    """Ends the erasures that a kill interrupted. Returns what went of the one whom the key names, if that was one."""
    ended, mine = False, None
    async for plan, done in erasure.resume(now(), actor):
        if isinstance(done, list):
            tell(sentence("An interrupted erasure cannot be ended yet:"), err=True)
            tell(one_below_the_other(done), err=True)
            continue
        tell(sentence("An interrupted erasure was ended."), err=True)
        ended, mine = True, done if plan.meant(key, lanes) else mine
    if ended:
        await _compact(database)
        await erasure.ended()
    return mine


async def _compact(database: Database) -> None:
    from console.runtime.personal_data.compact_database import compact  # noqa: PLC0415 (help and usage come at once)

    if not await compact(database):
        tell(sentence("Somebody reads the database for long: its log still has old pages, until they are done."))


async def _backups(folder: DeskFolder) -> list[Path]:
    """Backups that lie in the desk folder; what a killed one left there goes."""
    from console.runtime.backup import unfinished  # noqa: PLC0415 (help and usage come at once)
    from console.runtime.backup.archive import is_archive  # noqa: PLC0415

    def found() -> list[Path]:
        for one in (folder.root, *(path for path in folder.root.rglob("*") if path.is_dir())):
            unfinished.sweep(one)
        return sorted(path for path in folder.root.rglob("*") if path.is_file() and is_archive(path))

    return await asyncio.to_thread(found)


def lanes_of_key(settings: Settings, key: str) -> set[str]:
    """The lanes in which an address writes to the channels of this desk; none for a key that is no address."""
    kind, colon, rest = key.strip().partition(":")
    value = rest if colon and kind in ("telegram", "mail") else key.strip()
    if "@" in value:
        return {f"{one.channel}:{value.lower()}" for one in settings.mailboxes}
    return {f"{one.channel}:{value}" for one in settings.telegram} if value.isdecimal() else set()


def _announce(people: Collection[FoundPerson], lanes: Collection[str]) -> None:
    for one in people:
        numbers = one_after_another([case.name for case in one.cases]) or "-"
        addresses = ", ".join(f"{channel}:{value}" for channel, value in one.addresses)
        what = "{name} ({provider}): {addresses}; cases: {numbers}"
        names = {"name": one.name or "-", "provider": one.provider, "addresses": addresses, "numbers": numbers}
        tell(sentence(what, **names), err=True)
    if not people:
        tell(sentence("nobody with a case; messages from {lanes}", lanes=", ".join(sorted(lanes))), err=True)
