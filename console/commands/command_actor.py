"""Who gives a command: an agent named with ``--as``, or else the user of the operating system; so the audit has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from console.terminal.command_context import REFUSED, DeskFolder, refuse
from desk.clock import now
from desk.language.translatable import sentence

if TYPE_CHECKING:
    from desk.storage.database import Database

acting = click.option(
    "--as",
    "agent",
    metavar="AGENT",
    envvar="FIRSTLINE_AGENT",
    show_envvar=True,
    default="",
    help="Who does it: an agent's id; without it the user of this terminal, for the audit.",
)


async def actor_of(folder: DeskFolder, database: Database, agent: str, provider: str = "", imports: bool = True) -> str:
    """The actor for the audit. Ends the command as `require_agent` does, where ``agent`` is named."""
    from desk.storage.audit import operator  # noqa: PLC0415 (help and usage come at once)

    if not agent:
        return operator()
    await require_agent(folder, database, agent, provider, imports)
    return f"agent:{agent}"


async def require_agent(
    folder: DeskFolder, database: Database, agent: str, provider: str = "", imports: bool = True
) -> None:
    """Ends the command unless the provider has this agent and they are active; "" is any provider.

    A teams.toml that has changed is imported first, unless that is what the command itself is about.
    """
    from console.runtime.agents_and_teams_loading import ProvidersWithAgents  # noqa: PLC0415 (help and usage come at once)

    loader = ProvidersWithAgents(database, dict(folder.desks()), now)
    await (loader.fill() if imports else loader.read())
    providers = loader.providers
    among = [providers[provider]] if provider in providers else list(providers.values())
    if any(one.active_agent(agent) for one in among):
        return
    known = ", ".join(sorted({one.id for home in among for one in home.agents if one.active})) or sentence("nobody yet")
    here = "{provider} has no agent {agent}: 'firstline agents list' has {known}"
    anywhere = "no provider has an agent {agent}: 'firstline agents list' has {known}"
    pattern = here if provider in providers else anywhere
    refuse(sentence(pattern, provider=provider, agent=repr(agent), known=known), REFUSED)
