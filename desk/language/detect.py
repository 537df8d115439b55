"""The languages the desk speaks, and in which of them a text is, told by its letters."""

from __future__ import annotations

import re

LANGUAGES = ("ru", "en")
MAX_LENGTH = 4000
_CYRILLIC, _LATIN = re.compile("[\u0400-\u0481\u048a-\u04ff]"), re.compile("[A-Za-z]")


def language_of(text: str) -> str:
    """ "ru" or "en" by the script most of the letters belong to; "" where neither has two letters of three.

    Fewer than two letters tell nothing. Only the first `MAX_LENGTH` characters are looked at.
    """
    sample = text[:MAX_LENGTH]
    letters = sum(map(str.isalpha, sample))
    cyrillic, latin = len(_CYRILLIC.findall(sample)), len(_LATIN.findall(sample))
    if letters < 2:
        return ""
    if cyrillic * 3 >= letters * 2:
        return "ru"
    return "en" if latin * 3 >= letters * 2 else ""
