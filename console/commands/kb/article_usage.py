"""``kb articles``: how often each article was used, how often it helped, in which language; as a table or a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.terminal.command_context import DeskFolder, json_option, open_database, pass_folder, print_json, run, tell
from desk.clock import now
from desk.language.translatable import sentence

if TYPE_CHECKING:
    from kb.content.article_files import Article
    from kb.learning.suggestion_outcomes import ArticleTally

LEGEND = {
    "ru": ("помогла", "решила у агентов", "вернулись снова", "не помогла", "без ответа"),
    "en": ("helped", "used by agents", "came back", "did not help", "no answer"),
}
HEADS = (
    sentence("article"),
    "",
    sentence("shown"),
    sentence("helped"),
    sentence("came back"),
    sentence("failed"),
    sentence("silent"),
    sentence("linked"),
    sentence("rate"),
)


@dataclass(slots=True)
class ArticleFigures:
    """One article with its figures, all languages together and each alone."""

    article: str
    title: str
    state: str
    audience: str
    languages: tuple[str, ...]
    total: ArticleTally
    flag: str = ""
    by_language: list[ArticleTally] = field(default_factory=list)


@click.command()
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650), help="How far back to look.")
@click.option("--provider", default="", help="Only what came of it with this provider's subscribers.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Draw the figures into this SVG file.")
@json_option
@pass_folder
def articles(folder: DeskFolder, days: int, provider: str, output: Path | None, as_json: bool) -> None:
    """List the articles by use, success and language.

    Shown to subscribers, it helped, or it helped and they came back about the same within seven days, or it failed, or
    they said nothing; linked by agents to cases it solved; and the rate of success among those who said something. An
    article that failed twice in its last ten uses is flagged until it is edited. In --json "deflected" counts those
    whom it helped and who stayed away.

    \b
    Examples:
      firstline kb articles --days 30
      firstline kb articles --output articles.svg
    """
    rows = run(_collect_figures(folder, days, provider))
    if output:
        output.write_text(_draw_chart(rows, days, folder.settings().language), "utf-8")
    if as_json:
        print_json([_as_json(one) for one in rows])
    elif output:
        tell(sentence("Drawn into {output}.", output=output))
    else:
        _print_table(rows)


async def _collect_figures(folder: DeskFolder, days: int, provider: str) -> list[ArticleFigures]:
    from desk.model.messages import FRONT  # noqa: PLC0415
    from kb.learning.suggestion_outcomes import failing_articles, tally_by_article  # noqa: PLC0415
    from kb.storage import article_store, usage_queries  # noqa: PLC0415

    settings, providers = folder.settings(), folder.providers()
    folder.require_provider(provider)
    whose = (provider,) if provider else (*providers, FRONT)
    at = now()
    since = at - timedelta(days=days)
    async with open_database(settings) as database:
        async with database.read(*whose) as session:
            outcomes = await usage_queries.load_outcomes(session, since, at)
            links = [
                (one.article, one.language, one.kind) for one in await usage_queries.load_agent_links(session, since)
            ]
        async with database.look() as connection:
            articles = [one for one in await article_store.load_articles(connection) if one.provider in ("", *whose)]
            flags = failing_articles(outcomes, await usage_queries.last_edits(connection, whose))
    by_language = tally_by_article(outcomes, links)
    return _rows(
        articles, by_language.values(), tally_by_article(outcomes, links, by_language=False), flags, settings.language
    )


def _rows(
    articles: Sequence[Article],
    by_language: Iterable[ArticleTally],
    totals: dict[tuple[str, str], ArticleTally],
    flags: Any,
    language: str,
) -> list[ArticleFigures]:
    from kb.learning.suggestion_outcomes import ArticleTally  # noqa: PLC0415

    # A provider's own article hides the shared one of its id; the figures are of both.
    known = {one.id: one for one in articles}
    rows: dict[str, ArticleFigures] = {}
    for id in (*known, *(article for article, _ in totals if article not in known)):
        edition = known[id].edition(language) if id in known else None
        rows[id] = ArticleFigures(
            article=id,
            title=edition.title if edition else "",
            state=edition.confidence if edition else "gone",
            audience=edition.audience if edition else "",
            languages=tuple(known[id].editions) if id in known else (),
            total=totals.get((id, ""), ArticleTally(id)),
            flag=flags.get(id, ""),
        )
    for part in by_language:
        rows[part.article].by_language.append(part)
    return sorted(rows.values(), key=lambda one: (-one.total.uses, -one.total.offered, one.article))


def _as_json(one: ArticleFigures) -> dict[str, Any]:
    return {
        "article": one.article,
        "title": one.title,
        "confidence": one.state,
        "audience": one.audience,
        "languages": list(one.languages),
        "flag": one.flag,
        **_figures(one.total),
        "by_language": {part.language: _figures(part) for part in one.by_language},
    }


def _figures(tally: ArticleTally) -> dict[str, Any]:
    return {
        "offered": tally.offered,
        **tally.counts,
        "deflected": tally.deflected,
        "linked": tally.linked,
        "drafted": tally.drafted,
        "not_useful": tally.not_useful,
        "uses": tally.uses,
        "success": None if tally.success is None else round(tally.success, 3),
    }


def _print_table(rows: Sequence[ArticleFigures]) -> None:
    from console.terminal.rich_output import Output, table, text  # noqa: PLC0415

    if not rows:
        tell(sentence("There are no articles yet: see 'firstline kb import'."))
        return
    made = table(HEADS, numbers=HEADS[2:])
    for one in rows:
        name = text(one.article)
        if one.state != "validated":
            name.append(text(f"\n{one.state.replace('_', ' ')}", "dim"))
        by_language = one.by_language if len(one.by_language) > 1 else [one.total]
        for number, tally in enumerate(by_language):
            language = tally.language or (one.by_language[0].language if one.by_language else "")
            made.add_row("" if number else name, language, *_cells(tally))
    flags = [text(f"! {one.article}: {one.flag}", "yellow") for one in rows if one.flag]
    Output().print(made, *["", *flags] if flags else ())


def _cells(tally: ArticleTally) -> tuple[str, ...]:
    numbers = (tally.offered, *(tally.counts[name] for name in ("helped", "came_back", "not_helped", "ignored")))
    success = "-" if tally.success is None else f"{tally.success:.0%}"
    return (*(str(one) if one else "-" for one in (*numbers, tally.linked)), success)


def _draw_chart(rows: Sequence[ArticleFigures], days: int, language: str) -> str:
    from kb.learning.usage_chart_svg import MAX_BARS, ChartBar, draw_chart  # noqa: PLC0415

    used = [one for one in rows if one.total.offered or one.total.linked]
    bars = []
    for one in used:
        counts, success = one.total.counts, one.total.success
        numbers = (counts["helped"], one.total.linked, counts["came_back"], counts["not_helped"])
        note = "" if success is None else f"{success:.0%}"
        bars.append(ChartBar(one.title or one.article, (*numbers, counts["ignored"] + counts["open"]), note))
    more = len(used) - MAX_BARS
    if language == "ru":
        title, left_out = f"Что дали статьи за {days} дн.", f"и ещё {more}, они нужны реже"
    else:
        title, left_out = f"What came of the articles in {days} days", f"and {more} more, used less"
    return draw_chart(title, LEGEND.get(language, LEGEND["en"]), bars, left_out)
