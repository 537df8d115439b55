"""``status``: whether anybody serves the desk, and what waits or is in trouble."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import click

from console.commands.check import COLOURS, LEVELS, told
from console.commands.checking.database_and_disk import check_clock, check_disk
from console.runtime.channel_kinds import configured
from console.runtime.channel_listeners import ROLES
from console.runtime.schema_version import SchemaMismatch
from console.runtime.watch.desk_status import DeskStatus, load_desk_status
from console.runtime.watch.status_findings import SERVING, status_findings
from console.terminal.command_context import (
    CommandError,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    run,
)
from console.terminal.errors import DATABASE, error_of
from desk.clock import now
from desk.language.translatable import sentence
from desk.model.check_findings import CheckFinding
from desk.model.settings import Settings
from desk.storage.serving_processes import ServingProcess

WELL, LOOK, DOWN = range(3)
"""Exit codes: OK, WARNING and CRITICAL of a Nagios plugin, so that any monitor understands them."""
_WORDS = {WELL: "ok", LOOK: "warning", DOWN: "critical"}
DATABASE_PATIENCE = 15.0
"""Seconds after which a database that says nothing counts as not reached."""
_DATABASE = sentence("database")
_LABELS = {"clock": sentence("clock"), "disk": sentence("disk")}


@click.command()
@json_option
@pass_folder
def status(folder: DeskFolder, as_json: bool) -> None:
    """Say whether the desk is served, and what waits or is in trouble.

    It asks the database and nobody else, so it takes a moment and changes nothing: which processes serve, whether each
    bot and mailbox is listened to, the oldest message not decided and not sent, quarantine, mails without proof, the
    mail ledger, clock and disk. 'firstline check' looks at files and servers instead.

    Ends with 0 when all is well, with 1 when something needs a look, and with 2 when nobody serves the desk or a part
    of it, or when the database cannot be used. A Nagios or Icinga check may run it as it is.

    \b
    Examples:
      firstline -C my-desk status
      firstline -C my-desk status --json
    """
    settings = folder.settings()
    found, desk = run(_look(settings))
    found = told(folder, [*found, *check_disk(settings)])
    code = _exit_code(found)
    if as_json:
        findings = [asdict(replace(one, where=str(one.where))) for one in found]
        print_json({"status": _WORDS[code], **_as_json(desk, settings), "findings": findings})
    else:
        _print(found, code)
    click.get_current_context().exit(code)


async def _look(settings: Settings) -> tuple[list[CheckFinding], DeskStatus | None]:
    """What is found, and the numbers behind it; None where the database cannot be used."""
    channels = [one.channel for _, one in configured(settings)]
    try:
        async with asyncio.timeout(DATABASE_PATIENCE), open_database(settings) as database:
            desk = await load_desk_status(database, settings, channels, now())
            return [*status_findings(desk, ROLES), *await check_clock(database, now)], desk
    except (SchemaMismatch, CommandError, *DATABASE) as error:
        trouble = error if isinstance(error, CommandError) else error_of(error)
        return [CheckFinding("error", _DATABASE, trouble.message)], None


def _exit_code(found: Sequence[CheckFinding]) -> int:
    if any(one.level == "error" and one.where in (SERVING, _DATABASE) for one in found):
        return DOWN
    return LOOK if any(one.level != "ok" for one in found) else WELL


def _print(found: Sequence[CheckFinding], code: int) -> None:
    from rich.console import Group  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from console.terminal.rich_output import Output, text  # noqa: PLC0415

    grid = Table.grid(padding=(0, 2, 0, 0))
    last = ""
    for one in found:
        advice = [text(f"→ {one.todo}", "dim")] if one.todo else []
        where = text("" if one.where == last else _LABELS.get(one.where, one.where), "bold")
        grid.add_row(text(LEVELS[one.level], COLOURS[one.level]), where, Group(text(one.what), *advice))
        last = one.where
    sums = {
        WELL: (sentence("All is well."), "ok"),
        LOOK: (sentence("Something needs a look."), "warning"),
        DOWN: (sentence("The desk is not served, or not wholly."), "error"),
    }
    words, level = sums[code]
    Output().print(grid, "", text(words, f"bold {COLOURS[level]}"))


def _as_json(desk: DeskStatus | None, settings: Settings) -> Mapping[str, Any]:
    place = settings.data if settings.data.is_dir() else settings.root
    disk = {"disk_free_bytes": shutil.disk_usage(place).free}
    if desk is None:
        return disk
    return {
        "at": desk.at,
        "processes": [
            {
                "host": one.host,
                "pid": one.pid,
                "roles": one.roles,
                "since": one.since,
                "seen_at": one.seen_at,
                "leases": one.leases,
            }
            for one in desk.processes
        ],
        "channels": [
            {
                "channel": one.channel,
                "listener": _process(one.listener),
                "sender": _process(one.sender),
                "trouble": one.trouble,
                "failing_since": one.failing_since,
            }
            for one in desk.channels
        ],
        "undecided": {**asdict(desk.waits.undecided), "late": desk.waits.late.number},
        "unsent": [
            {"channel": one.channel, **asdict(one.all), "failing": one.failing.number, "why": one.why}
            for one in desk.waits.unsent
        ],
        "quarantined": desk.waits.quarantined,
        "pending": {provider: asdict(one) for provider, one in desk.waits.pending.items()},
        "cases_not_taken": desk.waits.cases_not_taken,
        "ledger_gap": desk.ledger_gap,
        "alarms": [
            {name: getattr(one, name) for name in ("kind", "provider", "count", "what", "why")} for one in desk.alarms
        ],
        **disk,
    }


def _process(one: ServingProcess | None) -> Mapping[str, Any] | None:
    return None if one is None else {"host": one.host, "pid": one.pid}
