"""Compares search with bm25s, SQLite FTS5 by trigrams and by stems, pg_trgm and a rapidfuzz scan: quality, speed and
memory, in one run.

Each is built in a process of its own, on one thread, from the same generated articles
(`benchmarks.generated_articles`), and asked the same questions: in the articles' words, clean and with one letter in
ten mistyped, and in other words than theirs, where only a model's name and some stems are alike. Then: three hundred
providers with articles of their own in one process, and how long the event loop waits while questions are answered
beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import rivals
from benchmarks.generated_articles import GeneratedQuestion, generate_articles, generate_questions
from benchmarks.measuring import Figures, median, percentile, resident, rounded, tell
from desk.gc_freeze import frozen_after
from kb.content.article_files import Article
from kb.search.index_files import IndexFiles
from kb.search.knowledge_of_all_providers import KnowledgeOfAllProviders
from tests.peers.postgres import Postgres

TYPO_SHARE = 0.1
RECALLS = ("recall@3", "with slips", "other words")
LARGE_BASE, SLOW_RIVALS = 20_000, ("fts5 trigram", "rapidfuzz scan", "pg_trgm")
"""Rivals that read most of a large base for every question; they are asked a tenth of the questions there."""


def compare_rivals(size: int, count: int, server: Postgres | None) -> list[Figures]:
    """One line for each rival at one size."""
    makers: dict[str, Callable[[Sequence[Article]], rivals.Rival]] = dict(rivals.RIVALS)
    if server is not None:
        makers["pg_trgm"] = lambda articles: rivals.PgTrgm(articles, server)
    articles = generate_articles(size)
    kinds = (
        generate_questions(size, count),
        generate_questions(size, count, typos=TYPO_SHARE),
        generate_questions(size, count, other_words=True),
    )
    lines = []
    for name, maker in makers.items():
        few = max(10, count // 10) if size >= LARGE_BASE and name in SLOW_RIVALS else count
        figures = _in_own_process(partial(_measure, maker, articles, [asked[:few] for asked in kinds]))
        lines.append({"articles": size, "by": name, **figures})
    return lines


def _measure(
    maker: Callable[[Sequence[Article]], rivals.Rival],
    articles: Sequence[Article],
    kinds: Sequence[Sequence[GeneratedQuestion]],
) -> Figures:
    gc.collect()
    before, began = resident(os.getpid()), time.perf_counter()
    rival = maker(articles)
    built = time.perf_counter() - began
    gc.collect()
    held = resident(os.getpid()) - before
    rival.ask("first")
    found = [_ask_all(rival, asked) for asked in kinds]
    spent = [one for _, times in found for one in times]
    return {
        **{name: rounded(hits) for name, (hits, _) in zip(RECALLS, found, strict=True)},
        "p50 ms": median(spent),
        "p99 ms": percentile(spent, 0.99),
        "build s": rounded(built),
        "MiB": rounded(max(0.0, held)),
    }


def _ask_all(rival: rivals.Rival, asked: Sequence[GeneratedQuestion]) -> tuple[float, list[float]]:
    """The share answered with the article meant among three, and milliseconds of each."""
    spent, hits = [], 0
    for one in asked:
        began = time.perf_counter()
        found = rival.ask(one.text)
        spent.append((time.perf_counter() - began) * 1000)
        hits += one.article in found
    return hits / len(asked), spent


def measure_providers(count: int, each: int, shared: int) -> list[Figures]:
    """Loads so many providers with articles of their own and shared ones in one process; then loads the saved
    indexes."""

    def several() -> Figures:
        articles = generate_articles(shared)
        for number in range(count):
            articles += [replace(one, provider=f"p{number}") for one in generate_articles(each, seed=100 + number)]
        with tempfile.TemporaryDirectory() as folder:
            store = IndexFiles(Path(folder))
            gc.collect()
            before, began = resident(os.getpid()), time.perf_counter()
            knowledge = KnowledgeOfAllProviders({}, lambda _: [], articles, store)
            built = time.perf_counter() - began
            gc.collect()
            held = resident(os.getpid()) - before
            spent = _ask_providers(knowledge, count, each)
            began = time.perf_counter()
            again = KnowledgeOfAllProviders({}, lambda _: [], articles, store)
            loaded = time.perf_counter() - began
            _ask_providers(again, count, each)
            size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 2**20
        return {
            "providers": count,
            "articles each": each,
            "shared": shared,
            "build s": rounded(built),
            "load s": rounded(loaded),
            "MiB": rounded(held),
            "MiB saved": rounded(size),
            "p50 ms": median(spent),
            "p99 ms": percentile(spent, 0.99),
        }

    return [_in_own_process(several)]


def _ask_providers(knowledge: KnowledgeOfAllProviders, count: int, each: int) -> list[float]:
    spent = []
    for number in range(count):
        for one in generate_questions(each, 3, seed=100 + number):
            began = time.perf_counter()
            knowledge.suggest(f"p{number}", one.text, "ru")
            spent.append((time.perf_counter() - began) * 1000)
    return spent


def measure_event_loop(size: int, count: int) -> list[Figures]:
    """How long the event loop waits while questions are answered in threads beside it, and while a base is indexed."""

    def waits() -> list[Figures]:
        with tempfile.TemporaryDirectory() as folder:
            with frozen_after():  # as the desk does at its start
                articles = generate_articles(size)
                knowledge = KnowledgeOfAllProviders({}, lambda _: [], articles, IndexFiles(Path(folder)))
            asked = [one.text for one in generate_questions(size, count, typos=TYPO_SHARE)]
            more = [*articles[:-1], *generate_articles(1, seed=7)]

            async def questions_asked() -> None:
                for text in asked:
                    await asyncio.to_thread(knowledge.suggest, "", text, "ru")

            async def refreshed() -> None:
                await asyncio.to_thread(knowledge.refresh, more)

            works = (("nothing", _idle), ("asked", questions_asked), ("indexed anew", refreshed))
            return [{"articles": size, "while": name, **asyncio.run(_measure_delays(work))} for name, work in works]

    lines: list[Figures] = _in_own_process(waits)
    return lines


async def _idle() -> None:
    await asyncio.sleep(1.0)


async def _measure_delays(work: Callable[[], Any]) -> Figures:
    """Beats of a millisecond, and by how much each came late; of the latest also how much of that time this process
    was at work itself, for on a shared machine others may have been."""
    late: list[float] = []
    own: list[float] = []
    task = asyncio.ensure_future(work())
    while not task.done():
        began, worked = time.perf_counter(), time.process_time()
        await asyncio.sleep(0.001)
        late.append((time.perf_counter() - began - 0.001) * 1000)
        own.append(min(late[-1], (time.process_time() - worked) * 1000))
    await task
    return {
        "beats": len(late),
        "p50 ms late": median(late),
        "p99 ms": percentile(late, 0.99),
        "max ms": rounded(max(late)),
        "max own ms": rounded(max(own)),
    }


def _in_own_process(work: Callable[[], Any]) -> Any:
    """Does it in a process of its own, so that nothing of one counts for the next."""
    context = multiprocessing.get_context("fork")
    theirs, ours = context.Pipe()

    def run() -> None:
        theirs.send(work())

    process = context.Process(target=run)
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.join()


@contextmanager
def _postgres() -> Iterator[Postgres | None]:
    missing = Postgres.missing()
    if missing:
        print(f"pg_trgm is left out: {missing}")
        yield None
        return
    server = Postgres.start(fsync=False)
    try:
        yield server
    finally:
        server.remove()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.knowledge", description=__doc__)
    parser.add_argument("--sizes", default="500,10000,100000", help="articles, several numbers with commas")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--providers", type=int, default=300)
    parser.add_argument("--each", type=int, default=100, help="articles of each provider's own")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    sizes = [int(one) for one in chosen.sizes.split(",")]
    with _postgres() as server:
        for size in sizes:
            tell(f"A base of {size} articles", compare_rivals(size, chosen.questions, server), chosen.json)
    if chosen.providers:
        tell("Providers in one process", measure_providers(chosen.providers, chosen.each, 30), chosen.json)
    for size in sizes[:2]:
        tell("The event loop beside it", measure_event_loop(size, chosen.questions), chosen.json)


if __name__ == "__main__":
    main()
