"""Which article speaks of what a person wrote: words are compared one by one, forgiving typos and endings.

Every title and phrasing of an article is an *entry*. Each word of a query is looked up among the words of all entries
by rapidfuzz (`fuzz.ratio`; never WRatio or a partial ratio, which rank long texts by accident). An entry is then
scored by how much of it the query covers, an article by how much of the query it covers, each word weighing its
inverse document frequency, and `token_sort_ratio` of the whole separates what is left. A word that nobody in the base
has ever used counts against every article: that is how the matcher knows when nothing fits. Pure: no wire, no clock.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from kb.reading import Article

LONGEST_QUERY = 600
"""Characters of a query that are looked at: the matter is told in the first sentences."""
MOST_WORDS = 40
ALIKE, ALIKE_SHORT = 74.0, 80.0
"""From this `fuzz.ratio` (0 to 100) two words of six letters, or of four or five, are taken for one."""
STRANGE = 0.8
"""What a word nobody in the base has used weighs, as a share of the rarest known word's weight."""
ENTRY, ORDER, QUERY = 0.4, 0.2, 0.4
"""The parts of a score: how much of the entry is covered, likeness as a whole, how much of the query is covered."""
NEARLY_BEST = 0.1
"""A match so far behind the best one is not sure, however well it fits."""
SAMPLE = 300
"""Phrasings a base is calibrated on, evenly taken."""

_WORD = re.compile(r"\w+(?:[-'’.]\w+)*")
_JOINTS = str.maketrans("", "", "-'’.")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_EMPTY = frozenset(
    _WORD.findall("""
    а бы в вам вас во вот вы да до ее ей ему если есть еще же за здравствуйте и из или им их к как ко когда ли мне
    меня мой моя мы на над нам нас ни но ну о об он она они от по под пожалуйста после при про с сейчас со спасибо
    так там то тоже тут ты у уже что чтобы это этот эта этого я добрый день вечер утро привет подскажите помогите
    договор a an and are as at be been but by can do does for from had has have hello help hi how i if im in is it its
    me my of on or our please so thank thanks that the there they this to us was we what when where which who will with
    you your contract
    """)
)


@dataclass(frozen=True, slots=True)
class Match:
    """An article that may help, in the language to show. ``score`` is 0 to 1; ``sure`` when worth showing unasked."""

    article: Article
    language: str
    score: float
    sure: bool


@dataclass(frozen=True, slots=True)
class Gate:
    """From which score an article is mentioned at all, and from which it is sure."""

    mention: float
    sure: float


def normalised(text: str) -> str:
    """NFKC, casefolded, ё as е, with nothing invisible in it."""
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE).casefold().replace("ё", "е")


def words(text: str) -> tuple[str, ...]:
    """The words of a text that carry meaning ("wi-fi" is one); all its words where none does.

    A number of five digits or more names a contract or a telephone, not a trouble.
    """
    found = [word.translate(_JOINTS) for word in _WORD.findall(normalised(text[:LONGEST_QUERY]))]
    telling = [word for word in found if word not in _EMPTY and not (word.isdecimal() and len(word) > 4)]
    return tuple((telling or found)[:MOST_WORDS])


class Matcher:
    """An index over articles; immutable once made, and safe to read from any thread.

    ``beneath`` is a matcher of shared articles this one stands on. Its index is referred to, never copied, so three
    hundred providers share one; articles here hide those beneath that have the same id.
    """

    def __init__(self, articles: Sequence[Article], beneath: Matcher | None = None) -> None:
        self._shelves: tuple[_Shelf, ...] = (_Shelf(articles), *(beneath._shelves if beneath else ()))
        self._articles = {id: one for shelf in reversed(self._shelves) for id, one in shelf.articles.items()}
        self._weights: dict[str, float] = {}
        self.gate: Gate = beneath.gate if beneath and beneath._articles else self._calibrated()

    def best(self, text: str, language: str, limit: int = 3) -> tuple[Match, ...]:
        """The articles that fit, the best first; empty when nothing does."""
        scores = self.scores(text)
        top = sorted((-score, id) for id, score in scores.items() if score >= self.gate.mention)[:limit]
        sure = max(self.gate.sure, -top[0][0] - NEARLY_BEST) if top else 0.0
        found = ((self._articles[id], -score) for score, id in top)
        return tuple(
            Match(article, article.edition(language).language, round(score, 4), score >= sure)
            for article, score in found
        )

    def scores(self, text: str, hidden: str = "", skipped: str = "") -> dict[str, float]:
        """How well each article fits, 0 to 1, by id; those with no word in common are left out.

        As if there were no article ``hidden``, and nobody had ever phrased it ``skipped``: so a base can be asked
        how it would do without what it knows.
        """
        query = self._query(text, hidden)
        if not query.words:
            return {}
        scores: dict[str, float] = {}
        for shelf in reversed(self._shelves):
            found = shelf.scores(query, self._weight, hidden, skipped)
            scores = {id: score for id, score in scores.items() if id not in shelf.articles} | found
        return scores

    def _query(self, text: str, hidden: str) -> _Query:
        asked = words(text)
        alike: list[dict[str, float]] = []
        for word in asked:
            found: dict[str, float] = {}
            for shelf in self._shelves:
                found |= shelf.alike(word, hidden)
            alike.append(found)
        weights = [self._weight(max(one, key=one.__getitem__)) if one else self._strange() for one in alike]
        return _Query(" ".join(sorted(asked)), asked, tuple(weights), tuple(alike))

    def _weight(self, word: str) -> float:
        """Inverse document frequency, an article being the document. Only words of entries are ever kept."""
        weight = self._weights.get(word)
        if weight is None:
            seen = sum(len(shelf.used.get(word, ())) for shelf in self._shelves)
            weight = self._weights[word] = math.log(1 + len(self._articles) / (0.5 + seen))
        return weight

    def _strange(self) -> float:
        """The weight of a word nobody in the base has used."""
        return STRANGE * math.log(1 + len(self._articles) / 1.5)

    def _calibrated(self) -> Gate:
        """Gates from the base's own phrasings: what they reach with their article left out is "nothing fits"."""
        told = [entry for shelf in self._shelves for entry in shelf.entries]
        sample = told[:: 1 + len(told) // SAMPLE]
        missed = sorted(max(self.scores(one.text, hidden=one.article).values(), default=0.0) for one in sample)
        return Gate(
            mention=_within(0.35, _quantile(missed, 0.5), 0.5),
            sure=_within(0.5, _quantile(missed, 0.7), 0.7),
        )


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))] if ordered else 0.0


