"""Hundreds of phrases compiled into one pattern that finds any of them in one pass. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_PHRASE_END = ""
"""Where a phrase ends: what goes on behind it says nothing more."""


def compile_phrases(phrases: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these phrases wherever it stands, in words or across them; of none, nothing.

    What they begin alike with is compared once, as in a trie; no place is looked at twice for the same messages.
    """
    trie: dict[str, Any] = {}
    for phrase in phrases:
        node = trie
        for char in phrase:
            node = node.setdefault(char, {})
        node[_PHRASE_END] = {}
    return re.compile(_trie_pattern(trie) if trie else r"(?!)")


def _trie_pattern(node: Mapping[str, Any]) -> str:
    if _PHRASE_END in node:
        return ""
    found = [re.escape(char) + _trie_pattern(below) for char, below in sorted(node.items())]
    return found[0] if len(found) == 1 else f"(?:{'|'.join(found)})"
