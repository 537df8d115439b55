"""What a terminal shows: wrapped text, tables, bars and frames; nothing but characters where it is no terminal."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import RenderableType

from console.terminal.rich_output import Output, button_lines, indented, labelled, message, one_line, table, text
from console.terminal.times import full_time, short_time
from desk.language.rich_text import RichText, parse_markdown
from desk.language.unsafe_characters import safe_for_terminal

EVIL = "ok\x1b[2J\x07\u202egnp.exe\x9b31m\r\x00"


def printed(*content: RenderableType, width: int = 80) -> list[str]:
    """The lines of a file into which this is printed."""
    out = io.StringIO()
    Output(out, width).print(*content)
    return out.getvalue().split("\n")[:-1]


class Tty(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def tty(monkeypatch: pytest.MonkeyPatch) -> Tty:
    """A terminal that has colours."""
    for name in ("NO_COLOR", "COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return Tty()


def test_lines_break_between_words_and_hang_under_their_number() -> None:
    """A numbered step goes on below its words, a plain line at the left; nothing is lost."""
    long = "1. Выньте роутер из розетки и подождите целую минуту\nи подождите"
    assert printed(message(RichText(long)), width=40) == [
        "1. Выньте роутер из розетки и подождите",
        "   целую минуту",
        "и подождите",
    ]
    assert printed(message(RichText("> quoted words go on and on and on until the end")), width=40) == [
        "> quoted words go on and on and on until",
        "  the end",
    ]
    assert printed(message(RichText("a\n\nb"))) == ["a", "", "b"]


def test_a_word_longer_than_the_line_is_cut() -> None:
    """An address without a space does not run out of its frame, and no character of it is lost."""
    address = "https://example.test/" + "a" * 60
    found = printed(text(address), width=40)
    assert (max(map(len, found)), "".join(found)) == (40, address)
    assert printed(text("один два три\n\nпять")) == ["один два три", "", "пять"]


@given(st.text(st.sampled_from("аб 1.)>-•\n"), max_size=120), st.integers(40, 60))
def test_wrapping_keeps_every_character_but_spaces_and_every_width(words: str, width: int) -> None:
    """However the words fall."""
    found = printed(message(RichText(words)), width=width)
    assert "".join("".join(found).split()) == "".join(words.split())
    assert all(len(line) <= width for line in found)


def test_marks_stay_with_their_words_and_a_link_shows_its_address(tty: Tty) -> None:
    """Bold words are bold, also behind a bullet; whoever reads a file sees where a link leads."""
    Output(tty, 80).print(message(parse_markdown("• один **два**")))
    assert "\x1b[1mдва\x1b[0m" in tty.getvalue()
    assert printed(message(parse_markdown("see [the page](https://a.test/x)"))) == ["see the page (https://a.test/x)"]
    assert printed(message(parse_markdown("[https://a.test](https://a.test)"))) == ["https://a.test"]


def test_buttons_take_as_many_lines_as_they_need() -> None:
    """None is cut, and none stands beyond the edge unless it is longer than a line itself."""
    assert [one.plain for one in button_lines(["[1] Да", "[2] Нет", "[3] Оператор"], 16)] == [
        "[1] Да  [2] Нет",
        "[3] Оператор",
    ]
    assert list(button_lines([], 16)) == []


def test_a_file_gets_no_colours_no_drawn_lines_and_no_spaces_at_the_ends() -> None:
    """A log of the demo reads like a mail."""
    output = Output(io.StringIO())
    card = output.card("card", message(parse_markdown("**SN-1** open")), text("[picture: a.png]", "dim"), style="red")
    assert printed(card) == [
        "+- card -----------+",
        "| SN-1 open        |",
        "| [picture: a.png] |",
        "+------------------+",
    ]
    assert printed(output.beside_bar(text("a\n\nb", "bold"))) == ["| a", "|", "| b"]
    assert printed(indented(text("a", "bold"), 3)) == ["   a"]


def test_a_terminal_gets_colours_and_drawn_lines(tty: Tty) -> None:
    """With the same words and the same edges."""
    output = Output(tty, 80)
    output.print(output.card("card", text("SN-1 open", "cyan")), output.beside_bar(text("a"), style="blue"))
    assert "\x1b[36m" in tty.getvalue()
    assert _without_colours(tty.getvalue()).splitlines() == [
        "╭─ card ────╮",
        "│ SN-1 open │",
        "╰───────────╯",
        "▌ a",
    ]


def test_who_wants_no_colours_gets_none(tty: Tty, monkeypatch: pytest.MonkeyPatch) -> None:
    """By NO_COLOR, as elsewhere."""
    monkeypatch.setenv("NO_COLOR", "1")
    Output(tty, 80).print(text("words", "red"))
    assert not re.search(r"\x1b\[[\d;]*3\d", tty.getvalue())


def test_what_the_terminal_cannot_spell_is_replaced() -> None:
    """An old terminal shows question marks; it does not end the chat."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Output(out).print(text("✓ done"))
    out.seek(0)
    assert out.read() == "? done\n"


