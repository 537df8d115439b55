"""What people ask a provider that the articles may not be about: television, joining, leaving, money back. Pure.

Such a question has many words in common with articles on other things, so that likeness alone shows a wrong one. An
article answers it only where the article's own words are about the same topic.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from desk.language.normalize import normalized
from kb.content.article_files import ArticleTranslation

_Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Topic:
    """A topic: any of ``needed``, each all of its phrases, and none of ``unless``."""

    name: str
    needed: tuple[tuple[_Phrase, ...], ...]
    unless: tuple[_Phrase, ...]


@cache
def _topics() -> tuple[_Topic, ...]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return tuple(
        _Topic(
            name,
            tuple(tuple(_phrase(one) for one in entry.split("+")) for entry in topic["words"]),
            tuple(_phrase(entry) for entry in topic["unless"]),
        )
        for name, topic in table.items()
    )


def topics_of(text: str) -> frozenset[str]:
    """The topics that a question is about."""
    words = normalized(text).split()
    return frozenset(
        topic.name
        for topic in _topics()
        if _any_of(topic.needed, words) and not any(_stands(phrase, words) for phrase in topic.unless)
    )


def uncovered_topic(text: str, editions: Iterable[ArticleTranslation]) -> str:
    """The topic of a question that an article, given by its editions, is not about; "" where it is about all."""
    asked = topics_of(text)
    if not asked:
        return ""
    covered = frozenset(topic for edition in editions for topic in _topics_of_edition(edition.title, edition.phrasings))
    return min(asked - covered, default="")


@lru_cache(maxsize=4096)
def _topics_of_edition(title: str, phrasings: Sequence[str]) -> frozenset[str]:
    found = [topics_of(title), *(topics_of(one) for one in phrasings)]
    return frozenset(topic for topics in found for topic in topics)


def _phrase(entry: str) -> _Phrase:
    return tuple(entry.casefold().split())


def _any_of(needed: Iterable[Sequence[_Phrase]], words: Sequence[str]) -> bool:
    return any(all(_stands(phrase, words) for phrase in phrases) for phrases in needed)


def _stands(phrase: _Phrase, words: Sequence[str]) -> bool:
    length = len(phrase)
    return any(
        all(_is(pattern, word) for pattern, word in zip(phrase, words[at : at + length], strict=True))
        for at in range(len(words) - length + 1)
    )


def _is(pattern: str, word: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern
