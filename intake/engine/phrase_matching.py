"""Which dialog the words of a message begin: by its phrases, typos mended and fillers left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from desk.language.normalize import normalized
from desk.understanding.reading.known_word_mender import WordMender

T = TypeVar("T")

_FILLER_WORDS = (
    "у меня нас мамы дома на даче в квартире опять снова вообще совсем уже что то почему то же просто сегодня вчера "
    "здесь тут блин короче нормально больше теперь сейчас пока the my our at all again still here home just now today "
    "yesterday since"
)
_FILLERS = frozenset(_FILLER_WORDS.split())
_CLAUSE = re.compile(
    r"[.!?;]+(?=\s|$)|\n+|,?\s+(?:и\s+|а\s+)?(?:ещё|еще|также|кроме того|во-?\s?вторых|второй вопрос|второе|and also|"
    r"also|plus|secondly|second),?:?\s+",
    re.IGNORECASE,
)
_MENDED_LENGTH = 600
"""Characters of a text in which typos are mended."""


class PhraseMatcher(Generic[T]):
    """Finds what one of whose ``phrases`` occurs in a text as whole words; the longest phrase wins."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        known = [(normalized(phrase), target) for phrase, target in phrases]
        by_length = sorted(
            ((f" {phrase} ", target) for phrase, target in known if phrase), key=lambda one: -len(one[0])
        )
        self._phrases: Sequence[tuple[str, T]] = by_length
        self._bare = [(f" {_without_fillers(phrase.split())} ", target) for phrase, target in by_length]
        self._vocabulary = frozenset(word for phrase, _ in known for word in phrase.split())
        self._mending = WordMender(self._vocabulary, _FILLERS)

    def match(self, text: str) -> T | None:
        """What the text is about, None where no phrase of any stands in it."""
        said = f" {normalized(text)} "
        if found := next((target for phrase, target in self._phrases if phrase in said), None):
            return found
        mended = f" {_without_fillers(self._mended(text[:_MENDED_LENGTH]))} "
        return next((target for phrase, target in self._bare if phrase in mended), None)

    def parts(self, text: str) -> list[tuple[str, T | None]]:
        """The sentences of a text, each with what it is about."""
        pieces = [piece.strip(" ,") for piece in _CLAUSE.split(text[:_MENDED_LENGTH])]
        return [(piece, self.match(piece)) for piece in pieces if piece]

    def _mended(self, text: str) -> list[str]:
        words: list[str] = []
        for word in normalized(text).split():
            joined = word.startswith("не") and word not in self._vocabulary and self._mending(word[2:]) != word[2:]
            if joined or (word[2:] in self._vocabulary and word.startswith("не")):
                words += ["не", self._mending(word[2:])]
            else:
                words.append(self._mending(word))
        return words


def _without_fillers(words: Iterable[str]) -> str:
    return " ".join(word for word in words if word not in _FILLERS)
