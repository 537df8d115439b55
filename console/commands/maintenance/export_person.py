"""``export``: a person asks what the desk has of them, and gets it."""

from __future__ import annotations

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
from console.terminal.command_context import USAGE, DeskFolder, open_database, pass_folder, refuse, run, tell
from desk.clock import now
from desk.language.translatable import sentence

if TYPE_CHECKING:
    from console.runtime.personal_data.export_person import ExportReport


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@person_option
@all_option
@provider_option
@click.option("--without-notes", is_flag=True, help="Leave out what agents noted for themselves.")
@acting
@pass_folder
def export(
    folder: DeskFolder, file: Path, key: str, everybody: bool, provider: str, without_notes: bool, agent: str
) -> None:
    """Write all that the desk knows of a person into FILE, a zip archive, for them to have.

    In it: person.json (addresses, contracts, when first seen), a JSON file for each case with its journal, their
    messages as they came, and their files. Agents' notes are in it: what was written about a person is data of that
    person, too; agents themselves are called "agent". --without-notes leaves notes out, where the law lets you. Names
    of other people that agents or the person wrote down are not struck out: read it over before you hand it over.

    \b
    Examples:
      firstline export anna.zip --person anna@example.org
      firstline export 40-1187.zip --person 40-1187 --all
    """
    if file.exists():
        refuse(sentence("The file is there already: {path}", path=file), USAGE)
    report = run(_export(folder, file, key, everybody, provider, not without_notes, agent))
    what = "Written to {path}: {cases} cases, {messages} messages, {files} files."
    tell(sentence(what, path=file, cases=report.cases, messages=report.messages, files=report.files))
    if report.missing:
        tell(sentence("Could not be fetched: {names}", names=", ".join(report.missing)), err=True)


async def _export(
    folder: DeskFolder, file: Path, key: str, everybody: bool, provider: str, notes: bool, agent: str
) -> ExportReport:
    from console.runtime.personal_data.export_person import export_person  # noqa: PLC0415 (help comes at once)
    from console.runtime.receiver_wiring import build_receiver  # noqa: PLC0415
    from desk.storage import audit  # noqa: PLC0415

    settings, whose = folder.settings(), scope(folder, provider)
    async with open_database(settings) as database:
        actor = await actor_of(folder, database, agent)
        people = await choose_people(database, whose, key, everybody)
        receiver = build_receiver(settings, workers=1)
        try:
            report = await export_person(database, receiver.attachments.open, people, file, now(), notes)
        finally:
            await receiver.close()
        async with database.write(*{one.provider for one in people}) as session:
            for name in sorted({one.provider for one in people}):
                details = {"people": sum(one.provider == name for one in people), "cases": report.cases}
                row = {"actor": actor, "operation": "export", "provider": name, "details": details}
                await audit.record(session, at=now(), **row)
    return report
