"""``check``: what is wrong with a desk, where, and what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import asdict, replace
from itertools import groupby, zip_longest

import click

from console.commands.checking.account_tables import tables_in_use
from console.commands.checking.content import check_templates
from console.commands.checking.database_and_disk import check_database, check_disk
from console.commands.checking.file_faults_as_findings import of_faults
from console.commands.checking.settings_and_provider_files import check_files
from console.runtime.channel_kinds import configured
from console.terminal.command_context import OK, WRONG, DeskFolder, json_option, pass_folder, print_json, run
from desk.clock import now
from desk.language.translatable import counted, sentence
from desk.model.check_findings import CheckFinding
from desk.model.settings import FILE, InvalidSettings, Settings

COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}
LEVELS = {"ok": sentence("ok"), "warning": sentence("warning"), "error": sentence("error")}
PATIENCE = 120.0


@click.command()
@click.option("--offline", is_flag=True, help="Ask no bot and no mail server.")
@json_option
@pass_folder
def check(folder: DeskFolder, offline: bool, as_json: bool) -> None:
    """Say what is wrong with the desk, where, and what to do.

    It reads settings, providers, tables, dialogs, articles and templates, looks at database, disk and clock, and then
    tries every bot and mailbox as 'serve' would. A mailbox writes itself two letters where it is not known whether mail
    to name+tag@ arrives there; nothing else is changed. Ends with 1 when there are errors.

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
        print_findings(found, folder)
    click.get_current_context().exit(WRONG if wrong else OK)


async def _check_all(folder: DeskFolder, offline: bool) -> list[CheckFinding]:
    try:
        settings, faults = folder.settings_with_faults()
    except InvalidSettings as error:
        return told(folder, of_faults(error.faults, folder.root, FILE))
    tables = await tables_in_use(settings)
    providers, found = await asyncio.to_thread(check_files, settings, faults, tables)
    found += check_templates(settings)
    found += await check_database(settings, providers, now)
    found += check_disk(settings)
    if not offline:
        found += await _check_channels(settings)
    # Each place once, in the order it was first spoken of.
    order = {where: number for number, where in reversed(list(enumerate(one.where for one in found)))}
    return told(folder, sorted(found, key=lambda one: (order[one.where], one.line)), f"{settings.root}/")


def told(folder: DeskFolder, found: Iterable[CheckFinding], root: str = "") -> list[CheckFinding]:
    """The findings in the language of the command, without secrets and the path of the desk folder."""

    def words(text: str) -> str:
        return folder.redact(folder.told(text)).replace(root, "") if root else folder.redact(folder.told(text))

    return [replace(one, what=words(one.what), todo=words(one.todo)) for one in found]


async def _check_channels(settings: Settings) -> list[CheckFinding]:
    """Every bot and mailbox at once: one that does not answer keeps nobody waiting."""
    checks = [(one.channel, kind.check(one)) for kind, one in configured(settings)]
    checks += _check_alarm_chat(settings)
    results = await asyncio.gather(*(asyncio.wait_for(work, PATIENCE) for _, work in checks), return_exceptions=True)
    found: list[CheckFinding] = []
    for (where, _), result in zip(checks, results, strict=True):
        if isinstance(result, BaseException):
            why = f"{type(result).__name__}: {result}".rstrip(": ")
            todo = sentence("look at the network, and at its lines in firstline.toml")
            found.append(CheckFinding("error", where, sentence("it could not be tried: {why}", why=why), todo))
        else:
            found += result
    return found


def _check_alarm_chat(settings: Settings) -> list[tuple[str, Awaitable[list[CheckFinding]]]]:
    """Whether the chat of [alarms] can be reached by its bot; nothing where none is named."""
    alarms = settings.alarms
    bot = next((one for one in settings.telegram if alarms.bot in ("", one.name)), None)
    if not alarms.chat or bot is None or not bot.token:
        return []
    from bots.diagnostics import check_alarm_chat  # noqa: PLC0415 (only where alarms go to a chat)

    return [(bot.channel, check_alarm_chat(bot, alarms.chat))]


def print_findings(found: Sequence[CheckFinding], folder: DeskFolder) -> None:
    """For a person: place by place, line by line, and the sum at the end."""
    from rich.console import Group  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from console.terminal.rich_output import Output, indented, text  # noqa: PLC0415

    output = Output()
    for where, group in groupby(found, key=lambda one: one.where):
        grid = Table.grid(padding=(0, 2, 0, 0))
        levels = {level: folder.told(words) for level, words in LEVELS.items()}
        grid.add_column(min_width=max(map(len, levels.values())))
        here = list(group)
        for one, following in zip_longest(here, here[1:]):
            advice = (
                [] if not one.todo or (following and following.todo == one.todo) else [text(f"→ {one.todo}", "dim")]
            )
            line = folder.told(sentence("line {line}: {what}", line=one.line, what=one.what)) if one.line else one.what
            grid.add_row(Text(levels[one.level], COLOURS[one.level]), Group(text(line), *advice))
        output.print(text(where, "bold"), indented(grid))
    errors, warnings = (sum(1 for one in found if one.level == level) for level in ("error", "warning"))
    style = COLOURS["error" if errors else "warning" if warnings else "ok"]
    counts = sentence(
        "{errors}, {warnings}.",
        errors=counted("{number} error|{number} errors|no errors", errors),
        warnings=counted("{number} warning|{number} warnings|no warnings", warnings),
    )
    output.print("", Text(folder.told(counts), f"bold {style}"))
