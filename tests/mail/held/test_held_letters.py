"""The held-out letters are read as well as was promised; ``python -m tests.mail.held.score`` gives the exact shares."""

from __future__ import annotations

import itertools

import pytest

from tests.mail.held import letters, score
from tests.mail.placed_sentences import PLACES, placed

PROMISED = {
    "nothing lost": 0.995, "quotes exact": 0.98, "whole exact": 0.95, "outside English": 0.90, "English": 0.95,
    "HTML exact": 0.95,
    "people": 1.0, "automatic": 0.95, "bounces": 0.99, "addresses": 0.97, "ordinary: no bounce": 1.0,
    "ordinary: not automatic": 1 - 1 / 600,
}  # fmt: skip
SOME_ORDINARY = 15
"""Of the ordinary letters each such one is read here."""


@pytest.fixture(scope="module")
def shares() -> dict[str, score.Share]:
    ordinary = itertools.islice(letters.ordinary(), 0, None, SOME_ORDINARY)
    return (
        score.folding(letters.replies())
        | score.html(letters.html_replies())
        | score.senders(letters.correspondents())
        | score.ordinary_letters(ordinary)
    )


@pytest.mark.parametrize("name", PROMISED)
def test_as_many_held_out_letters_are_read_rightly_as_was_promised(name: str, shares: dict[str, score.Share]) -> None:
    assert shares[name].right >= PROMISED[name], "\n".join(shares[name].wrong)


def test_of_nine_hundred_placed_sentences_none_is_lost() -> None:
    """Below a sign-off, before signatures, after logs, in first letters and in answers."""
    found = list(placed(100 * len(PLACES), seed=2))
    assert [(one.place, one.said) for one in found if one.is_lost()] == []
