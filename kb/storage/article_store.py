"""Stores articles in the database, from where they are served, and imports files that have changed.

An edition (one article in one language) remembers the hash of its file and of the content it brought. If the content in
the database has another hash by now, somebody edited it there; if the file changed too, the import refuses that edition
and shows the difference, unless both now say the same. An edition made in the database has no file and is never
touched. Articles are the provider's words, not its subscribers': they are the desk's own rows, read whole, and need no
row-level security.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, String, Text, delete, func, insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from desk.storage.base import Base, Instant
from kb.content.article_files import Article, ArticleTranslation, content_hash, read_folders


class ArticleEditionRow(Base):
    """One article in one language. ``provider`` is "" for an article shared by all.

    ``file_hash`` is of the file last imported, "" when there never was one; ``content_hash`` is of what it brought.
    """

    __tablename__ = "articles"

    provider: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    phrasings: Mapped[list[str]] = mapped_column(JSON)
    body: Mapped[str] = mapped_column(Text)
    pictures: Mapped[list[str]] = mapped_column(JSON)
    dialog: Mapped[str] = mapped_column(String(60))
    category: Mapped[str] = mapped_column(String(24))
    environment: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(80))
    confidence: Mapped[str] = mapped_column(String(24))
    audience: Mapped[str] = mapped_column(String(24))
    governance: Mapped[str] = mapped_column(String(24), server_default="experience_based")
    file_hash: Mapped[str] = mapped_column(String(64))
    content_hash: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime] = mapped_column(Instant)


_table = ArticleEditionRow.__table__.c


@dataclass(frozen=True, slots=True)
class ImportConflict:
    """An edition changed on both sides since the last import: the file was not taken. ``difference`` is a unified diff
    from the database's text to the file's."""

    article: str
    language: str
    difference: str


@dataclass(slots=True)
class ImportResult:
    """What an import did, as ``<article id>/<language>`` each."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    conflicts: list[ImportConflict] = field(default_factory=list)


async def import_folder(
    connection: AsyncConnection,
    provider: str,
    folder: Path,
    now: datetime,
    *,
    fallback_folders: Sequence[Path] = (),
    only: Collection[str] | None = None,
) -> ImportResult:
    """Updates the provider's rows from ``folder``, and from ``fallback_folders`` for ids that it lacks.

    Reads every file before it writes anything, so an `InvalidArticle` changes nothing. Articles that an earlier import
    brought and no folder has any more are deleted, unless they were edited in the database. With ``only`` these
    articles are imported and no others, and none is deleted.
    """
    articles = read_folders((folder, *fallback_folders), provider)
    rows = await connection.execute(select(ArticleEditionRow.__table__).where(_table.provider == provider))
    existing = {(row["id"], row["language"]): row for row in rows.mappings()}
    result = ImportResult()
    for article in (one for id, one in articles.items() if only is None or id in only):
        for language in article.editions:
            await _import_edition(
                connection, article, language, existing.pop((article.id, language), None), now, result
            )
    for row in existing.values() if only is None else ():
        if row["file_hash"] and not _edited(row):
            await connection.execute(delete(ArticleEditionRow).where(*_key_condition(row)))
            result.removed.append(_label(row["id"], row["language"]))
    return result


async def import_articles(
    connection: AsyncConnection, provider: str, articles: Sequence[Article], now: datetime
) -> ImportResult:
    """Adds articles that have no file in the desk, and updates those an earlier import of this kind brought.

    One that was edited in the database since, or that has a file, is refused. Nothing is ever deleted.
    """
    rows = await connection.execute(select(ArticleEditionRow.__table__).where(_table.provider == provider))
    existing = {(row["id"], row["language"]): row for row in rows.mappings()}
    result = ImportResult()
    new: list[dict[str, Any]] = []
    for article, language in ((one, language) for one in articles for language in one.editions):
        row, values, label = (
            existing.get((article.id, language)),
            article_row_values(article, language),
            _label(article.id, language),
        )
        if row is None:
            new.append(values | {"updated_at": now})
            result.added.append(label)
        elif (content := _hash(row)) == values["content_hash"]:
            result.unchanged.append(label)
        elif row["file_hash"] or content != row["content_hash"]:
            result.conflicts.append(ImportConflict(article.id, language, _difference(row, values, label)))
        else:
            await connection.execute(
                update(ArticleEditionRow).where(*_key_condition(row)).values(**values, updated_at=now)
            )
            result.updated.append(label)
    for begin in range(0, len(new), 500):
        await connection.execute(insert(ArticleEditionRow), new[begin : begin + 500])
    return result


async def providers_with_files(connection: AsyncConnection) -> set[str]:
    """The providers with articles that came from files."""
    return set((await connection.execute(select(_table.provider).where(_table.file_hash != "").distinct())).scalars())


