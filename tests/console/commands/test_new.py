"""`firstline new`: files to begin with, which work as they stand and overwrite nothing."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.console.conftest import Typist

WHEN = "dialog == 'no_tv'"


def errors(typist: Typist, *command: str) -> list[dict[str, str]]:
    """What `check` complains of, beside the channels that a fresh desk has not got yet."""
    found = json.loads(typist.types(*command, "--json").output)
    return [one for one in found if one["level"] != "ok" and one["where"] != "firstline.toml"]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("provider", ["", "sever"])
def test_a_new_dialog_has_no_fault_and_begins_by_its_phrase(typist: Typist, provider: str, language: str) -> None:
    env = {"LANG": f"{language}_XX.UTF-8"}
    whose = ("--provider", provider) if provider else ()
    result = typist.types("new", "dialog", "no_tv", *whose, env=env)
    folder = f"providers/{provider}/dialogs" if provider else "dialogs"
    assert (result.exit_code, f"{folder}/no_tv.toml" in result.output) == (0, True), result.output
    assert errors(typist, "check", "--offline") == []
    if not provider:
        assert '"dialog": "no_tv"' in typist.types("understand", "sample no tv", "--json").output
        assert typist.types("dialog", "letter", "no_tv").exit_code == 0


def test_its_comments_are_in_the_language_of_the_command(typist: Typist) -> None:
    typist.types("new", "dialog", "no_tv", env={"LANG": "ru_RU.UTF-8"})
    typist.types("new", "dialog", "slow_tv")
    russian, english = ((typist.folder / "dialogs" / f"{one}.toml").read_text("utf-8") for one in ("no_tv", "slow_tv"))
    assert "# Вопросы об одной беде" in russian
    assert "# Questions about one kind of trouble" in english
    asked = [tomllib.loads(one) for one in (russian, english)]
    assert asked[0]["ask"] == asked[1]["ask"]
    assert asked[0]["zone"] == asked[1]["zone"]


def test_a_new_article_is_found_once_it_is_validated(typist: Typist) -> None:
    assert typist.types("new", "article", "tv-no-picture").exit_code == 0
    assert errors(typist, "kb", "check") == []
    search = ("kb", "search", "sample tv no picture", "--provider", "sever", "--json")
    best = json.loads(typist.types(*search).output)["results"]
    assert best == [] or best[0]["id"] != "tv-no-picture", "nobody is shown a file to begin with"
    for language in ("ru", "en"):
        path = typist.folder / "articles" / "tv-no-picture" / f"{language}.md"
        text = path.read_text("utf-8")
        assert text.count('"work_in_progress"') == 1
        path.write_text(text.replace('"work_in_progress"', '"validated"'), "utf-8")
    assert json.loads(typist.types(*search).output)["results"][0]["id"] == "tv-no-picture"


def test_a_new_rule_is_checked_and_stands_below_the_others(typist: Typist) -> None:
    typist.types("new", "dialog", "no_tv")
    path = typist.folder / "providers" / "sever" / "policy.toml"
    path.write_text(path.read_text("utf-8").rstrip("\n"), "utf-8")
    result = typist.types("new", "route", "field", "--provider", "sever", "--when", WHEN)
    assert result.exit_code == 0, result.output
    assert tomllib.loads(path.read_text("utf-8"))["route"][-1] == {"when": WHEN, "to": "queue:field"}
    assert errors(typist, "check", "--offline") == []
    tried = typist.types("route", "try", "--provider", "sever", "--set", "dialog=no_tv", "--json")
    assert json.loads(tried.output)["to"] == "queue:field"


def test_a_rule_without_a_condition_is_a_comment_with_all_that_conditions_may_name(typist: Typist) -> None:
    path = typist.folder / "providers" / "sever" / "policy.toml"
    before = path.read_text("utf-8")
    assert typist.types("new", "route", "person:ivanova", "--provider", "sever").exit_code == 0
    added = path.read_text("utf-8").removeprefix(before)
    assert all(line.startswith("#") for line in added.splitlines() if line)
    assert "#   node " in added
    assert "'critical', 'major', 'minor'" in added
    path.write_text(before + "".join(line[2:] for line in added.splitlines(keepends=True)[-3:]), "utf-8")
    assert errors(typist, "check", "--offline") == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("dialog", "no_tv"), 4, "no_tv.toml is there already"),
        (("article", "tv-no-picture"), 4, "tv-no-picture is there already"),
        (("route", "field", "--provider", "sever"), 4, "has this rule already"),
        (("dialog", "No-TV"), 2, "'No-TV' is no name of a dialog"),
        (("article", "../tv"), 2, "'../tv' is no name of an article"),
        (("dialog", "no_internet"), 4, "'no_internet' is the name of a packaged one"),
        (("dialog", "tv", "--provider", "nobody"), 2, "there is no provider 'nobody'"),
        (("route", "feld", "--provider", "sever"), 2, "there is 'field'"),
        (("route", "field", "--when", WHEN), 2, "say whose rules"),
        (("route", "field", "--provider", "sever", "--when", "dialg == 'x'"), 1, "write dialog instead of dialg"),
        (("route", "field", "--provider", "sever", "--when", "dialog =="), 2, "cannot be read"),
        (("route", "noc", "--provider", "sever", "--when", "category == 'billing'"), 1, "take every case"),
    ],
)
def test_nothing_is_overwritten_and_what_cannot_be_is_told(
    typist: Typist, words: tuple[str, ...], code: int, told: str
) -> None:
    for one in (("dialog", "no_tv"), ("article", "tv-no-picture"), ("route", "field", "--provider", "sever")):
        typist.types("new", *one)
    before = contents(typist.folder)
    result = typist.types("new", *words)
    assert (result.exit_code, told in result.output.replace("\n", " ")) == (code, True), result.output
    assert contents(typist.folder) == before


def contents(root: Path) -> dict[str, str]:
    """Every file of the desk that an operator writes."""
    files = [*root.rglob("*.toml"), *root.rglob("*.md")]
    return {str(one.relative_to(root)): one.read_text("utf-8") for one in files}


def test_outside_of_a_desk_nothing_is_written(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert Typist(empty).types("new", "dialog", "no_tv").exit_code == 1
    assert list(empty.iterdir()) == []
