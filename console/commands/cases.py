"""``cases`` and ``case``: what the desk has in hand, and one case with its whole journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import inspect, select

from console.commands.find_case import find
from console.runtime.content_folders import TEMPLATES
from console.terminal import tables
from console.terminal.context import DeskFolder, json_option, open_database, pass_folder, print_json, run
from console.terminal.labels import labels
from desk.api.journal_text import JournalText
from desk.api.queries import CaseView, RoundView, case_view
from desk.language.templates import Templates
from desk.model.case import Case
from desk.model.journal import KINDS, Category, JournalEntry
from desk.model.messages import FRONT
from desk.model.people import Person
from desk.model.policy import Provider
from desk.model.states import FINAL, CaseState
from desk.storage.base import Base

Providers = Mapping[str, Provider]
WIDTHS = (16, 11, 10, 10, 11, 11)
UTC = ZoneInfo("UTC")


@click.command()
@click.option(
    "--state",
    type=click.Choice([one.value for one in CaseState]),
    metavar="STATE",
    help=f"Only those in this state: {', '.join(CaseState)}.",
)
@click.option("--queue", help="Only those of this queue, as teams.toml calls it: l1.")
@click.option("--owner", help="Only those of this agent, as teams.toml calls them.")
@click.option("--provider", default="", help="Only those of this provider.")
@click.option("--all", "everything", is_flag=True, help="Closed ones too, and those without a number.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000), help="How many at most.")
@json_option
@pass_folder
def cases(
    folder: DeskFolder, /, provider: str, everything: bool, limit: int, as_json: bool, **only: str | None
) -> None:
    """List cases, those that moved last on top. Without options: every open case that has its number.

    Times are the provider's own. With --json each case has all its fields.

    \b
    Examples:
      firstline cases
      firstline cases --queue l1 --state acknowledged
      firstline cases --all --json
    """
    settings, providers = folder.settings(), folder.providers()
    folder.require_provider(provider)
    whose = (provider,) if provider else (*providers, FRONT)
    found = run(_cases(folder, whose, everything, limit, only))
    if as_json:
        print_json([fields(case) for case in found])
        return
    say = labels(settings.language)
    if not found:
        click.echo(say["no_cases"])
        return
    heads = ("number", "state", "queue", "owner", "opened", "eta")
    click.secho(tables.row([say[head] for head in heads], WIDTHS), bold=True)
    for case in found:
        click.echo(_row(case, providers, say))
        click.secho(f"  {tables.cut(case.description or case.subject, tables.width() - 2)}", dim=True)


async def _cases(
    folder: DeskFolder, whose: Sequence[str], everything: bool, limit: int, only: Mapping[str, str | None]
) -> list[Case]:
    query = select(Case).where(Case.provider.in_(whose)).order_by(Case.updated_at.desc(), Case.id.desc()).limit(limit)
    if state := only["state"]:
        query = query.where(Case.state == state)
    elif not everything:
        query = query.where(Case.state.not_in([one.value for one in FINAL]))
    if not everything:
        query = query.where(Case.number.is_not(None))
    if queue := only["queue"]:
        query = query.where(Case.queue.in_([queue, f"queue:{queue}", f"group:{queue}", f"person:{queue}"]))
    if owner := only["owner"]:
        query = query.where(Case.owner == owner)
    async with open_database(folder.settings()) as database, database.read(*whose) as session:
        return list((await session.scalars(query)).all())


def _row(case: Case, providers: Providers, say: Mapping[str, str]) -> str:
    zone = zone_of(case, providers)
    cells = (
        case.number or say["no_number"],
        say[case.state],
        case.queue.partition(":")[2] or "-",
        case.owner or "-",
        tables.local(case.opened_at, zone),
        tables.local(case.eta, zone) or "-",
    )
    return tables.row(cells, WIDTHS)


@click.command()
@click.argument("number", metavar="N")
@click.option("--provider", default="", help="Whose case, where two providers have that number.")
@click.option("--why", is_flag=True, help="Name the rules that decided, round by round.")
@json_option
@pass_folder
def case(folder: DeskFolder, number: str, provider: str, why: bool, as_json: bool) -> None:
    """Show case N with its whole journal, and with --why the rules that decided, round by round.

    N is the number as the subscriber has it, or its count alone. Times are the provider's own; --json has them in UTC.

    \b
    Examples:
      firstline case SN-2026-000012-3
      firstline case SN-2026-000012-3 --why
      firstline case 12 --json
    """
    settings = folder.settings()
    view, providers = run(_case(folder, number, provider))
    found, person = view.case, view.person
    if as_json:
        journal, rounds = [fields(one) for one in view.journal], [asdict(one) for one in view.rounds]
        print_json({**fields(found), "person": person and fields(person), "journal": journal, "rounds": rounds})
        return
    say = labels(settings.language)
    click.secho(_head(found, providers, say), bold=True)
    click.echo()
    click.echo(_facts(found, person, providers, say))
    click.echo()
    click.secho(say["journal"], bold=True)
    words = JournalText(_templates(folder), settings.language, say)
    for entry in view.journal:
        click.echo(_line(entry, words, providers, zone_of(found, providers), say))
    if why:
        click.echo()
        click.secho(say["rounds"], bold=True)
        for one in view.rounds:
            click.echo(_round(one, zone_of(found, providers), say))


async def _case(folder: DeskFolder, number: str, provider: str) -> tuple[CaseView, Providers]:
    async with open_database(folder.settings()) as database:
        providers = await folder.with_agents(database)
        return await case_view(database, await find(database, providers, number, provider)), providers


def _head(case: Case, providers: Providers, say: Mapping[str, str]) -> str:
    owner = agent_name(case.owner, case.provider, providers, say) if case.owner else say["nobody"]
    return tables.wrapped(
        f"{case.number or say['no_number']}  ·  {say[case.state]} ({say.get(case.reason, case.reason)})  ·  {owner}"
    )


def _facts(case: Case, person: Person | None, providers: Providers, say: Mapping[str, str]) -> str:
    provider, zone = providers.get(case.provider), zone_of(case, providers)
    proof = say["proved" if case.proved else "not_proved"]
    contract = f"{case.contract} ({say.get(case.entitlement, case.entitlement)}, {proof})" if case.contract else ""
    who = [person.name if person else "", f"{case.channel_kind} {case.address}", case.language]
    team = provider.team_title(case.queue, provider.language) if provider and case.queue else case.queue
    return tables.labelled(
        [
            (say["provider"], f"{provider.title(provider.language)} ({case.provider})" if provider else case.provider),
            (say["contract"], contract or say["no_contract"]),
            (say["person"], ", ".join(one for one in (*who, say["upset"] if case.upset else "") if one)),
            (say["queue_long"], team),
            (say["severity"], say.get(case.severity, case.severity)),
            (say["dates"], tables.local_long(case.opened_at, zone)),
            (say["eta_long"], tables.local_long(case.eta, zone)),
            (say["resolved_at"], tables.local_long(case.resolved_at, zone)),
            (say["closed_at"], tables.local_long(case.closed_at, zone)),
            (say["what"], case.description or case.subject),
            (say["occurred"], case.occurred),
            (say["place"], case.place),
            (say["circumstances"], case.circumstances),
            (say["present"], "\n".join(f"+ {one}" for one in case.present)),
            (say["absent"], "\n".join(f"− {one}" for one in case.absent)),
            (say["zone"], _zone(case, say)),
            (say["articles"], ", ".join(case.articles)),
        ]
    )


def _zone(case: Case, say: Mapping[str, str]) -> str:
    return f"{say.get(case.fault_zone, case.fault_zone)} ({case.zone_sure:.0%})" if case.fault_zone else ""


def _line(entry: JournalEntry, words: JournalText, providers: Providers, zone: ZoneInfo, say: Mapping[str, str]) -> str:
    """One line of the journal: when, who (and what kind, if it is no talk), and what was said."""
    who, category = agent_name(entry.actor, entry.provider, providers, say), KINDS[entry.kind].category
    if category not in (Category.DIALOGUE, Category.NOTE) and entry.actor == "subscriber":
        who = say["desk"]  # it followed from the subscriber's word, but the desk did it
    kind = "" if category is Category.DIALOGUE else say.get(category, category)
    head = ", ".join(one for one in (who, kind, entry.channel_kind if entry.channel_kind != "desk" else "") if one)
    names = ", ".join(str(one.get("name") or one.get("kind")) for one in entry.files)
    text = words.of(entry, providers.get(entry.provider))
    said = "\n".join(one for one in (text, f"[{say['files']}: {names}]" if names else "") if one)
    return f"{tables.local(entry.at, zone)}  {tables.cut(head, tables.width() - 13)}\n{tables.wrapped(said, ' ' * 13)}"


def _round(one: RoundView, zone: ZoneInfo, say: Mapping[str, str]) -> str:
    """One round: when, through which channel, what became of it, and which rules decided, in their order."""
    head = f"{tables.local(one.at, zone)}  {one.channel}, {one.outcome}"
    return f"{head}\n{tables.wrapped(', '.join(one.decided_by) or say['no_rule'], ' ' * 13)}"


def _templates(folder: DeskFolder) -> Templates:
    """The sentences of the desk, with the desk's own ones over the packaged."""
    return Templates(TEMPLATES, {"": [folder.settings().root / "templates"]})


def agent_name(author: str, provider: str, providers: Providers, say: Mapping[str, str]) -> str:
    """Who an author or owner is: "subscriber", "desk", or an agent by name."""
    kind, _, agent_id = author.rpartition(":")
    if not kind and author in ("subscriber", "desk"):
        return say[author]
    home = providers.get(provider)
    agent = home.agent(agent_id) if home else None
    return (agent.names.get(home.language) or agent.id) if home and agent else agent_id


def zone_of(case: Case, providers: Providers) -> ZoneInfo:
    """The clock of the case's provider; UTC at the front desk."""
    provider = providers.get(case.provider)
    return provider.timezone if provider else UTC


def fields(row: Base) -> dict[str, Any]:
    """Every column of a row."""
    return {one.key: getattr(row, one.key) for one in inspect(type(row)).column_attrs}
