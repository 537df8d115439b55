"""An article's folder is read whole, or refused with a sentence that names the file and how to correct it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.content.article_files import MAX_FILE_BYTES, InvalidArticle, find_picture, read_folder, read_folders
from tests.kb.article_factory import PHRASINGS, write_article


def write_both_languages(folder: Path, body: str = "Plug it in.") -> Path:
    write_article(folder, language="ru", title="Чайник не греет", body=body)
    return write_article(folder, body=body)


def test_an_article_is_a_folder_with_two_languages_and_pictures(tmp_path: Path) -> None:
    place = write_both_languages(
        tmp_path, "Look.\n\n![a kettle](kettle.png)\n![a socket](../shared/socket.png)\nPlug it in."
    )
    (place / "kettle.png").write_bytes(b"png")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "socket.png").write_bytes(b"png")
    kettle = read_folder(place)
    assert kettle.id == "kettle"
    assert (kettle.edition("ru").title, kettle.edition("en").title) == ("Чайник не греет", "The kettle does not boil")
    assert kettle.edition("en").phrasings == PHRASINGS
    assert kettle.edition("en").pictures == ("kettle/kettle.png", "shared/socket.png")
    assert kettle.edition("en").captions == ("a kettle", "a socket")
    assert kettle.edition("en").is_public


def test_a_missing_language_falls_back_to_the_one_there_is(tmp_path: Path) -> None:
    kettle = read_folder(write_article(tmp_path), required=())
    assert kettle.edition("ru").language == "en"


def test_each_heading_but_the_last_begins_a_way_out_under_its_condition(tmp_path: Path) -> None:
    body = "1. Plug it in.\n# The lamp is off\n1. Try another socket.\n2. Wait.\n# When to stop and call us\nNow."
    kettle = read_folder(write_article(tmp_path, body=body), required=()).edition("en")
    told = [(one.heading, one.steps) for one in kettle.resolutions]
    assert told == [("", ("Plug it in.",)), ("The lamp is off", ("Try another socket.", "Wait."))]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"language": "ru"}, "en.md is missing"),
        ({"title": " "}, "the head: needs a title"),
        ({"title": 'x"\ndeep = ' + "[" * 10_000 + '"'}, "the head is not TOML"),
        ({"body": "x" * MAX_FILE_BYTES}, "more than 262144 bytes"),
        ({"body": "![kettle](kettle.png)"}, "the picture kettle.png is not there"),
        ({"body": "![kettle](../../secret.png)"}, "must be name.png"),
        ({"body": "![kettle] (kettle.png)"}, "a line of its own"),
        ({"body": "Call {{ phone_number }}."}, "{{ phone_number }} is no fact of a provider"),
        ({"body": "![](kettle.png)"}, "say in the brackets what kettle.png shows"),
        ({"body": "Call {{ if support_phone }} us."}, "the braces in 'Call {{ if support_phone }} us.' cannot be read"),
        ({"body": "Call {{ support_phone | us }}."}, "write {{ fact }}, {{ fact or words }}, or {{ if fact }}"),
        ({"body": "Call. {{ if phone_number }}"}, "{{ phone_number }} is no fact of a provider"),
        ({"body": "Call.\n## Deeper\nCall."}, "a heading has one # and a space, not '## Deeper'"),
        ({"body": "# If it is cold\n\n# If it is hot\nWait."}, "there is nothing below the heading 'If it is cold'"),
        ({"body": ""}, "there is no text below the head"),
        ({"dialog": "billing"}, "dialog and category must be the same"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(tmp_path: Path, change: dict[str, str], sentence: str) -> None:
    if change.get("language") != "ru":
        write_article(tmp_path, language="ru")
    place = write_article(tmp_path, **change)  # type: ignore[arg-type]
    with pytest.raises(InvalidArticle) as caught:
        read_folder(place)
    assert sentence in str(caught.value)
    assert str(place) in str(caught.value)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("no head", "must begin with a TOML head"),
        ("+++\ntitle = \n+++\ntext", "the head is not TOML"),
        (
            '+++\ntitle = "a"\nphrasings = ["a", "b", "c", "d", "e"]\ncolour = "red"\n+++\ntext',
            "unknown key 'colour'",
        ),
        (
            '+++\ntitle = "a"\nphrasings = ["a", "b", "c", "d", "e"]\naudience = "all"\n+++\ntext',
            'the head: audience must be "internal", "within_domain"',
        ),
        (
            '+++\ntitle = "a"\nphrasings = ["a", "b", "c", "d", "e"]\ngovernance = "strict"\n+++\ntext',
            'the head: governance must be "experience_based" or "compliance_based", not \'strict\'',
        ),
    ],
)
def test_a_broken_head_is_explained(tmp_path: Path, source: str, sentence: str) -> None:
    (tmp_path / "kettle").mkdir()
    (tmp_path / "kettle" / "en.md").write_text(source, "utf-8")
    with pytest.raises(InvalidArticle, match=r"en\.md") as caught:
        read_folder(tmp_path / "kettle", required=())
    assert sentence in str(caught.value)


def test_a_providers_folder_comes_before_the_desks(tmp_path: Path) -> None:
    write_article(tmp_path / "own", body="Ours.")
    write_article(tmp_path / "desk", body="Theirs.")
    write_article(tmp_path / "desk", "lamp", body="A lamp.")
    found = read_folders([tmp_path / "own", tmp_path / "desk", tmp_path / "nowhere"])
    assert {id: one.edition("en").body for id, one in found.items()} == {"kettle": "Ours.\n", "lamp": "A lamp.\n"}


def test_a_picture_is_looked_for_in_the_providers_folder_first(tmp_path: Path) -> None:
    for layer in ("own", "packaged"):
        (tmp_path / layer / "kettle").mkdir(parents=True)
    (tmp_path / "packaged" / "kettle" / "a.png").write_bytes(b"1")
    folders = [tmp_path / "own", tmp_path / "packaged"]
    assert find_picture("kettle/a.png", folders) == tmp_path / "packaged" / "kettle" / "a.png"
    (tmp_path / "own" / "kettle" / "a.png").write_bytes(b"2")
    assert find_picture("kettle/a.png", folders) == tmp_path / "own" / "kettle" / "a.png"


@pytest.mark.parametrize(
    "name",
    [
        "kettle/b.png",
        "content:kettle/a.png",
        "kettle",
        "",
        "../kettle/a.png",
        "kettle/../a.png",
        "/etc/passwd",
        "kettle/en.md",
        "a\0/b.png",
    ],
)
def test_nothing_but_a_picture_of_an_article_is_ever_opened(tmp_path: Path, name: str) -> None:
    write_article(tmp_path)
    (tmp_path / "a.png").write_bytes(b"1")
    with pytest.raises(LookupError):
        find_picture(name, [tmp_path])
