"""``copy``: the desk's rows into another database, SQLite or PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

import click

from console.commands.maintenance.progress import telling_progress
from console.runtime.backup import moving, unfinished
from console.runtime.backup.archive import Progress
from console.runtime.backup.desk_files import database_address, database_file
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
from desk.language.translatable import sentence
from desk.model.settings import Settings
from desk.storage import audit
from desk.storage.channel_leases import anybody_serves
from desk.storage.database import Database


@click.command("copy")
@click.option(
    "--to", "url", metavar="URL", required=True, help="The new, empty database, as [desk] database names one."
)
@json_option
@pass_folder
def copy(folder: DeskFolder, url: str, as_json: bool) -> None:
    """Copy all rows of the desk into another database: from SQLite to PostgreSQL, or back.

    Nobody may serve meanwhile. Every table is counted on both sides; ids and case numbers go on where they are. The
    desk's own database and firstline.toml are left as they are.

    \b
    Examples:
      firstline -C my-desk copy --to postgresql://firstline@db/firstline
      firstline -C my-desk copy --to sqlite:///data/copied.db
    """
    settings = folder.settings()
    target = database_address(settings.root, url)
    with telling_progress() as progress:
        rows = run(_copy(settings, target, progress))
    if as_json:
        print_json({"tables": [{"table": name, "rows": number} for name, number in rows.items()]})
        return
    many, tables = sum(rows.values()), len(rows)
    tell(
        sentence("{number} rows of {tables} tables are copied, and counted on both sides.", number=many, tables=tables)
    )
    tell(sentence("Now write database = \"{url}\" into firstline.toml, and run 'firstline check'.", url=url))


async def _copy(settings: Settings, target: str, progress: Progress) -> Mapping[str, int]:
    await moving.require_empty(target)
    async with open_database(settings) as database:
        await require_nobody_serves(database)
        file = database_file(target)
        place = file.parent if file else settings.data
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        work = unfinished.beside(place / "copying")
        work.mkdir(mode=0o700)
        try:
            stage = work / "stage.db"
            moving.new_file(stage)
            tables = await moving.take_tables(settings, stage, progress)
            await require_nobody_serves(database)
            moving.clear_leases(stage)
            rows = {**tables.rows, "leases": 0}
            await moving.put_tables(stage, target, progress)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        async with database.work() as connection:
            await audit.record(connection, at=now(), actor=audit.operator(), operation="copy")
    return rows


async def require_nobody_serves(database: Database) -> None:
    """Ends the command where a desk serves on this database."""
    async with database.look() as connection:
        if await anybody_serves(connection, now()):
            refuse(sentence("somebody serves this desk: stop that first"), REFUSED)
