"""Versions of articles: every edit keeps the text before it, its author and reason; and a counter of changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Update, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.storage.queue_and_lease_tables import counters
from kb.content.article_files import Article
from kb.storage.article_store import ArticleEditionRow, article_row_values
from kb.storage.usage_tables import ArticleVersionRow

CONTENT_COLUMNS = (
    *("title", "phrasings", "body", "pictures", "dialog", "category", "environment", "owner", "confidence"),
    *("audience", "governance"),
)
"""Columns of an edition that a reader could notice."""
FILE_AUTHOR = "file"
"""The author of what an import brought."""
_COUNTER = (counters.c.provider == "", counters.c.name == "knowledge")
_row, _version = ArticleEditionRow.__table__.c, ArticleVersionRow.__table__.c


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """An edition as it read from ``at`` on. ``content`` has the columns of `CONTENT_COLUMNS`."""

    version: int
    author: str
    why: str
    at: datetime
    content: Mapping[str, Any]


def version_content(values: Mapping[Any, Any]) -> dict[str, Any]:
    """The values of an edition's row that a version keeps."""
    return {name: values[name] for name in CONTENT_COLUMNS}


def bump_knowledge_counter() -> Update:
    """The statement that tells every worker of a change; it belongs in the transaction that makes the change."""
    return update(counters).where(*_COUNTER).values(value=counters.c.value + 1)


async def read_knowledge_counter(connection: AsyncConnection) -> int:
    """A number that grows with every edit and every learned phrasing."""
    return int((await connection.execute(select(counters.c.value).where(*_COUNTER))).scalar() or 0)


async def save_edition(
    connection: AsyncConnection, article: Article, language: str, author: str, why: str, now: datetime
) -> int:
    """Saves an edition in place of the stored one, or as a new language. Returns its version, 0 where nothing changed.

    The text before is kept too, where no version has it yet. The hash of the edition's file is kept, so the next import
    sees that both sides have changed.
    """
    values = article_row_values(article, language)
    this = (_row.provider == article.provider, _row.id == article.id, _row.language == language)
    before = (await connection.execute(select(ArticleEditionRow.__table__).where(*this))).mappings().first()
    if before is not None and version_content(before) == version_content(values):
        return 0
    last, kept = await _last_version(connection, article, language)
    if before is None:
        await connection.execute(insert(ArticleEditionRow).values(**{**values, "file_hash": ""}, updated_at=now))
    else:
        if version_content(before) != kept:
            last += 1
            await _insert_version(connection, article, language, _version_of_row(before, last))
        await connection.execute(
            update(ArticleEditionRow).where(*this).values(**version_content(values), updated_at=now)
        )
    await _insert_version(
        connection, article, language, ArticleVersion(last + 1, author, why, now, version_content(values))
    )
    await connection.execute(bump_knowledge_counter())
    return last + 1


async def load_history(connection: AsyncConnection, provider: str, article: str, language: str) -> list[ArticleVersion]:
    """Every version of an edition, the latest first."""
    these = (_version.provider == provider, _version.article == article, _version.language == language)
    query = select(ArticleVersionRow.__table__).where(*these).order_by(_version.version.desc())
    rows = (await connection.execute(query)).mappings()
    return [ArticleVersion(**{one.name: row[one.name] for one in dataclasses.fields(ArticleVersion)}) for row in rows]


async def last_authors(connection: AsyncConnection, provider: str, article: str) -> dict[str, str]:
    """The author of each edition's last version, by language; an edition that only a file ever brought is not in it."""
    these = (_version.provider == provider, _version.article == article)
    query = select(_version.language, _version.author).where(*these).order_by(_version.version)
    return {row.language: row.author for row in await connection.execute(query)}


async def restore_version(connection: AsyncConnection, version: Mapping[str, Any]) -> None:
    """Writes a row of another database's versions, and the edition as it reads in it. Does nothing where that version
    is known."""
    key = [column == version[column.name] for column in ArticleVersionRow.__table__.primary_key]
    if (await connection.execute(select(_version.version).where(*key))).first():
        return
    this = {"provider": version["provider"], "id": version["article"], "language": version["language"]}
    content = {**version["content"], "updated_at": version["at"]}
    await connection.execute(insert(ArticleVersionRow).values(**version))
    done = await connection.execute(
        update(ArticleEditionRow).where(*(_row[name] == value for name, value in this.items())).values(**content)
    )
    if not done.rowcount:
        await connection.execute(insert(ArticleEditionRow).values(**this, **content, file_hash="", content_hash=""))
    await connection.execute(bump_knowledge_counter())


def _version_of_row(row: RowMapping, version: int) -> ArticleVersion:
    return ArticleVersion(version, FILE_AUTHOR if row["file_hash"] else "", "", row["updated_at"], version_content(row))


async def _last_version(
    connection: AsyncConnection, article: Article, language: str
) -> tuple[int, Mapping[str, Any] | None]:
    """The last version's number and content; 0 and None where there is none."""
    these = (_version.provider == article.provider, _version.article == article.id, _version.language == language)
    query = select(_version.version, _version.content).where(*these).order_by(_version.version.desc()).limit(1)
    row = (await connection.execute(query)).first()
    return (row.version, row.content) if row else (0, None)


async def _insert_version(connection: AsyncConnection, article: Article, language: str, kept: ArticleVersion) -> None:
    await connection.execute(
        insert(ArticleVersionRow).values(
            provider=article.provider,
            article=article.id,
            language=language,
            version=kept.version,
            author=kept.author,
            why=kept.why[:400],
            at=kept.at,
            content=dict(kept.content),
        )
    )
