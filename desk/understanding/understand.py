"""One understanding of a message: a pure function of the words and of the situation they were written in."""

from __future__ import annotations

from functools import lru_cache

from desk.understanding.closing import closing_acts
from desk.understanding.facts_told import facts_told
from desk.understanding.identity_keys import identity_keys
from desk.understanding.observations import Act, ObservedAct, Situation, Understanding
from desk.understanding.wishes import language_wished, wishes

MAX_LENGTH = 4000
"""Characters of a message that are looked at."""


@lru_cache(maxsize=512)
def understand(text: str, situation: Situation) -> Understanding:
    """What the text says in this situation."""
    said = text[:MAX_LENGTH]
    closing, closes = closing_acts(said, situation)
    wished = wishes(said, situation)
    facts = facts_told(said, situation)
    answers = tuple(ObservedAct(Act.ANSWER, one.start, one.end) for one in facts)
    values = (*facts, *language_wished(said, wished))
    return Understanding(text, (*closing, *wished, *answers), values, identity_keys(said, situation), closes)
