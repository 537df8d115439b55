"""``firstline mail``: letters as the desk reads them, what became of each, and what waits for a person."""

from __future__ import annotations

import click

from console.mail_inspect import inspect
from console.mail_muted import muted, unmute


@click.group()
def mail() -> None:
    """Letters as the desk reads them, what became of each, and what waits for a person.

    \b
    Example:
      firstline mail inspect letter.eml
    """


mail.add_command(inspect)
mail.add_command(muted)
mail.add_command(unmute)
