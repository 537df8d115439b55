"""Character n-grams as numbers, many texts at once. Pure.

A text is ``" its words "``: n-grams of three to five characters may reach over the border of two words, so they know a
little of the words' order. Each is a hash of 32 bits; no dictionary of n-grams is ever kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

SMALLEST, LARGEST = 3, 5
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)

Hashes: TypeAlias = npt.NDArray[np.uint32]
Numbers: TypeAlias = npt.NDArray[np.int64]
Rarities: TypeAlias = npt.NDArray[np.float64]


def grams(texts: Sequence[str], smallest: int = SMALLEST, largest: int = LARGEST) -> tuple[Hashes, Numbers]:
    """The n-grams of all texts, repeats included, and for each the number of its text."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    found: list[Hashes] = []
    whose: list[Numbers] = []
    rolling = codes
    for size in range(1, largest + 1):
        if size > 1:
            if len(codes) < size:
                break
            rolling = rolling[:-1] * _FACTOR + codes[size - 1 :]
        if size < smallest:
            continue
        within = owners[: len(rolling)] == owners[size - 1 :] if len(texts) > 1 else slice(None)
        mixed = (rolling[within] ^ np.uint64(size)) * _MIX
        found.append((mixed ^ (mixed >> _HALF)).astype(np.uint32))
        whose.append(owners[: len(rolling)][within])
    if not found:
        return np.empty(0, np.uint32), np.empty(0, np.int64)
    return np.concatenate(found), np.concatenate(whose)


def padded(words: Sequence[str]) -> str:
    """The words as n-grams are taken of them."""
    return f" {' '.join(words)} "


def idf(seen: Numbers, total: int) -> Rarities:
    """Inverse document frequency of n-grams in ``seen`` of ``total`` entries; of one never seen, the most."""
    weights: Rarities = np.log((1.0 + total) / (1.0 + seen)) + 1.0
    return weights
