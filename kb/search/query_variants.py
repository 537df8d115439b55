"""Finds what was meant: the text as it stands, the other keyboard layout ("ytn bynthytnf"), or transliteration. Pure.

Each word between spaces has up to three interpretations, scored by how likely its letters are in the language and by
whether the word is ordinary or known to the index. The best path through all words is taken (dynamic programming),
where changing the interpretation from one word to the next costs something: so a whole English sentence stays English,
"TP-Link Archer C6" stays as it is, and one slip in a sentence is still corrected.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import TypeAlias

from desk.language.layout_and_transliteration import EDGE_SIGNS, LATIN_KEYS, swap_layout, transliteration_variants
from desk.language.letter_model import trigram_model_of, unchanging_words
from kb.search.tokenize import MAX_QUERY_WORDS, WORDLISTS, normalise, tokens

KnowsWords: TypeAlias = Callable[[Sequence[str]], Sequence[bool]]
"""Whether the index knows each of these words."""

ORDINARY_BONUS, KNOWN_BONUS = 4.0, 5.0
"""Added to a word's score, a logarithm, where it is an ordinary one, or one that the index knows."""
SWITCH_COST = 4.0
"""Subtracted where a word is interpreted otherwise than the one before it, or the first one otherwise than it
stands."""
MAX_TOKEN_LENGTH = 60
MIN_SETTLED_WORDS, MAX_UNFAMILIAR_SHARE = 6, 0.25
"""Of so many words or more, where no larger share is unfamiliar, the familiar ones are taken as they stand."""


def intended_texts(text: str, knows_words: KnowsWords, cyrillic: bool = True, latin: bool = True) -> list[str]:
    """The words a text (already `normalise`d) was meant to have. ``cyrillic`` and ``latin`` say whether the index has
    words in these letters at all: nothing is converted into letters it does not have."""
    pieces = [(piece, tokens(piece)) for piece in text.split()[: MAX_QUERY_WORDS + 8]]
    scorer = _WordScorer(knows_words)
    plain = [word for _, words in pieces for word in words]
    scorer.learn(word for word in plain if not scorer.is_ordinary(word))
    unfamiliar = sum(not scorer.is_familiar(word) for word in plain)
    if not unfamiliar:
        return plain[:MAX_QUERY_WORDS]
    is_settled = len(plain) >= MIN_SETTLED_WORDS and unfamiliar <= MAX_UNFAMILIAR_SHARE * len(plain)
    choices = [
        [_Interpretation(0, [words], 0)]
        if is_settled and all(map(scorer.is_familiar, words))
        else _interpretations(piece, words, scorer, cyrillic, latin)
        for piece, words in pieces
    ]
    scorer.learn(
        word for interpretations in choices for one in interpretations for words in one.variants for word in words
    )
    readings = [[scorer.interpret(one) for one in interpretations] for interpretations in choices if interpretations]
    best_readings = map(_best_interpretation, readings) if is_settled else _best_path(readings)
    return list(chain.from_iterable(best_readings))[:MAX_QUERY_WORDS]


def in_russian(words: Sequence[str]) -> Sequence[str]:
    """The words; among Russian ones, English ones that everybody uses are Russian too ("мой router")."""
    if not any(word > "\u0400" for word in words):
        return words
    table = _english_in_russian()
    return [table.get(word, word) for word in words]


@cache
def _english_in_russian() -> Mapping[str, str]:
    table = tomllib.loads((WORDLISTS / "aliases.toml").read_text("utf-8"))["in_russian"]
    return {english: russian for russian, several in table.items() for english in several}


@dataclass(frozen=True, slots=True)
class _Interpretation:
    """One interpretation of a piece of text: its kind (0 as it stands, 1 layout, 2 transliteration), and the variants
    of its words, of which the best is taken. They count as ``length`` letters, so that kinds compare; a name's as
    none."""

    reading_kind: int
    variants: Sequence[Sequence[str]]
    length: int


@dataclass(frozen=True, slots=True)
class _InterpretedText:
    """The words of an interpretation, and their score."""

    reading_kind: int
    words: Sequence[str]
    score: float


