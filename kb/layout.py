"""What was meant: the text as it stands, the other keyboard layout ("ytn bynthytnf"), or transliteration. Pure.

Each word between spaces has up to three readings, valued by how likely its letters are in the reading's language and
by whether the word is an ordinary one, or one of the base. The cheapest way through all words is taken, where changing
the reading from one word to the next costs something: so a whole English sentence stays English, "TP-Link Archer C6"
stays as it is, and one slip in a sentence is still mended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kb.letters import letters_of, listed
from kb.normal import normalised, tokens

Known: TypeAlias = Callable[[str], bool]
"""Whether the base knows a word."""

_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~{}:\"<>"
_CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбюёхъжэбю"
_TO_CYRILLIC = str.maketrans(dict(zip(_LATIN_KEYS, _CYRILLIC_KEYS, strict=True)) | {"?": ",", "&": "?", "/": "."})
_TO_LATIN = str.maketrans(dict(zip(_CYRILLIC_KEYS[:33], _LATIN_KEYS[:33], strict=True)))
_ENDINGS = ",.;:'\"<>[]{}`~"
"""Signs that are letters in the Russian layout; at a word's end they may well be just signs."""

ORDINARY, OF_BASE = 3.0, 5.0
"""What it is worth, as a logarithm, that a word is an ordinary one, or one that the base knows."""
CHANGE = 4.0
"""What it costs to read a word otherwise than the one before it, or the first one otherwise than it stands."""
LONGEST_TOKEN = 60

_SOUNDS = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "tc": "ц", "ch": "ч", "sh": "ш", "yu": "ю", "iu": "ю",
    "ju": "ю", "ya": "я", "ja": "я", "ia": "ия", "iya": "ия", "yo": "е", "jo": "е", "ye": "е", "iy": "ий", "ij": "ий",
    "yy": "ый", "yj": "ый", "yi": "ый", "ph": "ф", "ck": "к", "oo": "у", "ee": "и", "a": "а", "b": "б", "c": "ц",
    "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н",
    "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "кс", "y": "ы",
    "z": "з", "'": "ь", "’": "ь", "`": "ь", '"': "ъ", "ё": "е",
}  # fmt: skip
_VOWELS = "aeiouy"


def meant(text: str, known: Known, cyrillic: bool = True, latin: bool = True) -> list[str]:
    """The words a text (already `normalised`) was meant to have. ``cyrillic`` and ``latin`` say whether the base has
    words in these letters at all: nothing is turned into letters it does not have."""
    plain = tokens(text)
    judge = _Judge(known)
    if all(judge.is_known(word) or not word.isalpha() for word in plain):
        return plain
    pieces = [piece for piece in text.split() if len(piece) <= LONGEST_TOKEN][: len(plain) + 8]
    choices = [list(_readings(piece, judge, cyrillic, latin)) for piece in pieces]
    return [word for reading in _cheapest(choices) for word in reading.words]


def untransliterated(word: str) -> str:
    """Russian letters for a word written in Latin ones by ear: "rabotaet" is "работает"."""
    found: list[str] = []
    at = 0
    while at < len(word):
        for size in (4, 3, 2, 1):
            sound = _SOUNDS.get(word[at : at + size]) if at + size <= len(word) else None
            if sound is not None:
                found.append("й" if sound == "ы" and at and word[at - 1] in _VOWELS else sound)
                at += size
                break
        else:
            found.append(word[at])
            at += 1
    return "".join(found)


def swapped(text: str) -> str:
    """The same keys in the other layout, by the letters most of the text is in."""
    cyrillic = sum("а" <= char <= "я" or char == "ё" for char in text)
    latin = sum("a" <= char <= "z" for char in text)
    return text.translate(_TO_LATIN if cyrillic > latin else _TO_CYRILLIC)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a piece of text: how (0 as it stands, 1 layout, 2 transliteration), and what it is worth."""

    way: int
    words: Sequence[str]
    worth: float


class _Judge:
    """Values words, each once."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._names = frozenset(listed("names"))
        self._letters = {True: letters_of("ru"), False: letters_of("en")}
        self._worths: dict[str, float] = {}

    def is_known(self, word: str) -> bool:
        return word in self._names or word in self._letters[word > "\u0400"].words or self._known(word)

    def is_name(self, word: str) -> bool:
        """Whether it is the same in every layout: a brand, a protocol, a model, a number."""
        return word in self._names or not word.isalpha()

    def worth(self, words: Sequence[str]) -> float:
        return sum(self._worth(word) for word in words)

    def _worth(self, word: str) -> float:
        worth = self._worths.get(word)
        if worth is None:
            letters = self._letters[word > "\u0400"]
            bonus = OF_BASE if self._known(word) else ORDINARY if word in letters.words else 0.0
            worth = self._worths[word] = letters.likelihood(word) * len(word) + bonus
        return worth


def _readings(piece: str, judge: _Judge, cyrillic: bool, latin: bool) -> Sequence[_Reading]:
    """As it stands, and where there are letters to read otherwise, the other ways; a name is the same in each."""
    plain = tokens(piece)
    if not plain and not any(sign in _LATIN_KEYS for sign in piece):
        return []
    if plain and all(judge.is_name(word) for word in plain):
        return [_Reading(way, plain, 0.0) for way in range(3)]
    found = [_Reading(0, plain, judge.worth(plain))]
    is_cyrillic = any("\u0400" <= char <= "\u04ff" for char in piece)
    if latin if is_cyrillic else cyrillic:
        bodies = [piece] if is_cyrillic else dict.fromkeys((piece, piece.rstrip(_ENDINGS), piece.strip(_ENDINGS)))
        variants = [tokens(normalised(swapped(body))) for body in bodies if body]
        found += [_best(1, variants, judge, len(piece))] if variants else []
    if not is_cyrillic and cyrillic:
        variants = [tokens(other) for other in _by_ear(piece)]
        found += [_best(2, variants, judge, len(piece))]
    elif is_cyrillic:
        found.append(_Reading(2, plain, found[0].worth))
    return found


def _by_ear(piece: str) -> Sequence[str]:
    """The ways a piece may be written in Russian letters: a first "e" may be "э" too, "h" may be "г"."""
    word = piece.strip(_ENDINGS.replace("'", "").replace('"', "")).rstrip('"')
    plain = untransliterated(word)
    return [plain, "э" + plain[1:]] if plain.startswith("е") else [plain]


def _best(way: int, variants: Sequence[Sequence[str]], judge: _Judge, length: int) -> _Reading:
    """The worthiest variant. Likelihoods go by the letters of the text as it stands, so that ways compare."""
    words = max(variants, key=judge.worth)
    letters = sum(map(len, words)) or 1
    worth = judge.worth(words)
    return _Reading(way, words, worth * length / letters if worth < 0 else worth)


def _cheapest(choices: Sequence[Sequence[_Reading]]) -> list[_Reading]:
    """The readings with the greatest worth in all, changes paid for."""
    worths, ways = {0: 0.0}, {0: list[_Reading]()}
    for readings in choices:
        if not readings:
            continue
        next_worths: dict[int, float] = {}
        next_ways: dict[int, list[_Reading]] = {}
        for one in readings:
            before = max(worths, key=lambda way: worths[way] - (CHANGE if way != one.way else 0.0))
            next_worths[one.way] = worths[before] - (CHANGE if before != one.way else 0.0) + one.worth
            next_ways[one.way] = [*ways[before], one]
        worths, ways = next_worths, next_ways
    return ways[max(worths, key=worths.__getitem__)]
