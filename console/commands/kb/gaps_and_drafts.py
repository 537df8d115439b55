"""``kb gaps``, ``kb draft`` and ``kb drafts``: what no article covers yet, and the articles that are on their way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from console.terminal.command_context import (
    REFUSED,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
)
from console.terminal.extras import require_extra
from desk.clock import now
from desk.language.translatable import sentence
from desk.language.unsafe_characters import safe_for_terminal

if TYPE_CHECKING:
    from desk.model.case import Case
    from desk.model.provider_files import Provider
    from desk.storage.database import Database
    from kb.learning.drafts import ArticleDraft
    from kb.learning.gaps import KnowledgeGap

MAX_NUMBERS = 6
"""Numbers of cases a line has room for."""


@dataclass(frozen=True, slots=True)
class GapWithDraft:
    """A gap with the draft made of the case that tells it best."""

    gap: KnowledgeGap
    draft: ArticleDraft


@click.command()
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650), help="How far back to look.")
@click.option("--provider", default="", help="Only this provider's cases.")
@click.option("--least", default=2, show_default=True, type=click.IntRange(1), help="People who had it, at the least.")
@json_option
@pass_folder
def gaps(folder: DeskFolder, days: int, provider: str, least: int, as_json: bool) -> None:
    """Show what cases keep being about although no article covers it.

    Solved cases without a linked article are grouped by their words and their answers. A group that an article surely
    fits is left out: there the link is missing, not the article. Each comes with the draft of its clearest case. Needs
    firstline[gaps].

    \b
    Examples:
      firstline kb gaps
      firstline kb gaps --days 30 --least 3 --json
    """
    require_extra("gaps")
    whose = _providers(folder, provider)
    found = run(_find_gaps(folder, whose, days, least))
    if as_json:
        print_json([_as_json(one) for one in found])
    elif not found:
        tell(sentence("No gap: what repeated itself in these cases has an article."))
    for one in found if not as_json else ():
        _print_gap(one)


def _providers(folder: DeskFolder, provider: str) -> Mapping[str, Provider]:
    providers = folder.providers()
    folder.require_provider(provider)
    return {name: one for name, one in providers.items() if not provider or name == provider}


async def _find_gaps(folder: DeskFolder, whose: Mapping[str, Provider], days: int, least: int) -> list[GapWithDraft]:
    from console.commands.kb.search import load_knowledge_base  # noqa: PLC0415
    from kb.learning.gaps import UnlinkedSolvedCase, find_gaps  # noqa: PLC0415
    from kb.storage import usage_queries  # noqa: PLC0415

    knowledge = await load_knowledge_base(folder)
    async with open_database(folder.settings()) as database:
        async with database.read(*whose) as session:
            cases = await usage_queries.load_uncovered_cases(session, now() - timedelta(days=days))
        by_id = {(one.provider, one.id): one for one in cases}
        solved = [
            UnlinkedSolvedCase(
                one.provider,
                one.id,
                one.number or "",
                one.person_id,
                one.language,
                one.description or one.subject,
                (*one.present, *one.absent),
            )
            for one in cases
        ]
        found = []
        for gap in find_gaps(solved, least):
            first = gap.cases[0]
            best = knowledge.suggest_to_agent(first.provider, first.text, first.language).best
            if not (best and best[0].sure):
                case = by_id[first.provider, first.case_id]
                found.append(GapWithDraft(gap, await _draft(database, case)))
    return found


async def _draft(database: Database, case: Case) -> ArticleDraft:
    from intake.identity.index.find_accounts import IndexedAccounts  # noqa: PLC0415
    from kb.article_lookups import draft_for_case  # noqa: PLC0415

    finder = IndexedAccounts(database)
    accounts = await finder.find([case.provider], "contract", case.contract) if case.contract else ()
    return await draft_for_case(database, case, accounts[0] if len(accounts) == 1 else None)


def _as_json(one: GapWithDraft) -> dict[str, Any]:
    from kb.content.write_article_folders import to_markdown  # noqa: PLC0415

    return {
        "people": one.gap.people,
        "cases": [case.number for case in one.gap.cases],
        "provider": one.gap.cases[0].provider,
        "language": one.gap.cases[0].language,
        "draft": to_markdown(one.draft.article, one.draft.language),
    }


def _print_gap(one: GapWithDraft) -> None:
    from console.terminal.rich_output import Output, indented, labelled, one_line  # noqa: PLC0415

    numbers = [case.number for case in one.gap.cases]
    shown = ", ".join(numbers[:MAX_NUMBERS])
    if len(numbers) > MAX_NUMBERS:
        shown = sentence("{numbers} and {more} more", numbers=shown, more=len(numbers) - MAX_NUMBERS)
    pairs = [
        (sentence("cases"), shown),
        (sentence("draft"), f"firstline kb draft {numbers[0]}"),
        (sentence("take it"), f"firstline kb link {numbers[0]} --draft"),
    ]
    people = sentence("{number} people · {title}", number=one.gap.people, title=one.draft.edition.title)
    head = one_line(people, "bold")
    Output().print(head, indented(labelled(pairs)))


@click.command()
@click.argument("number", metavar="N")
@click.option("--provider", default="", help="Whose case, where two providers have that number.")
@pass_folder
def draft(folder: DeskFolder, number: str, provider: str) -> None:
    """Print the article that can be made of case N: its words, its environment, the steps taken; and no names.

    'firstline kb link N --draft' puts it among the articles.

    \b
    Example:
      firstline kb draft SN-2026-000012-3
    """
    from kb.content.write_article_folders import to_markdown  # noqa: PLC0415

    made = run(_draft_of_case(folder, number, provider))
    click.echo(safe_for_terminal(to_markdown(made.article, made.language)), nl=False)


async def _draft_of_case(folder: DeskFolder, number: str, provider: str) -> ArticleDraft:
    from console.commands.case_lookup import find  # noqa: PLC0415

    async with open_database(folder.settings()) as database:
        case = await find(database, folder.providers(), number, provider)
        if case.number is None:
            refuse(
                sentence(
                    "case {number} has no number yet: the desk is still talking with the subscriber", number=number
                ),
                REFUSED,
            )
        return await _draft(database, case)


@click.command()
@click.option("--provider", default="", help="Only this provider's own articles.")
@json_option
@pass_folder
def drafts(folder: DeskFolder, provider: str, as_json: bool) -> None:
    """List the articles that are not validated yet. One becomes so when another agent uses it as it stands.

    \b
    Example:
      firstline kb drafts
    """
    found = run(_unvalidated(folder, tuple(_providers(folder, provider)), bool(provider)))
    if as_json:
        print_json(found)
    elif not found:
        tell(sentence("No article waits to be validated."))
    for one in found if not as_json else ():
        click.secho(f"{one['article']}/{one['language']}", bold=True, nl=False)
        whose = f" · {one['provider']}" if one["provider"] else ""
        value = sentence("not validated") if one["confidence"] == "not_validated" else one["confidence"]
        known = one["author"] or sentence("import")
        tell(sentence("{whose} · {value} · by {known}", whose=whose, value=value, known=known))
        click.echo(f"  {safe_for_terminal(one['title'])}")


async def _unvalidated(folder: DeskFolder, whose: Sequence[str], only: bool) -> list[dict[str, Any]]:
    from kb.storage import article_store, article_versions  # noqa: PLC0415

    found = []
    async with open_database(folder.settings()) as database, database.look() as connection:
        for one in await article_store.load_articles(connection):
            if one.provider not in whose and (only or one.provider):
                continue
            waiting = [two for two in one.editions.values() if two.confidence in ("work_in_progress", "not_validated")]
            authors = await article_versions.last_authors(connection, one.provider, one.id) if waiting else {}
            found += [
                {
                    "article": one.id,
                    "language": edition.language,
                    "provider": one.provider,
                    "title": edition.title,
                    "confidence": edition.confidence,
                    "author": authors.get(edition.language, ""),
                }
                for edition in waiting
            ]
    return found
