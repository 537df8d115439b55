"""The packaged articles are fifteen, whole, short enough for a telephone, and illustrated."""

from __future__ import annotations

from pathlib import Path

import pytest

import kb
from desk.language import LANGUAGES
from desk.text import written
from kb.filling import FACTS, filled
from kb.reading import SHARED, Article, picture, read_folders

PACKAGED = Path(kb.__file__).parent / "articles"
ARTICLES = read_folders([PACKAGED], required=LANGUAGES)
FILLED = {name: f"<{name}>" for name in FACTS}


def test_there_are_fifteen_in_both_languages() -> None:
    assert len(ARTICLES) == 15
    assert all(tuple(article.editions) == LANGUAGES for article in ARTICLES.values())


@pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES)
def test_each_is_short_illustrated_and_says_when_to_stop(article: Article) -> None:
    for language, edition in article.editions.items():
        assert edition.offered
        assert len(edition.title) + len(filled(edition.body, FILLED)) < 1600
        assert edition.pictures
        last = edition.body.rsplit("\n# ", 1)[1].split("\n")[0]
        assert last == {"ru": "Когда остановиться и позвонить нам", "en": "When to stop and call us"}[language]
        assert "<support_phone>" in filled(edition.body, FILLED)
    assert article.edition("ru").pictures == article.edition("en").pictures


@pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES)
def test_nothing_of_the_markup_is_left_to_see(article: Article) -> None:
    for edition in article.editions.values():
        plain = written(filled(edition.body, FILLED)).plain
        assert not any(mark in plain for mark in ("**", "`", "{{", "}}", "![", "]("))


def test_no_two_articles_are_told_in_the_same_words() -> None:
    for language in LANGUAGES:
        told = [text for one in ARTICLES.values() for text in one.edition(language).phrasings]
        assert len(told) == len(set(told))


def test_every_picture_is_small_used_and_has_its_drawing_beside_it() -> None:
    used = {picture(name, [PACKAGED]) for one in ARTICLES.values() for name in one.edition("ru").pictures}
    assert used == set(PACKAGED.glob("*/*.png"))
    for path in used:
        assert path.stat().st_size < 60_000
        assert path.with_suffix(".svg").is_file()
        width, height = (int.from_bytes(path.read_bytes()[at : at + 4], "big") for at in (16, 20))
        assert (width, height) == (800, 450)
    assert (PACKAGED / SHARED).is_dir()
