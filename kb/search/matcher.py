"""Which article speaks of what a person wrote, how sure that is, and whether anything fits at all.

One question goes four steps: what was meant (`kb.search.keyboard_layout`: keyboard layout, transliteration), words
the base does not know mended (`kb.search.spelling`), articles ranked by characters, words and answers
(`kb.search.ranking`), and the best weighed by a gate that the base itself has calibrated (`kb.search.calibration`).
Pure: no wire, no clock.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from kb.content.article_files import Article, digest
from kb.search import calibration as gates
from kb.search.article_index import FORM, ArticleIndex, built
from kb.search.background_corpus import sentences
from kb.search.calibration import SIGNALS, SURE, AnswerThreshold, CalibrationTrials, Signals
from kb.search.combined_index import LeaveOneOutQuestion, SearchCorpus, left_out
from kb.search.corrected_query import reworded
from kb.search.keyboard_layout import intended_texts
from kb.search.postings import Array
from kb.search.ranking import MEASURES, Comparison
from kb.search.spelling import QueryWord, correct_words
from kb.search.tokenize import LONGEST_QUERY, Vocabulary, normalised, says_something, telling, wordlists

_T = TypeVar("_T")

WEIGHTS = {
    "char": 0.30,
    "top": 0.10,
    "told": 0.40,
    "answered": 0.44,
    "asked": 0.20,
    "covered": 0.05,
    "sorted": 0.20,
    "exact": 0.30,
    "whole": 0.0,
    "either": 1.00,
    "every": 0.0,
}
"""The blend of `kb.search.ranking.MEASURES`, with `TOGETHER` of likeness and coverage at once."""
TOGETHER = 0.09
NEAR = 0.5
"""What it is worth, to the fourth power of the likeness, that somebody has asked in nearly these words before."""
BESIDE = 0.5
"""What share of the best article's blend another one must have to be mentioned beside it."""
SAMPLE = 120
"""Phrasings a base is calibrated on, evenly taken."""
SAID, LONG, STEP = 240, 80, 2
"""Everyday sentences of one language it is calibrated on, and how many times several of them at once."""
FAINT = 0.03
"""A likeness below which less says no more."""
LETTERS_SHARE = 0.01
"""The share of a base's letters from which it is said to be written in them."""

_WEIGHTS = np.array([WEIGHTS[name] for name in MEASURES])
_CHAR, _ASKED, _WHOLE, _EVERY = (MEASURES.index(name) for name in ("char", "asked", "whole", "every"))


