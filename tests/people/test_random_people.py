"""A thousand random people of each language, half of them by letter: no loop, no false line, no false closing."""

from __future__ import annotations

import pytest

from tests.people.random_people import play_random
from tests.people.random_words import SPEECHES

PEOPLE = 1000


@pytest.mark.parametrize("language", SPEECHES)
def test_no_random_person_meets_a_loop_a_false_line_or_a_false_closing(language: str) -> None:
    """Laws 2 to 5 and 7: values are truly told, questions are put at most twice, a human is one message away."""
    people = play_random(PEOPLE, speech=SPEECHES[language])
    faults = [f"person {one.seed}: {fault}" for one in people for fault in one.faults]
    assert not faults, "\n".join(faults[:40])
    assert sum(one.cards for one in people) >= 2 * PEOPLE, "structured lines that were compared with what was told"
