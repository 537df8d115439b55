"""Builds a large index in a process of its own, so that nobody who is being answered has to wait for it.

The process reads the articles as lines of JSON and saves the index for all workers (`kb.search.index_files`).
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from kb.content.article_files import Article, ArticleTranslation
from kb.search.index_files import IndexFiles
from kb.search.matcher import Matcher

LARGE_INDEX_ENTRIES = 2_000
"""Titles and phrasings from which on it is worth the second that a process takes to start."""


def is_large(articles: Sequence[Article]) -> bool:
    """Whether indexing these in this process would delay other work."""
    return (
        sum(1 + len(one.phrasings) for article in articles for one in article.editions.values()) >= LARGE_INDEX_ENTRIES
    )


def build_in_process(store: IndexFiles, name: str, key: str, articles: Iterable[Article], *, calibrate: bool) -> None:
    """Builds and saves the index of these articles; ``calibrate`` where they need a threshold of their own. Errors are
    not reported: the caller then finds no index, and builds one itself."""
    command = [
        sys.executable,
        "-m",
        "kb.search.build_process",
        str(store.folder),
        name,
        key,
        "calibrate" if calibrate else "",
    ]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, text=True, encoding="utf-8") as process,  # noqa: S603
        contextlib.suppress(BrokenPipeError),
    ):
        if process.stdin is not None:
            process.stdin.writelines(map(_article_to_json, articles))


def _article_to_json(article: Article) -> str:
    editions = [[one.language, one.title, one.phrasings, one.body] for one in article.editions.values()]
    return json.dumps([article.id, editions]) + "\n"


def _article_from_json(line: str) -> Article:
    id, editions = json.loads(line)
    return Article(id, "", {one[0]: ArticleTranslation(one[0], one[1], tuple(one[2]), one[3]) for one in editions})


def main(folder: str, name: str, key: str, calibrate: str) -> None:
    """Reads articles from standard input, builds the index and saves it."""
    articles = [_article_from_json(line) for line in sys.stdin]
    IndexFiles(Path(folder)).save(name, key, Matcher(articles, calibrate=bool(calibrate)).arrays())


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main(*sys.argv[1:])
