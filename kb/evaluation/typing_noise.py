"""Makes typing errors for evaluation: typos, the wrong keyboard layout, Russian in Latin letters. Pure.

The same seed always makes the same noise. It is not simply the inverse of `kb.search.query_variants`: its
transliteration is one of several that search understands.
"""

from __future__ import annotations

import random

from desk.language.layout_and_transliteration import swap_layout

DEFAULT_TYPO_SHARE = 0.1
"""The share of letters that are mistyped."""
_ALPHABETS = ("абвгдежзийклмнопрстуфхцчшщъыьэюя", "abcdefghijklmnopqrstuvwxyz")
_TRANSLITERATION = dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)) | {
    "ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ь": "",
    "ъ": "",
}  # fmt: skip


def with_typos(text: str, seed: int, share: float = DEFAULT_TYPO_SHARE) -> str:
    """The text with a share of its letters left out, doubled, replaced, followed by another or exchanged with the
    next."""
    chance = random.Random(seed)  # noqa: S311
    letters = list(text)
    for at in range(len(letters)):
        letter = letters[at]
        if not letter.isalpha() or chance.random() >= share:
            continue
        other = chance.choice(_ALPHABETS[letter.isascii()])
        slip = chance.randrange(4)
        if slip == 3 and at + 1 < len(letters) and letters[at + 1].isalpha():
            letters[at], letters[at + 1] = letters[at + 1], letter
        else:
            letters[at] = ("", letter + other, other, letter * 2)[slip]
    return "".join(letters)


def in_wrong_layout(text: str) -> str:
    """The text as typed with the same keys in the other layout."""
    return swap_layout(text.lower())


def transliterate(text: str) -> str:
    """Russian in Latin letters, by sound."""
    return "".join(_TRANSLITERATION.get(letter, letter) for letter in text.lower())


def is_russian(text: str) -> bool:
    """Whether there are Russian letters to transliterate."""
    return any("а" <= letter <= "я" for letter in text.lower())
