"""``kb edit`` and ``kb history``: agents mend articles, and every version stays."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from console.terminal.command_context import (
    NO_SUCH,
    REFUSED,
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
from desk.clock import now
from desk.language.translatable import sentence
from desk.language.unsafe_characters import safe_for_terminal

if TYPE_CHECKING:
    from kb.content.article_files import Article
    from kb.storage.article_versions import ArticleVersion

_provider = click.option(
    "--provider", default="", help="This provider's own article; without it, the one shared by all."
)
_language = click.option("--language", type=click.Choice(["ru", "en"]), help="Which edition; the desk's language.")


@click.command()
@click.argument("article", metavar="ARTICLE")
@_provider
@_language
@click.option("--file", "file", type=click.File(encoding="utf-8"), help="Take the text from this file; - is stdin.")
@click.option("--why", default="", help="What the edit is for; kept with the version.")
@click.option("--as", "agent", metavar="AGENT", envvar="FIRSTLINE_AGENT", required=True, help="Who edits.")
@pass_folder
def edit(
    folder: DeskFolder, article: str, provider: str, language: str | None, file: TextIO | None, why: str, agent: str
) -> None:
    """Edit ARTICLE in $EDITOR, or take its new text from a file. A language it does not have yet is begun.

    The text is the article's file: a head between two lines of +++, then the body. What stood there before is kept.
    Only a validated article may be meant for the outside (audience "external"). With --provider a shared article is
    left as it is, and the provider's own begins with its text.

    \b
    Examples:
      firstline kb edit los-red --as ivanova
      firstline kb edit los-red --provider sever --as ivanova
      firstline kb edit case-sn-2026-000012-3 --provider sever --as ivanova
      firstline kb edit los-red --language en --as ivanova --file en.md
    """
    run(_require_agent(folder, provider, agent))
    speaks = language or folder.settings().language
    found = run(_find_article(folder, article, provider))
    before = _editable_text(found, speaks)
    after = file.read() if file else click.edit(before, extension=".md")
    if after is None or after == before:
        tell(sentence("Nothing was changed."))
        return
    changed = replace(_parse_text(folder, found, speaks, after), provider=provider)
    _require_allowed(changed, found, speaks, agent)
    version = run(_write(folder, changed, speaks, f"agent:{agent}", why))
    tell(
        sentence("{id}/{speaks} is of version {version} now.", id=changed.id, speaks=speaks, version=version)
        if version
        else sentence("Nothing was changed.")
    )


@click.command()
@click.argument("article", metavar="ARTICLE")
@_provider
@_language
@json_option
@pass_folder
def history(folder: DeskFolder, article: str, provider: str, language: str | None, as_json: bool) -> None:
    """Show who changed ARTICLE, when, why and what, the latest first.

    \b
    Example:
      firstline kb history los-red
    """
    speaks = language or folder.settings().language
    versions = run(_versions(folder, article, provider, speaks))
    if as_json:
        print_json(
            [
                {"version": one.version, "author": one.author, "why": one.why, "at": one.at, **one.content}
                for one in versions
            ]
        )
        return
    if not versions:
        tell(sentence("Nobody has edited {article}/{speaks} here.", article=article, speaks=speaks))
    for one, older in zip_longest(versions, versions[1:]):
        said = f" · {one.why}" if one.why else ""
        click.secho(f"{one.version} · {one.at:%Y-%m-%d %H:%M} · {one.author or 'import'}{said}", bold=True)
        for line in _diff(older, one) if older else ():
            click.echo(f"  {safe_for_terminal(line)}")


async def _require_agent(folder: DeskFolder, provider: str, agent: str) -> None:
    """Ends the command unless there is such a provider, and such an agent there or anywhere."""
    from console.commands.command_actor import require_agent  # noqa: PLC0415

    folder.require_provider(provider)
    async with open_database(folder.settings()) as database:
        await require_agent(folder, database, agent, provider)


async def _find_article(folder: DeskFolder, id: str, provider: str) -> Article:
    from kb.storage import article_store  # noqa: PLC0415

    async with open_database(folder.settings()) as database, database.look() as connection:
        every = await article_store.load_articles(connection)
    known = {one.provider: one for one in every if one.id == id}
    found = known.get(provider) or known.get("")
    if found is None:
        others = f"; there is one of {', '.join(known)}" if known else ""
        refuse(
            sentence(
                "there is no article {id} of {known}{others}",
                id=repr(id),
                known=provider or "all providers",
                others=others,
            ),
            NO_SUCH,
        )
    return found


def _editable_text(article: Article, language: str) -> str:
    """The file to edit; an edition that is not there yet begins as the other one."""
    from kb.content.write_article_folders import to_markdown  # noqa: PLC0415

    edition = replace(article.edition(language), language=language)
    return to_markdown(replace(article, editions={**article.editions, language: edition}), language)


def _parse_text(folder: DeskFolder, article: Article, language: str, text: str) -> Article:
    """The text as an article of one edition, checked like any file, its pictures too. Raises `InvalidArticle`."""
    from console.runtime.content_folders import ARTICLES, ContentSearchPath  # noqa: PLC0415
    from kb.content.article_files import InvalidArticle, read_folder  # noqa: PLC0415
    from kb.content.write_article_folders import write_folder  # noqa: PLC0415

    settings = folder.settings()
    pictures = ContentSearchPath(settings).of(article.provider, ARTICLES)
    named = replace(article, id="article")  # one that came as a line may have an id that no folder can
    with tempfile.TemporaryDirectory() as place:
        write_folder(named, Path(place), pictures)
        for old in (Path(place) / named.id).glob("*.md"):
            old.unlink()
        (Path(place) / named.id / f"{language}.md").write_text(text, "utf-8")
        try:
            read = read_folder(Path(place) / named.id, article.provider, required=())
        except InvalidArticle as error:
            refuse(str(error).replace(f"{place}/{named.id}/", f"{article.id}/"), WRONG)
    pictured = replace(read.editions[language], pictures=_rename_pictures(read.editions[language].pictures, article.id))
    return replace(read, id=article.id, editions={language: pictured})


def _rename_pictures(names: Sequence[str], id: str) -> tuple[str, ...]:
    return tuple(name.replace("article/", f"{id}/", 1) if name.startswith("article/") else name for name in names)


def _require_allowed(changed: Article, before: Article, language: str, agent: str) -> None:
    """KCS v6: who is meant to read it, and who may change it."""
    edition, was = changed.editions[language], before.editions.get(language)
    if edition.audience == "external" and edition.confidence not in ("validated", "archived"):
        refuse(
            sentence(
                "only a validated article may be meant for the outside: set confidence, or leave audience internal"
            ),
            REFUSED,
        )
    if was and was.governance == "compliance_based" and was.owner != agent:
        refuse(
            sentence(
                "this article is under compliance: only its owner ({known}) may change it", known=was.owner or "nobody"
            ),
            REFUSED,
        )


async def _write(folder: DeskFolder, article: Article, language: str, author: str, why: str) -> int:
    from desk.storage import audit  # noqa: PLC0415
    from kb.storage import article_versions  # noqa: PLC0415

    async with open_database(folder.settings()) as database, database.work() as connection:
        version = await article_versions.save_edition(connection, article, language, author, why, at := now())
        if version:
            details = {"article": article.id, "language": language, "version": version}
            row = {"actor": author, "operation": "kb edit", "provider": article.provider, "details": details}
            await audit.record(connection, at=at, **row)
        return version


async def _versions(folder: DeskFolder, id: str, provider: str, language: str) -> Sequence[ArticleVersion]:
    from kb.storage import article_versions  # noqa: PLC0415

    async with open_database(folder.settings()) as database, database.look() as connection:
        return await article_versions.load_history(connection, provider, id, language)


def _diff(older: ArticleVersion, newer: ArticleVersion) -> list[str]:
    lines = list(difflib.unified_diff(_lines(older), _lines(newer), lineterm="", n=1))
    return [line for line in lines[2:] if not line.startswith("@@")]


def _lines(version: ArticleVersion) -> list[str]:
    found = []
    for key, value in version.content.items():
        text = "\n".join(value) if isinstance(value, list) else str(value)
        found += [f"{key}: {line}" if key != "body" else line for line in text.split("\n")]
    return found
