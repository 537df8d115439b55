"""``kb export``: the articles of the database as folders, for git, for an editor, for another desk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.terminal.command_context import (
    NO_SUCH,
    OK,
    WRONG,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
)
from desk.language.translatable import counted, sentence

if TYPE_CHECKING:
    from kb.content.article_files import Article


@click.command()
@click.argument("target", metavar="DIR|FILE.jsonl", type=click.Path(path_type=Path))
@click.argument("only", metavar="[ARTICLE]...", nargs=-1)
@click.option("--provider", default="", help="This provider's own articles; without it, those shared by all.")
@click.option("--learned", is_flag=True, help="With the phrases that this provider's subscribers taught.")
@json_option
@pass_folder
def export(folder: DeskFolder, target: Path, only: Sequence[str], provider: str, learned: bool, as_json: bool) -> None:
    """Write the articles into DIR as folders with their pictures; 'firstline kb import DIR' reads the same back.

    Edits made in the database come into files that way. What is in DIR already is written over, and nothing is removed.
    With --learned the phrases become the article's own once it is imported: 'kb forget' reaches them no more.
    Into a FILE.jsonl go lines without pictures, also of articles whose id cannot be a folder's name.

    \b
    Examples:
      firstline kb export my-articles/
      firstline kb export all.jsonl
      firstline kb export articles/ case-sn-2026-000012-3 --provider sever
    """
    folder.require_provider(provider)
    articles = run(_choose_articles(folder, only, provider, learned))
    problems = _write(folder, articles, target, provider)
    if as_json:
        print_json({"articles": [one.id for one in articles], "troubles": problems})
    else:
        forms = "{number} article for {target}.|{number} articles for {target}.|No article for {target}."
        tell(counted(forms, len(articles), target=target))
        for problem in problems:
            tell(sentence("Warning: {problem}.", problem=problem), err=True)
    click.get_current_context().exit(WRONG if problems else OK)


def _write(folder: DeskFolder, articles: Sequence[Article], target: Path, provider: str) -> list[str]:
    """Returns what could not be written, as sentences."""
    from console.runtime.content_folders import ARTICLES, ContentSearchPath  # noqa: PLC0415
    from kb.content.write_article_folders import to_jsonl, write_folder  # noqa: PLC0415

    if target.suffix == ".jsonl":
        target.write_text("".join(map(to_jsonl, articles)), "utf-8")
        return []
    settings = folder.settings()
    pictures = ContentSearchPath(settings).of(provider, ARTICLES)
    problems: list[str] = []
    for one in articles:
        try:
            problems += [f"the picture {name} is nowhere to be found" for name in write_folder(one, target, pictures)]
        except ValueError as error:
            problems.append(f"{error}: export it into a FILE.jsonl")
    return problems


async def _choose_articles(folder: DeskFolder, only: Sequence[str], provider: str, with_learned: bool) -> list[Article]:
    from kb.storage import article_store, phrase_store  # noqa: PLC0415

    async with open_database(folder.settings()) as database:
        async with database.look() as connection:
            every = await article_store.load_articles(connection)
        if with_learned and provider:
            async with database.read(provider) as session:
                every = phrase_store.with_learned_phrasings(every, await phrase_store.load_learned_phrasings(session))
    kept = [one for one in every if one.provider == provider and (not only or one.id in only)]
    if gone := sorted(set(only) - {one.id for one in kept}):
        refuse(
            sentence("there is no article {value} of {known}", value=repr(gone[0]), known=provider or "all providers"),
            NO_SUCH,
        )
    return kept
