"""What may be learned of confirmed words, and what may not. Pure.

Nobody can talk the desk into nonsense. A subscriber's words are learned only where they lead to the article by
themselves, and without what is about another one, so they sharpen what it is found by and never bend it. One person,
or one contract however many write under it, teaches little; people of whom nothing is proved teach an article no more
than half of what it may learn; and an article learns slowly enough that somebody sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from kb.learning.anonymise import phrase
from kb.learning.pii import ordinary_with
from kb.search.tokenize import words

OF_ARTICLE = 40
"""Learned phrasings of one article with one provider: more are the same words again."""
OF_STRANGERS = 20
"""How many of them may come from people who proved nothing: whoever makes up accounts never has the last word."""
OF_DAY, DAY = 5, timedelta(days=1)
"""What subscribers may teach one article in a day."""
OF_PERSON, MONTH = 3, timedelta(days=30)
"""Phrases one person, or one contract, may teach in a month; one that was taken back counts too."""
REPEAT = 90.0
"""`fuzz.token_sort_ratio` from which a phrase says what another says already."""


@dataclass(frozen=True, slots=True)
class ConfirmedWords:
    """Words that led to an article, and who confirmed that it was the right one."""

    provider: str
    case_id: int
    article: str
    person_id: int
    author: str
    text: str
    language: str
    secrets: tuple[str, ...] = ()
    contract: str = ""
    proved: bool = False

    @property
    def by_agent(self) -> bool:
        """Whether an agent answers for it."""
        return self.author.startswith("agent:")


@dataclass(frozen=True, slots=True)
class KnownPhrasings:
    """What is known already: the ``written`` title and phrasings of the article and all ``texts`` of it, what it has
    ``learned`` (by case), phrases of other articles, and the counts."""

    written: Sequence[str] = ()
    texts: Sequence[str] = ()
    learned: Mapping[int, str] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()
    of_person: int = 0
    of_strangers: int = 0
    of_day: int = 0


@dataclass(frozen=True, slots=True)
class AcceptanceVerdict:
    """The phrase to be kept, and the case whose phrase it ``repeats`` if any; or why there is none."""

    text: str = ""
    refused: str = ""
    repeats: int | None = None


def inbound(one: ConfirmedWords, known: KnownPhrasings, leads: Callable[[str], Sequence[str]]) -> str:
    """What may be kept of the words, "" where that is nothing. ``leads`` tells the articles a text fits, best first: of
    a subscriber's sentence, what is about another article is no part of this one's."""

    def apart(clause: str) -> bool:
        return not one.by_agent and any(other != one.article for other in leads(clause)[:1])

    said = phrase(one.text, one.secrets, ordinary_with(*known.written, *known.texts), apart)
    return said if words(said) else ""


def judge_phrase(one: ConfirmedWords, said: str, known: KnownPhrasings, leads: Sequence[str]) -> AcceptanceVerdict:
    """What becomes of the phrase ``said``, which by itself ``leads`` to these articles."""
    if not said:
        return AcceptanceVerdict(refused="nothing that names nobody")
    if said.casefold() in known.elsewhere:
        return AcceptanceVerdict(refused="said of another article")
    if not one.by_agent and one.article not in leads[:1]:
        return AcceptanceVerdict(refused="it leads elsewhere")
    if any(_alike(said, other) for other in known.written):
        return AcceptanceVerdict(refused="a repeat")
    repeated = next((case for case, other in known.learned.items() if _alike(said, other)), None)
    enough = _enough(one, known) if repeated is None else ""
    return AcceptanceVerdict(refused=enough) if enough else AcceptanceVerdict(said, repeats=repeated)


def _alike(said: str, other: str) -> bool:
    return fuzz.token_sort_ratio(said, other, processor=default_process) >= REPEAT


def _enough(one: ConfirmedWords, known: KnownPhrasings) -> str:
    """Why no more may be learned just now; "" where it may."""
    if len(known.learned) >= OF_ARTICLE:
        return "enough of this article"
    if one.by_agent:
        return ""
    if known.of_person >= OF_PERSON:
        return "enough of this person"
    if not one.proved and known.of_strangers >= OF_STRANGERS:
        return "enough of strangers"
    return "enough for a day" if known.of_day >= OF_DAY else ""
