"""The articles of a desk: from files into the database, and from there into memory, ready to be asked."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.runtime.content_folders import ARTICLES, ContentSearchPath
from desk.clock import Clock, now
from desk.model.messages import FRONT
from desk.model.provider_files import Provider
from desk.model.settings import Settings
from desk.storage.database import Database
from kb.content.article_files import Article, with_shared_languages
from kb.search.index_files import IndexFiles
from kb.search.knowledge_of_all_providers import KnowledgeOfAllProviders
from kb.storage import article_store, article_versions, phrase_store

log = logging.getLogger(__name__)

RELOAD_AFTER = 600.0
"""Seconds after which everything is read again: with two clocks a change may be hidden from `article_store.stamp`."""


class KnowledgeLoader:
    """What of articles touches files and the database. Indexes are saved beneath the desk's data folder."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        providers: Mapping[str, Provider],
        clock: Clock = now,
    ) -> None:
        self._database = database
        self._folders = ContentSearchPath(settings)
        self._index_files = IndexFiles(settings.data / "knowledge")
        self._providers = providers
        self._clock = clock
        self._stamp_read: object = None
        self._loaded_at = 0.0

    async def import_files(self) -> None:
        """Imports the articles whose files changed. Raises `kb.content.article_files.InvalidArticle`."""
        nearest, *fallbacks = self._folders.of("", ARTICLES)
        try:
            async with self._database.work() as connection:
                results = [
                    await article_store.import_folder(
                        connection, "", nearest, self._clock(), fallback_folders=fallbacks
                    )
                ]
                imported_from_files = await article_store.providers_with_files(connection)
                for name in self._providers:
                    own = self._folders.of(name, ARTICLES)[0]
                    # Hundreds of providers have nothing of their own, and had not.
                    if name != FRONT and (name in imported_from_files or own.is_dir()):
                        results.append(await article_store.import_folder(connection, name, own, self._clock()))
            for conflict in (one for imported in results for one in imported.conflicts):
                log.warning("article %s/%s was edited here and in its file:\n%s", *astuple(conflict))
        except IntegrityError:
            log.info("another process imports the articles just now")

    async def build_knowledge_base(self) -> KnowledgeOfAllProviders:
        """All articles, indexed off the event loop."""
        read_at = self._clock()
        articles = await self._load()
        return await asyncio.to_thread(
            KnowledgeOfAllProviders, self._providers, self._pictures, articles, self._index_files, read_at
        )

    async def refresh(self, knowledge: KnowledgeOfAllProviders) -> bool:
        """Takes what has changed in the database since it was last read; says whether anything has."""
        async with self._database.look() as connection:
            same = await self._current_stamp(connection) == self._stamp_read
        if same and time.monotonic() - self._loaded_at < RELOAD_AFTER:
            return False
        read_at = self._clock()
        articles = await self._load()
        await asyncio.to_thread(knowledge.refresh, articles, read_at)
        return True

    def drop_indexes(self, providers: Iterable[str]) -> None:
        """Erases these providers' saved indexes: whoever serves them makes them anew of what there is now."""
        for name in providers:
            self._index_files.delete(name)

    async def _load(self) -> list[Article]:
        async with self._database.look() as connection:
            self._stamp_read, self._loaded_at = await self._current_stamp(connection), time.monotonic()
            articles = await article_store.load_articles(connection)
        async with self._database.read(*self._providers, FRONT) as session:
            phrases = await phrase_store.load_learned_phrasings(session)
        return await asyncio.to_thread(
            lambda: phrase_store.with_learned_phrasings(with_shared_languages(articles), phrases)
        )

    async def _current_stamp(self, connection: AsyncConnection) -> tuple[object, ...]:
        return await article_store.articles_fingerprint(connection), await article_versions.read_knowledge_counter(
            connection
        )

    def _pictures(self, provider: str) -> list[Path]:
        return self._folders.of(provider, ARTICLES)
