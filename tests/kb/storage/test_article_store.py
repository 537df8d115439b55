"""Articles are stored in the database; files are imported when they change, and never overwrite an edit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.storage.database import Database
from kb.content.article_files import InvalidArticle, read_folder
from kb.storage.article_store import ArticleEditionRow, ImportResult, import_folder, load_articles
from tests.kb.article_factory import write_article

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction on a database with an empty table of articles."""
    database = Database(database_url)
    try:
        async with database.work() as connection:
            await connection.run_sync(ArticleEditionRow.__table__.create)  # type: ignore[attr-defined]
            yield connection
    finally:
        await database.close()


async def edit_in_database(connection: AsyncConnection, body: str) -> None:
    """Somebody edits the kettle's article in the database."""
    await connection.execute(update(ArticleEditionRow).values(body=body))


async def import_from(connection: AsyncConnection, folder: Path, provider: str = "", *beneath: Path) -> ImportResult:
    return await import_folder(connection, provider, folder, NOW, fallback_folders=beneath)


async def test_what_is_loaded_is_what_was_read(connection: AsyncConnection, tmp_path: Path) -> None:
    write_article(tmp_path, language="ru", title="Чайник не греет", dialog="tea")
    place = write_article(tmp_path, dialog="tea")
    assert (await import_from(connection, tmp_path)).added == ["kettle/ru", "kettle/en"]
    loaded = await load_articles(connection)
    assert [one.hash for one in loaded] == [read_folder(place).hash]
    assert loaded == [read_folder(place)]


async def test_a_file_is_imported_again_only_when_it_has_changed(connection: AsyncConnection, tmp_path: Path) -> None:
    write_article(tmp_path)
    await import_from(connection, tmp_path)
    assert (await import_from(connection, tmp_path)).unchanged == ["kettle/en"]
    write_article(tmp_path, body="Fill it, then plug it in.")
    assert (await import_from(connection, tmp_path)).updated == ["kettle/en"]
    assert (await load_articles(connection))[0].edition("en").body == "Fill it, then plug it in.\n"


async def test_an_edit_in_the_database_stays_while_the_file_is_unchanged(
    connection: AsyncConnection, tmp_path: Path
) -> None:
    write_article(tmp_path)
    await import_from(connection, tmp_path)
    await edit_in_database(connection, "Ask a neighbour for tea.\n")
    assert (await import_from(connection, tmp_path)).unchanged == ["kettle/en"]
    assert (await load_articles(connection))[0].edition("en").body == "Ask a neighbour for tea.\n"


async def test_when_both_have_changed_the_import_refuses_and_shows_the_difference(
    connection: AsyncConnection, tmp_path: Path
) -> None:
    write_article(tmp_path)
    await import_from(connection, tmp_path)
    await edit_in_database(connection, "Ask a neighbour for tea.\n")
    write_article(tmp_path, body="Fill it first.")
    refused = await import_from(connection, tmp_path)
    assert [(one.article, one.language) for one in refused.conflicts] == [("kettle", "en")]
    difference = refused.conflicts[0].difference.split("\n")
    assert "-Ask a neighbour for tea." in difference
    assert "+Fill it first." in difference
    assert (await load_articles(connection))[0].edition("en").body == "Ask a neighbour for tea.\n"


async def test_a_file_with_the_databases_text_resolves_the_conflict(
    connection: AsyncConnection, tmp_path: Path
) -> None:
    write_article(tmp_path)
    await import_from(connection, tmp_path)
    await edit_in_database(connection, "Ask a neighbour for tea.\n")
    write_article(tmp_path, body="Ask a neighbour for tea.")
    assert (await import_from(connection, tmp_path)).updated == ["kettle/en"]
    write_article(tmp_path, body="Buy a new kettle.")
    assert (await import_from(connection, tmp_path)).updated == ["kettle/en"]


async def test_an_article_without_a_file_is_deleted_unless_it_was_edited(
    connection: AsyncConnection, tmp_path: Path
) -> None:
    write_article(tmp_path)
    write_article(tmp_path, "lamp")
    await import_from(connection, tmp_path)
    for name in ("kettle", "lamp"):
        (tmp_path / name / "en.md").unlink()
        (tmp_path / name).rmdir()
    await connection.execute(
        update(ArticleEditionRow).where(ArticleEditionRow.id == "lamp").values(title="A lamp we love")
    )
    assert (await import_from(connection, tmp_path)).removed == ["kettle/en"]
    assert [one.id for one in await load_articles(connection)] == ["lamp"]


async def test_the_desks_own_folder_comes_before_the_packaged_one(connection: AsyncConnection, tmp_path: Path) -> None:
    desk, packaged = tmp_path / "desk", tmp_path / "packaged"
    write_article(packaged, body="Packaged.")
    write_article(packaged, "lamp", body="Packaged.")
    write_article(desk, body="Our own.")
    assert (await import_from(connection, desk, "", packaged)).added == ["kettle/en", "lamp/en"]
    assert (await import_from(connection, desk, "", packaged)).unchanged == ["kettle/en", "lamp/en"]
    assert [one.edition("en").body for one in await load_articles(connection)] == ["Our own.\n", "Packaged.\n"]


async def test_one_provider_does_not_touch_anothers_articles(connection: AsyncConnection, tmp_path: Path) -> None:
    write_article(tmp_path / "sever", body="North.")
    write_article(tmp_path / "volga", body="River.")
    await import_from(connection, tmp_path / "sever", "sever")
    await import_from(connection, tmp_path / "volga", "volga")
    assert (await import_from(connection, tmp_path / "nothing", "volga")).removed == ["kettle/en"]
    assert [(one.provider, one.edition("en").body) for one in await load_articles(connection)] == [
        ("sever", "North.\n")
    ]


async def test_one_invalid_article_leaves_everything_as_it_was(connection: AsyncConnection, tmp_path: Path) -> None:
    write_article(tmp_path, "apple")
    write_article(tmp_path, "bad", phrasings=(" ",))
    with pytest.raises(InvalidArticle, match="phrasings"):
        await import_from(connection, tmp_path)
    assert await load_articles(connection) == []
