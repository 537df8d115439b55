"""Takes a misspelt word for the known one that was meant: letters mixed up, another layout, Latin letters. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from desk.language.keyboard_layout import swap_layout, to_cyrillic_by_sound
from desk.language.letter_model import load_word_list

MIN_LENGTH = 5
"""Letters of a word from which on one mistake is mended; an exchange of two neighbours already in four."""
MIN_LENGTH_TWO = 9
"""Letters from which on two mistakes are mended."""
_LOOK_ALIKES = str.maketrans("aceopxykmthb", "асеорхукмтнв")
_REPEATED = re.compile(r"(.)\1{1,}")
_INFLECTED = frozenset("аяоеиыуюйьлтмхвшщь")
"""Last letters of Russian endings: a word that differs in its ending only is another form, and no mistake."""
_ENGLISH_ENDINGS = ("s", "d", "ed", "ing", "er", "r", "y", "ly", "n")


class Mending:
    """Mends words towards those that are ``known``; ``others`` are right words that mean nothing here."""

    def __init__(self, known: Collection[str], others: Collection[str] = ()) -> None:
        self._known = frozenset(known)
        self._others = frozenset(others) | _ordinary_words()
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in sorted(self._known):
            if len(word) >= 4 and word.isalpha():
                self._by_length[len(word)].append(word)
        self._mended = lru_cache(maxsize=8192)(self._mend)

    def __call__(self, word: str) -> str:
        """The known word that was meant, else the word itself."""
        return word if word in self._known else self._mended(word)

    def typed_in_other_layout(self, piece: str) -> str:
        """The known word that a piece of text is in the other keyboard layout; "" where it is none."""
        swapped = swap_layout(piece.lower()).strip(" ,.?!\"'").replace("ё", "е")
        return swapped if len(swapped) >= 4 and swapped in self._known else ""

    def _mend(self, word: str) -> str:
        if word in self._others or word.isdecimal() or len(word) > 30:
            return word
        for meant in self._readings(word):
            if meant in self._known:
                return meant
            if meant in self._others:
                return meant if meant != word else word
        for meant in self._readings(word):
            if near := self._nearest(meant):
                return near
        return word

    def _readings(self, word: str) -> list[str]:
        """The word, and otherwise written: without repeated letters, in one alphabet, in the other layout, by ear."""
        found = [word]
        if (single := _REPEATED.sub(r"\1", word)) != word:
            found += [_REPEATED.sub(r"\1\1", word), single]
        has_cyrillic = any("а" <= char <= "я" for char in word)
        has_latin = any("a" <= char <= "z" for char in word)
        if has_cyrillic and has_latin:
            found.append(word.translate(_LOOK_ALIKES))
        elif has_latin and len(word) >= 3:
            found += [swap_layout(word)] if len(word) >= 4 else []
            found.append(to_cyrillic_by_sound(word))
        elif has_cyrillic and len(word) >= 5:
            found.append(swap_layout(word))
        return found

    def _nearest(self, word: str) -> str:
        """The known word next to this one, if it is near enough; the nearer in length the better."""
        length = len(word)
        if length < 4 or not word.isalpha():
            return ""
        allowed = 2 if length >= MIN_LENGTH_TWO else 1
        best, best_distance = "", allowed + 1
        for size in sorted(range(length - allowed, length + allowed + 1), key=lambda size: abs(size - length)):
            for found, distance, _ in process.extract(
                word, self._by_length.get(size, ()), scorer=OSA.distance, score_cutoff=best_distance - 1, limit=3
            ):
                if distance < best_distance and _is_slip(word, found, int(distance)):
                    best, best_distance = found, int(distance)
            if best_distance == 1:
                break
        return best


def _is_slip(word: str, meant: str, distance: int) -> bool:
    """Whether a word may be a mistyped other one, and is not merely another form of it."""
    if min(len(word), len(meant)) < MIN_LENGTH:
        return sorted(word) == sorted(meant) and word[0] == meant[0]  # two neighbours exchanged
    if distance == 2 and word[0] != meant[0] and word[1:3] != meant[1:3]:
        return False
    if word > "\u0400":
        stem = min(len(word), len(meant)) - 2
        return not (word[:stem] == meant[:stem] and word[-1] in _INFLECTED and word[-2:] != meant[-2:])
    short, long = sorted((word, meant), key=len)
    return not (long.startswith(short) and long[len(short) :] in _ENGLISH_ENDINGS)


@cache
def _ordinary_words() -> frozenset[str]:
    lists = ("ru", "en", "more_words", "unchanging_words", "first_names")
    return frozenset(word for name in lists for word in load_word_list(name))
