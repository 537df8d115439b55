"""Mends words that no list has: a slip of the keys, letters drawn out, Russian by ear, two words in one. Pure.

A word is mended only to a single nearest one, with the same first letter, and never if it is an ordinary word itself:
"пропал" is no slip for "попал", and "now" none for "not".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from desk.language.layout_and_transliteration import to_cyrillic_by_sound
from desk.language.letter_model import load_word_list
from desk.understanding.agreement.tokens import without_doubles, without_long_runs

MIN_LENGTH = 5
"""Letters of a word that one slip may spoil."""
LIKELY_SLIP = 1
"""The highest rank (`_rank`) of a slip beside which one two ranks below counts for nothing."""
MIN_LENGTH_OF_TWO = 9
"""Letters of a word that two slips may spoil."""
MIN_LENGTH_HEARD = 6
"""Letters of a Russian word in which any vowel may stand for one that sounds alike: "памагло"."""
MAX_LENGTH = 20
CACHE_SIZE = 4096
_SHORT_BY_EAR = frozenset({"da", "ne", "ni", "ya", "vy", "za", "po", "na", "v", "nu"})
_HEARD = str.maketrans("йщ", "иш", "ьъ")
_VOWELS_HEARD = str.maketrans("оеяэы", "аииии")
_UNSTRESSED = dict(zip("аоеи", "оаие", strict=True))
"""Vowels that sound alike at the beginning of a word: "атлично"."""


class Mender:
    """Finds the word of ``kinds`` (word to its class) that a word was meant to be."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self._kinds = kinds
        by_ear: dict[str, set[str]] = defaultdict(set)
        for word in kinds:
            if "а" <= word[0] <= "я":
                by_ear[_sound(word)].add(word)
        self._by_ear = {sound: min(words) for sound, words in by_ear.items() if _same(words, kinds)}
        lists = ("ru", "en", "more_words", "first_names", "numerals", "unchanging_words")
        self._ordinary = frozenset(word for name in lists for word in load_word_list(name)) - set(kinds)
        self._rivals = self._ordinary | {word for word, kind in kinds.items() if kind == "part"}
        self._by_deletion: dict[str, list[str]] = defaultdict(list)
        self._by_vowels: dict[str, list[str]] = defaultdict(list)
        self._long: dict[str, list[str]] = defaultdict(list)
        self._tails = frozenset(word[1:] for word in self._rivals | set(kinds))
        for word in kinds:
            if len(word) > 2 and word.isalpha():
                for shorter in _deletions(word):
                    self._by_deletion[shorter].append(word)
            if len(word) >= MIN_LENGTH_HEARD and word > "\u0400":
                self._by_vowels[word.translate(_VOWELS_HEARD)].append(word)
            if len(word) >= MIN_LENGTH_OF_TWO - 2 and word.isalpha():
                self._long[word[0]].append(word)
        self.mended = lru_cache(maxsize=CACHE_SIZE)(self._mended)
        """The words that a word was meant to be, mostly one; none where that is unknown."""

    def heard(self, word: str) -> tuple[str, ...]:
        """The same in a text that is Russian by ear: a Latin word is a Russian one, where there is such a one."""
        if not word.isascii():
            return self.mended(word)
        if len(word) == 1 and "а" <= (letter := to_cyrillic_by_sound(word)) <= "я":
            return (letter,)
        return next(((one,) for one in self._heard(word) if one in self._kinds), None) or self.mended(word)

    def _heard(self, word: str) -> tuple[str, ...]:
        """The Russian words that Latin letters may be; "ee" is two letters, or one."""
        spelled = [to_cyrillic_by_sound(one) for one in (word.replace("ee", "e'e"), word)]
        return tuple(dict.fromkeys(self._by_ear.get(_sound(one), one) for one in spelled))

    def is_ordinary(self, word: str) -> bool:
        """Whether the word is one of the language that has no class."""
        return word in self._ordinary

    def _mended(self, word: str) -> tuple[str, ...]:
        if word in self._kinds:
            return (word,)
        if word in self._ordinary or len(word) > MAX_LENGTH or not word.isalpha():
            return ()
        for spelled in self._spellings(word):
            if spelled in self._kinds:
                return (spelled,)
            if spelled in self._ordinary:
                return ()
            heard = word.isascii() and not spelled.isascii()
            if (not heard or len(spelled) > MIN_LENGTH) and (found := self._nearest(spelled)):
                return (found,)
        return self._halves(word)

    def _spellings(self, word: str) -> Sequence[str]:
        """The word as it stands, without letters drawn out, by its sound."""
        short = without_long_runs(word)
        by_ear = self._heard(short) if _may_be_by_ear(word) else ()
        single = without_doubles(word)
        doubled = (single,) if single in self._kinds and len(word) - len(single) == 1 else ()
        return tuple(dict.fromkeys((word, short, *doubled, *by_ear)))

    def _nearest(self, word: str) -> str:
        """The word that slips have spoiled, if all that are as near mean the same."""
        if len(word) < MIN_LENGTH:
            return ""
        near = self._one_slip_away(word)
        if not near and len(word) >= MIN_LENGTH_HEARD:
            near = set(self._by_vowels.get(word.translate(_VOWELS_HEARD), ()))
        if not near and len(word) >= MIN_LENGTH_OF_TWO:
            near = {one for one in self._long[word[0]] if _sounds_alike(word, one)}
        kinds = {self._kinds.get(one, "") for one in near}
        long = [one for one in near if len(one) >= MIN_LENGTH]
        return min(long) if long and len(kinds) == 1 and "" not in kinds else ""

    def _one_slip_away(self, word: str) -> set[str]:
        """Known words one slip away, and ordinary words that a likelier slip has spoiled."""
        shorter = (word, *_deletions(word))
        found = {one for piece in shorter for one in (*self._by_deletion.get(piece, ()), piece)}
        known = {
            one for one in found if self._kinds.get(one, "part") != "part" and len(one) > 2 and _is_near(word, one, 1)
        }
        if not known:
            return known
        rank = min(_rank(word, one) for one in known)
        rivals = {
            one
            for one in found
            if (one in self._rivals or one in self._kinds)
            and len(one) > 2
            and _rank(word, one) <= rank
            and (one[0] == word[0] or one in known or len(word) != len(one))  # the first letter is seldom mistyped
        }
        likely = min((_rank(word, one) for one in known if len(one) >= MIN_LENGTH), default=rank)
        if likely <= LIKELY_SLIP:
            known = {one for one in known if _rank(word, one) <= LIKELY_SLIP + 1}
        return known | rivals

    def _halves(self, word: str) -> tuple[str, ...]:
        """Two known words written as one: "всеработает"; not where a word may have lost its first letter."""
        if word in self._tails:
            return ()
        for at in range(2, len(word) - 3):
            if word[:at] in self._kinds and word[at:] in self._kinds:
                return word[:at], word[at:]
        return ()


