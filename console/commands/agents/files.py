"""``agents import`` and ``agents export``: the providers' teams.toml into the database, and out of it again."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.commands.command_actor import acting, actor_of
from console.terminal.command_context import (
    OK,
    REFUSED,
    USAGE,
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
from desk.language.translatable import sentence
from desk.language.unsafe_characters import safe_for_terminal

if TYPE_CHECKING:
    from desk.agents.import_merge import ImportResult
    from desk.agents.teams_file_serialization import Entry, Key


@click.command()
@click.option("--overwrite", is_flag=True, help="Take the files as they are, whatever was changed in the database.")
@acting
@json_option
@pass_folder
def import_(folder: DeskFolder, overwrite: bool, agent: str, as_json: bool) -> None:
    """Take what changed in the providers' teams.toml since they were last imported.

    What was changed in the database only stays. What both sides changed is not taken: the difference is shown, and the
    command ends with 4. A running desk knows of it after a few seconds.

    \b
    Examples:
      firstline agents import
      firstline agents import --overwrite
    """
    done = run(_import(folder, overwrite, agent))
    if as_json:
        print_json({name: _as_dictionary(result) for name, result in done.items()})
    else:
        _tell(done)
    click.get_current_context().exit(REFUSED if any(one.conflicts for one in done.values()) else OK)


async def _import(folder: DeskFolder, overwrite: bool, agent: str) -> Mapping[str, ImportResult]:
    from desk.agents.changes_of_agents import import_files  # noqa: PLC0415 (help and usage come at once)

    async with open_database(folder.settings()) as database:
        actor = await actor_of(folder, database, agent, imports=False)
        return await import_files(database, folder.providers(), now(), actor, overwrite)


def _tell(done: Mapping[str, ImportResult]) -> None:
    lines = [f"{name}: {' '.join(key)} {_became(result, key)}" for name, result in done.items() for key in result.taken]
    lines += [
        told(sentence("{name}: {key} stays as the database has it", name=name, key=" ".join(key)))
        for name, one in done.items()
        for key in one.kept
    ]
    click.echo("\n".join(lines) or told(sentence("No teams.toml has anything new.")))
    for name, result in done.items():
        for one in result.conflicts.values():
            tell(
                sentence("{name}: not taken, both sides changed it: {type} {id}", name=name, type=one.type, id=one.id),
                fg="yellow",
                err=True,
            )
            click.echo(safe_for_terminal(one.difference), err=True)


def _became(result: ImportResult, key: Key) -> str:
    if key in result.added:
        return told(sentence("added"))
    return told(sentence("updated") if result.taken[key] else sentence("removed"))


def _as_dictionary(result: ImportResult) -> dict[str, Any]:
    became: dict[str, Any] = {"added": [], "updated": [], "removed": []}
    for key in result.taken:
        became[_became(result, key)].append("/".join(key))
    conflicts = [{"entry": f"{one.type}/{one.id}", "difference": one.difference} for one in result.conflicts.values()]
    return {**became, "kept": list(map("/".join, result.kept)), "conflicts": conflicts}


@click.command()
@click.option("--provider", default="", help="Only this provider's teams.toml; of all by default.")
@click.option("--overwrite", is_flag=True, help="Write it although changes in the file are lost.")
@acting
@json_option
@pass_folder
def export(folder: DeskFolder, provider: str, overwrite: bool, agent: str, as_json: bool) -> None:
    """Write the providers' teams.toml anew, as the database has their teams and agents.

    The comment at the head of a file is kept, others are not. A file with changes that were not imported is left as it
    is, and the command ends with 4.

    \b
    Examples:
      firstline agents export
      firstline agents export --provider sever --overwrite
    """
    folder.require_provider(provider)
    lost = run(_export(folder, [provider] if provider else sorted(folder.providers()), overwrite, agent))
    written = [name for name, keys in lost.items() if not keys]
    if as_json:
        left = {name: list(map("/".join, keys)) for name, keys in lost.items() if keys}
        print_json({"written": written, "left": left})
    for name in written if not as_json else ():
        tell(sentence("providers/{name}/teams.toml says what the database has.", name=name))
    if names := [f"{name} ({', '.join(map(' '.join, keys))})" for name, keys in lost.items() if keys]:
        what = f"the file has changes that were not imported: {'; '.join(names)}"
        refuse(sentence("{what}. 'firstline agents import' takes them, --overwrite lets them go", what=what), REFUSED)


async def _export(folder: DeskFolder, names: Sequence[str], overwrite: bool, agent: str) -> Mapping[str, list[Key]]:
    from desk.agents.changes_of_agents import export_file  # noqa: PLC0415 (help and usage come at once)

    if not names:
        refuse(sentence("there is no provider: make providers/<name> first"), USAGE)
    settings, lost = folder.settings(), dict[str, list["Key"]]()
    async with open_database(settings) as database:
        actor = await actor_of(folder, database, agent, imports=False)
        for name in names:
            path = settings.root / "providers" / name / "teams.toml"

            def write(entries: Sequence[Entry], path: Path = path) -> None:
                _write(path, entries)

            lost[name] = await export_file(database, folder.providers()[name], write, now(), actor, overwrite)
    return lost


def _write(path: Path, entries: Sequence[Entry]) -> None:
    """At once or not at all: nobody reads half a file."""
    from desk.agents.teams_file_serialization import as_file  # noqa: PLC0415 (help and usage come at once)

    before = path.read_text("utf-8") if path.is_file() else ""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(as_file(entries, before), "utf-8")
    os.replace(beside, path)