class _WordScorer:
    """Scores words, each once, knowing which of them the index knows."""

    def __init__(self, knows_words: KnowsWords) -> None:
        self._knows_words = knows_words
        self._names = unchanging_words()
        self._models = {True: trigram_model_of("ru"), False: trigram_model_of("en")}
        self._known: dict[str, bool] = {}
        self._word_scores: dict[str, float] = {}

    def learn(self, words: Iterable[str]) -> None:
        """Asks the index about all of these words at once."""
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        if new:
            self._known.update(zip(new, self._knows_words(new), strict=True))

    def is_familiar(self, word: str) -> bool:
        """Whether the word needs no other interpretation."""
        return self.is_ordinary(word) or self._known[word]

    def is_ordinary(self, word: str) -> bool:
        """Whether the word needs no other interpretation whatever the index knows: an ordinary word, or the same in
        every layout."""
        return word in self._models[word > "\u0400"].words or self.is_name(word)

    def is_name(self, word: str) -> bool:
        """Whether the word is the same in every layout: a brand, a protocol, a model, a number."""
        return word in self._names or not word.isalpha()

    def interpret(self, spelling: _Interpretation) -> _InterpretedText:
        """The best variant. In the other layout a sign at the end is a letter where that makes a familiar word:
        "gkfnt;" is "платеж", not "плате" and a sign."""
        words = max(spelling.variants, key=self._score) if len(spelling.variants) > 1 else spelling.variants[0]
        if spelling.reading_kind == 1:
            words = next((one for one in spelling.variants if one and all(map(self.is_familiar, one))), words)
        score = self._score(words) if spelling.length else 0.0
        return _InterpretedText(
            spelling.reading_kind, words, score * spelling.length / _letter_count(words) if score < 0 else score
        )

    def _score(self, words: Sequence[str]) -> float:
        return sum(map(self._word_score, words))

    def _word_score(self, word: str) -> float:
        score = self._word_scores.get(word)
        if score is None:
            model = self._models[word > "\u0400"]
            bonus = KNOWN_BONUS if self._known[word] else ORDINARY_BONUS if word in model.words else 0.0
            score = self._word_scores[word] = model.mean_log_likelihood(word) * len(word) + bonus
        return score


def _interpretations(
    piece: str, plain: Sequence[str], scorer: _WordScorer, cyrillic: bool, latin: bool
) -> Sequence[_Interpretation]:
    """The text as it stands, and where there are letters to interpret otherwise, the other kinds; a name is the same in
    each."""
    if len(piece) > MAX_TOKEN_LENGTH:
        return [_Interpretation(way, [plain], 0) for way in range(3)]
    if not plain and not any(sign in LATIN_KEYS for sign in piece):
        return []
    if plain and all(scorer.is_name(word) for word in plain):
        return [_Interpretation(way, [plain], 0) for way in range(3)]
    found = [_Interpretation(0, [plain], _letter_count(plain))]
    is_cyrillic = any("\u0400" <= char <= "\u04ff" for char in piece)
    if _may_be_latin(piece) if is_cyrillic and latin else cyrillic and not is_cyrillic:
        bodies = [piece] if is_cyrillic else dict.fromkeys((piece, piece.rstrip(EDGE_SIGNS), piece.strip(EDGE_SIGNS)))
        variants = [tokens(normalise(swap_layout(body))) for body in bodies if body]
        found += [_Interpretation(1, variants, len(piece))] if variants else []
    if not is_cyrillic and cyrillic:
        found.append(_Interpretation(2, [tokens(other) for other in transliteration_variants(piece)], len(piece)))
    elif is_cyrillic:
        found.append(_Interpretation(2, [plain], _letter_count(plain)))
    return found


def _may_be_latin(piece: str) -> bool:
    """Whether Cyrillic letters may be Latin ones: these have no signs among them but an apostrophe."""
    return not any(
        sign in LATIN_KEYS and sign != "'" and not sign.isalpha() for sign in swap_layout(piece).strip(EDGE_SIGNS)
    )


def _letter_count(words: Sequence[str]) -> int:
    return sum(map(len, words)) or 1


@dataclass(frozen=True, slots=True)
class _ReadingPath:
    """The interpretation of a text so far: the words of its last piece, and the path up to there."""

    score: float
    words: Sequence[str] = ()
    previous: _ReadingPath | None = None

    def pieces(self) -> Iterator[Sequence[str]]:
        """The words of each piece, the last one first."""
        path: _ReadingPath | None = self
        while path:
            yield path.words
            path = path.previous


def _best_interpretation(readings: Sequence[_InterpretedText]) -> Sequence[str]:
    """The words of a piece between others that stand as they are: any other interpretation costs two changes."""
    return max(readings, key=lambda one: one.score - (2 * SWITCH_COST if one.reading_kind else 0.0)).words


def _best_path(choices: Iterable[Sequence[_InterpretedText]]) -> list[Sequence[str]]:
    """The words of the path with the highest score in all, costs of changes subtracted."""
    paths = {0: _ReadingPath(0.0)}
    for readings in choices:
        best = max(paths.values(), key=_score)
        longer = {}
        for one in readings:
            stays = paths.get(one.reading_kind)
            before = stays if stays and stays.score >= best.score - SWITCH_COST else best
            score = before.score - (0.0 if before is stays else SWITCH_COST) + one.score
            longer[one.reading_kind] = _ReadingPath(score, one.words, before)
        paths = longer
    return list(max(paths.values(), key=_score).pieces())[::-1]


_score = attrgetter("score")
