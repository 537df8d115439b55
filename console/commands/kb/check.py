"""``kb check``: what is wrong with the articles, and what could be better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.terminal.command_context import (
    OK,
    WRONG,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
)
from desk.language.translatable import one_below_the_other, sentence

if TYPE_CHECKING:
    from desk.model.check_findings import CheckFinding
    from kb.content.article_files import Article


@click.command()
@click.argument("source", metavar="[DIR|FILE.jsonl]", required=False, type=click.Path(exists=True, path_type=Path))
@json_option
@pass_folder
def check(folder: DeskFolder, source: Path | None, as_json: bool) -> None:
    """Say what is wrong with articles: those of DIR or FILE.jsonl before they are imported, or all of the desk.

    A file that cannot be read, and a picture that is not there, are errors. A missing language, few phrasings, words
    that lead to two articles, a picture nobody sees, an article too long for a telephone and a fact the provider says
    nothing of are warnings. It changes nothing. Ends with 1 when there are errors.

    \b
    Examples:
      firstline kb check my-articles/
      firstline kb check --json
    """
    found = list(_check_source(source) if source else _check_desk(folder))
    wrong = any(one.level == "error" for one in found)
    from console.commands.check import print_findings, told  # noqa: PLC0415

    if as_json:
        print_json([asdict(one) for one in told(folder, found)])
    else:
        print_findings(told(folder, sorted(found, key=lambda one: one.where)), folder)
    click.get_current_context().exit(WRONG if wrong else OK)


def _check_source(source: Path) -> Iterator[CheckFinding]:
    from kb.content import lint  # noqa: PLC0415
    from kb.content.article_files import InvalidArticle  # noqa: PLC0415
    from kb.content.article_json_lines import read_lines  # noqa: PLC0415

    if source.is_dir():
        articles, found = lint.check_folders([source])
        yield from found
        yield from lint.check_articles(list(articles.values()))
        return
    try:
        lines = read_lines(source.read_text("utf-8-sig").split("\n"), name=source.name)
    except UnicodeDecodeError as error:
        refuse(
            sentence("{name} is not in UTF-8: byte {value} cannot be read", name=source.name, value=error.start + 1),
            WRONG,
        )
    except InvalidArticle as error:
        refuse(one_below_the_other([one.sentence for one in error.faults]), WRONG)
    yield from lint.check_articles(lines)


def _check_desk(folder: DeskFolder) -> Iterator[CheckFinding]:
    """Files first; then what was born in the database; each provider's own articles among the shared ones."""
    from console.runtime.content_folders import ARTICLES, ContentSearchPath  # noqa: PLC0415
    from kb.content import lint  # noqa: PLC0415

    settings, providers = folder.settings(), folder.providers()
    nearest, *beneath = ContentSearchPath(settings).of("", ARTICLES)
    files, found = lint.check_folders([nearest, *beneath])
    yield from found
    database_only = run(_database_only_articles(folder))
    shared = _combined(files, database_only, "")
    yield from lint.check_articles(shared)
    for name, provider in providers.items():
        files, found = lint.check_folders([settings.root / "providers" / name / "articles"], name)
        yield from found
        own = _combined(files, database_only, name)
        yield from lint.check_articles(own, shared)
        yield from lint.check_facts(name, provider.facts, [*own, *shared])


def _combined(files: dict[str, Article], database_only: list[Article], provider: str) -> list[Article]:
    more = {one.id: one for one in database_only if one.provider == provider}
    return list((more | files).values())


async def _database_only_articles(folder: DeskFolder) -> list[Article]:
    """The articles that came from no file."""
    from kb.storage import article_store  # noqa: PLC0415

    async with open_database(folder.settings()) as database, database.look() as connection:
        return [one for one in await article_store.load_articles(connection) if not one.file_hashes]
