"""Words as they are compared: without case, accents of typing, punctuation and look-alike letters."""

from __future__ import annotations

import re
import unicodedata

from desk.language.unsafe_characters import without_invisible

MAX_LENGTH = 4000
"""How much of a message is looked at when a word is searched in it."""

_HYPHENS = re.compile("[-\u2010-\u2015\u2212'\u2019\u02bc`]")
_PUNCTUATION = re.compile(r"[\W_]")

# Only the small letters: everything is casefolded first.
_LOOK_ALIKES = str.maketrans("aceopxyk", "асеорхук")


def word_lines(text: str) -> tuple[str, ...]:
    """Phrases that bars and line ends separate, each once."""
    return tuple(dict.fromkeys(bare for one in text.replace("\n", "|").split("|") if (bare := one.strip())))


def word_set(text: str) -> frozenset[str]:
    """The words that blanks and line ends separate."""
    return frozenset(text.split())


def normalized(text: str) -> str:
    """The words of a text with one blank between: casefolded, ё as е, "Wi-Fi" as "wifi", no punctuation."""
    folded = unicodedata.normalize("NFKC", without_invisible(text[:MAX_LENGTH])).casefold().replace("ё", "е")
    return " ".join(_PUNCTUATION.sub(" ", _HYPHENS.sub("", folded)).split())


def letter_shape(text: str) -> str:
    """`normalized` with Latin letters put as the Cyrillic ones they look like. Only for comparing two of these."""
    return normalized(text).translate(_LOOK_ALIKES)
