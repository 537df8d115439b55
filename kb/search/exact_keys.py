"""Exact keys: error codes, names of lamps, models of devices. A near match is not enough for these. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache

from kb.search.tokenize import WORDLISTS

EXCLUSIVE_KINDS = ("error", "lamp")
"""Kinds where another key than the one asked for speaks against an article; another model never does."""
MAX_WORD_DISTANCE = 2
"""Distance in words within which a number and "error" belong together."""


def exact_keys(read: Sequence[tuple[str, str]]) -> list[str]:
    """The keys in these words (with their stems), as "error:691", "lamp:los", "model:c6", "address:169.254".

    A number of three or four digits on its own may be an error code or a price; it is given as "number:691".
    """
    table = _load_key_words()
    found: list[str] = []
    for at, (word, _) in enumerate(read):
        if word in table["lamp"]:
            found.append(f"lamp:{word}")
        elif word.isdecimal() and len(word) in (3, 4):
            around = read[max(0, at - MAX_WORD_DISTANCE) : at + MAX_WORD_DISTANCE + 1]
            error = any(stem in table["error"] or other in table["error"] for other, stem in around)
            found.append(f"{'error' if error else 'number'}:{word}")
        elif "." in word:
            found.append(f"address:{word}")
        elif 2 <= len(word) <= 16 and any(map(str.isdecimal, word)) and any(map(str.isalpha, word)):
            found.append(f"model:{word}")
    return list(dict.fromkeys(found))


def exclusive_kinds(keys: Sequence[str]) -> Iterator[str]:
    """The exclusive kinds among these keys, as "error:" or "lamp:"."""
    for kind in EXCLUSIVE_KINDS:
        if any(key.startswith(f"{kind}:") for key in keys):
            yield f"{kind}:"


@cache
def _load_key_words() -> dict[str, frozenset[str]]:
    table = tomllib.loads((WORDLISTS / "aliases.toml").read_text("utf-8"))["keys"]
    return {"lamp": frozenset(table["lamp"]), "error": frozenset((*table["error"], "ошибк"))}