async def articles_fingerprint(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """Changes when any article does, and is cheap: the number of editions, and when one was last written."""
    count, last = (await connection.execute(select(func.count(), func.max(_table.updated_at)))).one()
    return int(count), last


async def load_articles(connection: AsyncConnection) -> list[Article]:
    """Loads every article of every provider, shared ones first."""
    query = select(ArticleEditionRow.__table__).order_by(_table.provider, _table.id, _table.language)
    result = await connection.execute(query)
    # Building tens of thousands of articles takes time that must not be the event loop's.
    return await asyncio.to_thread(_articles, result.mappings())


def _articles(rows: Iterable[RowMapping]) -> list[Article]:
    whole: dict[tuple[str, str], list[RowMapping]] = {}
    for row in rows:
        whole.setdefault((row["provider"], row["id"]), []).append(row)
    return [_article(several) for several in whole.values()]


async def _import_edition(
    connection: AsyncConnection,
    article: Article,
    language: str,
    row: RowMapping | None,
    now: datetime,
    result: ImportResult,
) -> None:
    """Imports one edition, or refuses it."""
    values = article_row_values(article, language)
    label = _label(article.id, language)
    if row is None:
        await connection.execute(insert(ArticleEditionRow).values(**values, updated_at=now))
        result.added.append(label)
    elif row["file_hash"] == values["file_hash"]:
        result.unchanged.append(label)
    elif row["file_hash"] and row["content_hash"] == values["content_hash"]:
        # The file changed but not its content: an edit made in the database meanwhile stays.
        await connection.execute(
            update(ArticleEditionRow).where(*_key_condition(row)).values(file_hash=values["file_hash"])
        )
        result.unchanged.append(label)
    elif _edited(row) and _hash(row) != values["content_hash"]:
        result.conflicts.append(ImportConflict(article.id, language, _difference(row, values, label)))
    else:
        await connection.execute(update(ArticleEditionRow).where(*_key_condition(row)).values(**values, updated_at=now))
        result.updated.append(label)


def article_row_values(article: Article, language: str) -> dict[str, Any]:
    """The values of an edition's row, but for ``updated_at``."""
    edition = article.editions[language]
    return {
        "provider": article.provider,
        "id": article.id,
        "language": language,
        "title": edition.title,
        "phrasings": list(edition.phrasings),
        "body": edition.body,
        "pictures": list(edition.pictures),
        "dialog": article.dialog,
        "category": article.category,
        "environment": edition.environment,
        "owner": edition.owner,
        "confidence": edition.confidence,
        "audience": edition.audience,
        "governance": edition.governance,
        "file_hash": article.file_hashes.get(language, ""),
        "content_hash": content_hash(article, language),
    }


def _article(rows: Sequence[RowMapping]) -> Article:
    first = rows[0]
    return Article(
        id=first["id"],
        provider=first["provider"],
        editions={row["language"]: _edition(row) for row in rows},
        dialog=first["dialog"],
        category=first["category"],
        file_hashes={row["language"]: row["file_hash"] for row in rows if row["file_hash"]},
    )


def _edition(row: RowMapping) -> ArticleTranslation:
    return ArticleTranslation(
        language=row["language"],
        title=row["title"],
        phrasings=tuple(row["phrasings"]),
        body=row["body"],
        pictures=tuple(row["pictures"]),
        environment=row["environment"],
        owner=row["owner"],
        confidence=row["confidence"],
        audience=row["audience"],
        governance=row["governance"],
    )


def _hash(row: RowMapping) -> str:
    """The hash of the row's present content."""
    return content_hash(_article([row]), row["language"])


def _edited(row: RowMapping) -> bool:
    """Whether the content differs from what the last import brought (or no import brought it)."""
    return _hash(row) != row["content_hash"] or not row["file_hash"]


def _key_condition(row: RowMapping) -> tuple[Any, ...]:
    return (_table.provider == row["provider"], _table.id == row["id"], _table.language == row["language"])


def _label(article: str, language: str) -> str:
    return f"{article}/{language}"


def _difference(ours: Mapping[Any, Any], theirs: Mapping[Any, Any], label: str) -> str:
    lines = difflib.unified_diff(
        _diff_lines(ours), _diff_lines(theirs), f"database {label}", f"file {label}.md", lineterm=""
    )
    return "\n".join(lines)


def _diff_lines(values: Mapping[Any, Any]) -> list[str]:
    heads = ("dialog", "category", "environment", "owner", "confidence", "audience", "governance")
    return [
        f"title: {values['title']}",
        *(f"phrasing: {one}" for one in values["phrasings"]),
        *(f"{head}: {values[head]}" for head in heads),
        "",
        *values["body"].split("\n"),
    ]