def _deletions(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _may_be_by_ear(word: str) -> bool:
    """Whether Latin letters may be Russian by ear: not the shortest words, and not letters that nobody uses for it."""
    return word in _SHORT_BY_EAR or (len(word) > 2 and word.isascii() and not set(word) & set("wq"))


def _sound(word: str) -> str:
    """A Russian word as it is heard: soft signs are left out by ear, and й is и."""
    return word.translate(_HEARD)


def _same(words: set[str], kinds: Mapping[str, str]) -> bool:
    """Whether words that sound alike mean the same."""
    return len({kinds[word] for word in words}) == 1


def _rank(word: str, meant: str) -> int:
    """How unlikely the slip is that made a word of the one that was meant: a letter doubled, two exchanged, one left
    out, one too many, another one."""
    if OSA.distance(word, meant, score_cutoff=1) > 1:
        return 9
    if len(word) > len(meant):
        return 0 if without_doubles(word) == without_doubles(meant) else 2
    if len(word) < len(meant):
        return 1
    return 0 if sorted(word) == sorted(meant) else 3


def _sounds_alike(word: str, other: str) -> bool:
    """Whether two slips are only vowels heard alike ("зароботоло"), or stand in a word too long for another."""
    if abs(len(word) - len(other)) > 2:
        return False
    if word.translate(_VOWELS_HEARD) == other.translate(_VOWELS_HEARD):
        return True
    return len(other) >= MIN_LENGTH_OF_TWO + 3 and _is_near(word, other, 2)


def _is_near(word: str, other: str, slips: int) -> bool:
    """Whether so many slips may have made the word of the other one; the first letter is seldom mistyped."""
    if word[0] == other[0] or _UNSTRESSED.get(word[0]) == other[0]:
        return OSA.distance(word, other, score_cutoff=slips) <= slips
    swapped = word[1] + word[0] + word[2:]
    return swapped[0] == other[0] and OSA.distance(swapped, other, score_cutoff=slips) < slips
