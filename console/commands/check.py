"""``check``: what is wrong with a desk, where, and what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby, zip_longest

import click

from console.commands import check_local
from console.runtime.channel_kinds import configured
from console.terminal.context import OK, WRONG, DeskFolder, json_option, pass_folder, print_json, run
from desk.clock import now
from desk.model.check_findings import CheckFinding
from desk.model.settings import InvalidSettings, Settings

COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}
PATIENCE = 60.0


@click.command()
@click.option("--offline", is_flag=True, help="Ask no bot and no mail server.")
@json_option
@pass_folder
def check(folder: DeskFolder, offline: bool, as_json: bool) -> None:
    """Say what is wrong with the desk, where, and what to do.

    It reads settings, providers, tables, dialogs, articles and templates, looks at database, disk and clock, and then
    tries every bot and mailbox as 'serve' would. It changes nothing. Ends with 1 when there are errors.

    \b
    Examples:
      firstline -C my-desk check
      firstline -C my-desk check --offline --json
    """
    found = run(_check_all(folder, offline))
    wrong = any(one.level == "error" for one in found)
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        print_findings(found)
    click.get_current_context().exit(WRONG if wrong else OK)


async def _check_all(folder: DeskFolder, offline: bool) -> list[CheckFinding]:
    try:
        settings = folder.settings()
    except InvalidSettings as error:
        return [CheckFinding("error", "firstline.toml", str(error), "correct it, then check again")]
    providers, check_providers = check_local.check_providers(settings)
    found = [*check_local.check_settings(settings), *check_providers]
    found += check_local.check_templates(settings, list(providers))
    found += await check_local.check_database(settings, providers, now)
    found += check_local.check_disk(settings)
    if not offline:
        found += await _check_channels(settings)
    # Each place once, in the order it was first spoken of.
    order = {where: number for number, where in reversed(list(enumerate(one.where for one in found)))}
    root = f"{settings.root}/"
    return [
        CheckFinding(one.level, one.where, *(folder.redact(words).replace(root, "") for words in (one.what, one.todo)))
        for one in sorted(found, key=lambda one: order[one.where])
    ]


async def _check_channels(settings: Settings) -> list[CheckFinding]:
    """Every bot and mailbox at once: one that does not answer keeps nobody waiting."""
    checks = [(one.channel, kind.check(one)) for kind, one in configured(settings)]
    results = await asyncio.gather(*(asyncio.wait_for(work, PATIENCE) for _, work in checks), return_exceptions=True)
    found: list[CheckFinding] = []
    for (where, _), result in zip(checks, results, strict=True):
        if isinstance(result, BaseException):
            what = f"it could not be tried: {type(result).__name__}: {result}".rstrip(": ")
            found.append(CheckFinding("error", where, what, "look at the network, and at its lines in firstline.toml"))
        else:
            found += result
    return found


def print_findings(found: Sequence[CheckFinding]) -> None:
    """For a person: place by place, and the sum at the end."""
    from rich.console import Group  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from console.terminal.output import Output, indented, text  # noqa: PLC0415

    output = Output()
    for where, group in groupby(found, key=lambda one: one.where):
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(min_width=len("warning"))
        here = list(group)
        for one, following in zip_longest(here, here[1:]):
            advice = (
                [] if not one.todo or (following and following.todo == one.todo) else [text(f"→ {one.todo}", "dim")]
            )
            grid.add_row(Text(one.level, COLOURS[one.level]), Group(text(one.what), *advice))
        output.print(text(where, "bold"), indented(grid))
    errors, warnings = (sum(1 for one in found if one.level == level) for level in ("error", "warning"))
    style = COLOURS["error" if errors else "warning" if warnings else "ok"]
    counts = f"{check_local.count(errors, 'error')}, {check_local.count(warnings, 'warning')}."
    output.print("", Text(counts, f"bold {style}"))
