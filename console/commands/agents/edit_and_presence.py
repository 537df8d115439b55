"""``agents edit`` and ``agents presence``: an agent changed in the database, and whether they are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import click

from console.commands.command_actor import acting, actor_of
from console.terminal.command_context import (
    NO_SUCH,
    REFUSED,
    USAGE,
    DeskFolder,
    open_database,
    pass_folder,
    refuse,
    run,
    tell,
)
from desk.clock import now
from desk.language.detect import LANGUAGES
from desk.language.translatable import sentence
from desk.language.unsafe_characters import safe_for_terminal
from desk.model.provider_files import Provider
from desk.model.provider_sections.members import LONGEST_ID, ROLES, Agent

STATES = ("in", "away", "off")


@dataclass(frozen=True, slots=True)
class AgentChanges:
    """What ``agents edit`` was told to change; None and () change nothing."""

    names: Mapping[str, str]
    telegram: int | None
    mail: str | None
    role: str | None
    teams: tuple[str, ...]
    skills: tuple[str, ...]
    active: bool | None

    def applied(self, agent: Agent) -> Agent:
        """The agent with these changes."""
        return replace(
            agent,
            names={**agent.names, **self.names},
            telegram=agent.telegram if self.telegram is None else self.telegram,
            mail=agent.mail if self.mail is None else self.mail.strip().lower(),
            role=self.role or agent.role,
            teams=_listed(self.teams, agent.teams),
            skills=_listed(self.skills, agent.skills),
            active=agent.active if self.active is None else self.active,
        )


def _listed(new: tuple[str, ...], old: tuple[str, ...]) -> tuple[str, ...]:
    """The new list, where one was given; a single "" empties it."""
    return tuple(one for one in dict.fromkeys(new) if one) if new else old


@click.command()
@click.argument("id", metavar="AGENT")
@click.option("--provider", default="", help="For whom they work; needed for a new agent, and for one of several.")
@click.option("--name", "names", multiple=True, metavar="LANG=NAME", help="What subscribers read: en=Maria Ivanova.")
@click.option("--telegram", type=click.IntRange(0), help="Their numeric Telegram id; 0 for none.")
@click.option("--mail", help='Their mail address; "" for none.')
@click.option("--role", type=click.Choice(ROLES), help="What they are for this provider.")
@click.option("--team", "teams", multiple=True, help='A team they are in; several times for several, "" for none.')
@click.option("--skill", "skills", multiple=True, help='What they can do; several times for several, "" for nothing.')
@click.option("--active/--inactive", default=None, help="Whether they may act.")
@acting
@pass_folder
def edit(
    folder: DeskFolder,
    id: str,
    provider: str,
    names: Sequence[str],
    telegram: int | None,
    mail: str | None,
    role: str | None,
    teams: tuple[str, ...],
    skills: tuple[str, ...],
    active: bool | None,
    agent: str,
) -> None:
    """Change AGENT in the database, or add one. The provider's teams.toml is left as it is.

    'firstline agents export' writes it there too. Name, Telegram id, address and whether they are active are the same
    at all their providers. A running desk knows of it after a few seconds.

    \b
    Examples:
      firstline agents edit ivanova --inactive
      firstline agents edit ivanova --provider sever --team l1 --team noc
      firstline agents edit petrova --provider sever --name "ru=Анна Петрова"
      firstline agents edit petrova --telegram 700004 --team l1 --team noc
    """
    folder.require_provider(provider)
    wanted = AgentChanges(_names(names), telegram, mail, role, teams, skills, active)
    changed = run(_edit(folder, id, provider, wanted, agent))
    tell(sentence("{id} is changed.", id=id) if changed else sentence("Nothing was changed."))


def _names(said: Sequence[str]) -> Mapping[str, str]:
    pairs = dict(one.partition("=")[::2] for one in said)
    for language, name in pairs.items():
        if language not in LANGUAGES or not name.strip():
            refuse(sentence("--name is LANG=NAME with a language of {names}", names=", ".join(LANGUAGES)), USAGE)
    return pairs


async def _edit(folder: DeskFolder, id: str, provider: str, wanted: AgentChanges, by: str) -> bool:
    from desk.agents.changes_of_agents import change_agent  # noqa: PLC0415 (help and usage come at once)
    from desk.agents.teams_file_serialization import of_agent  # noqa: PLC0415 (the same)

    async with open_database(folder.settings()) as database:
        actor = await actor_of(folder, database, by)
        providers = await folder.with_agents(database)
        home = _home(providers, provider, id)
        before = home.agent(id) or _elsewhere(providers, id)
        after = wanted.applied(before)
        if unknown := [one for one in after.teams if home.team(one) is None]:
            there = ", ".join(one.id for one in home.teams) or "none"
            refuse(
                sentence(
                    "{name} has no team {value}: there are {there}", name=home.name, value=repr(unknown[0]), there=there
                ),
                USAGE,
            )
        if home.agent(id) == after:
            return False
        done = await change_agent(database, providers, home.name, of_agent(after), now(), actor)
    for one in done.conflicts.values():
        click.echo(safe_for_terminal(one.difference), err=True)
        refuse(sentence("{id} cannot be changed so: another agent is known by the same", id=id), REFUSED)
    return True


def _home(providers: Mapping[str, Provider], provider: str, id: str) -> Provider:
    """The provider whose agent is meant. Ends the command where that is not clear."""
    if not id or len(id) > LONGEST_ID:
        refuse(sentence("an agent's id has one to {LONGEST_ID} characters", LONGEST_ID=LONGEST_ID), USAGE)
    theirs = [one for one in providers.values() if one.agent(id)]
    if provider:
        return providers[provider]
    if not theirs:
        refuse(sentence("there is no agent {id}: say with --provider for whom they will work", id=repr(id)), NO_SUCH)
    if len(theirs) > 1:
        refuse(
            sentence(
                "{id} works for {names}: say which with --provider", id=id, names=", ".join(one.name for one in theirs)
            ),
            USAGE,
        )
    return theirs[0]


def _elsewhere(providers: Mapping[str, Provider], id: str) -> Agent:
    """An agent who is new to the provider: as another one has them, or as nobody does."""
    known = next((found for one in providers.values() if (found := one.agent(id))), None)
    if known:
        return replace(known, teams=(), skills=(), role=ROLES[0])
    return Agent(id, dict.fromkeys(LANGUAGES, id), 0, "", ())


@click.command()
@click.argument("id", metavar="AGENT")
@click.argument("state", type=click.Choice(STATES))
@acting
@pass_folder
def presence(folder: DeskFolder, id: str, state: str, agent: str) -> None:
    """Say that AGENT is in, away for a while, or off.

    \b
    Example:
      firstline agents presence ivanova away
    """
    run(_presence(folder, id, state, agent))
    tell(sentence("{id} is {state}.", id=id, state=state))


async def _presence(folder: DeskFolder, id: str, state: str, by: str) -> None:
    from desk.agents.changes_of_agents import set_presence  # noqa: PLC0415 (help and usage come at once)

    async with open_database(folder.settings()) as database:
        actor = await actor_of(folder, database, by)
        if not any(one.agent(id) for one in (await folder.with_agents(database)).values()):
            refuse(sentence("there is no agent {id}: see 'firstline agents list'", id=repr(id)), NO_SUCH)
        await set_presence(database, id, state, now(), actor)
