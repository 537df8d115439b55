"""Yes and no, and not knowing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.language.detect import language_of
from desk.language.plain_answers import is_agreement, says_dont_know


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ага", True),
        ("ну да", True),
        ("Да, перезагружал", True),
        ("нет ещё", False),
        ("пока нет", False),
        ("да нет", False),
        ("yep", True),
        ("not yet", False),
        ("никак", False),
        ("перезагружал", None),
        ("не знаю", None),
        ("дата", None),
        ("👍", None),
    ],
)
def test_a_plain_yes_or_no(said: str, meant: bool | None) -> None:
    assert is_agreement(said) is meant


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("нет интернета", "ru"),
        ("no internet", "en"),
        ("Wi-Fi не работает, LOS горит", "ru"),
        ("40-1187", ""),
        ("", ""),
        ("ok", "en"),
        ("ok да", ""),
        ("да", "ru"),
        ("не работает internet", ""),
        ("网络坏了", ""),
    ],
)
def test_the_language_is_told_by_its_letters(text: str, language: str) -> None:
    assert language_of(text) == language


def test_not_knowing_is_told_from_a_story_that_begins_so() -> None:
    assert says_dont_know("Не знаю.")
    assert says_dont_know("I'm not sure")
    assert not says_dont_know("не знаю почему, но со вчерашнего вечера не работает на всех устройствах")


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    assert is_agreement(text) in (True, False, None)
    assert language_of(text) in ("ru", "en", "")