def _within(least: float, value: float, most: float) -> float:
    """Keeps a gate sensible where a base is too small, or says everything twice."""
    return min(max(value, least), most)


@dataclass(frozen=True, slots=True)
class _Query:
    """What was asked: its words, how much each weighs, and the known words each may stand for (0 to 1)."""

    joined: str
    words: tuple[str, ...]
    weights: tuple[float, ...]
    alike: tuple[dict[str, float], ...]

    def covered(self, used: Set[str]) -> float:
        """How much of the query these words explain, 0 to 1."""
        explained = (max((one[word] for word in one.keys() & used), default=0.0) for one in self.alike)
        return sum(w * s for w, s in zip(self.weights, explained, strict=True)) / sum(self.weights)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A title or phrasing, and the article it leads to."""

    article: str
    text: str
    joined: str
    words: tuple[str, ...]


class _Shelf:
    """The entries of some articles, with the words they use."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = {article.id: article for article in articles}
        self.entries = tuple(_entries(articles))
        places: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            for word in set(entry.words):
                places.setdefault(word, []).append(number)
        self.places = {word: tuple(numbers) for word, numbers in places.items()}
        self.used = {
            word: tuple(dict.fromkeys(self.entries[number].article for number in numbers))
            for word, numbers in self.places.items()
        }
        self._long = [word for word in self.places if len(word) > 3]

    def alike(self, word: str, hidden: str = "") -> dict[str, float]:
        """The words here that this one may stand for, each with its likeness from 0 to 1. Short ones must be equal."""
        found: dict[str, float] = {word: 1.0} if word in self.places else {}
        if len(word) > 3:
            least = ALIKE if len(word) > 5 else ALIKE_SHORT
            for other, score, _ in process.extract(word, self._long, scorer=fuzz.ratio, score_cutoff=least, limit=None):
                found[other] = score / 100
        return {one: score for one, score in found.items() if self.used[one] != (hidden,)}

    def scores(self, query: _Query, weight: Callable[[str], float], hidden: str, skipped: str) -> dict[str, float]:
        """How well each article here fits."""
        likeness = _either(query.alike)
        told: dict[str, float] = {}
        used: dict[str, set[str]] = {}
        for number in {number for word in likeness for number in self.places.get(word, ())}:
            entry = self.entries[number]
            if entry.article == hidden or entry.text == skipped:
                continue
            weights = [weight(word) for word in entry.words]
            cover = sum(w * likeness.get(word, 0.0) for w, word in zip(weights, entry.words, strict=True)) / sum(
                weights
            )
            order = fuzz.ratio(query.joined, entry.joined) / 100
            told[entry.article] = max(ENTRY * cover + ORDER * order, told.get(entry.article, 0.0))
            used.setdefault(entry.article, set()).update(entry.words)
        return {id: score + QUERY * query.covered(used[id]) for id, score in told.items()}


def _either(alike: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """How like a known word is to whichever word of the query is likest."""
    likeness: dict[str, float] = {}
    for one in alike:
        for word, score in one.items():
            likeness[word] = max(score, likeness.get(word, 0.0))
    return likeness


def _entries(articles: Sequence[Article]) -> Iterator[_Entry]:
    for article in articles:
        for edition in article.editions.values():
            for text in (edition.title, *edition.phrasings):
                found = words(text)
                if found:
                    yield _Entry(article.id, text, " ".join(sorted(found)), found)