@pytest.mark.parametrize(("width", "kept"), [(10, 40), (80, 80), (300, 120)])
def test_lines_are_neither_too_short_nor_too_long_to_read(width: int, kept: int) -> None:
    """A wide window does not make a wide text."""
    assert Output(io.StringIO(), width).width == kept


def test_cells_stand_under_each_other_whatever_the_script() -> None:
    """Accents and joiners take no column, emoji and Chinese take two; numbers stand to the right."""
    made = table(("a", "n"), numbers=("n",))
    for words in ("да", "网络", "e\u0301", "😡"):
        made.add_row(text(words), "10")
    assert printed(made) == ["a      n", "да    10", "网络  10", "e\u0301     10", "😡    10"]


def test_labels_stand_in_one_column_and_values_in_the_next() -> None:
    """A pair without a value is left out."""
    pairs = [("Что", "нет связи"), ("С какого времени", ""), ("Где", "дома\nи на даче")]
    assert printed(labelled(pairs)) == ["Что  нет связи", "Где  дома", "     и на даче"]


def test_one_line_is_one_line() -> None:
    """What is too long ends in an ellipsis."""
    assert printed(one_line("раз\nдва " * 20), width=40) == ["раз два раз два раз два раз два раз два…"]


def test_strangers_words_do_nothing_to_the_terminal(tty: Tty) -> None:
    """No colour, no bell, no moved cursor, no turned-around line: each such sign is shown as a mark."""
    assert safe_for_terminal(EVIL) == "ok\ufffd[2J\ufffd\ufffdgnp.exe\ufffd31m\ufffd\ufffd"
    assert safe_for_terminal("семья 👨‍👩‍👧\tи\nстрока") == "семья 👨‍👩‍👧\tи\nстрока"
    output = Output(tty, 80)
    everything = (text(EVIL), one_line(EVIL), labelled([(EVIL, EVIL)]), message(RichText(EVIL)), table((EVIL,)))
    output.print(*everything, output.card(EVIL, text(EVIL)), *button_lines([EVIL], 20))
    assert "gnp.exe" in tty.getvalue()
    assert not set(EVIL) & set(_without_colours(tty.getvalue())) - set(safe_for_terminal(EVIL))


def test_markup_of_rich_in_strangers_words_means_nothing() -> None:
    """Square brackets and names of emoji stay what they are."""
    assert printed(text("[red]a[/red] :smile: [link=x]"), labelled([("[b]", "[/b]")])) == [
        "[red]a[/red] :smile: [link=x]",
        "[b]  [/b]",
    ]


def test_instants_are_shown_by_the_clock_of_the_provider() -> None:
    """Day first, and the zone where there is room for it."""
    at = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    assert short_time(at, ZoneInfo("Europe/Moscow")) == "22.11 01:30"
    assert full_time(at, ZoneInfo("Europe/Moscow")) == "22.11.2026 01:30 MSK"
    assert short_time(None, UTC) == full_time(None, UTC) == ""


def _without_colours(words: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", words)
