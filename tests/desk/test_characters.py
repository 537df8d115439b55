"""Characters that nobody sees: what each of the four functions leaves, takes out or shows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.language.unsafe_characters import one_line, safe_for_terminal, storable, storable_tree, without_invisible

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("function", "text", "left"),
    [
        (storable, "a\0b", "a\ufffdb"),
        (storable, "нет\ud83d интернета", "нет\ufffd интернета"),
        (storable, "со\u00adвет\u202e \x1b[2J", "со\u00adвет\u202e \x1b[2J"),
        (without_invisible, "до\u00adго\u200bвор\ufe0f \u202e40", "договор 40"),
        (without_invisible, "два\nслова\t\x01", "два\nслова\t\x01"),
        (one_line, " Anna\r\n\tBlack ", "Anna Black"),
        (one_line, "invoice\u202egnp.exe", "invoicegnp.exe"),
        (one_line, "a\u2028b\u0085c\vd", "a b c d"),
        (one_line, "a\x00\x1b\ud800\ue000\u200bb", "ab"),
        (safe_for_terminal, "ok\x1b[2J\u202e\r\nгород", "ok\ufffd[2J\ufffd\nгород"),
        (safe_for_terminal, "\tсемья 👨‍👩‍👧", "\tсемья 👨‍👩‍👧"),
    ],
)
def test_examples(function: object, text: str, left: str) -> None:
    assert callable(function)
    assert function(text) == left


@given(ANYTHING)
def test_what_is_stored_can_be_stored_and_changes_no_more(text: str) -> None:
    kept = storable(text)
    assert kept.encode().decode() == kept
    assert "\0" not in kept
    assert storable(kept) == kept
    assert len(kept) == len(text)


@given(ANYTHING)
def test_a_line_is_one_line_and_changes_no_more(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


@given(ANYTHING)
def test_a_terminal_gets_no_control_character(text: str) -> None:
    assert not any((char < " " and char not in "\n\t") or "\x7f" <= char <= "\x9f" for char in safe_for_terminal(text))


def test_every_text_of_a_tree_is_made_storable() -> None:
    tree = json.loads('{"a\\u0000": ["b\\ud800", 1, null, true, {"c": "\\u0000"}]}')
    assert storable_tree(tree) == {"a\ufffd": ["b\ufffd", 1, None, True, {"c": "\ufffd"}]}
