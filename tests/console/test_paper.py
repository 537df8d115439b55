"""Columns stay columns, whatever people write in them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from console.terminal import tables
from desk.language.characters import safe_for_terminal


def test_a_column_is_what_a_terminal_shows() -> None:
    """Accents and joiners take none, emoji and Chinese take two."""
    assert tables.columns("Анна") == 4
    assert tables.columns("нет инета 😡") == 12
    assert tables.columns("e\u0301") == 1
    assert tables.columns("网络") == 4


def test_cells_stand_under_each_other() -> None:
    """What is too long is cut with an ellipsis, what is short is filled."""
    rows = [tables.row([one, "x"], [6, 1]) for one in ("да", "网络网络", "очень длинно", "")]
    assert rows == ["да      x", "网络…   x", "очень…  x", "        x"]
    assert {tables.columns(row) for row in rows} == {9}


def test_a_text_is_wrapped_and_an_endless_word_too() -> None:
    """Line breaks of its own are kept; a word longer than the line is broken, and none is lost."""
    assert tables.wrapped("один два три\n\nпять", "  ", wide=10).splitlines() == ["  один два", "  три", "", "  пять"]
    long = tables.wrapped("https://example.test/" + "a" * 30, "", wide=20)
    assert max(map(len, long.splitlines())) == 20
    assert long.replace("\n", "") == "https://example.test/" + "a" * 30


def test_strangers_words_do_nothing_to_the_terminal() -> None:
    """No colour, no bell, no moved cursor, no turned-around line: each such sign is shown as a mark."""
    evil = "ok\x1b[2J\x07\u202egnp.exe\x9b31m\r\x00"
    assert safe_for_terminal(evil) == "ok\ufffd[2J\ufffd\ufffdgnp.exe\ufffd31m\ufffd\ufffd"
    assert safe_for_terminal("семья 👨‍👩‍👧\tи\nстрока") == "семья 👨‍👩‍👧\tи\nстрока"
    assert "\x1b" not in tables.cut(evil, 40) + tables.wrapped(evil) + tables.labelled([("from", evil)])


def test_labels_stand_in_one_column_and_texts_in_the_next() -> None:
    """A pair without a text is left out."""
    pairs = [("Что", "нет связи"), ("С какого времени", ""), ("Где", "дома\nи на даче")]
    assert tables.labelled(pairs) == "Что  нет связи\nГде  дома\n     и на даче"


def test_instants_are_shown_by_the_clock_of_the_provider() -> None:
    """Day first, and the zone where there is room for it."""
    at = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    assert tables.local(at, ZoneInfo("Europe/Moscow")) == "22.11 01:30"
    assert tables.local_long(at, ZoneInfo("Europe/Moscow")) == "22.11.2026 01:30 MSK"
    assert tables.local(None, UTC) == tables.local_long(None, UTC) == ""
