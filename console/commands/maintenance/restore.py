"""``restore``: a desk out of its backup, and what its operator must know before serving it."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path

import click

from console.commands.maintenance.backup import as_json_values, tell_elsewhere
from console.commands.maintenance.progress import telling_progress
from console.runtime.backup.restore import Restored
from console.runtime.backup.restore import restore as restore_backup
from console.terminal.command_context import DeskFolder, json_option, pass_folder, print_json, run, tell
from desk.clock import now
from desk.language.translatable import counted, sentence
from desk.model.settings import FILE


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--into", "root", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="The new desk folder."
)
@click.option("--database", metavar="URL", default="", help="Another database than in its firstline.toml; empty.")
@click.option("--nothing-since", is_flag=True, help="The desk did nothing after this backup: hold and skip nothing.")
@click.option(
    "--erasures",
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="The lost desk's folder, or its erasures.jsonl: who was forgotten since the backup is erased again.",
)
@json_option
@pass_folder
def restore(
    folder: DeskFolder,
    file: Path,
    root: Path | None,
    database: str,
    nothing_since: bool,
    erasures: Path | None,
    as_json: bool,
) -> None:
    """Make a desk out of its backup FILE, in a new folder and an empty database.

    The lost desk went on after its backup. So what was to be sent is held, and what waited to be decided is set
    aside, for you to decide; case numbers go on where none can have been given out. What can be received again, is.
    Where the desk was stopped before the backup, as in a move, --nothing-since does none of that.

    \b
    Examples:
      firstline restore my-desk.backup --into my-desk
      firstline restore my-desk.backup --into new --database postgresql://db/new
    """
    place = root or folder.root
    with telling_progress() as progress:
        done = run(restore_backup(file, place, progress, now, database, nothing_since, erasures))
    if as_json:
        numbers = [{"provider": one[0], "year": one[1], "after": last} for one, last in done.fenced.numbers.items()]
        counts = {"held": done.fenced.held, "set_aside": done.fenced.set_aside, "timers": done.fenced.timers}
        counts["erased"] = done.erased
        print_json({"root": str(done.settings.root), **as_json_values(done.manifest), **counts, "numbers": numbers})
        return
    _tell(done, place, nothing_since, erasures is not None)


def _tell(done: Restored, place: Path, nothing_since: bool, with_erasures: bool) -> None:
    manifest, at = done.manifest, f"{done.manifest.taken_at:%Y-%m-%d %H:%M:%S}"
    cases = counted("{number} case|{number} cases|no cases", manifest.rows.get("cases", 0))
    tell(sentence("{root} is as it was on {at} UTC: {cases}.", root=done.settings.root, at=at, cases=cases))
    if not nothing_since:
        _tell_what_is_gone(done)
    if done.erased:
        tell(
            sentence(
                "- People who had been forgotten and were in the backup are erased again: {number}.", number=done.erased
            )
        )
    if not (nothing_since or with_erasures):
        what = (
            "- Who was forgotten since then is in it again: with --erasures and the lost desk's list they would not be."
        )
        tell(sentence(what))
    tell_elsewhere(manifest)
    tell(sentence("Let the lost desk never serve again: both would answer. Then:"))
    for command in ("check", "serve"):
        click.echo(f"  firstline -C {shlex.quote(str(place))} {command}")


def _tell_what_is_gone(done: Restored) -> None:
    fenced = done.fenced
    tell(sentence("The lost desk may have gone on after that. So:"))
    tell(sentence("- Cases, answers and promises from then on are gone, as is what Telegram had handed over by then."))
    tell(sentence("- Mail that came since is received again, and its writers are answered anew."))
    # As it stands there: where a password is missing on this machine, the mailbox is no part of the settings.
    for box in tomllib.loads((done.settings.root / FILE).read_text("utf-8")).get("mailbox", ()):
        kind, _, to = str(box.get("after", "")).partition(":")
        if kind == "move":
            what = "- {name}: mail from then on lies in {folder}; move it back into {inbox} to receive it again."
            names = {"name": box.get("name"), "folder": repr(to), "inbox": repr(box.get("folder", "INBOX"))}
            tell(sentence(what, **names))
    if fenced.held:
        what = "- Messages that were still to be sent, and may have been since: {number}. See 'firstline outbox list'."
        tell(sentence(what, number=fenced.held))
    if fenced.set_aside:
        what = "- Messages that waited, and may have been answered since: {number}. See 'firstline quarantine list'."
        tell(sentence(what, number=fenced.set_aside))
    if fenced.timers:
        tell(sentence("- Timers that are due by now, and go off when the desk serves: {number}.", number=fenced.timers))
    for (provider, year), last in sorted(fenced.numbers.items()):
        if not provider.startswith("_"):
            what = "- Case numbers of {provider} go on after {year}-{last}."
            tell(sentence(what, provider=provider, year=year, last=f"{last:06d}"))
