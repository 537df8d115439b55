"""`firstline words`: every sentence of the desk, who says it otherwise, and how one reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from console.commands.authoring.sample_facts import NameUse, uses_of_names
from console.commands.authoring.words import all_sentences, render_sentence
from console.commands.checking.content import packaged_templates
from tests import wording
from tests.console.conftest import Typist


def listed(typist: Typist) -> dict[str, Any]:
    return {one["name"]: one for one in json.loads(typist.types("words", "--json").output)}


def test_every_packaged_sentence_is_listed_with_the_files_that_say_it_otherwise(typist: Typist) -> None:
    own = ("templates/en/registered.txt", "providers/sever/templates/ru/registered.txt")
    for path in own:
        (typist.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (typist.folder / path).write_text("{{ number }}", "utf-8")
    found = listed(typist)
    assert {(language, name) for name, one in found.items() for language in one["languages"]} == (
        packaged_templates().names()
    )
    assert found["registered"]["own"] == sorted(own)
    assert [one for one in found.values() if one["own"]] == [found["registered"]]
    assert own[0] in typist.types("words").output


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_sentence_can_be_shown(tmp_path: Path, language: str) -> None:
    for one in all_sentences(tmp_path):
        shown = render_sentence(tmp_path, one.name, language, None, [])
        assert shown.text.strip(), one.name
        assert shown.packaged


def test_a_provider_says_it_in_its_own_words_with_its_facts(typist: Typist) -> None:
    path = typist.folder / "providers" / "sever" / "templates" / "en" / "registered.txt"
    path.write_text("{{ provider_title }} has it as {{ number }}, {{ support_phone }}.", "utf-8")
    (shown,) = json.loads(
        typist.types("words", "registered", "--provider", "sever", "--language", "en", "--json").output
    )
    assert shown["text"] == "Sever Net has it as SN-2026-000123-4, +7 000 555-00-00."
    assert (shown["file"], shown["packaged"]) == ("providers/sever/templates/en/registered.txt", False)
    assert wording.template("registered", "en").is_in(typist.types("words", "registered").output), "the desk does not"


def test_values_can_be_set_and_taken_away(typist: Typist) -> None:
    status = ("words", "status", "--language", "en", "--set", "state=resolved")
    told = typist.types(*status, "--set", "eta=").output
    assert "waiting for you to confirm" in told
    assert "Expected fix" not in told
    summary = typist.types("words", "summary", "--language", "en", "--set", "lines=one", "--set", "lines=two").output
    assert "• one" in summary
    assert "• two" in summary


@pytest.mark.parametrize(("more", "talk"), [((), True), (("buttons=",), True), (("letter=1", "buttons="), False)])
def test_what_is_no_letter_is_told_in_the_words_of_a_talk(typist: Typist, more: tuple[str, ...], talk: bool) -> None:
    """With buttons or without."""
    settings = [word for one in more for word in ("--set", one)]
    told = typist.types("words", "agent_took", "--language", "en", *settings).output
    assert ("You can reply right here." in " ".join(told.split())) is talk


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("regstered",), "there is no sentence 'regstered': there is 'registered'"),
        (("status", "--set", "stat=x"), "is given: there is buttons, date, eta"),
        (("status", "--set", "state"), "write name=value"),
        (("status", "--provider", "nobody"), "there is no provider 'nobody'"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(typist: Typist, words: tuple[str, ...], told: str) -> None:
    result = typist.types("words", *words)
    assert (result.exit_code, told in result.output.replace("\n", " ")) == (2, True), result.output


def test_outside_of_a_desk_the_packaged_sentences_are_shown(tmp_path: Path) -> None:
    assert "Maria Ivanova" in Typist(tmp_path).types("words", "agent_took", "--language", "en").output


def test_how_a_sentence_uses_a_name() -> None:
    source = "{{ a }}{% if b %}x{% endif %}{% for one in c %}{{ one }}{% endfor %}{% if d == 'no' %}y{% endif %}"
    assert uses_of_names(source) == {
        "a": NameUse("text"),
        "b": NameUse("flag"),
        "c": NameUse("list"),
        "d": NameUse("choice", ("no",)),
    }
