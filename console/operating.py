"""``migrate`` and ``serve``: the database is brought up to date, and the desk is run."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence

import click

from console import logs
from console.folder import WRONG, Folder, as_json, opened, pass_folder, print_json, refuse, run
from console.listening import ROLES
from console.running import served
from desk.database import Database
from desk.settings import Settings


@click.command()
@as_json
@pass_folder
def migrate(folder: Folder, machine: bool) -> None:
    """Bring the database to this version of the desk.

    A new one is made. It may be run at any time and again: what is there already stays.

    \b
    Example:
      firstline -C my-desk migrate
    """
    before, after = run(_migrate(folder.settings()))
    if machine:
        print_json({"before": before, "after": after})
    elif before == after:
        click.echo(f"The database is of version {after} already.")
    else:
        click.echo(f"The database is of version {after} now" + (f"; it was of {before}." if before else "."))


async def _migrate(settings: Settings) -> tuple[str, str]:
    from console.migrating import migrate as bring_up_to_date  # noqa: PLC0415 (`serve` need not wait for Alembic)

    make_data(settings)
    database = Database(settings.database)
    try:
        return await bring_up_to_date(database)
    finally:
        await database.close()


def make_data(settings: Settings) -> None:
    """The folder of the database and of kept files, for the desk's own user only: people's words lie there."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)


@click.command()
@click.option(
    "--only",
    "roles",
    multiple=True,
    type=click.Choice(ROLES),
    help="Do only this; may be given several times. Everything by default.",
)
@pass_folder
def serve(folder: Folder, roles: Sequence[str]) -> None:
    """Run the desk until it is stopped.

    It listens at every bot and mailbox of firstline.toml, decides, and sends. Several may run on one database: who
    listens is agreed among them. SIGTERM or Ctrl-C ends it after what is in hand, within 20 seconds; whatever is left
    waits in the database. The log goes to stderr.

    \b
    Examples:
      firstline -C my-desk serve
      firstline -C my-desk serve --only doors --only sender
    """
    settings = folder.settings()
    logs.begin(logs.Redaction(logs.secrets_of(settings)), folder.debug)
    run(_serve(settings, roles or ROLES))


async def _serve(settings: Settings, roles: Sequence[str]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await _ready(settings)
    await served(settings, roles, stop)


async def _ready(settings: Settings) -> None:
    async with opened(settings) as database:
        if await database.can_bypass():
            refuse(
                "the database's role could see every provider's rows: let it be NOSUPERUSER NOBYPASSRLS "
                "(see 'firstline check')",
                WRONG,
            )
