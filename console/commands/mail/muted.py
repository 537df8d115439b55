"""``mail muted`` and ``mail unmute``: who gets no automatic mail just now, and how to end that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from console.commands.command_actor import acting, actor_of
from console.terminal.command_context import (
    NO_SUCH,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
)
from desk.clock import now
from desk.language.translatable import sentence
from desk.language.unsafe_characters import safe_for_terminal

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from mail.sending.loop_guard_store import MutedPeer


@click.command()
@json_option
@pass_folder
def muted(folder: DeskFolder, as_json: bool) -> None:
    """List the addresses to which no automatic mail goes, and why.

    An address is muted when too much went there without a person writing: three mails within an hour, or five within
    a week. What was withheld stands in the journal of its case. It ends when an agent writes there, after a week, or
    with 'firstline mail unmute'. Who declined notices is listed too, and is still answered.

    \b
    Examples:
      firstline mail muted
      firstline mail muted --json
    """
    found = run(_muted_peers(folder))
    if as_json:
        print_json([_as_json(one) for one in found])
    elif not found:
        tell(sentence("Nobody is muted."))
    for one in found if not as_json else ():
        tell(
            sentence(
                "{peer} · since {since} UTC · {why}",
                peer=safe_for_terminal(one.peer),
                since=f"{one.since:%Y-%m-%d %H:%M}",
                why=one.why,
            )
        )


def _as_json(one: MutedPeer) -> dict[str, Any]:
    return {"address": one.peer, "since": one.since, "why": one.why, "notices_only": one.notices_only}


async def _muted_peers(folder: DeskFolder) -> list[MutedPeer]:
    from mail.sending.loop_guard_store import list_muted_peers  # noqa: PLC0415 - help and usage come at once

    async with open_database(folder.settings()) as database:
        return await list_muted_peers(database)


@click.command()
@click.argument("address")
@acting
@pass_folder
def unmute(folder: DeskFolder, address: str, agent: str) -> None:
    """Let automatic mail, and notices, go to ADDRESS again.

    \b
    Example:
      firstline mail unmute anna@example.org
    """
    if not run(_unmute(folder, address, agent)):
        refuse(sentence("{address} is not muted: see 'firstline mail muted'", address=address), NO_SUCH)
    tell(sentence("Automatic mail goes to {address} again.", address=address))


async def _unmute(folder: DeskFolder, address: str, agent: str) -> bool:
    from desk.storage import audit  # noqa: PLC0415
    from mail.sending.loop_guard_store import unmute as forgive  # noqa: PLC0415

    async with open_database(folder.settings()) as database:
        actor = await actor_of(folder, database, agent)

        async def record(connection: AsyncConnection) -> None:
            row = {"actor": actor, "operation": "mail unmute", "details": {"address": audit.masked(address)}}
            await audit.record(connection, at=now(), **row)

        return await forgive(database, address, record)
