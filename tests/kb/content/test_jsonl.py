"""Articles are read from lines of JSON, and an invalid line is reported with its number."""

from __future__ import annotations

import json

import pytest

from kb.content.article_files import InvalidArticle
from kb.content.article_json_lines import read_lines


def json_line(**values: object) -> str:
    usual = {"id": "tea", "lang": "en", "title": "No tea", "variants": ["tea is out"], "body": "Buy some."}
    return json.dumps(usual | values)


def test_a_line_is_an_article_that_may_be_shown() -> None:
    (one,) = read_lines([json_line()], "sever")
    edition = one.editions["en"]
    assert (one.id, one.provider, edition.title, edition.phrasings, edition.body) == (
        "tea",
        "sever",
        "No tea",
        ("tea is out",),
        "Buy some.",
    )
    assert edition.is_public


def test_any_text_or_number_may_be_an_id() -> None:
    assert [one.id for one in read_lines([json_line(id=17), json_line(id="Где чай? / 2")])] == ["17", "Где чай? / 2"]


def test_two_languages_of_one_id_are_one_article_and_variants_of_one_language_are_joined() -> None:
    (one,) = read_lines(
        [json_line(), "", json_line(lang="ru", title="Нет чая"), json_line(variants=["no more tea", "tea is out"])]
    )
    assert list(one.editions) == ["en", "ru"]
    assert one.editions["en"].phrasings == ("tea is out", "no more tea")
    assert one.editions["en"].body == "Buy some."


def test_what_is_missing_is_guessed_where_it_can_be() -> None:
    (one,) = read_lines(['{"id": "x", "variants": ["", "  Где чай?"]}'])
    assert (one.editions["ru"].title, one.editions["ru"].body) == ("Где чай?", "")


def test_what_an_article_does_not_have_is_passed_over() -> None:
    assert read_lines([json_line(source="elsewhere", tags=["hot"])]) == read_lines([json_line()])


def test_a_line_may_keep_its_article_from_subscribers() -> None:
    (one,) = read_lines([json_line(audience="internal", confidence="not_validated")])
    assert not one.editions["en"].is_public


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("[1]", "a line is an object"),
        ("{", "line:2: "),
        ("[" * 100_000, "this is not JSON"),
        (json_line(id=""), "id must be a text"),
        (json_line(id="x" * 61), "id must be a text"),
        (json_line(id=True), "id must be a text"),
        (json_line(lang="de"), "lang is 'de'"),
        (json_line(variants="tea"), "variants must be a list"),
        (json_line(title="", variants=[]), "needs a title"),
        (json_line(audience="everybody"), "audience is 'everybody'"),
    ],
)
def test_what_is_wrong_is_said_with_the_lines_number(wrong: str, sentence: str) -> None:
    with pytest.raises(InvalidArticle, match=r"line:2: ") as error:
        read_lines([json_line(), wrong])
    assert sentence in str(error.value)
