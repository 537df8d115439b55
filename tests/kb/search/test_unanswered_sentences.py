"""What a provider is asked beside the articles finds none, unless one of its own articles is about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz, process

import kb
from desk.language.normalize import normalized
from kb.content.article_files import read_folders
from kb.search.background_corpus import packaged_sentences
from kb.search.matcher import Matcher
from tests.kb.article_factory import make_article

TESTS = Path(__file__).parents[1]
ARTICLES = list(read_folders([Path(kb.__file__).parent / "articles"]).values())
SENTENCES = packaged_sentences("unanswered_sentences")


def lines(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (TESTS / path).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """The packaged articles."""
    return Matcher(ARTICLES)


def test_what_is_like_a_sentence_finds_nothing(matcher: Matcher) -> None:
    assert not matcher.best("are you open this sunday?", "en")
    assert not matcher.best("how long does your installation take", "en")
    assert not matcher.best("у конкурентов дешевле в два раза", "ru")


def test_an_own_article_about_a_sentence_is_found_all_the_same(matcher: Matcher) -> None:
    own = make_article(
        "hours", "opening hours of our office", "are you open on sunday", "when do you open", provider="a"
    )
    found = Matcher([own], matcher).best("are you open this sunday?", "en")
    assert [one.article.id for one in found][:1] == ["hours"]


def test_no_sentence_repeats_a_question_of_a_set() -> None:
    paths = ("sets/gate/far.jsonl", "sets/gate/near.jsonl", "sets/gate/asked.jsonl", "sets/everyday.jsonl")
    asked = [normalized(one["q"]) for path in paths for one in lines(path)]
    likeness = process.cdist(list(map(normalized, SENTENCES)), asked, scorer=fuzz.token_sort_ratio)
    assert [SENTENCES[at] for at in range(len(SENTENCES)) if likeness[at].max() >= 80] == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_short_everyday_messages_are_recognised(matcher: Matcher, language: str) -> None:
    answers = [
        (one["id"], matcher.best(one["q"], language)) for one in lines("sets/everyday.jsonl") if one["lang"] == language
    ]
    assert len(answers) >= 50
    assert sum(bool(found) for _, found in answers) / len(answers) >= 0.90
    sure = [(id, found[0].article.id) for id, found in answers if found and found[0].sure]
    assert sum(id == shown for id, shown in sure) / len(sure) >= 0.88
