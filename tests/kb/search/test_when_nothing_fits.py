"""What the knowledge base says when it does not know: far, near and answerable questions written as strangers ask."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz, process

import kb
from desk.language.normalize import normalized
from kb.content.article_files import Article, read_folders
from kb.search.background_corpus import background_sentences
from kb.search.matcher import Matcher, SearchAnswer

SETS = Path(__file__).parents[1] / "sets" / "gate"
ARTICLES = read_folders([Path(kb.__file__).parent / "articles"])
MAX_GATE_MOVE = 0.15
"""How far one phrasing may move the threshold: a question's score goes from 0 to about 20."""


def questions(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """The packaged articles."""
    return Matcher(list(ARTICLES.values()))


def answers(matcher: Matcher, name: str) -> list[tuple[str, SearchAnswer]]:
    return [(one["id"], matcher.answer(one["q"], one["lang"])) for one in questions(name)]


def sure_of(answer: SearchAnswer) -> str:
    return next((one.article.id for one in answer.nearest if one.sure), "")


def shown_for(matcher: Matcher, text: str) -> str:
    return sure_of(matcher.answer(text, "ru" if any(char > "\u0400" for char in text) else "en"))


def with_phrasing(id: str, language: str, phrasing: str) -> list[Article]:
    article = ARTICLES[id]
    edition = article.editions[language]
    more = dataclasses.replace(edition, phrasings=(*edition.phrasings, phrasing))
    changed = dataclasses.replace(article, editions={**article.editions, language: more})
    return [changed if one.id == id else one for one in ARTICLES.values()]


def test_the_sets_are_large_half_of_them_russian_and_every_article_is_asked_for() -> None:
    for name in ("far", "near", "asked"):
        lines = questions(name)
        assert 0.48 <= sum(one["lang"] == "ru" for one in lines) / len(lines) <= 0.52
        assert len(lines) >= (120 if name == "asked" else 150)
    assert {one["id"] for one in questions("asked")} == set(ARTICLES)


def test_no_line_is_a_phrasing_or_a_background_sentence() -> None:
    asked = [normalized(one["q"]) for name in ("far", "near", "asked") for one in questions(name)]
    editions = [edition for article in ARTICLES.values() for edition in article.editions.values()]
    phrasings = {normalized(text) for edition in editions for text in (edition.title, *edition.phrasings)}
    assert [one for one in asked if one in phrasings] == []
    everyday = [normalized(one) for one in background_sentences()]
    likeness = process.cdist(asked, everyday, scorer=fuzz.token_sort_ratio)
    assert [asked[i] for i in range(len(asked)) if likeness[i].max() >= 80] == []


def test_far_questions_are_refused(matcher: Matcher) -> None:
    found = answers(matcher, "far")
    assert sum(not answer.fits for _, answer in found) / len(found) >= 0.95


def test_near_questions_are_refused(matcher: Matcher) -> None:
    found = answers(matcher, "near")
    assert sum(not answer.fits for _, answer in found) / len(found) >= 0.70


def test_questions_with_an_article_are_shown_one_and_what_is_sure_is_right(matcher: Matcher) -> None:
    found = answers(matcher, "asked")
    assert sum(answer.fits for _, answer in found) / len(found) >= 0.88
    sure = [(id, sure_of(answer)) for id, answer in found if sure_of(answer)]
    assert len(sure) / len(found) >= 0.80
    assert sum(id == shown for id, shown in sure) / len(sure) >= 0.93


@pytest.mark.parametrize("language", ["ru", "en"])
def test_one_phrasing_more_hardly_moves_the_threshold(matcher: Matcher, language: str) -> None:
    for phrasing in {"ru": ("тариф", "сколько это стоит в месяц"), "en": ("price list", "what do i pay")}[language]:
        more = Matcher(with_phrasing("plan-change", language, phrasing))
        assert abs(more.threshold.min_scope - matcher.threshold.min_scope) <= MAX_GATE_MOVE


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("internet does not work", "no-internet"),
        ("интернет не работает", "no-internet"),
        ("пропал internet", "no-internet"),
        ("сменил роутер", "new-router"),
        ("сменил router", "new-router"),
        ("169.254", "no-address"),
        ("комп получает 169.254.12.7", "no-address"),
        ("Сколько стоит тариф 500?", "plan-change"),
        ("how much is the 500 plan", "plan-change"),
        ("Добрый день! Хотел бы узнать по поводу смены тарифа", "plan-change"),
        ("hello, can you tell me how to change my plan", "plan-change"),
        ("j,toftysq gkfnt;", "balance-block"),
        ("куда делис денги", "charges"),
        ("вай фай пароль поменят", "wifi-password"),
    ],
)
def test_the_article_is_found_however_it_is_told(matcher: Matcher, text: str, article: str) -> None:
    assert shown_for(matcher, text) == article


@pytest.mark.parametrize(
    "text", ["расторгнуть договор", "вызовите мастера", "телек не показывает", "забыл пароль", "whatsapp не работает"]
)
def test_no_article_is_shown_where_none_answers(matcher: Matcher, text: str) -> None:
    assert shown_for(matcher, text) == ""


@pytest.mark.parametrize(
    "text",
    ["позовите мастера", "вызовите мастера", "верните ошибочный платёж", "мне снился странный поезд", "оплата проезда"],
)
def test_a_good_word_is_not_repaired(matcher: Matcher, text: str) -> None:
    assert matcher.answer(text, "ru").understood == text


def test_a_final_letter_typed_as_a_sign_and_two_alphabets_in_one_word(matcher: Matcher) -> None:
    assert matcher.answer("j,toftysq gkfnt;", "ru").understood == "обещанный платеж"
    assert matcher.answer("обратная dns-запись", "ru").understood == "обратная dns-запись"
