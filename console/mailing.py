"""``firstline mail``: letters as the desk reads them, what became of each, and what waits for a person."""

from __future__ import annotations

import click

from console.mail_inspect import inspect
from console.mail_ledger import ledger
from console.mail_muted import muted, unmute
from console.mail_waiting import pending, quarantine


@click.group()
def mail() -> None:
    """Letters as the desk reads them, what became of each, and what waits for a person.

    \b
    Examples:
      firstline mail inspect letter.eml
      firstline mail ledger --mailbox support
      firstline mail pending list
    """


for command in (inspect, ledger, pending, quarantine, muted, unmute):
    mail.add_command(command)
