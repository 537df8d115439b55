"""What people ask a provider that the articles may not be about: television, joining, leaving, money back. Pure.

Such a question has many words in common with articles on other things, so that likeness alone shows a wrong one. An
article answers it only where the article's own words are about the same topic.

Nor can likeness tell "on no device" from "on one device", no internet from a slow one, or no light at all from one
that is off: articles that contradict what the question tells are left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

from desk.language.normalize import normalized
from desk.understanding.own_or_other_matter import tells_of_no_service
from desk.understanding.reading.observations import Situation
from desk.understanding.understand import understand
from kb.content.article_files import ArticleTranslation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Topic:
    """A topic: any of ``needed``, each all of its patterns, and not ``unless``; searched for in normalized words."""

    name: str
    needed: tuple[tuple[re.Pattern[str], ...], ...]
    unless: re.Pattern[str]


@cache
def _topics() -> tuple[_Topic, ...]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return tuple(_topic(name, topic["words"], topic["unless"]) for name, topic in table.items())


def _topic(name: str, entries: Sequence[str], unless: Sequence[str]) -> _Topic:
    together = [[_phrase(one) for one in entry.split("+")] for entry in entries if "+" in entry]
    alone = [entry for entry in entries if "+" not in entry]
    return _Topic(name, ((_any_of(alone),), *(tuple(phrases) for phrases in together)), _any_of(unless))


_WORKS = re.compile(
    r"\b(?:сам )?(?:интернет|инет|вай ?фай|wifi|wi fi|сеть|internet|net) (?:сам |при этом |же |то |itself |is |все )*"
    r"(?:есть|работает|пашет|в порядке|норм|нормально|нормальный|хорошо|ок|fine|ok|okay|works|working|good|up)\b"
)
"""What works is not what the question is about: "телевизор не показывает, интернет есть"."""


@lru_cache(maxsize=1024)
def topics_of(text: str) -> frozenset[str]:
    """The topics that a question is about. The last questions are remembered: each is asked of several articles."""
    words = _WORKS.sub(" ", normalized(text))
    return frozenset(
        topic.name
        for topic in _topics()
        if any(all(one.search(words) for one in patterns) for patterns in topic.needed)
        and not topic.unless.search(words)
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


def fitting_facts(
    text: str, ranked: Sequence[T], editions: Callable[[T], Mapping[str, ArticleTranslation]]
) -> Sequence[T]:
    """The articles of a ranking, the best first, without those that contradict what the question tells: on one device
    or on Wi-Fi alone where every device is affected, on speed where there is no internet at all, on how to restart what
    restarts by itself. Where no lamp is lit, or LOS is red, those come alone that are about that too, if any.
    ``editions`` gives the editions of one."""
    if not ranked:
        return ranked
    scope, lamps = _told(text)
    no_service, restarts_itself = tells_of_no_service(text), bool(_BY_ITSELF.search(text))

    def contradicts(one: T) -> bool:
        titles = [edition.title for edition in editions(one).values()]
        partial = scope == "all" and any(_told(title)[0] in _PARTIAL for title in titles)
        how_to_restart = restarts_itself and any(_RESTART.search(title) for title in titles)
        return partial or how_to_restart or (no_service and any(_SPEED.search(title) for title in titles))

    def is_of_these_lamps(one: T) -> bool:
        return any(_told(words)[1] == lamps for edition in editions(one).values() for words in edition.phrasings)

    alike = [one for one in ranked if is_of_these_lamps(one)] if lamps in _TELLING_LAMPS else []
    return alike or [one for one in ranked if not contradicts(one)]


_TELLING_LAMPS = frozenset({"off", "los"})
_PARTIAL = frozenset({"one", "wifi", "wired"})
_RESTART = re.compile(r"перезагру|restart", re.IGNORECASE)
_BY_ITSELF = re.compile(
    r"\bсам\w*\b[^.!?\n]{0,20}\b(?:пере|вы)\w*(?:гружа|ключа|запуска)\w*|"
    r"\b(?:постоянно|всё время|все время|каждые)\b[^.!?\n]{0,20}перезагружа\w+|\bперезагружается\b|"
    r"\bkeeps? (?:on )?(?:re-?start|re-?boot)ing|"
    r"\bre(?:starts|boots)\b[^.!?\n]{0,10}"
    r"\b(?:itself|by itself|on its own|every|all the time)\b",
    re.IGNORECASE,
)
_SPEED = re.compile(r"скорост|медлен|slow|speed", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _told(text: str) -> tuple[object, object]:
    """The values of the slots "scope" and "lamps" in a text, None where it tells of none."""
    found = understand(text, Situation())
    scope, lamps = found.value("scope"), found.value("lamps")
    return scope.value if scope else None, lamps.value if lamps else None


def _phrase(entry: str) -> re.Pattern[str]:
    return _any_of([entry])


def _any_of(entries: Iterable[str]) -> re.Pattern[str]:
    """Any of these phrases as whole words; a word that ends in "*" stands for all that begin so."""
    phrases = (" ".join(map(_word, entry.casefold().split())) for entry in entries)
    return re.compile(rf"(?<!\S)(?:{'|'.join(phrases) or '(?!)'})(?!\S)")


def _word(pattern: str) -> str:
    return rf"{re.escape(pattern[:-1])}\S*" if pattern.endswith("*") else re.escape(pattern)
