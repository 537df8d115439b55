"""Words typed in the other keyboard layout ("ytn bynthytnf") or by ear in Latin letters ("net interneta"). Pure."""

from __future__ import annotations

from collections.abc import Sequence

LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~{}:\"<>"
_CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбюёхъжэбю"
_TO_CYRILLIC = str.maketrans(dict(zip(LATIN_KEYS, _CYRILLIC_KEYS, strict=True)) | {"?": ",", "&": "?", "/": "."})
_TO_LATIN = str.maketrans(dict(zip(_CYRILLIC_KEYS[:33], LATIN_KEYS[:33], strict=True)))
_SHIFTED_KEYS = '~{}:"<>'
EDGE_SIGNS = ",.;:'\"<>[]{}`~"
"""Signs that are letters in the Russian layout; at a word's end they may be just signs."""

_TRANSLITERATION = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "tc": "ц", "ch": "ч", "sh": "ш", "yu": "ю", "iu": "ю",
    "ju": "ю", "ya": "я", "ja": "я", "ia": "ия", "iya": "ия", "yo": "е", "jo": "е", "ye": "е", "iy": "ий", "ij": "ий",
    "yy": "ый", "yj": "ый", "yi": "ый", "ph": "ф", "ck": "к", "oo": "у", "ee": "и", "a": "а", "b": "б", "c": "ц",
    "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н",
    "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "кс", "y": "ы",
    "z": "з", "'": "ь", "’": "ь", "`": "ь", '"': "ъ", "ё": "е",
}  # fmt: skip
_VOWELS = "aeiouy"


def to_cyrillic_by_sound(word: str) -> str:
    """Converts a word written by ear in Latin letters to Russian ones: "rabotaet" is "работает"."""
    found: list[str] = []
    at = 0
    while at < len(word):
        for size in (4, 3, 2, 1):
            sound = _TRANSLITERATION.get(word[at : at + size]) if at + size <= len(word) else None
            if sound is not None:
                found.append("й" if sound == "ы" and at and word[at - 1] in _VOWELS else sound)
                at += size
                break
        else:
            found.append(word[at])
            at += 1
    return "".join(found)


def swap_layout(text: str) -> str:
    """The same keys in the other layout, by the letters most of the text is in."""
    cyrillic = sum("а" <= char <= "я" or char == "ё" for char in text)
    latin = sum("a" <= char <= "z" for char in text)
    return text.translate(_TO_LATIN if cyrillic > latin else _TO_CYRILLIC)


def swap_layout_keeping_case(piece: str) -> str:
    """The same keys in the other layout, capitals as they were typed."""
    small = piece.lower()
    if len(small) != len(piece):
        return piece
    keys = zip(piece, swap_layout(small), strict=True)
    return "".join(other.upper() if key.isupper() or key in _SHIFTED_KEYS else other for key, other in keys)


def transliteration_variants(piece: str) -> Sequence[str]:
    """The ways a piece may be written in Russian letters: an initial "e" may be "э" too, "h" may be "г"."""
    word = piece.strip(EDGE_SIGNS.replace("'", "").replace('"', "")).rstrip('"')
    plain = to_cyrillic_by_sound(word)
    return [plain, "э" + plain[1:]] if plain.startswith("е") else [plain]
