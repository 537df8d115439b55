"""Acts are heard from words that are like those of labelled sentences; none of them closes anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk.language.detect import language_of
from desk.understanding.acts_by_likeness import LEARNED, MAX_WORDS, Weights, alike, learned_weights, read_weights, units
from desk.understanding.reading.message_words import words_of
from desk.understanding.reading.observations import Act, Situation, TalkStage
from desk.understanding.wishes import wishes, word_classes

SETS = Path(__file__).parent / "sets"
WEIGHTS = Weights((Act.HUMAN, Act.STATUS), (-1.0, -1.0), (0.0, 0.0), {"w зебру": ((0, 90.0),)})


def test_nothing_that_closes_or_withdraws_is_heard_by_likeness() -> None:
    assert not set(LEARNED) & {Act.AGREE, Act.THANKS, Act.WORKS_ALREADY, Act.WAIT, Act.CANCEL, Act.RESTART}
    assert learned_weights().acts == LEARNED


def test_the_likest_clause_is_the_place_of_the_act() -> None:
    words = words_of("интернета нет. дайте зебру, второй день жду")
    assert alike(words, word_classes(), WEIGHTS) == {Act.HUMAN: [(2, 4)]}


def test_a_clause_without_known_words_is_alike_to_nothing() -> None:
    assert alike(words_of("дайте тигра"), word_classes(), WEIGHTS) == {}


def test_a_long_clause_is_not_judged() -> None:
    assert list(units(words_of("слово " * (MAX_WORDS + 1)))) == []
    assert list(units(words_of("раз, два. три"))) == [(0, 1), (0, 2), (1, 2), (2, 3)]


def test_weights_are_read_by_feature() -> None:
    read = read_weights(["human\tstatus", "-1\t-2", "0.5\t1", "w зебру\t1:0.7"])
    assert read == Weights((Act.HUMAN, Act.STATUS), (-1, -2), (0.5, 1), {"w зебру": ((1, 0.7),)})


@pytest.mark.parametrize("language", ["ru", "en"])
def test_fresh_wishes_for_a_human_are_mostly_heard(language: str) -> None:
    """Sentences by another manner of asking than those that the phrases were written for."""
    lines = [json.loads(line) for line in (SETS / "human_held2.jsonl").read_text("utf-8").splitlines()]
    of_language = [line for line in lines if language_of(line["text"]) == language]
    heard = [
        (
            "human" in line.get("acts", ()),
            Act.HUMAN in {one.act for one in wishes(line["text"], Situation(TalkStage.QUESTION))},
        )
        for line in of_language
    ]
    wished = [seen for is_wish, seen in heard if is_wish]
    calm = [seen for is_wish, seen in heard if not is_wish]
    assert len(wished) >= 75
    assert len(calm) >= 75
    assert sum(wished) >= 0.85 * len(wished)
    assert sum(calm) <= 0.02 * len(calm)
