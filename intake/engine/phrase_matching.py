"""Which dialog the words of a message begin: by its phrases, typos mended and fillers left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Generic, TypeVar

from desk.language.normalize import normalized
from desk.understanding.reading.known_word_mender import WordMender

T = TypeVar("T")

_FILLER_WORDS = (
    "у меня нас мамы дома на даче в квартире опять снова вообще совсем уже что то почему то же просто сегодня вчера "
    "здесь тут блин короче нормально больше теперь сейчас пока the my our at all again still here home just now today "
    "yesterday since is are am was been has have do does did i we it im ive its a an really very completely totally "
    "suddenly currently super pretty quite rather extremely incredibly awfully"
)
_FILLERS = frozenset(_FILLER_WORDS.split())
_NEGATED = {
    f"{verb}nt": f"{verb} not" for verb in ("is", "are", "was", "does", "do", "did", "have", "has", "would", "could")
} | {"cant": "can not", "cannot": "can not", "wont": "will not"}
"""Contractions as people type them, with their apostrophe or without."""
JOINING = (
    r"(?:и\s+|а\s+)?(?:ещё|еще|также|кроме того|во-?\s?вторых|второй вопрос|второе|and also|also|plus|secondly|"
    r"second),?:?\s+"
)
"""Words that join another matter to the one before."""
_CLAUSE = re.compile(rf"[.!?;]+(?=\s|$)|\n+|,?\s+{JOINING}", re.IGNORECASE)
LOOKED_THROUGH = 600
"""Characters of a text in which typos are mended, and matters told apart: a longer one is a story, or a machine's."""


class PhraseMatcher(Generic[T]):
    """Finds what one of whose ``phrases`` occurs in a text as whole words; the longest phrase wins. The phrases of what
    is ``preferred`` come before all others where they are said word for word.

    In a phrase a bar parts words of which any may stand there, a low line joins several: "internet|wifi is_down|dead".
    One that begins with an exclamation mark comes before longer ones where it is said word for word: no internet is
    worse than a slow one.
    """

    def __init__(self, phrases: Iterable[tuple[str, T]], preferred: Callable[[T], bool] = lambda _: False) -> None:
        spelled = [
            (_spelled_out(normalized(one)), target, phrase.startswith("!"))
            for phrase, target in phrases
            for one in _alternatives(phrase.removeprefix("!"))
        ]
        known = sorted((one for one in spelled if one[0]), key=lambda one: -len(one[0]))
        by_length = [(f" {phrase} ", target) for phrase, target, _ in known]
        heavier = [(f" {phrase} ", target) for phrase, target, is_heavier in known if is_heavier]
        self._preferred = [one for one in by_length if preferred(one[1])]
        self._phrases: Sequence[tuple[str, T]] = [*self._preferred, *heavier, *by_length]
        self._bare = [(f" {_without_fillers(phrase.split())} ", target) for phrase, target in by_length]
        self._vocabulary = frozenset(word for phrase, *_ in known for word in phrase.split())
        self._mending = WordMender(self._vocabulary, _FILLERS)

    def match(self, text: str) -> T | None:
        """What the text is about, None where no phrase of any stands in it."""
        said = f" {_spelled_out(normalized(text))} "
        if found := next((target for phrase, target in self._phrases if phrase in said), None):
            return found
        mended = f" {_without_fillers(self._mended(text[:LOOKED_THROUGH]))} "
        return next((target for phrase, target in self._bare if phrase in mended), None)

    def match_preferred(self, text: str) -> T | None:
        """What is preferred and has a phrase that stands in the text word for word, None where nothing has."""
        said = f" {_spelled_out(normalized(text))} "
        return next((target for phrase, target in self._preferred if phrase in said), None)

    def _mended(self, text: str) -> list[str]:
        words: list[str] = []
        for word in _spelled_out(normalized(text)).split():
            if word not in self._vocabulary and word.endswith("s") and word[:-1] in self._vocabulary:
                words.append(word[:-1])  # "internet's down", with its apostrophe or without
                continue
            joined = word.startswith("не") and word not in self._vocabulary and self._mending(word[2:]) != word[2:]
            if joined or (word[2:] in self._vocabulary and word.startswith("не")):
                words += ["не", self._mending(word[2:])]
            else:
                words.append(self._mending(word))
        return words


def sentences_of(text: str) -> list[str]:
    """The sentences of a text; what "и ещё" joins is one of its own."""
    pieces = (piece.strip(" ,") for piece in _CLAUSE.split(text[:LOOKED_THROUGH]))
    return [piece for piece in pieces if piece]


def _alternatives(phrase: str) -> Iterable[str]:
    """Every phrase that one with bars in it stands for."""
    choices = (word.split("|") for word in phrase.split())
    return (" ".join(words).replace("_", " ") for words in product(*choices))


def _spelled_out(said: str) -> str:
    """The words with English negations spelled out: "isnt" as "is not"."""
    return " ".join(_NEGATED.get(word, word) for word in said.split())


def _without_fillers(words: Iterable[str]) -> str:
    return " ".join(word for word in words if word not in _FILLERS)
