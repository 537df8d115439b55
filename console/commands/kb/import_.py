"""``kb import``: articles from elsewhere, as lines of JSON or as folders."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.commands.command_actor import acting, actor_of
from console.terminal.command_context import (
    OK,
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
    from sqlalchemy.ext.asyncio import AsyncConnection

    from kb.storage.article_store import ImportResult


@click.command()
@click.argument("source", metavar="DIR|FILE.jsonl", type=click.Path(exists=True, path_type=Path))
@click.option("--provider", default="", help="Only for this provider's subscribers; without it, shared by all.")
@acting
@json_option
@pass_folder
def import_(folder: DeskFolder, source: Path, provider: str, agent: str, as_json: bool) -> None:
    """Fill the knowledge base from DIR or FILE.jsonl.

    A file has one article a line: {"id", "lang", "title", "variants": [...], "body"}; with "confidence" and "audience"
    it can be kept from subscribers. Lines of one id are one article in several languages, or with more variants. A
    folder has one folder for each article (ru.md, en.md, pictures); they are copied into the desk's own articles.
    Nothing is ever removed, and what was edited here since the last import is not overwritten: it is shown, and the
    command ends with 4.

    \b
    Examples:
      firstline kb import articles.jsonl
      firstline kb import my-articles/ --provider sever
    """
    folder.require_provider(provider)
    result = run((_import_folder if source.is_dir() else _import_lines)(folder, source, provider, agent))
    if as_json:
        names = ("added", "updated", "unchanged", "conflicts")
        print_json({name: [_label(one) for one in getattr(result, name)] for name in names})
    else:
        _print_result(result)
    click.get_current_context().exit(REFUSED if result.conflicts else OK)


async def _import_folder(folder: DeskFolder, source: Path, provider: str, agent: str) -> ImportResult:
    from kb.storage import article_store  # noqa: PLC0415

    if not _article_names(source):
        refuse(sentence("there is no article in {source}: each is a folder with ru.md or en.md", source=source), WRONG)
    settings = folder.settings()
    async with open_database(settings) as database:
        actor = await actor_of(folder, database, agent, provider)
        target = await asyncio.to_thread(_copy_into_desk, settings.root, source, provider)
        async with database.work() as connection:
            result = await article_store.import_folder(connection, provider, target, now(), only=_article_names(source))
            await _record(connection, actor, provider, result)
        return result


async def _import_lines(folder: DeskFolder, source: Path, provider: str, agent: str) -> ImportResult:
    from kb.content.article_json_lines import read_lines  # noqa: PLC0415
    from kb.storage import article_store  # noqa: PLC0415

    try:
        text = await asyncio.to_thread(source.read_text, "utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(
            sentence("{name} is not in UTF-8: byte {value} cannot be read", name=source.name, value=error.start + 1),
            WRONG,
        )
    articles = read_lines(text.split("\n"), provider, source.name)
    if not articles:
        refuse(sentence("there is no article in {source}", source=source), WRONG)
    async with open_database(folder.settings()) as database:
        actor = await actor_of(folder, database, agent, provider)
        async with database.work() as connection:
            result = await article_store.import_articles(connection, provider, articles, now())
            await _record(connection, actor, provider, result)
        return result


async def _record(connection: AsyncConnection, actor: str, provider: str, result: ImportResult) -> None:
    """Tells the audit of an import that found anything to do."""
    from desk.storage import audit  # noqa: PLC0415

    details = {name: len(getattr(result, name)) for name in ("added", "updated", "removed", "conflicts")}
    if any(details.values()):
        row = {"actor": actor, "operation": "kb import", "provider": provider, "details": details}
        await audit.record(connection, at=now(), **row)


def _article_names(source: Path) -> frozenset[str]:
    return frozenset(path.name for path in source.iterdir() if path.is_dir() and not path.name.startswith("."))


def _copy_into_desk(root: Path, source: Path, provider: str) -> Path:
    """The desk's own folder of articles, with those of ``source`` in it once all of them have been found to be good."""
    import shutil  # noqa: PLC0415

    from kb.content.article_files import read_folders  # noqa: PLC0415

    target = root / "providers" / provider / "articles" if provider else root / "articles"
    if source.resolve() == target.resolve():
        read_folders([source], provider)
    else:
        _refuse_links(source)
        read_folders([source], provider)
        for name in _article_names(source):
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
    return target


def _refuse_links(source: Path) -> None:
    """A link in somebody else's folder may name a file of ours, which would be copied and shown as a picture."""
    for path in source.rglob("*"):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            refuse(sentence("{path} is no plain file: nothing was taken", path=path), WRONG)


def _label(one: object) -> object:
    return one if isinstance(one, str) else f"{getattr(one, 'article', '')}/{getattr(one, 'language', '')}"


def _print_result(result: ImportResult) -> None:
    added, updated, same = (len(what) for what in (result.added, result.updated, result.unchanged))
    tell(sentence("{added} added, {updated} updated, {same} unchanged", added=added, updated=updated, same=same))
    for conflict in result.conflicts:
        tell(
            sentence(
                "not taken, it was edited here: {article}/{language}",
                article=conflict.article,
                language=conflict.language,
            ),
            fg="yellow",
            err=True,
        )
        click.echo(safe_for_terminal(conflict.difference), err=True)
