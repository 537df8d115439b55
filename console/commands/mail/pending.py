"""``mail pending`` and ``mail quarantine``: letters that wait for a person, and letters that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

import click
from sqlalchemy import Row

from console.commands.pending import accept, list_pending, refuse_letter
from console.commands.pending import show as show_letter
from console.commands.quarantine import replay, show, show_quarantine
from console.terminal.context import NO_SUCH, DeskFolder, as_json, opened, pass_folder, refuse, run
from desk.clock import now
from desk.queues import inbox
from mail.receiving import ledger


def _as(command: click.Command, former: str, name: str) -> click.Command:
    """The same command under the name it has here, in its examples too."""
    here = copy(command)
    here.name = name.rpartition(" ")[2]
    here.help = (command.help or "").replace(f"firstline {former}", f"firstline mail {name}")
    here.params = list(command.params)
    return here


@click.group()
def pending() -> None:
    """Letters that name a case but whose sender is not proved. A person decides.

    The same as 'firstline pending'. A letter that is released joins its case; one that is rejected is answered by
    nobody.

    \b
    Examples:
      firstline mail pending list
      firstline mail pending show 41
      firstline mail pending release 41 --as ivanova
      firstline mail pending reject 41
    """


pending.add_command(_as(list_pending, "pending list", "pending list"))
pending.add_command(_as(show_letter, "pending show", "pending show"))
pending.add_command(_as(accept, "pending accept", "pending release"))
pending.add_command(_as(refuse_letter, "pending refuse", "pending reject"))


@click.group()
def quarantine() -> None:
    """Letters that could not be read or decided. They lie here whole, and can be tried again.

    \b
    Examples:
      firstline mail quarantine list
      firstline mail quarantine show 57 --raw > letter.eml
      firstline mail quarantine replay 57
      firstline mail quarantine reject 57
    """


quarantine.add_command(_as(show_quarantine, "quarantine show", "quarantine show"))
quarantine.add_command(_as(replay, "replay", "quarantine replay"))


@quarantine.command("list")
@as_json
@pass_folder
def list_letters(folder: DeskFolder, machine: bool) -> None:
    """List the letters that were set aside, oldest first.

    \b
    Example:
      firstline mail quarantine list --json
    """
    show(run(_letters(folder)), machine)


async def _letters(folder: DeskFolder) -> Sequence[Row[*tuple[Any, ...]]]:
    async with opened(folder.settings()) as database:
        return [row for row in await inbox.quarantine(database) if row.channel.startswith("mail:")]


@quarantine.command()
@click.argument("letter", metavar="ID", type=int)
@pass_folder
def reject(folder: DeskFolder, letter: int) -> None:
    """Leave a letter out for good. It stays in the inbox and on its server, and nobody is answered.

    \b
    Example:
      firstline mail quarantine reject 57
    """
    run(_reject(folder, letter))
    click.echo(f"Letter {letter} is left out.")


async def _reject(folder: DeskFolder, letter: int) -> None:
    async with opened(folder.settings()) as database:
        if letter not in {row.id for row in await inbox.quarantine(database) if row.channel.startswith("mail:")}:
            refuse(f"no letter {letter} is set aside: see 'firstline mail quarantine list'", NO_SUCH)
        await inbox.dismiss(database, letter, now(), lambda connection: ledger.refused(connection, letter))
