"""Those the matcher is measured beside: each is given the same articles and asked the same questions.

A rival is made of texts, a title or phrasing each, with the number of its article; `ask` gives the numbers of the
articles it finds, the best first. They are taken as their own documents recommend, without our layouts and repairs.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable, Sequence
from typing import Protocol

import bm25s
import Stemmer
from rapidfuzz import fuzz, process, utils

from kb.content.article_files import Article
from kb.search.matcher import Matcher
from tests.peers.postgres import Postgres

_WORD = re.compile(r"\w+")
ENTRIES = 40
"""Entries a rival is asked for, so that three different articles are among them."""


class Rival(Protocol):
    """Something that finds articles."""

    def ask(self, text: str) -> Sequence[str]:
        """Ids of articles, the best first."""


class Firstline:
    """This project's own."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._matcher = Matcher(articles)

    def ask(self, text: str) -> Sequence[str]:
        return [one.article.id for one in self._matcher.answer(text, "ru").nearest]


def entries(articles: Sequence[Article]) -> tuple[list[str], list[str]]:
    """Every title and phrasing, and the article of each."""
    pairs = [
        (text, article.id)
        for article in articles
        for edition in article.editions.values()
        for text in (edition.title, *edition.phrasings)
    ]
    return [text for text, _ in pairs], [id for _, id in pairs]


def _different(ids: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(ids))[:3]


class Bm25s:
    """bm25s with Snowball's stems, over an article's titles, phrasings and answer as one text."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._ids = [one.id for one in articles]
        texts = [
            " ".join(
                text for edition in one.editions.values() for text in (edition.title, *edition.phrasings, edition.body)
            )
            for one in articles
        ]
        self._stemmer = Stemmer.Stemmer("russian")
        self._index = bm25s.BM25()
        self._index.index(self._tokens(texts), show_progress=False)

    def ask(self, text: str) -> Sequence[str]:
        found, _ = self._index.retrieve(self._tokens([text]), k=3, show_progress=False)
        return [self._ids[at] for at in found[0]]

    def _tokens(self, texts: list[str]) -> object:
        return bm25s.tokenize(texts, stopwords=[], stemmer=self._stemmer, show_progress=False)


class Fts5:
    """SQLite's FTS5 with its trigram tokenizer, every trigram of the question wanted, ranked by its bm25."""

    def __init__(self, articles: Sequence[Article]) -> None:
        texts, self._ids = entries(articles)
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE VIRTUAL TABLE entries USING fts5(text, tokenize='trigram')")
        self._database.executemany("INSERT INTO entries(text) VALUES (?)", ((text,) for text in texts))

    def ask(self, text: str) -> Sequence[str]:
        plain = "".join(char for char in text.casefold() if char != '"')
        wanted = " OR ".join(f'"{plain[at : at + 3]}"' for at in range(len(plain) - 2))
        query = "SELECT rowid FROM entries WHERE entries MATCH ? ORDER BY rank LIMIT ?"
        return _different([self._ids[row - 1] for (row,) in self._database.execute(query, (wanted, ENTRIES))])


class StemmedFts5:
    """SQLite's FTS5 over Snowball's stems of an article's titles, phrasings and answer, any of the question's wanted,
    ranked by its bm25 with a title or phrasing worth three times an answer."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._stemmer = Stemmer.Stemmer("russian")
        self._ids = [one.id for one in articles]
        rows = (
            (
                self._stems(
                    " ".join(text for one in article.editions.values() for text in (one.title, *one.phrasings))
                ),
                self._stems(" ".join(one.body for one in article.editions.values())),
            )
            for article in articles
        )
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE VIRTUAL TABLE articles USING fts5(entries, answer)")
        self._database.executemany("INSERT INTO articles(entries, answer) VALUES (?, ?)", rows)

    def ask(self, text: str) -> Sequence[str]:
        wanted = " OR ".join(f'"{stem}"' for stem in self._stems(text).split())
        query = "SELECT rowid FROM articles WHERE articles MATCH ? ORDER BY bm25(articles, 3.0, 1.0) LIMIT 3"
        return [self._ids[row - 1] for (row,) in self._database.execute(query, (wanted,))] if wanted else []

    def _stems(self, text: str) -> str:
        return " ".join(self._stemmer.stemWords(_WORD.findall(text.casefold())))


class Scan:
    """rapidfuzz over every entry, by token_set_ratio."""

    def __init__(self, articles: Sequence[Article]) -> None:
        texts, self._ids = entries(articles)
        self._texts = [utils.default_process(text) for text in texts]

    def ask(self, text: str) -> Sequence[str]:
        wanted = utils.default_process(text)
        found = process.extract(wanted, self._texts, scorer=fuzz.token_set_ratio, limit=ENTRIES)
        return _different([self._ids[at] for _, _, at in found])


class PgTrgm:
    """PostgreSQL's pg_trgm, a GiST index and the distance operator."""

    def __init__(self, articles: Sequence[Article], server: Postgres) -> None:
        texts, self._ids = entries(articles)
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._fill(server, texts))

    async def _fill(self, server: Postgres, texts: Sequence[str]) -> None:
        import asyncpg

        url = server.database("knowledge")
        server.admin("CREATE EXTENSION pg_trgm", "knowledge")
        self._connection = await asyncpg.connect(url)
        await self._connection.execute("CREATE TABLE entries (id int, text text)")
        await self._connection.copy_records_to_table("entries", records=list(enumerate(texts)))
        await self._connection.execute("CREATE INDEX ON entries USING gist (text gist_trgm_ops(siglen=64))")
        await self._connection.execute("ANALYZE entries")

    def ask(self, text: str) -> Sequence[str]:
        query = f"SELECT id FROM entries ORDER BY text <-> $1 LIMIT {ENTRIES}"
        rows = self._loop.run_until_complete(self._connection.fetch(query, text))
        return _different([self._ids[row["id"]] for row in rows])


RIVALS: dict[str, Callable[[Sequence[Article]], Rival]] = {
    "firstline": Firstline,
    "bm25s": Bm25s,
    "fts5 trigram": Fts5,
    "fts5 stemmed": StemmedFts5,
    "rapidfuzz scan": Scan,
}
