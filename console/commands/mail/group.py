"""``firstline mail``: mails as the desk reads them, what became of each, and what waits for a person."""

from __future__ import annotations

import click

from console.commands.mail.inspect import inspect
from console.commands.mail.ledger import ledger
from console.commands.mail.muted import muted, unmute
from console.commands.mail.pending_and_quarantine import pending, quarantine


@click.group()
def mail() -> None:
    """Mails as the desk reads them, what became of each, and what waits for a person.

    \b
    Examples:
      firstline mail inspect mail.eml
      firstline mail ledger --mailbox support
      firstline mail pending list
    """


for command in (inspect, ledger, pending, quarantine, muted, unmute):
    mail.add_command(command)
