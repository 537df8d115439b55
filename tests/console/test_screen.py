"""What a terminal shows: wrapped words, bars, boxes; nothing but characters where it is no terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.terminal.screen import Screen, packed, wrapped
from desk.language.rich_text import RichText, TextMark, parse_markdown


def lines(text: str, width: int) -> list[str]:
    """The wrapped lines of plain words."""
    return [line.plain for line in wrapped(RichText(text), width)]


def test_lines_break_between_words_and_hang_under_their_number() -> None:
    """A numbered step goes on below its words, a plain line at the left; nothing is lost."""
    assert lines("1. Выньте роутер из розетки\nи подождите", 16) == ["1. Выньте роутер", "   из розетки", "и подождите"]
    assert lines("> quoted words go on", 12) == ["> quoted", "  words go", "  on"]
    assert lines("", 20) == [""]


def test_a_word_longer_than_the_line_is_cut() -> None:
    """An address without a space does not run out of its box."""
    assert lines("x" * 20, 8) == ["x" * 8, "x" * 8, "x" * 4]


def test_marks_stay_with_their_words() -> None:
    """Bold words are bold in whichever line they come to stand."""
    first, second = wrapped(parse_markdown("• один **два три** четыре"), 14)
    assert (first.plain, second.plain) == ("• один два три", "  четыре")
    assert first.marks == (TextMark("bold", 7, 14),)
    (third, fourth) = wrapped(parse_markdown("• один **два три**"), 11)
    assert (third.marks, fourth) == ((TextMark("bold", 7, 10),), RichText("  три", (TextMark("bold", 2, 5),)))


@given(st.text(st.sampled_from("аб 1.)>-•\n"), max_size=80), st.integers(8, 40))
def test_wrapping_keeps_every_character_but_spaces_and_every_width(text: str, width: int) -> None:
    """However the words fall."""
    found = lines(text, width)
    assert "".join("".join(found).split()) == "".join(text.split())
    longest_hang = max((len(line) - len(line.lstrip(" ")) for line in text.split("\n")), default=0)
    assert all(len(line) <= width + longest_hang + 5 for line in found)


def test_buttons_take_as_many_lines_as_they_need() -> None:
    """None is cut, and none stands beyond the edge unless it is longer than a line itself."""
    assert packed(["[1] Да", "[2] Нет", "[3] Оператор"], 16) == ["[1] Да  [2] Нет", "[3] Оператор"]
    assert packed([], 16) == []


def test_a_file_gets_no_colours_and_no_drawn_lines() -> None:
    """A log of the demo reads like a letter."""
    out = io.StringIO()
    Screen(out).boxed("card", parse_markdown("**SN-1** open"), "yellow", 0, ["[picture: a.png]"])
    assert out.getvalue().splitlines() == [
        "+- card -----------+",
        "| SN-1 open        |",
        "| [picture: a.png] |",
        "+------------------+",
    ]


def test_colours_are_not_counted_in_a_box() -> None:
    """With or without colours a box has the same edges."""
    coloured, plain = io.StringIO(), io.StringIO()
    Screen(coloured, colours=True).boxed("card", parse_markdown("**SN-1** open `x`"), "yellow")
    Screen(plain, colours=False).boxed("card", parse_markdown("**SN-1** open `x`"), "yellow")
    assert "\x1b[1m" in coloured.getvalue()
    assert _without_colours(coloured.getvalue()) == plain.getvalue()


def test_what_the_terminal_cannot_spell_is_replaced() -> None:
    """An old terminal shows question marks; it does not end the chat."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Screen(out).write("✓ done")
    out.seek(0)
    assert out.read() == "? done\n"


@pytest.mark.parametrize(("width", "kept"), [(10, 40), (80, 80), (300, 96)])
def test_lines_are_neither_too_short_nor_too_long_to_read(width: int, kept: int) -> None:
    """A wide window does not make a wide text."""
    assert Screen(io.StringIO(), width=width).width == kept


def _without_colours(text: str) -> str:
    out, rest = "", text
    while "\x1b[" in rest:
        before, _, rest = rest.partition("\x1b[")
        out, rest = out + before, rest.partition("m")[2]
    return out + rest
