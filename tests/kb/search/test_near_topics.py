"""What the articles are not about gets no wrong one, and what they are about loses none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.content.article_files import read_folders
from kb.search.matcher import Matcher
from kb.search.topics_beyond_articles import topics_of, uncovered_topic
from kb.storage.phrase_store import with_learned_phrasings

SET = Path(__file__).parents[1] / "sets" / "near_topics.jsonl"
LINES: list[dict[str, Any]] = [json.loads(line) for line in SET.read_text("utf-8").splitlines()]
NEAR = [one for one in LINES if one["id"] is None]
REAL = [one for one in LINES if one["id"] is not None]
ARTICLES = read_folders([Path(kb.__file__).parent / "articles"])


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """The packaged articles."""
    return Matcher(list(ARTICLES.values()))


def shown(matcher: Matcher, one: dict[str, Any]) -> str:
    """The article that a subscriber would be shown unasked."""
    best = matcher.best(one["q"], one["lang"])
    return best[0].article.id if best and best[0].sure else ""


def test_the_set_has_both_kinds_in_both_languages() -> None:
    for kind in (NEAR, REAL):
        assert len(kind) >= 60
        assert {one["lang"] for one in kind} == {"ru", "en"}


def test_near_topics_are_shown_no_article(matcher: Matcher) -> None:
    """Two of eighty at most: sentences that an article's own words are about, more or less."""
    wrong = {one["q"]: found for one in NEAR if (found := shown(matcher, one))}
    assert len(wrong) <= 2, wrong


def test_questions_with_an_article_keep_it(matcher: Matcher) -> None:
    missed = {one["q"]: shown(matcher, one) for one in REAL if shown(matcher, one) != one["id"]}
    assert len(missed) <= 4, missed


def test_an_article_about_the_topic_itself_answers_it() -> None:
    assert topics_of("верните деньги") == {"refund"}
    assert uncovered_topic("верните деньги", ARTICLES["charges"].editions.values()) == ""
    assert uncovered_topic("верните деньги", ARTICLES["drops"].editions.values()) == "refund"


def test_a_word_of_the_topic_in_another_matter_is_no_topic() -> None:
    assert topics_of("телевизор не подключается к интернету") == frozenset()
    assert topics_of("расторгнуть договор") == {"leaving"}


def test_thanks_and_a_finished_story_find_nothing_whatever_strangers_taught() -> None:
    thanks = "Спасибо большое, всё заработало, вы молодцы!"
    asked = f"нет интернета, {thanks}"
    taught = Matcher(with_learned_phrasings(list(ARTICLES.values()), [("", "no-internet", "ru", thanks)]))
    assert taught.best(asked, "ru"), "beside a trouble they are a question"
    assert not taught.best(thanks, "ru")


@pytest.mark.parametrize(
    ("words", "language", "article"),
    [
        ("нет интернета на всех устройствах со вчерашнего вечера, 40-1187", "ru", "no-internet"),
        ("не работает ни на одном устройстве", "ru", "no-internet"),
        ("нет интернета ни на одном устройстве", "ru", "no-internet"),
        ("no internet on any device, 40-1187", "en", "no-internet"),
        ("не работает на одном устройстве", "ru", "one-device"),
        ("на всех устройствах есть, на одном нет", "ru", "one-device"),
        ("all others work, just my pc doesn't", "en", "one-device"),
    ],
)
def test_whoever_says_every_device_gets_no_article_on_one(
    matcher: Matcher, words: str, language: str, article: str
) -> None:
    assert shown(matcher, {"q": words, "lang": language}) == article


@pytest.mark.parametrize(
    "words",
    [
        "internet is slow since yesterday, contract 40-1187",
        "my internet is super slow since yesterday",
        "internet has been slow since yesterday",
    ],
)
def test_slow_since_yesterday_is_about_the_speed(matcher: Matcher, words: str) -> None:
    assert shown(matcher, {"q": words, "lang": "en"}) == "speed-test"


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("нигде не работает ни на телефоне ни на ноутбуке", "no-internet"),
        ("не работает везде", "no-internet"),
        ("не работает", "no-internet"),
        ("it doesn't work anywhere", "no-internet"),
        ("нет интернета и скорость маленькая", "no-internet"),
        ("internet has slowed down", "speed-test"),
        ("ничего не горит", "router-lights"),
        ("не горит ничего на роутере, интернета нет", "router-lights"),
        ("нет интернета, на роутере ничего не горит", "router-lights"),
        ("no internet, no lights on the router", "router-lights"),
        ("на роутере не горит wan", "wan-off"),
        ("роутер сам перезагружается каждые 5 минут", "drops"),
        ("router keeps restarting itself", "drops"),
        ("как перезагрузить роутер", "router-restart"),
    ],
)
def test_no_article_contradicts_what_is_told(matcher: Matcher, text: str, article: str) -> None:
    best = matcher.best(text, "en" if text.isascii() else "ru")[0]
    assert (best.article.id, best.sure) == (article, True)


@pytest.mark.parametrize(
    "text",
    [
        "телевизор не показывает, ошибка 34, интернет есть",
        "приставка пишет ошибка 1305, интернет есть",
        "телек пишет нет сигнала, а интернет работает",
        "on the tv error code 4, internet is fine",
    ],
)
def test_an_internet_that_works_is_not_what_a_question_of_television_is_about(matcher: Matcher, text: str) -> None:
    assert "tv" in topics_of(text)
    assert not matcher.best(text, "en" if text.isascii() else "ru")
