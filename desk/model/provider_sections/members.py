"""Who works for a provider: the agents and teams of teams.toml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from desk.language.translatable import sentence, write_instead
from desk.model.provider_sections.values import read_titles
from desk.model.toml_table import TomlTable

ROLES = ("agent", "lead", "admin")
"""What a member of a provider may be."""
LONGEST_ID = 64
"""Characters of an agent's or team's id: it stands in columns and in routing targets."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent of a provider. ``telegram`` is their user id there, 0 if none; ``mail`` is in small letters.

    ``role`` is one of `ROLES`. Who is not ``active`` commands nothing, and is still called by name.
    """

    id: str
    names: Mapping[str, str]
    telegram: int
    mail: str
    teams: tuple[str, ...]
    role: str = "agent"
    skills: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Team:
    """A team that cases are routed to; ``kind`` is "queue" (worked off one by one) or "group" (called together).

    The kind is the first half of its routing target: "queue:l1", "group:noc".
    """

    id: str
    kind: str
    titles: Mapping[str, str]


def read_teams(file: TomlTable) -> tuple[Team, ...]:
    """Every section [[team]]."""
    teams = tuple(one for section in file.sections("team") if (one := _read_team(section)))
    _report_twice(file, "team", teams)
    return teams


def read_agents(file: TomlTable, teams: Iterable[Team]) -> tuple[Agent, ...]:
    """Every section [[agent]], members of these teams."""
    agents = tuple(one for section in file.sections("agent") if (one := _read_agent(section, teams)))
    _report_twice(file, "agent", agents)
    return agents


def _read_team(section: TomlTable) -> Team | None:
    section.set_name(id := _read_id(section))
    team = Team(id, section.choice("kind", ("queue", "group"), "queue"), read_titles(section, "title", id))
    section.report_unknown_keys()
    return team if id else None


def _read_agent(section: TomlTable, teams: Iterable[Team]) -> Agent | None:
    section.set_name(id := _read_id(section))
    telegram, member_of = section.take("telegram", 0), section.texts("teams")
    if not isinstance(telegram, int) or isinstance(telegram, bool) or telegram < 0:
        todo = sentence("write the number of their account, without quotes")
        section.report(sentence("telegram must be the numeric user id"), "telegram", todo)
        telegram = 0
    known = {team.id for team in teams}
    for strange in sorted(set(member_of) - known):
        what = sentence("is in team {team}, which is not there", team=repr(strange))
        section.report(what, "teams", write_instead(strange, known))
    agent = Agent(
        id=id,
        names=read_titles(section, "name", id),
        telegram=telegram,
        mail=section.text("mail", "").strip().lower(),
        teams=member_of,
        role=section.choice("role", ROLES, "agent"),
        skills=section.texts("skills"),
        active=section.flag("active", True),
    )
    section.report_unknown_keys()
    return agent if id else None


def _report_twice(file: TomlTable, kind: str, read: Sequence[Agent | Team]) -> None:
    """Notes ids that stand there twice."""
    for number, one in enumerate(read):
        if one.id in [former.id for former in read[:number]]:
            what = sentence("[[{kind}]] {id} is there twice", kind=kind, id=one.id)
            file.faults.report(what, (*file.path, kind, number, "id"), sentence("give one of them another id"))


def _read_id(section: TomlTable) -> str:
    id = section.text("id")
    if len(id) > LONGEST_ID:
        section.report(sentence("an id has at most {longest} characters", longest=LONGEST_ID), "id")
    return id
