"""``mail pending`` and ``mail quarantine``: mails that wait for a person, and mails that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

import click
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from console.commands.command_actor import acting, actor_of
from console.commands.quarantine import print_quarantined, replay, show_quarantine
from console.commands.unproved_mail import accept_pending, list_pending, refuse_pending, show_pending
from console.terminal.command_context import (
    NO_SUCH,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    refuse,
    run,
    tell,
)
from desk.clock import now
from desk.language.translatable import sentence
from desk.queues import inbox
from desk.storage import audit
from mail.receiving import ledger


def _renamed(command: click.Command, old_name: str, name: str) -> click.Command:
    """The same command under the name it has here, in its examples too."""
    copied = copy(command)
    copied.name = name.rpartition(" ")[2]
    copied.help = (command.help or "").replace(f"firstline {old_name}", f"firstline mail {name}")
    copied.params = list(command.params)
    return copied


@click.group()
def pending() -> None:
    """Mails that name a case but whose sender is not proved. A person decides.

    The same as 'firstline pending'. A mail that is released joins its case; one that is rejected is answered by
    nobody.

    \b
    Examples:
      firstline mail pending list
      firstline mail pending show 41
      firstline mail pending release 41 --as ivanova
      firstline mail pending reject 41
    """


pending.add_command(_renamed(list_pending, "pending list", "pending list"))
pending.add_command(_renamed(show_pending, "pending show", "pending show"))
pending.add_command(_renamed(accept_pending, "pending accept", "pending release"))
pending.add_command(_renamed(refuse_pending, "pending refuse", "pending reject"))


@click.group()
def quarantine() -> None:
    """Mails that could not be read or decided. They lie here whole, and can be tried again.

    \b
    Examples:
      firstline mail quarantine list
      firstline mail quarantine show 57 --raw > mail.eml
      firstline mail quarantine replay 57
      firstline mail quarantine reject 57
    """


quarantine.add_command(_renamed(show_quarantine, "quarantine show", "quarantine show"))
quarantine.add_command(_renamed(replay, "replay", "quarantine replay"))


@quarantine.command("list")
@json_option
@pass_folder
def list_quarantine(folder: DeskFolder, as_json: bool) -> None:
    """List the mails that are quarantined, oldest first.

    \b
    Example:
      firstline mail quarantine list --json
    """
    print_quarantined(run(_quarantined_mail(folder)), as_json)


async def _quarantined_mail(folder: DeskFolder) -> Sequence[Row[*tuple[Any, ...]]]:
    async with open_database(folder.settings()) as database:
        return [row for row in await inbox.quarantine(database) if row.channel.startswith("mail:")]


@quarantine.command()
@click.argument("mail_id", metavar="ID", type=int)
@acting
@pass_folder
def reject(folder: DeskFolder, mail_id: int, agent: str) -> None:
    """Leave a mail out for good. It stays in the inbox and on its server, and nobody is answered.

    \b
    Example:
      firstline mail quarantine reject 57
    """
    run(_reject(folder, mail_id, agent))
    tell(sentence("Mail {mail_id} is left out.", mail_id=mail_id))


async def _reject(folder: DeskFolder, mail_id: int, agent: str) -> None:
    async with open_database(folder.settings()) as database:
        if mail_id not in {row.id for row in await inbox.quarantine(database) if row.channel.startswith("mail:")}:
            refuse(
                sentence("no mail {mail_id} is quarantined: see 'firstline mail quarantine list'", mail_id=mail_id),
                NO_SUCH,
            )
        actor = await actor_of(folder, database, agent)

        async def refused(connection: AsyncConnection) -> None:
            await ledger.mark_refused(connection, mail_id)
            row = {"actor": actor, "operation": "mail quarantine reject", "arrival_id": mail_id}
            await audit.record(connection, at=now(), **row)

        await inbox.dismiss(database, mail_id, now(), refused)
