"""What a provider's template, or a stranger's words in one, could do to the desk that renders it."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.language.rich_text import RichText, escape_markdown, literal, parse_markdown
from desk.language.templates import MAX_RENDERED_LENGTH, MAX_TEMPLATE_LENGTH, InvalidTemplate, Templates

NESTED = "{% for a in l %}{% for b in l %}{{ b }}{% endfor %}{% endfor %}"
STRANGE = "{{7*7}} {{cycler.__init__}} {% raw %} %(x)s ${x} **b** `c` [l](tg://user?id=1) # h \\ \\* _i_ <b>"


def _words(folder: Path, source: str, packaged: str = "packaged {{ text }}") -> Templates:
    for name, words in (("own", source), ("packaged", packaged)):
        (folder / name / "ru").mkdir(parents=True, exist_ok=True)
        (folder / name / "ru" / "x.txt").write_text(words, "utf-8")
    return Templates(folder / "packaged", {"sever": [folder / "own"]})


@pytest.mark.parametrize(
    "source",
    [
        NESTED,
        "{{ 'a' * 10**9 }}",
        "{{ text.__class__ }}",
        "{{ text['plain'] }}",
        "{{ text | upper }}",
        "{{ range(10) }}",
        "{% set a = text %}",
        "{% include 'y' %}",
        "{% macro m() %}{% endmacro %}",
        "{% if a %}" * 900 + "{% endif %}" * 900,
    ],
)
def test_a_template_that_could_do_more_than_speak_is_refused_at_load(tmp_path: Path, source: str) -> None:
    """Arithmetic, attributes, filters, calls, loops within loops and depth are no part of the little language."""
    with pytest.raises(InvalidTemplate):
        _words(tmp_path, source)


@pytest.mark.parametrize("source", ["{{ nope }}", "{% for one in text %}{{ one }}{% endfor %}"])
def test_a_template_that_cannot_be_rendered_silences_nobody(tmp_path: Path, source: str) -> None:
    """The packaged sentence is said instead, so that no message is quarantined for a provider's slip."""
    assert _words(tmp_path, source).say("sever", "ru", "x", {"text": literal("hello")}) == RichText("packaged hello")


def test_a_packaged_sentence_without_its_value_is_a_fault_of_ours(tmp_path: Path) -> None:
    """Where nothing stands beneath, it is said aloud."""
    with pytest.raises(InvalidTemplate, match="nope"):
        _words(tmp_path, "{{ nope }}", "{{ nope }}").say("sever", "ru", "x", {})


def test_rendering_is_bounded_whatever_the_values_are(tmp_path: Path) -> None:
    """A megabyte named three hundred times does not become three hundred megabytes."""
    said = _words(tmp_path, "{{ text }}" * 300).say("sever", "ru", "x", {"text": literal("x" * 1_000_000)})
    assert len(said.plain) <= MAX_RENDERED_LENGTH


@pytest.mark.parametrize("char", ["x", "*", "\\", "[", "`", "😀"])
def test_twenty_thousand_characters_are_said_in_full(tmp_path: Path, char: str) -> None:
    """Longer words are cut, and the cut is seen."""
    words = _words(tmp_path, "**n**: {{ text }}")
    assert (
        words.say("sever", "ru", "x", {"text": literal(char * MAX_TEMPLATE_LENGTH)}).plain
        == "n: " + char * MAX_TEMPLATE_LENGTH
    )
    assert words.say("sever", "ru", "x", {"text": literal(char * (MAX_TEMPLATE_LENGTH + 1))}).plain.endswith(char + "…")


def test_a_strangers_words_stay_words(tmp_path: Path) -> None:
    """No character of theirs becomes a mark, a name or a tag."""
    said = _words(tmp_path, "**n** {{ text }}").say("sever", "ru", "x", {"text": literal(STRANGE)})
    assert said.plain == f"n {STRANGE}"
    assert [mark.kind for mark in said.marks] == ["bold"]
    assert parse_markdown(escape_markdown(STRANGE)) == RichText(STRANGE)


@pytest.mark.parametrize("piece", ["[", "[a](", "**", "`", "\\", "[](", "`a**"])
def test_reading_marks_takes_time_in_proportion(piece: str) -> None:
    """Openings without an end once took a minute for 20,000 of them; this test would not come to its own."""
    source = piece * (60_000 // len(piece))
    assert len(parse_markdown(source).plain) <= len(source)
    assert parse_markdown("[" * 10 + "b](c)").plain.endswith("b")
