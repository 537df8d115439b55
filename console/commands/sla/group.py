"""``firstline sla``: what is due when, and why."""

from __future__ import annotations

import click

from console.commands.sla.due_and_elapsed import due, elapsed
from console.commands.sla.explain import explain


@click.group()
def sla() -> None:
    """Service levels: what is due when, counted in the working time of a calendar.

    \b
    Examples:
      firstline sla explain SN-2026-000012-3
      firstline sla due --calendar calendars/office.toml --start 2026-03-27T23:00+01:00 --in 3h
    """


sla.add_command(due)
sla.add_command(elapsed)
sla.add_command(explain)
