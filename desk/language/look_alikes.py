"""Letters and digits that people take for one another when they type a number from paper. Pure.

The one rule: at a letter's place the twelve twins АВЕКМНОРСТУХ and ABEKMHOPCTYX count as one; at a digit's place O (of
either alphabet) is 0, З is 3, l and I are 1. Whoever types such a letter is asked what was meant, and never taken at
it (`intake.identity.key_folding`).
"""

from __future__ import annotations

import unicodedata

LATIN_TWINS = dict(zip("авекмнорстух", "abekmhopctyx", strict=True))
"""The Latin letter of each Cyrillic one that looks like it, in small letters."""
DIGIT_TWINS = {"o": "0", "о": "0", "з": "3", "l": "1", "i": "1"}
"""The digit that each letter is read as at a digit's place, in small letters."""
ANYWHERE = {**LATIN_TWINS, **DIGIT_TWINS}
"""Both, where nobody knows whether a letter or a digit stands at a place: coarser than either, so that whatever either
takes for one is one here."""

READ_AS_LETTER = str.maketrans(LATIN_TWINS)
READ_AS_DIGIT = str.maketrans(DIGIT_TWINS)
READ_ANYWHERE = str.maketrans(ANYWHERE)


def plain_width(text: str) -> str:
    """The text in composed letters (NFC), with full-width signs and digits of any script as those of ASCII."""
    return text if text.isascii() else "".join(map(_plain, unicodedata.normalize("NFC", text)))


def _plain(char: str) -> str:
    if char.isascii():
        return char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char
