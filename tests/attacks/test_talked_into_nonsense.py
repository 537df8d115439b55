"""A crowd that lies as much as it may leaves the base as good as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.content.article_files import Article, read_folders
from kb.learning.phrase_acceptance import (
    MAX_FROM_UNPROVED,
    ConfirmedWords,
    KnownPhrasings,
    anonymised_phrase,
    judge_phrase,
)
from kb.search.matcher import Matcher
from kb.storage.phrase_store import with_learned_phrasings

ARTICLES = list(read_folders([Path(kb.__file__).parent / "articles"]).values())
EVALUATION = Path(__file__).parents[1] / "kb" / "evaluation"
TARGET = "no-internet"
LURE = "нет интернета"


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EVALUATION / f"{name}.jsonl").read_text("utf-8").splitlines()]


def crowd(matcher: Matcher, lies: list[str]) -> list[str]:
    """What strangers teach who put a lie beside a true trouble and say that it helped, each under another name."""
    learned: dict[int, str] = {}
    article = next(one for one in ARTICLES if one.id == TARGET)
    edition = article.edition("ru")

    def leads(text: str) -> list[str]:
        return [one.article.id for one in matcher.best(text, "ru")]

    for case, lie in enumerate(lies):
        known = KnownPhrasings(
            (edition.title, *edition.phrasings), (edition.body,), learned, count_of_unproved=len(learned)
        )
        one = ConfirmedWords("sever", case, TARGET, case, "subscriber", f"{LURE}, {lie}", "ru")
        said = anonymised_phrase(one, known, leads)
        if verdict := judge_phrase(one, said, known, leads(said)).text:
            learned[case] = verdict
    return list(learned.values())


def poisoned(lies: list[str]) -> list[Article]:
    before = Matcher(ARTICLES)
    return with_learned_phrasings(ARTICLES, [("", TARGET, "ru", one) for one in crowd(before, lies)])


@pytest.fixture(scope="module")
def clean() -> Matcher:
    return Matcher(ARTICLES)


def shares(matcher: Matcher, asked: list[dict[str, Any]]) -> tuple[float, float]:
    """How often the first article is a right one, and how often the target is the first though it is not."""
    first = [matcher.answer(one["q"], "ru").nearest[:1] for one in asked]
    found = [one[0].article.id if one else "" for one in first]
    right = [one["id"] if isinstance(one["id"], list) else [one["id"]] for one in asked]
    hits = sum(id in those for id, those in zip(found, right, strict=True))
    lured = sum(id == TARGET and TARGET not in those for id, those in zip(found, right, strict=True))
    return hits / len(asked), lured / len(asked)


def test_words_of_other_articles_put_beside_a_true_trouble_lead_nobody_astray(clean: Matcher) -> None:
    lies = [one for article in ARTICLES if article.id != TARGET for one in article.edition("ru").phrasings]
    attacked = Matcher(poisoned(lies))
    asked = lines("ru")
    (right, lured), (right_after, lured_after) = shares(clean, asked), shares(attacked, asked)
    assert right_after >= right - 0.01
    assert lured_after <= lured + 0.01


def test_what_fits_nothing_goes_on_to_find_nothing(clean: Matcher) -> None:
    nothing = [one for one in lines("nothing") if one["lang"] == "ru"]
    lies = [one["q"] for one in nothing[::2]]
    others = [one["q"] for one in nothing[1::2] if one["scope"] == "far"]
    assert len(crowd(clean, lies)) == MAX_FROM_UNPROVED, "they teach no more than that"
    attacked = Matcher(poisoned(lies))
    before, after = (sum(one.answer(text, "ru").fits for text in others) for one in (clean, attacked))
    assert after <= before
