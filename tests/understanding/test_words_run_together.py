"""Words between which no space was typed are read as the words they are; longer words are left whole."""

from __future__ import annotations

import pytest

from desk.understanding.wishes import mended_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("хочукоператору", ["хочу", "к", "оператору"]),
        ("speak toahuman", ["speak", "to", "a", "human"]),
        ("itsworking, thanks", ["its", "working", "thanks"]),
        ("всеработает!", ["все", "работает"]),
    ],
)
def test_words_run_together_are_parted(text: str, words: list[str]) -> None:
    assert [word.text for word in mended_words(text)] == words


@pytest.mark.parametrize("text", ["thanksgiving", "background", "переключиться", "провайдеру", "openreach"])
def test_longer_words_are_one(text: str) -> None:
    assert len(mended_words(text)) == 1


def test_each_part_has_its_place_and_the_last_one_the_sign() -> None:
    words = mended_words("ок. позовителюдей? да")
    assert [(word.start, word.end, word.stop) for word in words] == [
        (0, 2, "."),
        (4, 12, ""),
        (12, 17, "?"),
        (19, 21, ""),
    ]
