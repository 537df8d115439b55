"""``migrate``: the database is brought to this version of the desk."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.maintenance.progress import telling_progress
from console.runtime.backup.archive import BackupRefused, Progress
from console.runtime.schema_version import database_version, latest_version, refuse_newer
from console.terminal.command_context import (
    REFUSED,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
)
from desk.clock import now
from desk.language.translatable import said_by, sentence
from desk.model.settings import Settings
from desk.storage import audit
from desk.storage.channel_leases import anybody_serves
from desk.storage.database import Database

COPIES = "backups"
"""The folder within the data folder for what is kept from before a migration."""


@click.command()
@click.option("--force", is_flag=True, help="Although somebody serves; whoever does stops by itself.")
@click.option("--no-copy", is_flag=True, help="Keep no backup first.")
@json_option
@pass_folder
def migrate(folder: DeskFolder, force: bool, no_copy: bool, as_json: bool) -> None:
    """Bring the database to this version of the desk.

    A new one is made. One of an earlier version is first kept as a backup in data/backups, and is not touched while
    somebody serves. It may be run at any time and again: what is there already stays.

    \b
    Example:
      firstline -C my-desk migrate
    """
    settings = folder.settings()
    with telling_progress() as progress:
        before, after, copy = run(_migrate(settings, force, no_copy, progress))
    if as_json:
        print_json({"before": before, "after": after, "copy": str(copy) if copy else ""})
    elif before == after:
        tell(sentence("The database is of version {after} already.", after=after))
    else:
        made = sentence("The database is of version {after} now.", after=after)
        changed = sentence("The database is of version {after} now; it was of {before}.", after=after, before=before)
        tell(changed if before else made)
        if copy:
            tell(sentence("As it was before, the desk is kept in {path}.", path=copy))
    run(_import_agents(folder, settings))


async def _import_agents(folder: DeskFolder, settings: Settings) -> None:
    """What the providers' teams.toml say that the database does not know yet. Raises `InvalidProvider`."""
    from console.runtime.agents_and_teams_loading import log_conflicts  # noqa: PLC0415
    from desk.agents.changes_of_agents import import_files  # noqa: PLC0415

    async with open_database(settings) as database:
        log_conflicts(await import_files(database, folder.providers(), now(), audit.operator()))


async def _migrate(settings: Settings, force: bool, no_copy: bool, progress: Progress) -> tuple[str, str, Path | None]:
    from console.runtime.migrate import migrate as bring_up_to_date  # noqa: PLC0415 (help and usage come at once)

    make_data_folder(settings)
    database, copy = Database(settings.database), None
    try:
        async with database.look() as connection:
            there = await connection.run_sync(database_version)
            refuse_newer(there)
            if there not in ("", latest_version()) and not force and await anybody_serves(connection, now()):
                refuse(
                    sentence("somebody serves this desk: stop that first, or let it be stopped with --force"), REFUSED
                )
        if there not in ("", latest_version()) and not no_copy:
            copy = await _keep_copy(settings, progress)
        before, after = await bring_up_to_date(database, by=audit.operator(), at=now())
        return before, after, copy
    finally:
        await database.close()


async def _keep_copy(settings: Settings, progress: Progress) -> Path:
    """A backup of the desk as it is. Ends the command where there can be none."""
    from console.runtime.backup.take import name_in, take_backup  # noqa: PLC0415 (rarely needed)

    place = settings.data / COPIES
    place.mkdir(mode=0o700, exist_ok=True)
    target = name_in(place, settings, now())
    try:
        await take_backup(settings, target, progress, now)
    except BackupRefused as error:
        what = "no backup can be kept first: {why}. With --no-copy it goes on without one"
        refuse(sentence(what, why=said_by(error)), REFUSED)
    return target


def make_data_folder(settings: Settings) -> None:
    """The folder of the database and of kept files, for the desk's own user only: people's words lie there."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
