"""``cases`` and ``case``: what the desk has in hand, and one case with its whole journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click
from sqlalchemy import inspect, select

from console.commands.agent_name_and_time_zone import Providers
from console.commands.case_lookup import find
from console.runtime.content_folders import TEMPLATES
from console.terminal.command_context import (
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    require_provider,
    run,
)
from console.terminal.table_labels import labels
from desk.api.case_queries import CaseView, case_view
from desk.api.journal_text import JournalText
from desk.language.templates import Templates
from desk.model.case import Case
from desk.model.states import FINAL, CaseState
from desk.storage.base import Base


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
    providers, say = folder.desks(), labels(folder.language)
    require_provider(providers, provider)
    whose = (provider,) if provider else tuple(providers)
    found = run(_cases(folder, whose, everything, limit, only))
    if as_json:
        print_json([fields(case) for case in found])
        return
    if not found:
        click.echo(say["no_cases"])
        return
    from console.commands.case_printing import print_cases  # noqa: PLC0415

    print_cases(found, providers, say)


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


@click.command()
@click.argument("number", metavar="N")
@click.option("--provider", default="", help="Whose case, where two providers have that number.")
@click.option("--why", is_flag=True, help="Name the rules that decided, round by round.")
@click.option("--origins", is_flag=True, help="Show the words, button or file that each line comes from.")
@click.option("--unfold", is_flag=True, help="Show what is folded of letters too: signatures and quotes.")
@json_option
@pass_folder
def case(folder: DeskFolder, number: str, provider: str, why: bool, origins: bool, unfold: bool, as_json: bool) -> None:
    """Show case N with its whole journal, with --why the rules that decided, with --origins where each line comes from.

    Of letters the new words are shown; --unfold shows their signatures and quotes below them, marked as such.

    N is the number as the subscriber has it, or its count alone. Times are the provider's own; --json has them in UTC.

    \b
    Examples:
      firstline case SN-2026-000012-3
      firstline case SN-2026-000012-3 --why
      firstline case SN-2026-000012-3 --origins
      firstline case SN-2026-000012-3 --unfold
      firstline case 12 --json
    """
    view, providers = run(_case(folder, number, provider))
    found, person = view.case, view.person
    if as_json:
        journal, rounds = [fields(one) for one in view.journal], [asdict(one) for one in view.rounds]
        print_json({**fields(found), "person": person and fields(person), "journal": journal, "rounds": rounds})
        return
    from console.commands.case_printing import print_case  # noqa: PLC0415 (rich takes a moment)

    say = labels(folder.language)
    print_case(view, JournalText(_templates(folder), folder.language, say), providers, say, why, origins, unfold)


async def _case(folder: DeskFolder, number: str, provider: str) -> tuple[CaseView, Providers]:
    async with open_database(folder.settings()) as database:
        providers = await folder.desks_with_agents(database)
        return await case_view(database, await find(database, providers, number, provider)), providers


def _templates(folder: DeskFolder) -> Templates:
    """The sentences of the desk, with the desk's own ones over the packaged."""
    return Templates(TEMPLATES, {"": [folder.settings().root / "templates"]})


def fields(row: Base) -> dict[str, Any]:
    """Every column of a row."""
    return {one.key: getattr(row, one.key) for one in inspect(type(row)).column_attrs}
