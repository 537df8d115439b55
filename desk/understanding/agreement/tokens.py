"""The words of a message with their places, as they are compared: small letters, е for ё, no look-alike letters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from desk.language.unsafe_characters import without_invisible

_WORD = re.compile(r"[^\W_]+(?:['’ʼ`´-][^\W_]+)*")
_APOSTROPHES = re.compile("['’ʼ`´]")
_CONTRACTED = {
    f"{apostrophe}{short}": f"-{long}"
    for apostrophe in "'’ʼ"
    for short, long in (("s", "is"), ("re", "are"), ("ve", "have"), ("m", "am"), ("ll", "will"))
}
_TO_CYRILLIC = str.maketrans("aceopxykbmht", "асеорхукьмнт")
_TO_LATIN = str.maketrans("асеорхук", "aceopxyk")
_LONG_RUN = re.compile(r"(\w)\1{2,}")
_RUN = re.compile(r"(\w)\1+")


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word as it is compared, and its place: ``text[start:end]``."""

    word: str
    start: int
    end: int


def tokens(text: str) -> list[PlacedWord]:
    """The words of the text; the parts of a hyphened one are one token ("wi-fi", "да-да")."""
    return [PlacedWord(folded(found.group()), found.start(), found.end()) for found in _WORD.finditer(text)]


def folded(word: str) -> str:
    """A word without case, apostrophes and letters of the other script that look like its own; ё is е."""
    if word.isascii():
        return _without_apostrophes(word.lower())
    small = unicodedata.normalize("NFKC", without_invisible(word)).casefold().replace("ё", "е")
    small = _without_apostrophes(small)
    cyrillic = sum("а" <= char <= "я" for char in small)
    latin = sum("a" <= char <= "z" for char in small)
    if cyrillic and latin:
        small = small.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)
    return small


def _without_apostrophes(word: str) -> str:
    """ "It's" as "it-is", "don't" as "dont"."""
    for found, spelled in _CONTRACTED.items():
        if word.endswith(found, 1):
            return _APOSTROPHES.sub("", word[: -len(found)]) + spelled
    return _APOSTROPHES.sub("", word)


def without_long_runs(word: str) -> str:
    """A word without letters drawn out: "дааа" is "да", "yesss" is "yes"."""
    return _LONG_RUN.sub(r"\1", word)


def without_doubles(word: str) -> str:
    """A word in which no letter is doubled."""
    return _RUN.sub(r"\1", word)
