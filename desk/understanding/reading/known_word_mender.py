"""Takes a misspelt word for the known one that was meant: letters mixed up, another layout, Latin letters. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from desk.language.layout_and_transliteration import swap_layout, to_cyrillic_by_sound
from desk.language.letter_model import load_word_list

MIN_LENGTH = 5
"""Letters of a word from which on one mistake is mended; an exchange of two neighbours already in four."""
MIN_LENGTH_TWO = 9
"""Letters from which on two mistakes are mended, if one at most is in a consonant."""
MIN_LENGTH_BY_EAR = 7
"""Letters of a Russian word from which on it is known by its sound: "пиризваните"."""
_SOUNDS = str.maketrans("оеэяёбвгджз", "аиииипфктшс")
"""Letters that sound alike where they are not stressed, or at the end of a word."""
_VOWELS = str.maketrans("", "", "аеиоуыэюяaeiouy")
_LOOK_ALIKES = str.maketrans("aceopxykmthb", "асеорхукмтнв")
_REPEATED = re.compile(r"(.)\1{1,}")
_INFLECTED = frozenset("аяоеиыуюйьлтмхвшщь")
"""Last letters of Russian endings: a word that differs in its ending only is another form, and no mistake."""
_CASE_ENDINGS, _CONSONANTS = frozenset("мвх"), frozenset("бвгджзклмнпрстфхцчшщ")
_ENGLISH_ENDINGS = ("s", "d", "ed", "ing", "er", "r", "y", "ly", "n")


class WordMender:
    """Mends words towards those that are ``known``; ``others`` are right words that mean nothing here."""

    def __init__(self, known: Collection[str], others: Collection[str] = ()) -> None:
        self._known = frozenset(known)
        self._others = frozenset(others) | _ordinary_words()
        self._by_shorter: defaultdict[str, list[str]] = defaultdict(list)
        self._by_beginning: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted(self._known):
            if len(word) >= 4 and word.isalpha():
                for shorter in _without_a_letter(word):
                    self._by_shorter[shorter].append(word)
                if len(word) >= MIN_LENGTH_TWO - 1:
                    self._by_beginning[word[:2]].append(word)
        by_ear = (word for word in sorted(self._known) if len(word) >= MIN_LENGTH_BY_EAR and word > "\u0400")
        self._by_sound = {_sound(word): word for word in by_ear}
        self._mended = lru_cache(maxsize=8192)(self._mend)

    def __call__(self, word: str) -> str:
        """The known word that was meant, else the word itself."""
        return word if word in self._known else self._mended(word)

    def knows(self, word: str) -> bool:
        """Whether the phrases know this word as it is."""
        return word in self._known

    def is_right(self, word: str) -> bool:
        """Whether this is a word, known to the phrases or not."""
        return word in self._known or word in self._others

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
        return self._by_sound.get(_sound(word), word) if len(word) >= MIN_LENGTH_BY_EAR else word

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
        """The known word next to this one, if it is near enough."""
        if len(word) < 4 or not word.isalpha():
            return ""
        for shorter in _without_a_letter(word):
            for meant in self._by_shorter.get(shorter, ()):
                if OSA.distance(word, meant, score_cutoff=1) <= 1 and _is_slip(word, meant, 1):
                    return meant
        if len(word) < MIN_LENGTH_TWO:
            return ""
        for meant in self._by_beginning.get(word[:2], ()):
            if OSA.distance(word, meant, score_cutoff=2) <= 2 and _is_slip(word, meant, 2):
                return meant
        return ""


def _sound(word: str) -> str:
    return _REPEATED.sub(r"\1", word.translate(_SOUNDS))


def _without_a_letter(word: str) -> list[str]:
    """The word, and it without one of its letters: two words one slip apart have one of these in common."""
    return [word, *dict.fromkeys(word[:at] + word[at + 1 :] for at in range(len(word)))]


def _is_slip(word: str, meant: str, distance: int) -> bool:
    """Whether a word may be a mistyped other one, and is not merely another form of it."""
    if min(len(word), len(meant)) < MIN_LENGTH:
        return sorted(word) == sorted(meant) and word[0] == meant[0]  # two neighbours exchanged
    if distance == 2 and OSA.distance(word.translate(_VOWELS), meant.translate(_VOWELS), score_cutoff=1) > 1:
        return False
    if word > "\u0400":
        stem = min(len(word), len(meant)) - 2
        if word[-1] in _CASE_ENDINGS and word[-2] in _CONSONANTS:  # "операторм": no form ends so
            return True
        return not (word[:stem] == meant[:stem] and word[-1] in _INFLECTED and word[-2:] != meant[-2:])
    short, long = sorted((word, meant), key=len)
    return not (long.startswith(short) and long[len(short) :] in _ENGLISH_ENDINGS)


@cache
def _ordinary_words() -> frozenset[str]:
    lists = ("ru", "en", "more_words", "unchanging_words", "first_names")
    return frozenset(word for name in lists for word in load_word_list(name))
