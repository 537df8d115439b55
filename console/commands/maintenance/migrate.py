"""``migrate``: the database is brought to this version of the desk."""

from __future__ import annotations

import click

from console.terminal.command_context import DeskFolder, json_option, open_database, pass_folder, print_json, run, tell
from desk.clock import now
from desk.language.translatable import sentence
from desk.model.settings import Settings
from desk.storage import audit
from desk.storage.database import Database


@click.command()
@json_option
@pass_folder
def migrate(folder: DeskFolder, as_json: bool) -> None:
    """Bring the database to this version of the desk.

    A new one is made. It may be run at any time and again: what is there already stays.

    \b
    Example:
      firstline -C my-desk migrate
    """
    settings = folder.settings()
    before, after = run(_migrate(settings))
    if as_json:
        print_json({"before": before, "after": after})
    elif before == after:
        tell(sentence("The database is of version {after} already.", after=after))
    else:
        made = sentence("The database is of version {after} now.", after=after)
        changed = sentence("The database is of version {after} now; it was of {before}.", after=after, before=before)
        tell(changed if before else made)
    run(_import_agents(folder, settings))


async def _import_agents(folder: DeskFolder, settings: Settings) -> None:
    """What the providers' teams.toml say that the database does not know yet. Raises `InvalidProvider`."""
    from console.runtime.agents_and_teams_loading import log_conflicts  # noqa: PLC0415
    from desk.agents.changes_of_agents import import_files  # noqa: PLC0415

    async with open_database(settings) as database:
        log_conflicts(await import_files(database, folder.providers(), now(), audit.operator()))


async def _migrate(settings: Settings) -> tuple[str, str]:
    from console.runtime.migrate import migrate as bring_up_to_date  # noqa: PLC0415 (`serve` need not wait for Alembic)

    make_data_folder(settings)
    database = Database(settings.database)
    try:
        before, after = await bring_up_to_date(database)
        if before != after:
            details = {"before": before, "after": after}
            async with database.work() as connection:
                await audit.record(connection, at=now(), actor=audit.operator(), operation="migrate", details=details)
        return before, after
    finally:
        await database.close()


def make_data_folder(settings: Settings) -> None:
    """The folder of the database and of kept files, for the desk's own user only: people's words lie there."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
