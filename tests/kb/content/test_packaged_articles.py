"""The packaged articles are thirty, whole, short, illustrated, and read well for any provider."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import pytest

import kb
from desk.language.detect import LANGUAGES
from desk.language.rich_text import parse_markdown
from desk.model import provider_files
from intake.engine.dialog_set import DialogSet
from kb.content.article_body import (
    FACT_NAMES,
    fact_names_in,
    fill_facts,
    is_stop_heading,
    split_sections,
    visible_picture_indexes,
)
from kb.content.article_files import SHARED_FOLDER, Article, find_picture, read_folders
from tests.kb.test_sample_providers import SAMPLE
from tools.pictures.__main__ import drawings

PACKAGED = Path(kb.__file__).parent / "articles"
BLANK = Path(kb.__file__).parent.parent / "console" / "blank"
DIALOGS = Path(kb.__file__).parent.parent / "intake" / "dialogs"
ARTICLES = read_folders([PACKAGED], required=LANGUAGES)
FULL = {name: f"<{name}>" for name in FACT_NAMES}
FACTS_OF = {
    "a provider that tells everything": FULL,
    "a provider that tells nothing": {},
    **{name: dict(one.facts) for name, one in provider_files.load_all(SAMPLE).items()},
}
every_article = pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES)


def test_there_are_thirty_in_both_languages() -> None:
    assert len(ARTICLES) == 30
    assert all(tuple(article.editions) == LANGUAGES for article in ARTICLES.values())
    assert {article.category for article in ARTICLES.values()} == {
        "technical",
        "equipment_setup",
        "billing",
        "security",
    }


@every_article
def test_each_is_whole_and_says_when_to_stop(article: Article) -> None:
    for language, edition in article.editions.items():
        assert edition.is_public
        assert len(edition.phrasings) >= 12
        assert edition.owner
        assert edition.environment
        assert edition.pictures
        assert any(part.steps for part in edition.resolutions) or len(edition.resolutions) > 1
        assert is_stop_heading(split_sections(edition.body)[-1].heading, language)
        assert "<support_phone>" in fill_facts(edition.body, FULL).splitlines()[-1]


@every_article
def test_each_fits_a_telephone(article: Article) -> None:
    for edition in article.editions.values():
        for facts in FACTS_OF.values():
            assert len(edition.title) + len(fill_facts(edition.body, facts)) < 1800


@every_article
@pytest.mark.parametrize("facts", FACTS_OF.values(), ids=FACTS_OF)
def test_each_reads_well_whatever_the_provider_tells(article: Article, facts: dict[str, str]) -> None:
    """No hole, no mark, no promise of a line that is not there, and the steps are counted without a gap."""
    for language, edition in article.editions.items():
        told = fill_facts(edition.body, facts)
        assert not any(mark in parse_markdown(told).plain for mark in ("**", "`", "{{", "}}", "![", "]("))
        lines = told.splitlines()
        assert lines[0]
        assert not lines[0].startswith("# ")
        for line, after in itertools.pairwise(lines):
            assert not (line.endswith(":") and (not after or after.startswith("#"))), (language, line)
            assert not (line.startswith("# ") and (not after or after.startswith("#"))), (language, line)
        for part in split_sections(told):
            numbers = [int(line.partition(".")[0]) for line in part.lines if line[:1].isdigit() and ". " in line[:4]]
            assert numbers == list(range(1, len(numbers) + 1)), (language, part.heading)
        assert visible_picture_indexes(edition.body, facts), "at least one picture is left"


@every_article
def test_both_languages_tell_the_same_with_the_same_pictures(article: Article) -> None:
    """A picture with words in it has a twin in the other language; the rest is one for both."""
    russian, english = (article.edition(language) for language in ("ru", "en"))
    assert [one.replace("-ru.png", "-en.png") for one in russian.pictures] == list(english.pictures)
    assert not any(one.endswith("-en.png") for one in russian.pictures)
    assert [len(part.steps) for part in split_sections(russian.body)] == [
        len(part.steps) for part in split_sections(english.body)
    ]
    assert fact_names_in(russian.body) == fact_names_in(english.body)
    assert (russian.owner, russian.governance) == (english.owner, english.governance)


def test_every_dialog_an_article_leads_to_is_there() -> None:
    known = set(DialogSet.of([DIALOGS]).in_use)
    assert {article.dialog for article in ARTICLES.values()} - {""} <= known


def test_every_fact_that_may_be_named_is_named_somewhere() -> None:
    used = {
        name for one in ARTICLES.values() for edition in one.editions.values() for name in fact_names_in(edition.body)
    }
    of_answers = {"provider_title", "site", "support_hours"}
    assert used | of_answers == FACT_NAMES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_desk_is_shown_every_fact_it_may_give(language: str) -> None:
    source = (BLANK / language / "example" / "policy.toml").read_text("utf-8")
    facts = tomllib.loads(source.replace("\n# ", "\n").partition("[facts]\n")[2].partition("\n\n")[0])
    assert set(facts) | {"provider_title"} == FACT_NAMES


def test_no_two_articles_are_told_in_the_same_words() -> None:
    for language in LANGUAGES:
        told = [text.casefold() for one in ARTICLES.values() for text in one.edition(language).phrasings]
        assert sorted({text for text in told if told.count(text) > 1}) == []


def test_every_picture_is_small_used_and_has_its_drawing_beside_it() -> None:
    editions = [edition for one in ARTICLES.values() for edition in one.editions.values()]
    used = {find_picture(name, [PACKAGED]) for edition in editions for name in edition.pictures}
    assert used == set(PACKAGED.glob("*/*.png"))
    assert sum(path.stat().st_size for path in used) < 1_000_000
    for path in used:
        assert path.stat().st_size < 25_000
        assert path.with_suffix(".svg").is_file()
        width, height = (int.from_bytes(path.read_bytes()[at : at + 4], "big") for at in (16, 20))
        assert (width, height) == (800, 450)
    assert (PACKAGED / SHARED_FOLDER).is_dir()


def test_what_is_drawn_by_code_is_what_lies_beside_the_articles() -> None:
    for name, draw in drawings().items():
        assert (PACKAGED / f"{name}.svg").read_text("utf-8") == draw(), f"run python -m tools.pictures {name}"
