"""What was meant: the text as it stands, the other keyboard layout ("ytn bynthytnf"), or transliteration. Pure.

Each word between spaces has up to three readings, valued by how likely its letters are in the reading's language and
by whether the word is an ordinary one, or one of the base. The cheapest way through all words is taken, where changing
the reading from one word to the next costs something: so a whole English sentence stays English, "TP-Link Archer C6"
stays as it is, and one slip in a sentence is still mended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import TypeAlias

from kb.search.tokenize import MOST_WORDS, normalised, tokens
from kb.search.trigram_model import letters_of, listed

Known: TypeAlias = Callable[[Sequence[str]], Sequence[bool]]
"""Whether the base knows each of these words."""

_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~{}:\"<>"
_CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбюёхъжэбю"
_TO_CYRILLIC = str.maketrans(dict(zip(_LATIN_KEYS, _CYRILLIC_KEYS, strict=True)) | {"?": ",", "&": "?", "/": "."})
_TO_LATIN = str.maketrans(dict(zip(_CYRILLIC_KEYS[:33], _LATIN_KEYS[:33], strict=True)))
_SHIFTED = '~{}:"<>'
_ENDINGS = ",.;:'\"<>[]{}`~"
"""Signs that are letters in the Russian layout; at a word's end they may well be just signs."""

ORDINARY, OF_BASE = 4.0, 5.0
"""What it is worth, as a logarithm, that a word is an ordinary one, or one that the base knows."""
CHANGE = 4.0
"""What it costs to read a word otherwise than the one before it, or the first one otherwise than it stands."""
LONGEST_TOKEN = 60
SETTLED, STRANGE = 6, 0.25
"""Where of so many words or more no larger share is strange, the others are taken as they stand."""

_SOUNDS = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "tc": "ц", "ch": "ч", "sh": "ш", "yu": "ю", "iu": "ю",
    "ju": "ю", "ya": "я", "ja": "я", "ia": "ия", "iya": "ия", "yo": "е", "jo": "е", "ye": "е", "iy": "ий", "ij": "ий",
    "yy": "ый", "yj": "ый", "yi": "ый", "ph": "ф", "ck": "к", "oo": "у", "ee": "и", "a": "а", "b": "б", "c": "ц",
    "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н",
    "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "кс", "y": "ы",
    "z": "з", "'": "ь", "’": "ь", "`": "ь", '"': "ъ", "ё": "е",
}  # fmt: skip
_VOWELS = "aeiouy"


def intended_texts(text: str, known: Known, cyrillic: bool = True, latin: bool = True) -> list[str]:
    """The words a text (already `normalised`) was meant to have. ``cyrillic`` and ``latin`` say whether the base has
    words in these letters at all: nothing is turned into letters it does not have."""
    pieces = [(piece, tokens(piece)) for piece in text.split()[: MOST_WORDS + 8]]
    judge = _WordScorer(known)
    plain = [word for _, words in pieces for word in words]
    judge.learn(word for word in plain if not judge.is_ordinary(word))
    strange = sum(not judge.is_familiar(word) for word in plain)
    if not strange:
        return plain[:MOST_WORDS]
    settled = len(plain) >= SETTLED and strange <= STRANGE * len(plain)
    choices = [
        [_Interpretation(0, [words], 0)]
        if settled and all(map(judge.is_familiar, words))
        else _spellings(piece, words, judge, cyrillic, latin)
        for piece, words in pieces
    ]
    judge.learn(word for spellings in choices for one in spellings for words in one.variants for word in words)
    readings = [[judge.reading(one) for one in spellings] for spellings in choices if spellings]
    read = map(_likeliest, readings) if settled else _cheapest(readings)
    return list(chain.from_iterable(read))[:MOST_WORDS]


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


def retyped(piece: str) -> str:
    """The same keys in the other layout, capitals as they were typed."""
    small = piece.lower()
    if len(small) != len(piece):
        return piece
    keys = zip(piece, swapped(small), strict=True)
    return "".join(other.upper() if key.isupper() or key in _SHIFTED else other for key, other in keys)


@dataclass(frozen=True, slots=True)
class _Interpretation:
    """One way to read a piece of text: how (0 as it stands, 1 layout, 2 transliteration), and the words it may be, of
    which the worthiest are taken. Their letters count as ``length`` ones, so that ways compare; a name's as none."""

    way: int
    variants: Sequence[Sequence[str]]
    length: int


@dataclass(frozen=True, slots=True)
class _InterpretedText:
    """A way, its words, and what they are worth."""

    way: int
    words: Sequence[str]
    worth: float


