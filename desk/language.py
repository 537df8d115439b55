"""The languages the desk speaks, and in which of them a text is, told by its letters."""

from __future__ import annotations

LANGUAGES = ("ru", "en")
ENOUGH = 4000


def language_of(text: str) -> str:
    """ "ru" or "en" by the script most of the letters belong to; "" where neither has two letters of three.

    Fewer than two letters tell nothing. Only the first `ENOUGH` characters are looked at.
    """
    cyrillic = latin = letters = 0
    for char in text[:ENOUGH]:
        if not char.isalpha():
            continue
        letters += 1
        cyrillic += "\u0400" <= char <= "\u04ff"
        latin += char.isascii()
    if letters < 2:
        return ""
    if cyrillic * 3 >= letters * 2:
        return "ru"
    return "en" if latin * 3 >= letters * 2 else ""
