"""Which dialog the words of a message begin: by its phrases, typos mended and fillers left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import Generic, TypeVar

from desk.language.normalize import normalized
from desk.understanding.reading.known_word_mender import WordMender

T = TypeVar("T")

_FILLER_WORDS = (
    "по вечерам вечером вечерами постоянно часто иногда "
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
_CLAUSE = re.compile(rf"[.!?;]+(?=\s|$)|\n+|(?:^|[,:]?\s)\d{{1,2}}\)\s+|,?\s+{JOINING}", re.IGNORECASE)
LOOKED_THROUGH = 600
"""Characters of a text in which typos are mended, and matters told apart: a longer one is a story, or a machine's."""


REMEMBERED = 512
"""Texts whose matter is remembered: several rules ask for it in one round, and the next round asks again."""


class _PhrasesInOrder(Generic[T]):
    """Phrases by their first word: only those are tried that the words of a text begin."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        """The phrases with one blank between their words, the most important first."""
        self._by_first: dict[str, list[tuple[int, str, T]]] = {}
        for rank, (phrase, target) in enumerate(phrases):
            if phrase:
                first = phrase.partition(" ")[0]
                self._by_first.setdefault(first, []).append((rank, f" {phrase} ", target))

    def first_in(self, words: Sequence[str]) -> T | None:
        """What the most important phrase means that stands in these words."""
        said = f" {' '.join(words)} "
        best: tuple[int, str, T] | None = None
        for word in dict.fromkeys(words):
            for one in self._by_first.get(word, ()):
                if best is not None and one[0] > best[0]:
                    break
                if one[1] in said:
                    best = one
                    break
        return best[2] if best else None


class PhraseMatcher(Generic[T]):
    """Finds what one of whose ``phrases`` occurs in a text as whole words; the longest phrase wins. The phrases of what
    is ``preferred`` come before all others where they are said word for word.

    In a phrase a bar parts words of which any may stand there, a low line joins several: "internet|wifi is_down|dead".
    One that begins with an exclamation mark comes before longer ones where it is said word for word: no internet is
    worse than a slow one.
    """

    def __init__(self, phrases: Iterable[tuple[str, T]], preferred: Callable[[T], bool] = lambda _: False) -> None:
        spelled = [
            (" ".join(_spelled_out(normalized(one))), target, phrase.startswith("!"))
            for phrase, target in phrases
            for one in _alternatives(phrase.removeprefix("!"))
        ]
        known = sorted((one for one in spelled if one[0]), key=lambda one: -len(one[0]))
        by_length = [(phrase, target) for phrase, target, _ in known]
        heavier = [(phrase, target) for phrase, target, is_heavier in known if is_heavier]
        own = [one for one in by_length if preferred(one[1])]
        self._preferred = _PhrasesInOrder(own)
        self._phrases = _PhrasesInOrder([*own, *heavier, *by_length])
        self._bare = _PhrasesInOrder(
            (" ".join(_without_fillers(phrase.split())), target) for phrase, target in by_length
        )
        self._vocabulary = frozenset(word for phrase, *_ in known for word in phrase.split())
        self._mending = WordMender(self._vocabulary, _FILLERS)
        self.match = lru_cache(maxsize=REMEMBERED)(self._match)

    def _match(self, text: str) -> T | None:
        """What the text is about, None where no phrase of any stands in it."""
        if found := self._phrases.first_in(_spelled_out(normalized(text))):
            return found
        return self._bare.first_in(_without_fillers(self._mended(text[:LOOKED_THROUGH])))

    def match_preferred(self, text: str) -> T | None:
        """What is preferred and has a phrase that stands in the text word for word, None where nothing has."""
        return self._preferred.first_in(_spelled_out(normalized(text)))

    def _mended(self, text: str) -> list[str]:
        words: list[str] = []
        for word in _spelled_out(normalized(text)):
            if word not in self._vocabulary and word.endswith("s") and word[:-1] in self._vocabulary:
                words.append(word[:-1])  # "internet's down", with its apostrophe or without
                continue
            joined = word.startswith("не") and word not in self._vocabulary and self._mending(word[2:]) != word[2:]
            if joined or (word[2:] in self._vocabulary and word.startswith("не")):
                words += ["не", self._mending(word[2:])]
            else:
                words.append(self._mending(word))
        return words


@lru_cache(maxsize=REMEMBERED)
def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of a text; what "и ещё" joins is one of its own."""
    pieces = (piece.strip(" ,") for piece in _CLAUSE.split(text[:LOOKED_THROUGH]))
    return tuple(piece for piece in pieces if piece)


def _alternatives(phrase: str) -> Iterable[str]:
    """Every phrase that one with bars in it stands for."""
    choices = (word.split("|") for word in phrase.split())
    return (" ".join(words).replace("_", " ") for words in product(*choices))


def _spelled_out(said: str) -> list[str]:
    """The words with English negations spelled out: "isnt" as "is", "not"."""
    words = said.split()
    if _NEGATED.keys().isdisjoint(words):
        return words
    return [one for word in words for one in _NEGATED.get(word, word).split()]


def _without_fillers(words: Iterable[str]) -> list[str]:
    return [word for word in words if word not in _FILLERS]