@dataclass(frozen=True, slots=True)
class ArticleMatch:
    """An article that may help, in the language to show. ``score`` is how likely it is the right one, 0 to 1;
    ``fits`` when it may be mentioned at all, ``sure`` when it is worth showing unasked."""

    article: Article
    language: str
    score: float
    fits: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The articles nearest to a question, the best first, and the question as it was ``understood``."""

    nearest: tuple[ArticleMatch, ...]
    understood: str

    @property
    def fits(self) -> bool:
        """Whether there is anything to say."""
        return any(one.fits for one in self.nearest)


@dataclass(frozen=True, slots=True)
class _QuestionSurroundings:
    """Of a base, whatever the article: how near its nearest entries are to the question and how near everyday
    sentences, and what `kb.search.ranking.Comparison` tells of the question as a whole."""

    nearby: float
    everyday: float
    known: float
    sounds: float
    odd: float

    @property
    def nearer(self) -> float:
        """How much nearer the base is than everyday talk, as a logarithm."""
        return math.log((self.nearby + FAINT) / (self.everyday + FAINT))


@dataclass(frozen=True, slots=True)
class _RankedArticle:
    """An article's standing among the others, its blend, its likeness as a whole, how much of the question it explains;
    and its base."""

    id: str
    standing: float
    blend: float
    whole: float
    asked: float
    around: _QuestionSurroundings


class Matcher:
    """A base of articles, ready to be asked; immutable once made, and safe to read from any thread.

    ``beneath`` is a matcher of shared articles this one stands on. Its index is referred to, never copied, so three
    hundred providers share one; articles here hide those beneath that have the same id. ``saved`` is what `arrays` of
    a matcher of the very same articles gave (`key` tells). Without ``gated`` a base that nobody lends a gate to is
    not asked what it knows: it is made to be saved, not to answer.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        beneath: Matcher | None = None,
        saved: Mapping[str, Array] | None = None,
        gated: bool = True,
    ) -> None:
        self._vernacular: Vocabulary = beneath._vernacular if beneath else Vocabulary()
        self.shelf = ArticleIndex.of(saved) if saved else built(articles, self._vernacular)
        below = beneath._base.shelves if beneath else ()
        self._ids: tuple[tuple[str, ...], ...] = (_ids(articles), *(beneath._ids if beneath else ()))
        self._articles: dict[str, Article] = (dict(beneath._articles) if beneath else {}) | {
            one.id: one for one in articles
        }
        own = {one.id for one in articles}
        hidden = [np.flatnonzero([id in own for id in ids]) for ids in self._ids[1:]]
        self._base: SearchCorpus = SearchCorpus((self.shelf, *below), (None, *hidden) if below else ())
        self._letters = _letters(self._base.shelves)
        lent = beneath.gate if beneath and beneath.holds_any else None
        self._asked_itself = gated and lent is None
        self.gate: AnswerThreshold = lent or _gate(saved) or (self._calibrated(articles) if gated else gates.UNASKED)

    def arrays(self) -> dict[str, Array]:
        """All that took time to make, to be saved."""
        gate = {"gate": np.array([*self.gate.weights, self.gate.least])} if self._asked_itself else {}
        return self.shelf.arrays() | gate

    @property
    def holds_any(self) -> bool:
        """Whether there is any article in it."""
        return self._base.editions > 0

    def article(self, id: str) -> Article | None:
        """The article of that id, as long as some edition of it is offered."""
        found = self._articles.get(id)
        return found if found and found.editions else None

    def best(self, text: str, language: str, limit: int = 3) -> tuple[ArticleMatch, ...]:
        """The articles that fit, the best first; empty when nothing does."""
        asked = self._asked(self._meant(text, self._base), self._base)
        return tuple(one for one in self._nearest(asked, language, limit) if one.fits)

    def answer(self, text: str, language: str, limit: int = 3) -> SearchAnswer:
        """The nearest articles whether they fit or not, and whether they do."""
        found = self._meant(text, self._base)
        asked = self._asked(found, self._base)
        return SearchAnswer(tuple(self._nearest(asked, language, limit)), _understood(text, found, asked))

    def _nearest(self, asked: Sequence[QueryWord], language: str, limit: int) -> Sequence[ArticleMatch]:
        ranked = self._ranked(asked, self._base)[: max(limit, 2)]
        if not ranked or not says_something([word.text for word in asked]):
            return ()
        return list(self._weighed(ranked, language))[:limit]

    def _weighed(self, ranked: Sequence[_RankedArticle], language: str) -> Iterator[ArticleMatch]:
        """Each with how likely it is right; only the best can be sure."""
        signals = _signals(ranked)
        likelihoods, scopes = self.gate.likelihood(signals).tolist(), gates.scope(signals).tolist()
        for at, (one, score, scope) in enumerate(zip(ranked, likelihoods, scopes, strict=True)):
            article = self._articles[one.id]
            fits = one.asked > 0 and scope >= self.gate.least and one.blend >= BESIDE * ranked[0].blend
            sure = fits and at == 0 and score >= SURE
            yield ArticleMatch(article, article.edition(language).language, round(score, 4), fits, sure)

    def without(self, text: str, hidden: str = "", skipped: str = "") -> list[str]:
        """The articles for a text, the best first: as if there were no article ``hidden``, and nobody had ever phrased
        it ``skipped``. Asks only the articles of this matcher's own shelf to leave something out."""
        base = self._base
        for one in self._left_out:
            if (hidden == one.article and one.whole) or (skipped and skipped == one.text and not one.whole):
                base = self._base.without(one.left)
        return [one.id for one in self._ranked_text(text, base)]

    @cached_property
    def _left_out(self) -> tuple[LeaveOneOutQuestion, ...]:
        own = [self._articles[id] for id in dict.fromkeys(self._ids[0])]
        return tuple(left_out(own, self._vernacular))

    def _meant(self, text: str, base: SearchCorpus) -> list[str]:
        """The words of a question as they were meant."""

        def known(found: Sequence[str]) -> Sequence[bool]:
            return base.known([self._vernacular.stem(word) for word in found])

        cyrillic, latin = self._letters
        return intended_texts(normalised(text[:LONGEST_QUERY]), known, cyrillic, latin)

    def _asked(self, found: Sequence[str], base: SearchCorpus) -> list[QueryWord]:
        """Those of them that tell something, mended."""
        return correct_words(self._vernacular.read(telling(found)), base, self._vernacular)

    def _ranked(self, asked: Sequence[QueryWord], base: SearchCorpus) -> list[_RankedArticle]:
        """Articles with anything in common, the best first; of equal ones the first by name."""
        comparison = Comparison(asked, base)
        shelves = [comparison.found(number) for number in range(len(self._ids))]
        nearby = max((found.nearby for found in shelves), default=0.0)
        around = _QuestionSurroundings(nearby, comparison.everyday, comparison.known, comparison.sounds, comparison.odd)
        best: dict[str, _RankedArticle] = {}
        for ids, found in zip(self._ids, shelves, strict=True):
            char = found.measures[:, _CHAR]
            blends = found.measures @ _WEIGHTS + TOGETHER * char * found.measures[:, _ASKED] + NEAR * char**4
            standings = blends + comparison.crowd * found.measures[:, _EVERY]
            more = np.column_stack((standings, blends, found.measures[:, [_WHOLE, _ASKED]])).tolist()
            for edition, (standing, blend, whole, explained) in zip(found.editions.tolist(), more, strict=True):
                id = ids[edition]
                if id not in best or standing > best[id].standing:
                    best[id] = _RankedArticle(id, standing, blend, whole, explained, around)
        return sorted(best.values(), key=lambda one: (-one.standing, one.id))

    def _calibrated(self, articles: Sequence[Article]) -> AnswerThreshold:
        """Asks itself without what it knows, and everyday questions that no base is expected to answer."""
        outs = list(left_out(articles, self._vernacular))
        several = _sample([one for one in outs if not one.whole and one.left.remains and one.said], SAMPLE)
        wholes = _sample([one for one in outs if one.whole], SAMPLE)
        asked = [self._ranked_text(one.text, self._base.without(one.left)) for one in several]
        near = [self._ranked_text(one.text, self._base.without(one.left)) for one in wholes]
        far = [self._ranked_text(text, self._base.unheard(gone)) for text, gone in self._everyday()]
        right = [bool(r) and r[0].id == one.article for r, one in zip(asked, several, strict=True)]
        return gates.calibrated(CalibrationTrials(_firsts(asked), np.array(right, bool), _firsts(near), _firsts(far)))

    def _everyday(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Everyday sentences in the letters of the base, and some at once, long as a story, with their numbers."""
        for letters, cyrillic in zip(self._letters, (True, False), strict=True):
            said = [(number, text) for number, text in enumerate(sentences()) if (text > "\u0400") is cyrillic]
            for number, text in _sample(said, SAID) if letters else ():
                yield text, (number,)
            for at in range(LONG if letters else 0):
                some = [said[(at * STEP + which * LONG) % len(said)] for which in range(2 + at % 2)]
                yield " ".join(text for _, text in some), tuple(number for number, _ in some)

    def _ranked_text(self, text: str, base: SearchCorpus) -> list[_RankedArticle]:
        return self._ranked(self._asked(self._meant(text, base), base), base)


def key(articles: Sequence[Article]) -> str:
    """Changes with anything an index of these articles depends on."""
    whole = hashlib.sha256(digest(str(FORM), wordlists()).encode())
    for one in articles:  # one by one: a single call over a hundred thousand would hold up every other thread
        whole.update(one.hash.encode())
    return whole.hexdigest()


def _understood(text: str, found: Sequence[str], asked: Sequence[QueryWord]) -> str:
    """The question in the person's own words, with those mended that were."""
    parts: dict[str, list[str]] = {}
    for word in asked:
        if word.of:
            parts.setdefault(word.of, []).append(word.text)
    corrected = {of: " ".join(dict.fromkeys(texts)) for of, texts in parts.items()}
    return reworded(text[:LONGEST_QUERY], found, corrected) + text[LONGEST_QUERY:]


def _gate(saved: Mapping[str, Array] | None) -> AnswerThreshold | None:
    return gates.of(saved["gate"].tolist()) if saved and "gate" in saved else None


def _ids(articles: Sequence[Article]) -> tuple[str, ...]:
    """The article of each edition, by number."""
    return tuple(article.id for article in articles for _ in article.editions)


def _letters(shelves: Sequence[ArticleIndex]) -> tuple[bool, bool]:
    """Whether the base is written in Cyrillic letters, and in Latin ones."""
    cyrillic = latin = 0
    for shelf in shelves:
        cyrillic += sum("а" <= char <= "я" for char in shelf.text)
        latin += sum("a" <= char <= "z" for char in shelf.text)
    least = LETTERS_SHARE * (cyrillic + latin)
    return cyrillic > least, latin > least


def _signals(ranked: Sequence[_RankedArticle]) -> Signals:
    """What a gate looks at; the lead is over the best other article, so below zero for all but the first."""
    standings = [one.standing for one in ranked]
    others = [max((one for at, one in enumerate(standings) if at != mine), default=0.0) for mine in range(len(ranked))]
    return np.array(
        [
            (
                one.blend,
                one.whole,
                one.around.nearby,
                one.around.known,
                one.standing - other,
                one.around.nearer,
                one.around.sounds,
                one.around.odd,
            )
            for one, other in zip(ranked, others, strict=True)
        ]
    )


def _firsts(answers: Sequence[Sequence[_RankedArticle]]) -> Signals:
    """The signals of the best article of each answer; nothing at all speaks for an empty one."""
    rows = [_signals(ranked[:2])[0] if ranked else np.zeros(SIGNALS) for ranked in answers]
    return np.array(rows) if rows else np.zeros((0, SIGNALS))


def _sample(outs: Sequence[_T], most: int) -> Sequence[_T]:
    """At most so many, evenly taken."""
    return [outs[at * len(outs) // most] for at in range(most)] if len(outs) > most else outs
