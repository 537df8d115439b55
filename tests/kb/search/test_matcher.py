"""The matcher finds the article people mean, in their own words, and finds nothing where nothing fits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kb
from kb.content.article_files import read_folders
from kb.content.article_json_lines import read_lines
from kb.search.layered_index import leave_one_out_questions
from kb.search.matcher import Matcher
from kb.search.tokenize import Vocabulary, normalise, query_words
from tests.kb.article_factory import make_article

PACKAGED = Path(kb.__file__).parent / "articles"
PHRASES = [
    json.loads(line) for line in (Path(__file__).parent.parent / "phrases.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def packaged() -> Matcher:
    return Matcher(list(read_folders([PACKAGED]).values()))


def matching_ids(matcher: Matcher, text: str, language: str = "en") -> list[str]:
    return [match.article.id for match in matcher.best(text, language)]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_of_imagined_phrases_the_article_meant_is_among_three_in_at_least_85_of_100(
    packaged: Matcher, language: str
) -> None:
    meant = [one for one in PHRASES if one["article"] and one["language"] == language]
    hits = sum(one["article"] in matching_ids(packaged, one["q"], language) for one in meant)
    assert len(meant) > 60
    assert hits / len(meant) >= 0.85


@pytest.mark.parametrize("language", ["ru", "en"])
def test_of_phrases_that_fit_nothing_at_least_80_of_100_find_nothing(packaged: Matcher, language: str) -> None:
    strange = [one for one in PHRASES if not one["article"] and one["language"] == language]
    rejected = sum(not packaged.best(one["q"], language) for one in strange)
    assert len(strange) >= 18
    assert rejected / len(strange) >= 0.80


def test_when_it_says_it_is_sure_it_is_right_in_at_least_90_of_100(packaged: Matcher) -> None:
    best = [(one["article"], packaged.best(one["q"], one["language"], 1)) for one in PHRASES]
    sure = [meant == top[0].article.id for meant, top in best if top and top[0].sure]
    assert len(sure) > len(PHRASES) / 2
    assert sum(sure) / len(sure) >= 0.90


def test_the_articles_would_be_found_in_the_same_words_had_nobody_thought_of_them(packaged: Matcher) -> None:
    hits: list[bool] = []
    for one in read_folders([PACKAGED]).values():
        for text in (text for edition in one.editions.values() for text in edition.phrasings):
            hits.append(one.id in packaged.search_without(text, skipped_phrasing=text)[:3])
    assert sum(hits) / len(hits) >= 0.85


def test_the_phrases_are_not_the_articles_own() -> None:
    editions = [e for one in read_folders([PACKAGED]).values() for e in one.editions.values()]
    own = {query_words(text) for edition in editions for text in (edition.title, *edition.phrasings)}
    assert [one["q"] for one in PHRASES if query_words(one["q"]) in own] == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Здравствуйте! второй день нет интернета, договор 40-1187", "ru"),
        ("ИНТЕРНЕТ НЕ РАБОТАЕТ!!! сколько можно", "ru"),
        ("нет интрнета", "ru"),
        ("Hello, my internet is down, contract 40-2203", "en"),
        ("i have no intenret", "en"),
    ],
)
def test_the_main_complaint_is_surely_known(packaged: Matcher, text: str, language: str) -> None:
    best = packaged.best(text, language)[0]
    assert (best.article.id, best.language, best.sure) == ("no-internet", language, True)


@pytest.mark.parametrize("text", ["", "   ", "!!!", "\u200b\u200b", "40-1187", "🙂🙂🙂", "а", "the"])
def test_words_that_say_nothing_find_nothing(packaged: Matcher, text: str) -> None:
    assert packaged.best(text, "ru") == ()


def test_the_answer_comes_in_the_language_asked_for_whatever_language_the_words_are_in(packaged: Matcher) -> None:
    assert packaged.best("no internet", "ru")[0].language == "ru"
    assert Matcher([make_article("kettle", "no tea today")]).best("no tea today", "ru")[0].language == "en"


def test_short_words_must_be_equal_and_long_ones_may_be_misspelt() -> None:
    matcher = Matcher([make_article("los", "los"), make_article("router", "router restart")])
    assert matching_ids(matcher, "lot") == []
    assert matching_ids(matcher, "Los!") == ["los"]
    assert matching_ids(matcher, "ruoter restrat") == ["router"]


def test_an_own_article_hides_the_shared_one_of_the_same_id_and_the_others_stay() -> None:
    shared = Matcher([make_article("kettle", "kettle is cold"), make_article("lamp", "lamp is dark")])
    own = Matcher([make_article("kettle", "samovar is cold", provider="sever")], shared)
    assert [one.article.provider for one in own.best("samovar is cold", "en")] == ["sever"]
    assert matching_ids(own, "kettle") == []
    assert matching_ids(own, "lamp is dark") == ["lamp"]
    assert matching_ids(shared, "kettle is cold") == ["kettle"]


def test_a_base_without_articles_finds_nothing_and_does_not_fall() -> None:
    assert Matcher([]).best("no internet", "en") == ()
    assert matching_ids(Matcher([make_article("kettle", "kettle is cold")], Matcher([])), "kettle is cold") == [
        "kettle"
    ]


def test_words_are_read_as_they_are_meant() -> None:
    assert normalise("Ёж\u00ad ＷＩＦＩ\u200b") == "еж wifi"
    assert query_words("Здравствуйте, Wi-Fi не работает! Договор 4011879") == ("wifi", "не", "работает")
    assert query_words("card_about_to_expire") == ("card", "about", "to", "expire")


def test_a_very_long_message_is_read_only_as_far_as_it_matters(packaged: Matcher) -> None:
    assert len(query_words("слово " * 100_000)) == 40
    assert matching_ids(packaged, "нет интернета " + "ы" * 1_000_000, "ru")[:1] in (["no-internet"], [])


def test_a_base_of_another_trade_with_phrasings_only_knows_its_own_questions_from_others() -> None:
    folder = Path(__file__).parent.parent / "evaluation"
    matcher = Matcher(read_lines((folder / "bank_articles.jsonl").read_text("utf-8").splitlines()))
    asked = [json.loads(line) for line in (folder / "bank.jsonl").read_text("utf-8").splitlines()]
    answers = [(one["id"], matcher.answer(one["q"], one["lang"])) for one in asked]
    near = [id in [match.article.id for match in answer.nearest] for id, answer in answers if id]
    shown = [answer.fits for id, answer in answers if id]
    rejected = [not answer.fits for id, answer in answers if not id]
    assert sum(near) / len(near) >= 0.75
    assert sum(shown) / len(shown) >= 0.40
    assert sum(rejected) / len(rejected) >= 0.93


def test_a_base_asks_itself_what_people_say_and_not_its_titles() -> None:
    outs = leave_one_out_questions([make_article("transfer", "transfer_funds", "send money to my son")], Vocabulary())
    assert [(one.text, one.is_phrasing) for one in outs if not one.excludes_article] == [
        ("transfer_funds", False),
        ("send money to my son", True),
    ]
