"""``firstline agents``: the group of its subcommands."""

from __future__ import annotations

import click

from console.commands.agents.edit_and_presence import edit, presence
from console.commands.agents.files import export, import_
from console.commands.agents.show import list_agents, show


@click.group()
def agents() -> None:
    """Agents: who they are, by what they are known, and for whom they work.

    The providers' teams.toml say it, and the database has it: a file that changed is imported when the desk starts,
    with 'firstline migrate', and with 'firstline agents import'. What was changed in the database only stays.

    \b
    Examples:
      firstline agents list
      firstline agents import
    """


agents.add_command(list_agents, "list")
agents.add_command(show)
agents.add_command(import_, "import")
agents.add_command(export)
agents.add_command(edit)
agents.add_command(presence)
