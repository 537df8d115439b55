"""``audit``: who did what to the desk, when, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from console.terminal.command_context import (
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

if TYPE_CHECKING:
    from desk.storage.audit import AuditRow

COLUMNS = ("at", "provider", "actor", "operation", "case_number", "case_id", "outcome", "details", "arrival_id")


@click.command()
@click.option("--case", "number", metavar="N", default="", help="Only what was done to this case.")
@click.option("--provider", default="", help="Only what was done to this provider's cases, articles and agents.")
@click.option("--since", metavar="WHEN", default="", help='From this on: "2h", "3d", "2026-11-30", "2026-11-30T14:05".')
@click.option("--actor", default="", help="Only what this one did: agent:ivanova, operator:root.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="At most so many, the latest.")
@json_option
@pass_folder
def audit(folder: DeskFolder, number: str, provider: str, since: str, actor: str, limit: int, as_json: bool) -> None:
    """List operations of agents and commands that changed something, the latest first. Times are in UTC.

    Each says who gave it, what it was, to which case, and what came of it: "done", or why it was refused. What was
    written stands in the case's journal. Nothing is ever changed in this list.

    \b
    Examples:
      firstline audit
      firstline audit --case SN-2026-000012-3
      firstline audit --since 2h --actor agent:ivanova --json
    """
    folder.require_provider(provider)
    rows = run(_rows(folder, number, provider, _instant(since), actor, limit))
    if as_json:
        print_json([_as_dictionary(row) for row in rows])
    elif not rows:
        tell(sentence("Nothing was done yet."))
    for row in rows if not as_json else ():
        _print_row(row)


def _print_row(row: AuditRow) -> None:
    from console.terminal.rich_output import Output, indented, one_line, text  # noqa: PLC0415 (rich takes a moment)

    what = " · ".join(one for one in (row.operation, row.case_number, row.outcome, _details(row)) if one)
    head = one_line(f"{row.at:%Y-%m-%d %H:%M:%S} · {_whose(row)} · {row.actor}", "bold")
    Output().print(head, indented(text(what)))


async def _rows(
    folder: DeskFolder, number: str, provider: str, since: datetime | None, actor: str, limit: int
) -> Sequence[AuditRow]:
    from console.commands.case_lookup import find  # noqa: PLC0415 (help and usage come at once)
    from desk.model.messages import FRONT  # noqa: PLC0415 (the same)
    from desk.storage.audit import DESK, entries  # noqa: PLC0415 (the same)

    async with open_database(folder.settings()) as database:
        providers = folder.providers()
        case = await find(database, providers, number, provider) if number else None
        # A case that began at the shared front desk had its first operations there.
        whose = [case.provider, FRONT] if case else [provider] if provider else [*providers, FRONT, DESK]
        async with database.read(*whose) as session:
            return await entries(session, limit, case_id=case.id if case else None, since=since, actor=actor)


def _instant(since: str) -> datetime | None:
    """A time as it was written: a length of time ago, or a date, in UTC where it says no zone."""
    from desk.language.typed_durations import InvalidDuration, parse_duration  # noqa: PLC0415 (help comes at once)

    if not since:
        return None
    try:
        return now() - parse_duration(since)
    except (InvalidDuration, OverflowError):
        pass
    try:
        at = datetime.fromisoformat(since)
    except ValueError:
        refuse(
            sentence("--since {since} is no time: write 2h, 3d, 2026-11-30 or 2026-11-30T14:05", since=repr(since)),
            USAGE,
        )
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _whose(row: AuditRow) -> str:
    shared = {"_desk": sentence("the desk"), "_front": sentence("front desk")}
    return told(shared.get(row.provider, row.provider))


def _details(row: AuditRow) -> str:
    return ", ".join(f"{key} {_said(value)}" for key, value in row.details.items() if value)


def _said(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _as_dictionary(row: AuditRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS}
