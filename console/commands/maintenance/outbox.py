"""``outbox``: what a restored backup still had to send; an operator sends it or leaves it out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import Row, select

from console.commands.agent_name_and_time_zone import Providers
from console.commands.command_actor import acting, actor_of
from console.terminal.command_context import (
    NO_SUCH,
    USAGE,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    refuse,
    run,
    tell,
)
from console.terminal.listing import print_list
from console.terminal.times import short_time
from desk.clock import now
from desk.language.translatable import counted, sentence
from desk.model.case import Case
from desk.queues import held_departures
from desk.storage import audit, postgres_notifications

if TYPE_CHECKING:
    from rich.console import RenderableType

Held = Row[Any]
_WORDS = 200


@click.group()
def outbox() -> None:
    """Messages that a restored backup still had to send. They may have been sent after it was taken. A person decides.

    \b
    Examples:
      firstline outbox list
      firstline outbox send 41 42
      firstline outbox drop --all
    """


@outbox.command("list")
@json_option
@pass_folder
def list_held(folder: DeskFolder, as_json: bool) -> None:
    """List what is held, oldest first.

    \b
    Example:
      firstline outbox list --json
    """
    rows, numbers = run(_fetch(folder))
    providers = folder.desks()
    print_list(
        rows,
        partial(_as_json, numbers=numbers) if as_json else None,
        lambda row: _shown(row, numbers, providers),
        sentence("No message is held."),
    )


def _shown(row: Held, numbers: Mapping[int, str], providers: Providers) -> tuple[str, RenderableType]:
    from console.terminal.rich_output import text  # noqa: PLC0415

    provider = providers.get(row.provider)
    at = short_time(row.created_at, provider.timezone if provider else UTC)
    return f"{row.id} · {at} · {row.channel} · {row.kind} · {numbers.get(row.case_id, '-')}", text(_words(row))


async def _fetch(folder: DeskFolder) -> tuple[Sequence[Held], Mapping[int, str]]:
    async with open_database(folder.settings()) as database:
        rows = await held_departures.held(database)
        async with database.read(*folder.desks()) as session:
            query = select(Case.id, Case.number).where(Case.id.in_({row.case_id for row in rows}))
            return rows, {row.id: row.number for row in await session.execute(query) if row.number}


def _words(row: Held) -> str:
    body: Mapping[str, Any] = {**row.body, **row.body.get("params", {})}
    said = next((str(body[key]) for key in ("text", "plain", "caption", "subject") if body.get(key)), "")
    return said[:_WORDS] + ("…" if len(said) > _WORDS else "")


def _as_json(row: Held, numbers: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "provider": row.provider,
        "channel": row.channel,
        "kind": row.kind,
        "case": numbers.get(row.case_id, ""),
        "case_id": row.case_id,
        "text": _words(row),
        "created_at": row.created_at,
    }


@outbox.command("send")
@click.argument("ids", metavar="[ID...]", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything that is held.")
@acting
@pass_folder
def send_held(folder: DeskFolder, ids: Sequence[int], everything: bool, agent: str) -> None:
    """Let messages go out that are held; whoever has them already reads them twice.

    \b
    Examples:
      firstline outbox send 41 42
      firstline outbox send --all
    """
    number = run(_end(folder, ids, everything, agent, send=True))
    tell(counted("{number} message goes out.|{number} messages go out.|No message is held.", number))


@outbox.command("drop")
@click.argument("ids", metavar="[ID...]", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything that is held.")
@acting
@pass_folder
def drop_held(folder: DeskFolder, ids: Sequence[int], everything: bool, agent: str) -> None:
    """Leave out messages that are held: they are never sent.

    \b
    Example:
      firstline outbox drop --all
    """
    number = run(_end(folder, ids, everything, agent, send=False))
    tell(counted("{number} message is left out.|{number} messages are left out.|No message is held.", number))


async def _end(folder: DeskFolder, ids: Collection[int], everything: bool, agent: str, send: bool) -> int:
    if bool(ids) == everything:
        refuse(sentence("name messages by their ids, or all of them with --all"), USAGE)
    async with open_database(folder.settings()) as database:
        actor = await actor_of(folder, database, agent)
        async with database.work() as connection:
            done = await held_departures.end_hold(connection, ids, now(), send)
            if missing := sorted(set(ids) - done):
                refuse(sentence("no message {id} is held: see 'firstline outbox list'", id=missing[0]), NO_SUCH)
            operation = "outbox send" if send else "outbox drop"
            await audit.record(connection, at=now(), actor=actor, operation=operation, details={"messages": len(done)})
        await postgres_notifications.ring_once(database)
    return len(done)
