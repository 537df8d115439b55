"""Decides which confirmed words become phrasings. Pure.

Nobody may be able to spoil the search. A subscriber's words are learned only where they already find the article, and
without what is about another article, so they refine what it is found by and never change it. One person, or one
contract however many write under it, can teach little; people of whom nothing is proved can teach an article no more
than half of what it may learn; and an article learns slowly enough that somebody sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from kb.learning.anonymise import anonymise_phrase
from kb.learning.pii import ordinary_word_check
from kb.search.tokenize import query_words

MAX_PER_ARTICLE = 40
"""Learned phrasings of one article with one provider: more only repeat each other."""
MAX_FROM_UNPROVED = 20
"""How many of them may come from people who proved nothing, so that made-up accounts never have the majority."""
MAX_PER_DAY, DAY = 5, timedelta(days=1)
"""Phrasings learned from subscribers for one article in a day."""
MAX_PER_PERSON, MONTH = 3, timedelta(days=30)
"""Phrasings learned from one person, or one contract, in a month; those taken back count too."""
MIN_REPEAT_SIMILARITY = 90.0
"""`fuzz.token_sort_ratio` from which on a phrasing repeats another."""


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
    identifying: tuple[str, ...] = ()
    contract: str = ""
    is_proved: bool = False

    @property
    def by_agent(self) -> bool:
        """Whether an agent answers for it."""
        return self.author.startswith("agent:")


@dataclass(frozen=True, slots=True)
class KnownPhrasings:
    """What is known already: the title and ``phrasings`` of the article and the ``bodies`` of its editions, what it has
    ``learned`` (by case), phrasings of other articles, and the counts."""

    phrasings: Sequence[str] = ()
    bodies: Sequence[str] = ()
    learned: Mapping[int, str] = field(default_factory=dict)
    other_articles: frozenset[str] = frozenset()
    count_of_person: int = 0
    count_of_unproved: int = 0
    count_of_day: int = 0


@dataclass(frozen=True, slots=True)
class AcceptanceVerdict:
    """The phrasing to be kept, and the case whose phrasing it ``repeats`` if any; or why there is none."""

    text: str = ""
    refusal: str = ""
    repeats: int | None = None


def anonymised_phrase(one: ConfirmedWords, known: KnownPhrasings, search: Callable[[str], Sequence[str]]) -> str:
    """The part of the words that may be kept, "" where that is nothing. ``search`` gives the articles a text finds,
    best first: clauses of a subscriber that are about another article are left out."""

    def is_about_another(clause: str) -> bool:
        return not one.by_agent and any(other != one.article for other in search(clause)[:1])

    phrase = anonymise_phrase(
        one.text, one.identifying, ordinary_word_check(*known.phrasings, *known.bodies), is_about_another
    )
    return phrase if query_words(phrase) else ""


def judge_phrase(
    one: ConfirmedWords, phrase: str, known: KnownPhrasings, found_articles: Sequence[str]
) -> AcceptanceVerdict:
    """Decides about a ``phrase`` by which the articles ``found_articles`` are found."""
    if not phrase:
        return AcceptanceVerdict(refusal="nothing that names nobody")
    if phrase.casefold() in known.other_articles:
        return AcceptanceVerdict(refusal="said of another article")
    if not one.by_agent and one.article not in found_articles[:1]:
        return AcceptanceVerdict(refusal="it leads elsewhere")
    if any(_is_repeat(phrase, other) for other in known.phrasings):
        return AcceptanceVerdict(refusal="a repeat")
    repeated = next((case for case, other in known.learned.items() if _is_repeat(phrase, other)), None)
    enough = _limit_reached(one, known) if repeated is None else ""
    return AcceptanceVerdict(refusal=enough) if enough else AcceptanceVerdict(phrase, repeats=repeated)


def _is_repeat(said: str, other: str) -> bool:
    return fuzz.token_sort_ratio(said, other, processor=default_process) >= MIN_REPEAT_SIMILARITY


def _limit_reached(one: ConfirmedWords, known: KnownPhrasings) -> str:
    """Which limit is reached; "" where none is."""
    if len(known.learned) >= MAX_PER_ARTICLE:
        return "enough of this article"
    if one.by_agent:
        return ""
    if known.count_of_person >= MAX_PER_PERSON:
        return "enough of this person"
    if not one.is_proved and known.count_of_unproved >= MAX_FROM_UNPROVED:
        return "enough of strangers"
    return "enough for a day" if known.count_of_day >= MAX_PER_DAY else ""
