"""A question is shown as it was understood: the person's own text with only the corrections changed."""

from __future__ import annotations

from pathlib import Path

import pytest

import kb
from kb.content.article_files import read_folders
from kb.search.corrected_question import apply_corrections
from kb.search.matcher import Matcher
from tests.kb.article_factory import make_article


@pytest.fixture(scope="module")
def packaged() -> Matcher:
    return Matcher(list(read_folders([Path(kb.__file__).parent / "articles"]).values()), calibrate=False)


def shown_query(matcher: Matcher, text: str) -> str:
    return matcher.answer(text, "ru").understood


@pytest.mark.parametrize(
    "text",
    [
        "TP-Link Archer C6",
        "Как настроить TP-Link Archer C6?",
        "How do I reset my TP-Link Archer C6, please?",
        "Hello! My Wi-Fi is very slow upstairs, but the cable works fine.",
        "Ещё раз: всё лежит 🙂 (договор 40-1187)",
        "инет пропал, вай фай тоже",
        "the washing machine leaks water on the floor",
        "  два   пробела\nи строка  ",
        "",
        "!!!",
    ],
)
def test_what_needs_no_mending_comes_through_untouched(packaged: Matcher, text: str) -> None:
    assert shown_query(packaged, text) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("НЕТ ИНТРНЕТА!!!", "НЕТ ИНТЕРНЕТА!!!"),
        ("Здравствуйте, нет интрнета, что делать?", "Здравствуйте, нет интернета, что делать?"),
        ("i have no  intenret :(", "i have no  internet :("),
        ("нетинтернета", "нет интернета"),
        ("Ghbdtn! E vtyz yt hf,jnftn bynthytn", "Привет! У меня не работает интернет"),
        ('"ghbdtn" (ytn bynthytnf)', '"привет" (нет интернета)'),
        ("НТЙ", "НТЙ"),
        ("Kak nastroit' router?", "Как настроить router?"),
    ],
)
def test_only_what_was_read_otherwise_is_changed_and_capitals_stay(packaged: Matcher, typed: str, meant: str) -> None:
    assert shown_query(packaged, typed) == meant


def test_a_word_of_the_language_is_no_slip_for_one_of_the_base() -> None:
    matcher = Matcher(
        [make_article("lease", "my lease has ended"), make_article("sold", "it was sold")], calibrate=False
    )
    assert shown_query(matcher, "the pipe leaks, is it solid?") == "the pipe leaks, is it solid?"
    assert shown_query(matcher, "my laese has ended") == "my lease has ended"


def test_what_comes_after_the_part_that_is_read_stays_as_it_is(packaged: Matcher) -> None:
    tail = "и ещё интрнета " * 60
    assert shown_query(packaged, "нет интрнета " + tail).startswith("нет интернета и ещё")
    assert shown_query(packaged, "нет интрнета " + tail).endswith(tail[-300:])


def test_words_that_cannot_be_placed_leave_the_text_as_it_is() -> None:
    assert apply_corrections("a b c", ["x", "y"], {}) == "a b c"
    assert apply_corrections("one two", ["one"], {}) == "one two"
    assert apply_corrections("ß İstanbul ﬁ", ["ss"], {"ss": "sz"}) == "sz İstanbul ﬁ"
