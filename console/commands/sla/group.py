"""``firstline sla``: what is due when, and why."""

from __future__ import annotations

import click

from console.commands.sla.backtest_and_rebuild import backtest, rebuild
from console.commands.sla.due_and_elapsed import due, elapsed
from console.commands.sla.explain import explain
from console.commands.sla.sheet import sheet


@click.group()
def sla() -> None:
    """Service levels: what is due when, counted in the working time of a calendar.

    \b
    Examples:
      firstline sla explain SN-2026-000012-3
      firstline sla sheet --provider sever --output sla.html
      firstline sla due --calendar office.toml --start 2026-03-27T23:00 --in 3h
    """


sla.add_command(due)
sla.add_command(elapsed)
sla.add_command(explain)
sla.add_command(sheet)
sla.add_command(backtest)
sla.add_command(rebuild)
