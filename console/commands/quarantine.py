"""``quarantine`` and ``replay``: messages that could not be read or decided, kept whole, and tried again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from console.commands import submit_and_wait
from console.commands.command_actor import acting, actor_of
from console.terminal.command_context import (
    NO_SUCH,
    OK,
    USAGE,
    WRONG,
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
from console.terminal.listing import print_list
from console.terminal.times import full_time
from desk.api.submit_operation import ArrivalStatus
from desk.clock import now
from desk.language.translatable import KeptReason, sentence
from desk.language.unsafe_characters import safe_for_terminal
from desk.model.arrival_outcomes import Done, stored_outcome
from desk.queues import inbox
from desk.storage import audit

if TYPE_CHECKING:
    from rich.console import RenderableType


@click.group()
def quarantine() -> None:
    """Messages that could not be read or decided. Nothing is lost: they lie here whole, and can be tried again.

    \b
    Examples:
      firstline quarantine list
      firstline quarantine show 57
      firstline replay 57
    """


@quarantine.command("list")
@json_option
@pass_folder
def list_quarantine(folder: DeskFolder, as_json: bool) -> None:
    """List what is quarantined, oldest first.

    \b
    Example:
      firstline quarantine list --json
    """
    print_quarantined(run(_fetch_quarantined(folder)), as_json)


def print_quarantined(rows: Sequence[Row[*tuple[Any, ...]]], as_json: bool) -> None:
    """Lists what is quarantined."""
    print_list(rows, _as_json if as_json else None, _shown, sentence("Nothing is quarantined."))


def _as_json(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    names = ("id", "channel", "key", "received_at", "attempts", "problem", "size")
    return {name: getattr(row, name) for name in names}


def _shown(row: Row[*tuple[Any, ...]]) -> tuple[str, RenderableType]:
    from console.terminal.rich_output import text  # noqa: PLC0415

    at = full_time(row.received_at, UTC)
    return f"{row.id} · {at} · {row.channel} · {told(_format_size(row.size))}", text(KeptReason(row.problem or ""))


def _format_size(count: int) -> str:
    if count < 10_000:
        return sentence("{number} bytes", number=count)
    if count < 10**7:
        return sentence("{number} KB", number=f"{count / 1024:.0f}")
    return sentence("{number} MB", number=count >> 20)


async def _fetch_quarantined(folder: DeskFolder) -> Sequence[Row[*tuple[Any, ...]]]:
    async with open_database(folder.settings()) as database:
        return await inbox.quarantine(database)


@quarantine.command("show")
@click.argument("arrival", metavar="ID", type=int)
@click.option("--raw", is_flag=True, help="Its bytes and nothing else, to a file or a programme.")
@pass_folder
def show_quarantine(folder: DeskFolder, arrival: int, raw: bool) -> None:
    """Show one message that is quarantined: what is wrong with it, and how it begins.

    \b
    Examples:
      firstline quarantine show 57
      firstline quarantine show 57 --raw > mail.eml
    """
    row, body = run(_fetch_one(folder, arrival))
    if raw:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    from console.terminal.rich_output import Output, labelled, text  # noqa: PLC0415

    pairs = [
        (sentence("channel"), row.channel),
        (sentence("key"), row.key),
        (sentence("received"), full_time(row.received_at, UTC)),
        (sentence("size"), _format_size(row.size)),
        (sentence("tries"), str(row.attempts)),
        (sentence("problem"), told(KeptReason(row.problem or ""))),
    ]
    Output().print(labelled(pairs), "", text(body[:2000].decode("utf-8", "replace")))
    if len(body) > 2000:
        tell(sentence("… and {value} bytes more: --raw shows all", value=len(body) - 2000))


async def _fetch_one(folder: DeskFolder, arrival: int) -> tuple[Row[*tuple[Any, ...]], bytes]:
    async with open_database(folder.settings()) as database:
        row = next((row for row in await inbox.quarantine(database) if row.id == arrival), None)
        if row is None:
            refuse(
                sentence("nothing numbered {arrival} is quarantined: see 'firstline quarantine list'", arrival=arrival),
                NO_SUCH,
            )
        return row, await inbox.body_of(database, arrival)


@click.command()
@click.argument("arrivals", metavar="ID...", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything that is quarantined.")
@acting
@json_option
@pass_folder
def replay(folder: DeskFolder, arrivals: Sequence[int], everything: bool, agent: str, as_json: bool) -> None:
    """Read messages that were quarantined again, say after an update of Firstline.

    Ends with 1 when any of them was quarantined again.

    \b
    Examples:
      firstline replay 57 58
      firstline replay --all
    """
    if bool(arrivals) == everything:
        refuse(sentence("say which: numbers of 'firstline quarantine list', or --all"), USAGE)
    statuses = run(_replay(folder, arrivals, agent))
    if as_json:
        print_json([asdict(one) for one in statuses])
    elif not statuses:
        tell(sentence("Nothing is quarantined."))
    for one in statuses if not as_json else ():
        words = sentence("read and decided ({outcome})", outcome=stored_outcome(one.outcome or Done()))
        if one.state == "quarantined":
            words = sentence("quarantined again: {problem}", problem=KeptReason(one.problem))
        click.echo(f"{one.id}  {safe_for_terminal(told(words))}")
    click.get_current_context().exit(WRONG if any(one.state == "quarantined" for one in statuses) else OK)


async def _replay(folder: DeskFolder, chosen: Sequence[int], agent: str) -> list[ArrivalStatus]:
    settings = folder.settings()
    async with open_database(settings) as database:
        quarantined = {int(row.id) for row in await inbox.quarantine(database)}
        if unknown := [one for one in chosen if one not in quarantined]:
            refuse(
                sentence("nothing numbered {value} is quarantined: see 'firstline quarantine list'", value=unknown[0]),
                NO_SUCH,
            )
        ids = sorted(chosen or quarantined)
        if not ids:
            return []
        actor = await actor_of(folder, database, agent)

        async def record(connection: AsyncConnection) -> None:
            row = {"at": now(), "actor": actor, "operation": "replay"}
            await audit.record_all(connection, [{**row, "arrival_id": one} for one in ids])

        await inbox.replay(database, ids, now(), record)
        return await submit_and_wait.wait_decided(settings, database, ids)
