"""``backup``: the whole desk in one file, while it serves."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from console.commands.maintenance.progress import telling_progress
from console.runtime.backup.archive import Manifest
from console.runtime.backup.take import name_in, take_backup
from console.terminal.command_context import DeskFolder, json_option, pass_folder, print_json, run, tell
from desk.clock import now
from desk.language.translatable import counted, sentence


@click.command()
@click.argument("place", metavar="FILE", type=click.Path(path_type=Path))
@json_option
@pass_folder
def backup(folder: DeskFolder, place: Path, as_json: bool) -> None:
    """Write the whole desk into FILE: database, settings, secret, providers, chats. A desk that serves goes on.

    FILE must not be there yet; in a folder it is called after the desk and the time. It is opened and checked before
    it gets its name, and holds everything that was acknowledged before. People's words and secrets lie in it: keep it
    where nobody else reads it. On PostgreSQL [desk] backup_role must name a role that may read all rows.

    \b
    Examples:
      firstline -C my-desk backup my-desk.backup
      firstline -C my-desk backup /var/backups
    """
    settings = folder.settings()
    target = name_in(place, settings, now())
    with telling_progress() as progress:
        manifest = run(take_backup(settings, target, progress, now))
    if as_json:
        print_json({"file": str(target), "bytes": target.stat().st_size, **as_json_values(manifest)})
        return
    tell(
        sentence(
            "{path}: {cases}, {arrivals}, {files}, {size} MB. It was opened and checked.",
            path=target,
            cases=counted("{number} case|{number} cases|no cases", manifest.rows.get("cases", 0)),
            arrivals=counted("{number} message|{number} messages|no messages", manifest.rows.get("arrivals", 0)),
            files=counted("{number} file|{number} files|no files", manifest.files),
            size=f"{target.stat().st_size / 1024 / 1024:.1f}",
        )
    )
    tell_elsewhere(manifest)


def as_json_values(manifest: Manifest) -> dict[str, Any]:
    """What a backup says of itself, for a machine."""
    told = asdict(manifest)
    rows = told.pop("rows")
    del told["sequences"]
    return {**told, "tables": [{"table": name, "rows": number} for name, number in rows.items()]}


def tell_elsewhere(manifest: Manifest) -> None:
    """What firstline.toml takes from elsewhere, and so is not in the backup."""
    if manifest.elsewhere:
        names = ", ".join(manifest.elsewhere)
        tell(sentence("Not in it, since firstline.toml takes it from elsewhere: {names}.", names=names))
