"""What could be better about articles is reported before a subscriber sees it."""

from __future__ import annotations

from pathlib import Path

import kb
from desk.model.check_findings import CheckFinding
from kb.content.article_files import read_folder
from kb.content.lint import MAX_ARTICLE_LENGTH, MAX_PICTURE_BYTES, check_articles, check_facts, check_folders
from tests.kb.article_factory import write_article

STOP_SECTIONS = {"en": "# Still not working?\nCall.", "ru": "# Если не помогло\nПозвоните."}


def write_complete_article(folder: Path, article: str = "kettle", **how: object) -> Path:
    """Writes an article without findings, but for what ``how`` changes."""
    for language in ("ru", "en"):
        words = tuple(f"{article} {language} {number}" for number in range(5))
        told = {
            "title": f"{article} {language}",
            "phrasings": words,
            "body": f"Plug it in.\n\n{STOP_SECTIONS[language]}",
            **how,
        }
        write_article(folder, article, language, **told)  # type: ignore[arg-type]
    return folder / article


def summaries(found: list[CheckFinding]) -> list[tuple[str, str, str]]:
    return [(one.level, one.where, one.what) for one in found]


def test_complete_articles_have_no_findings(tmp_path: Path) -> None:
    write_complete_article(tmp_path)
    write_complete_article(tmp_path, "lamp")
    articles, found = check_folders([tmp_path])
    assert sorted(articles) == ["kettle", "lamp"]
    assert found == list(check_articles(list(articles.values()))) == []


def test_packaged_articles_have_no_findings() -> None:
    articles, found = check_folders([Path(kb.__file__).parent / "articles"])
    assert found == []
    assert list(check_articles(list(articles.values()))) == []


def test_findings_of_several_articles_are_all_reported(tmp_path: Path) -> None:
    for name in ("kettle", "lamp"):
        write_article(tmp_path, name, body=f"![it]({name}.png)")
    write_complete_article(tmp_path, "samovar")
    articles, found = check_folders([tmp_path])
    assert list(articles) == ["samovar"]
    assert summaries(found) == [
        ("error", "kettle", "kettle/en.md: the picture kettle.png is not there"),
        ("error", "lamp", "lamp/en.md: the picture lamp.png is not there"),
    ]


def test_unused_and_too_large_pictures_are_reported(tmp_path: Path) -> None:
    place = tmp_path / "kettle"
    place.mkdir()
    (place / "heavy.png").write_bytes(b"1" * (MAX_PICTURE_BYTES + 1))
    (place / "left.png").write_bytes(b"1")
    write_complete_article(tmp_path, body="![it](heavy.png)")
    _, found = check_folders([tmp_path])
    assert summaries(found) == [
        ("warning", "kettle", "kettle/heavy.png has 200 KB"),
        ("warning", "kettle", "no article shows kettle/left.png"),
    ]


def test_of_two_articles_with_one_id_the_earlier_folders_is_checked(tmp_path: Path) -> None:
    write_article(tmp_path / "own", body="Ours.")
    write_article(tmp_path / "desk", body="Theirs.")
    articles, _ = check_folders([tmp_path / "own", tmp_path / "desk", tmp_path / "nowhere"])
    assert articles["kettle"].edition("en").body == "Ours.\n"


def test_a_missing_language_a_long_text_and_a_missing_last_section_are_reported(tmp_path: Path) -> None:
    article = read_folder(write_article(tmp_path, body="Wait. " * 400), required=())
    assert summaries(list(check_articles([article]))) == [
        ("warning", "kettle", "there is no ru: who speaks it reads en"),
        ("warning", "kettle", f"en.md: it has {len(article.edition('en').title) + 2399} characters"),
        ("warning", "kettle", "en.md: it does not say what to do when nothing helped"),
    ]
    assert MAX_ARTICLE_LENGTH < 2399


def test_a_phrasing_of_two_articles_is_reported_once(tmp_path: Path) -> None:
    shared = [read_folder(write_complete_article(tmp_path / "shared"))]
    own = [read_folder(write_complete_article(tmp_path / "own", "samovar", title="Kettle  EN"), "volga")]
    assert summaries(list(check_articles(own, shared))) == [("warning", "kettle", '"kettle en" leads to samovar too')]
    assert list(check_articles(shared, shared)) == []


def test_facts_not_given_are_reported_and_false_counts_as_given(tmp_path: Path) -> None:
    article = read_folder(
        write_article(tmp_path, body="{{ dns1 }}\nCall. {{ if pppoe }}\n{{ provider_title }}"), required=()
    )
    assert summaries(list(check_facts("volga", {"pppoe": "False"}, [article]))) == [
        ("warning", "volga", "articles would name dns1")
    ]
    assert list(check_facts("volga", {"pppoe": "False", "dns1": "192.0.2.1"}, [article])) == []