class _WordScorer:
    """Values words, each once, when it has learned which of them the base knows."""

    def __init__(self, known: Known) -> None:
        self._base_knows = known
        self._names = _names()
        self._letters = {True: letters_of("ru"), False: letters_of("en")}
        self._known: dict[str, bool] = {}
        self._worths: dict[str, float] = {}

    def learn(self, words: Iterable[str]) -> None:
        """Asks the base about all of these at once."""
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        if new:
            self._known.update(zip(new, self._base_knows(new), strict=True))

    def is_familiar(self, word: str) -> bool:
        """Whether it needs no other reading."""
        return self.is_ordinary(word) or self._known[word]

    def is_ordinary(self, word: str) -> bool:
        """Whether it needs no other reading in any base: an ordinary word, or the same in every layout."""
        return word in self._letters[word > "\u0400"].words or self.is_name(word)

    def is_name(self, word: str) -> bool:
        """Whether it is the same in every layout: a brand, a protocol, a model, a number."""
        return word in self._names or not word.isalpha()

    def reading(self, spelling: _Interpretation) -> _InterpretedText:
        """The worthiest variant."""
        words = max(spelling.variants, key=self._worth) if len(spelling.variants) > 1 else spelling.variants[0]
        worth = self._worth(words) if spelling.length else 0.0
        return _InterpretedText(spelling.way, words, worth * spelling.length / _letters(words) if worth < 0 else worth)

    def _worth(self, words: Sequence[str]) -> float:
        return sum(map(self._worth_of, words))

    def _worth_of(self, word: str) -> float:
        worth = self._worths.get(word)
        if worth is None:
            letters = self._letters[word > "\u0400"]
            bonus = OF_BASE if self._known[word] else ORDINARY if word in letters.words else 0.0
            worth = self._worths[word] = letters.likelihood(word) * len(word) + bonus
        return worth


def _spellings(
    piece: str, plain: Sequence[str], judge: _WordScorer, cyrillic: bool, latin: bool
) -> Sequence[_Interpretation]:
    """As it stands, and where there are letters to read otherwise, the other ways; a name is the same in each."""
    if len(piece) > LONGEST_TOKEN:
        return [_Interpretation(way, [plain], 0) for way in range(3)]
    if not plain and not any(sign in _LATIN_KEYS for sign in piece):
        return []
    if plain and all(judge.is_name(word) for word in plain):
        return [_Interpretation(way, [plain], 0) for way in range(3)]
    found = [_Interpretation(0, [plain], _letters(plain))]
    is_cyrillic = any("\u0400" <= char <= "\u04ff" for char in piece)
    if _latin_within(piece) if is_cyrillic and latin else cyrillic and not is_cyrillic:
        bodies = [piece] if is_cyrillic else dict.fromkeys((piece, piece.rstrip(_ENDINGS), piece.strip(_ENDINGS)))
        variants = [tokens(normalised(swapped(body))) for body in bodies if body]
        found += [_Interpretation(1, variants, len(piece))] if variants else []
    if not is_cyrillic and cyrillic:
        found.append(_Interpretation(2, [tokens(other) for other in by_ear(piece)], len(piece)))
    elif is_cyrillic:
        found.append(_Interpretation(2, [plain], _letters(plain)))
    return found


def _latin_within(piece: str) -> bool:
    """Whether Cyrillic letters may be Latin ones: these have no signs among them but an apostrophe."""
    return not any(
        sign in _LATIN_KEYS and sign != "'" and not sign.isalpha() for sign in swapped(piece).strip(_ENDINGS)
    )


def by_ear(piece: str) -> Sequence[str]:
    """The ways a piece may be written in Russian letters: a first "e" may be "э" too, "h" may be "г"."""
    word = piece.strip(_ENDINGS.replace("'", "").replace('"', "")).rstrip('"')
    plain = untransliterated(word)
    return [plain, "э" + plain[1:]] if plain.startswith("е") else [plain]


def _letters(words: Sequence[str]) -> int:
    return sum(map(len, words)) or 1


@dataclass(frozen=True, slots=True)
class _ReadingPath:
    """What a text has been read as so far: the words of its last piece, and the path up to there."""

    worth: float
    words: Sequence[str] = ()
    before: _ReadingPath | None = None

    def pieces(self) -> Iterator[Sequence[str]]:
        """The words of each piece, the last one first."""
        path: _ReadingPath | None = self
        while path:
            yield path.words
            path = path.before


def _likeliest(readings: Sequence[_InterpretedText]) -> Sequence[str]:
    """The words of a piece among others that stand as they are: to read it otherwise is to change there and back."""
    return max(readings, key=lambda one: one.worth - (2 * CHANGE if one.way else 0.0)).words


def _cheapest(choices: Iterable[Sequence[_InterpretedText]]) -> list[Sequence[str]]:
    """The words of the readings with the greatest worth in all, changes paid for."""
    paths = {0: _ReadingPath(0.0)}
    for readings in choices:
        best = max(paths.values(), key=_worth)
        longer = {}
        for one in readings:
            stays = paths.get(one.way)
            before = stays if stays and stays.worth >= best.worth - CHANGE else best
            worth = before.worth - (0.0 if before is stays else CHANGE) + one.worth
            longer[one.way] = _ReadingPath(worth, one.words, before)
        paths = longer
    return list(max(paths.values(), key=_worth).pieces())[::-1]


_worth = attrgetter("worth")


@cache
def _names() -> frozenset[str]:
    return frozenset(listed("names"))
