"""Character n-grams as numbers, of many texts at once. Pure.

A text is ``" its words "``: n-grams of three to five characters may cross the border of two words, so they reflect the
order of words a little. Each is a hash of 32 bits; no dictionary of n-grams is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

MIN_SIZE, MAX_SIZE = 3, 5
_ROLLING_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX_FACTOR = np.uint64(0xD6E8FEB86659FD93)
_HALF_BITS = np.uint64(32)

Hashes: TypeAlias = npt.NDArray[np.uint32]
TextNumbers: TypeAlias = npt.NDArray[np.int64]
IdfWeights: TypeAlias = npt.NDArray[np.float64]


def hash_ngrams(texts: Sequence[str], min_size: int = MIN_SIZE, max_size: int = MAX_SIZE) -> tuple[Hashes, TextNumbers]:
    """The n-grams of all texts, repeats included, and for each the number of its text."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    found: list[Hashes] = []
    text_numbers: list[TextNumbers] = []
    rolling = codes
    for size in range(1, max_size + 1):
        if size > 1:
            if len(codes) < size:
                break
            rolling = rolling[:-1] * _ROLLING_FACTOR + codes[size - 1 :]
        if size < min_size:
            continue
        within = owners[: len(rolling)] == owners[size - 1 :] if len(texts) > 1 else slice(None)
        mixed = (rolling[within] ^ np.uint64(size)) * _MIX_FACTOR
        found.append((mixed ^ (mixed >> _HALF_BITS)).astype(np.uint32))
        text_numbers.append(owners[: len(rolling)][within])
    if not found:
        return np.empty(0, np.uint32), np.empty(0, np.int64)
    return np.concatenate(found), np.concatenate(text_numbers)


def pad_words(words: Sequence[str]) -> str:
    """The words as the text that n-grams are taken from."""
    return f" {' '.join(words)} "


def inverse_document_frequency(seen: TextNumbers, total: int) -> IdfWeights:
    """Inverse document frequency of n-grams in ``seen`` of ``total`` entries; the highest for one never seen."""
    weights: IdfWeights = np.log((1.0 + total) / (1.0 + seen)) + 1.0
    return weights
