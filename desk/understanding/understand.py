"""One understanding of a message: a pure function of the words and of the situation they were written in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from desk.understanding.agreement_and_denial import closing_acts, leave_with_good_news
from desk.understanding.facts_told import facts_told
from desk.understanding.identity_keys import identity_keys
from desk.understanding.reading.observations import Act, ObservedAct, ObservedValue, Situation, TalkStage, Understanding
from desk.understanding.wishes import is_of_something_else, language_wished, wishes
from desk.understanding.words_on_a_screen import is_shown

MAX_LENGTH = 4000
"""Characters of a message that are looked at."""


_IN_OWN_WORDS = frozenset({"site", "changed", "address"})
"""Slots that take any words where they are asked for."""
_TALK = frozenset(
    {Act.ANGRY, Act.CONFUSED, Act.STATUS, Act.HUMAN, Act.BOT_QUESTION, Act.OTHER_MATTER, Act.CANCEL, Act.WAIT}
)

_ASKED = (TalkStage.CONSENT, TalkStage.HELPED)
"""Where it was asked whether all works, `closing_acts` alone tells what is said to that."""
_CONTENT = (Act.AGREE, Act.WORKS_ALREADY)
_BESIDE_LEAVE = frozenset({Act.THANKS, Act.GREETING, Act.WORKS_ALREADY, Act.AGREE})
"""What may stand beside leave to close in a message of which not every word is known."""
_OF_A_SCREEN = (Act.HUMAN, Act.CALLBACK)
"""What screens tell people to do: that is no wish of theirs."""


def _is_talk(value: ObservedValue, acts: Sequence[ObservedAct]) -> bool:
    """Whether words taken for a value in a person's own words are in truth talk with the desk: "безобразие"."""
    return value.slot in _IN_OWN_WORDS and any(
        one.act in _TALK and one.start < value.end and value.start < one.end for one in acts
    )


def load() -> None:
    """Reads the phrases, the words and what was learned, ahead of the first message. Takes about a second."""
    for text in ("Здравствуйте, второй день не рабтает интернет", "Hello, my internet is dwon since yesterday"):
        understand(text, Situation())


@lru_cache(maxsize=512)
def understand(text: str, situation: Situation) -> Understanding:
    """What the text says in this situation."""
    said = text[:MAX_LENGTH]
    closing, closes = closing_acts(said, situation)
    wished = tuple(one for one in wishes(said, situation) if one.act not in _OF_A_SCREEN or not is_shown(said, one))
    if situation.context in _ASKED and not closing and all(one.act in _BESIDE_LEAVE for one in wished):
        leave = leave_with_good_news(said)
        closing, closes = ((leave,), True) if leave else (closing, closes)
    if any(one.act is Act.ANGRY and one.end for one in wished):  # "да блин" is no consent; capitals alone may be
        closing, closes = tuple(one for one in closing if one.act not in _CONTENT), False
    if any(one.act is Act.WORKS_ALREADY for one in closing) and is_of_something_else(said):
        closing = tuple(one for one in closing if one.act is not Act.WORKS_ALREADY)
    if situation.context in _ASKED or any(one.act is Act.WORKS_ALREADY for one in closing):
        wished = tuple(one for one in wished if one.act is not Act.WORKS_ALREADY)
    facts = tuple(one for one in facts_told(said, situation) if not _is_talk(one, (*closing, *wished)))
    answers = tuple(ObservedAct(Act.ANSWER, one.start, one.end) for one in facts)
    values = (*facts, *language_wished(said, wished))
    return Understanding(text, (*closing, *wished, *answers), values, identity_keys(said, situation), closes)
