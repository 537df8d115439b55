"""``agents list`` and ``agents show``: who works here, as the database has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from console.terminal.command_context import (
    NO_SUCH,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
)
from desk.language.translatable import sentence

if TYPE_CHECKING:
    from desk.agents.load_from_database import Membership, StoredAgent


@click.command()
@click.option("--provider", default="", help="Only those of this provider.")
@json_option
@pass_folder
def list_agents(folder: DeskFolder, provider: str, as_json: bool) -> None:
    """List the agents: name, providers, role, teams, and whether they are there.

    \b
    Examples:
      firstline agents list
      firstline agents list --provider sever --json
    """
    folder.require_provider(provider)
    found = run(_records(folder, provider))
    language = folder.language
    if as_json:
        print_json([as_dictionary(one) for one in found])
    elif not found:
        tell(sentence("There are no agents: write [[agent]] into a provider's teams.toml."))
    for one in found if not as_json else ():
        _print_agent(one, language)


def _print_agent(one: StoredAgent, language: str) -> None:
    from console.terminal.rich_output import Output, indented, labelled, one_line  # noqa: PLC0415 (rich takes a moment)

    head = one_line(f"{one.id} · {name_of(one, language)}{_state(one)}", "bold")
    Output().print(head, indented(labelled((member.provider, _works(member)) for member in one.memberships)))


@click.command()
@click.argument("agent", metavar="AGENT")
@json_option
@pass_folder
def show(folder: DeskFolder, agent: str, as_json: bool) -> None:
    """Show one agent: names, by what they are known, and what they are for each provider.

    \b
    Example:
      firstline agents show ivanova
    """
    found = next((one for one in run(_records(folder)) if one.id == agent), None)
    if found is None:
        refuse(sentence("there is no agent {agent}: see 'firstline agents list'", agent=repr(agent)), NO_SUCH)
    if as_json:
        print_json(as_dictionary(found))
        return
    there = found.presence
    pairs = [
        ("id", found.id),
        *((sentence("name ({language})", language=language), name) for language, name in found.names.items()),
        (sentence("active"), "" if found.active else sentence("no: they command nothing")),
        (sentence("presence"), _since(there) if there else ""),
        *found.identities.items(),
        *((member.provider, _works(member)) for member in found.memberships),
    ]
    from console.terminal.rich_output import Output, labelled  # noqa: PLC0415 (rich takes a moment)

    Output().print(labelled(pairs))


def _since(presence: Any) -> str:
    at = f"{presence.since:%Y-%m-%d %H:%M}"
    return sentence("{state} since {at} UTC, by {who}", state=presence.state, at=at, who=presence.set_by)


async def _records(folder: DeskFolder, provider: str = "") -> Sequence[StoredAgent]:
    from desk.agents.load_from_database import agent_records  # noqa: PLC0415 (help and usage come at once)

    whose = [provider] if provider else list(folder.providers())
    if not whose:
        return []
    async with open_database(folder.settings()) as database, database.read(*whose) as session:
        return await agent_records(session)


def name_of(agent: StoredAgent, language: str) -> str:
    """Their name in a language, or in another one."""
    return agent.names.get(language) or next(iter(agent.names.values()), agent.id)


def _state(agent: StoredAgent) -> str:
    if not agent.active:
        return " · not active"
    return f" · {agent.presence.state}" if agent.presence else ""


def _works(member: Membership) -> str:
    skills = f"; can {', '.join(member.skills)}" if member.skills else ""
    return f"{member.role}; {', '.join(member.teams) or 'in no team'}{skills}"


def as_dictionary(agent: StoredAgent) -> dict[str, Any]:
    """An agent for a machine."""
    there = agent.presence
    return {
        "id": agent.id,
        "names": dict(agent.names),
        "active": agent.active,
        "identities": dict(agent.identities),
        "presence": {"state": there.state, "since": there.since, "by": there.set_by} if there else None,
        "memberships": [
            {"provider": one.provider, "role": one.role, "teams": list(one.teams), "skills": list(one.skills)}
            for one in agent.memberships
        ],
    }
