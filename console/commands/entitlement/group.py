"""``firstline entitlement``: tables of subscribers taken in, keys looked up, customers searched."""

from __future__ import annotations

import click

from console.commands.entitlement.import_ import import_
from console.commands.entitlement.lookup_and_search import lookup, search
from console.commands.entitlement.sources import sources


@click.group()
def entitlement() -> None:
    """Who is entitled to what: take a table in, look a key up, search customers.

    \b
    Examples:
      firstline entitlement import subscribers.xlsx --dry-run
      firstline entitlement lookup 40-1187
      firstline entitlement search --level premium Смирнова
    """


entitlement.add_command(import_, "import")
entitlement.add_command(lookup)
entitlement.add_command(search)
entitlement.add_command(sources)
