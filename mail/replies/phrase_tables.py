"""The phrases of ``phrases.toml`` ready for lookup, of all languages at once.

The language of a message is not asked first: people answer Russian messages with an English program.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from mail.replies.phrase_search import compile_phrases

TABLE_KEYS = frozenset({
    "wrote", "from", "date", "to", "subject", "cc", "original", "forwarded", "sent", "sent_last", "advert", "closing",
    "thanks", "private", "above", "below", "device", "lists", "scanner", "scanned", "telling", "fw",
})  # fmt: skip
HEADER_FIELDS = ("cc", "subject", "to", "date", "from")
"""Fields of a quoted head; where languages share a word for two of them, the later one here has it."""

# What does not show, and digits and signs that mean the same, so that one spelling is compared.
_EQUIVALENT_CHARACTERS = {
    **dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0x61C]),
    **dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09], " "),
    **{zero + digit: str(digit) for zero in (0x660, 0x6F0, 0x966, 0xE50, 0xFF10) for digit in range(10)},
    0xFF1A: ":", 0xFF1E: ">", 0xFF1C: "<", 0xFF20: "@", 0x307: "",
}  # fmt: skip


def normalize_line(line: str, longest: int = 400) -> str:
    """The beginning of a line as it is compared: lower case, visible characters only, one kind of digits and blanks."""
    return _normalize(line[:longest])


@lru_cache(maxsize=256)  # what reads a message comes back to its lines
def _normalize(line: str) -> str:
    if line.isascii():
        return line.replace("\t", " ").lower().strip()
    return line.translate(_EQUIVALENT_CHARACTERS).lower().translate(_EQUIVALENT_CHARACTERS).strip()


@cache
def get_phrases(key: str) -> frozenset[str]:
    """What every language says for a key, as it is `normalize_line`."""
    return frozenset(normalize_line(word) for phrases in _load_phrases().values() for word in phrases.get(key, ()))


@cache
def get_phrase_tuple(key: str) -> tuple[str, ...]:
    """The same as `str.startswith` and `str.endswith` take them: all at once."""
    return tuple(get_phrases(key))


@cache
def get_phrase_pattern(key: str) -> re.Pattern[str]:
    """Finds any of what every language says for a key, wherever it stands in what was `normalize_line`."""
    return compile_phrases(get_phrases(key))


@cache
def get_single_words(key: str) -> frozenset[str]:
    """Those of a key that stand between blanks or signs."""
    return frozenset(word for word in get_phrases(key) if not _is_unspaced_script(word) and " " not in word)


@cache
def get_substrings(key: str) -> tuple[str, ...]:
    """Those of a key that are looked for anywhere: of several words, or of a script without blanks."""
    return tuple(sorted(word for word in get_phrases(key) if _is_unspaced_script(word) or " " in word))


@cache
def get_header_labels() -> dict[str, str]:
    """The field that a label of a quoted head names: "от кого" is from."""
    return {label: field for field in HEADER_FIELDS for label in get_phrases(field)}


@cache
def _load_phrases() -> dict[str, dict[str, list[str]]]:
    languages: dict[str, dict[str, list[str]]] = tomllib.loads(
        (files("mail.replies") / "phrases.toml").read_text(encoding="utf-8")
    )
    for name, phrases in languages.items():
        if strange := phrases.keys() - TABLE_KEYS:
            raise ValueError(f"phrases.toml: [{name}] knows no {', '.join(sorted(strange))}")
    return languages


def _is_unspaced_script(word: str) -> bool:
    """Whether a word is of a script that puts no blanks between words: Thai, Chinese, Japanese, Korean endings."""
    return any(
        "\u0e00" <= char <= "\u0e7f" or "\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3" for char in word
    )
