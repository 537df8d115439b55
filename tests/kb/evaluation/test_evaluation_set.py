"""The evaluation set is well formed, large and balanced as promised, and kept apart from the phrasings."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz, process

import kb
from desk.language.detect import LANGUAGES
from desk.language.normalize import normalized
from kb.content.article_files import read_folders
from kb.search.background_corpus import background_sentences

FOLDER = Path(__file__).parent
FILES = ("ru", "en", "nothing")
ARTICLES = read_folders([Path(kb.__file__).parent / "articles"])
SPEAKER_KINDS = 15
PACKAGED_ARTICLES = 30
MIN_PHRASES_OF_ARTICLE = 18
MAX_SIMILARITY = 80.0
"""Of 100 by `fuzz.token_sort_ratio`: at this and above two phrases are one phrase told twice."""


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


PHRASES_BY_FILE = {name: read_jsonl(FOLDER / f"{name}.jsonl") for name in FILES}
ANSWERABLE = [*PHRASES_BY_FILE["ru"], *PHRASES_BY_FILE["en"]]
LATER = read_jsonl(FOLDER / "later.jsonl")
ALL = [*ANSWERABLE, *PHRASES_BY_FILE["nothing"]]


def accepted_articles(one: dict[str, Any]) -> list[str]:
    """The articles that answer a phrase, the best first; none for one that fits nothing."""
    meant = one["id"]
    return [] if meant is None else [meant] if isinstance(meant, str) else meant


def test_every_line_says_the_words_the_language_the_article_and_who_speaks() -> None:
    for one in ANSWERABLE:
        assert set(one) == {"q", "lang", "id", "kind"}
        assert accepted_articles(one)
        assert len(accepted_articles(one)) == len(set(accepted_articles(one)))
    for one in PHRASES_BY_FILE["nothing"]:
        assert set(one) == {"q", "lang", "id", "kind", "scope"}
        assert one["id"] is None
        assert one["scope"] in ("far", "near")
    assert all(one["q"] == one["q"].strip() != "" and one["lang"] in LANGUAGES and one["kind"] for one in ALL)
    assert all(one["lang"] == language for language in LANGUAGES for one in PHRASES_BY_FILE[language])
    assert len({one["kind"] for one in ALL}) == SPEAKER_KINDS


def test_what_was_written_later_says_the_words_the_language_and_the_article() -> None:
    assert all(set(one) == {"q", "lang", "id"} and one["q"] and one["lang"] in LANGUAGES for one in LATER)
    assert {one["id"] for one in LATER} - {None} == {accepted_articles(one)[0] for one in ANSWERABLE}
    assert sum(one["id"] is None for one in LATER) == len(LATER) / 3


def test_it_is_as_large_as_promised_and_three_in_five_phrases_are_russian() -> None:
    assert len(ANSWERABLE) >= 640
    assert 0.55 <= len(PHRASES_BY_FILE["ru"]) / len(ANSWERABLE) <= 0.65
    assert len(PHRASES_BY_FILE["nothing"]) >= 220
    assert min(Counter(one["scope"] for one in PHRASES_BY_FILE["nothing"]).values()) >= 110


def test_few_phrases_have_two_answers() -> None:
    assert sum(len(accepted_articles(one)) > 1 for one in ANSWERABLE) / len(ANSWERABLE) <= 0.15


def test_thirty_articles_are_meant_each_often_enough_in_both_languages() -> None:
    meant = Counter(accepted_articles(one)[0] for one in ANSWERABLE)
    assert len(meant) == PACKAGED_ARTICLES
    assert min(meant.values()) >= MIN_PHRASES_OF_ARTICLE
    for language in LANGUAGES:
        assert {accepted_articles(one)[0] for one in PHRASES_BY_FILE[language]} == set(meant)


def test_every_packaged_article_is_meant() -> None:
    assert set(ARTICLES) <= {id for one in ANSWERABLE for id in accepted_articles(one)}


@pytest.mark.skipif(len(ARTICLES) < PACKAGED_ARTICLES, reason="not all of the starter articles are there yet")
def test_every_article_meant_is_packaged() -> None:
    assert {id for one in ANSWERABLE for id in accepted_articles(one)} <= set(ARTICLES)


def test_no_phrase_is_a_title_or_a_phrasing_of_an_article() -> None:
    told = {
        normalized(text)
        for article in ARTICLES.values()
        for edition in article.editions.values()
        for text in (edition.title, *edition.phrasings)
    }
    assert [one["q"] for one in (*ALL, *LATER) if normalized(one["q"]) in told] == []


def test_no_phrase_is_among_those_the_matcher_was_first_tried_on() -> None:
    tried = {normalized(one["q"]) for one in read_jsonl(FOLDER.parent / "phrases.jsonl")} - {""}
    assert [one["q"] for one in ALL if normalized(one["q"]) in tried] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_phrases_are_alike(language: str) -> None:
    phrases = [normalized(one["q"]) for one in (*ALL, *LATER) if one["lang"] == language]
    likeness = process.cdist(phrases, phrases, scorer=fuzz.token_sort_ratio)
    alike = [
        (phrases[i], phrases[j]) for i in range(len(phrases)) for j in range(i) if likeness[i, j] >= MAX_SIMILARITY
    ]
    assert alike == []


def test_no_background_sentence_repeats_a_phrase() -> None:
    everyday = [normalized(one) for one in background_sentences()]
    likeness = process.cdist([normalized(one["q"]) for one in (*ALL, *LATER)], everyday, scorer=fuzz.token_sort_ratio)
    alike = [(ALL + LATER)[i]["q"] for i in range(len(likeness)) if likeness[i].max() >= MAX_SIMILARITY]
    assert alike == []
