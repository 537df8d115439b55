"""Corrects words that the index does not know to the nearest one it does know, if that is near enough. Pure.

Candidates share letter bigrams with the word; the larger of `rapidfuzz.fuzz.ratio` and the optimal string alignment
similarity (which allows two letters to be exchanged) decides. Two words written as one are split. An ordinary word of
the language is left alone: "pizza" is no "pixel".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from desk.language.letter_model import load_word_list
from kb.search.article_index import MIN_CORRECTED_LENGTH, ArticleIndex
from kb.search.layered_index import LayeredIndex
from kb.search.ngrams import hash_ngrams
from kb.search.tokenize import WORDLISTS, Vocabulary

MIN_SIMILARITY, MIN_SIMILARITY_SHORT = 74.0, 80.0
"""From this similarity (0 to 100) on a word of six letters or more, or of four or five, is taken for another."""
MAX_CANDIDATES = 24
MIN_BIGRAM_DICE = 0.3
"""The Dice similarity of letter bigrams that a word must have to be a candidate."""
MAX_POSTINGS = 60_000
MAX_MATRIX_CELLS = 1 << 18
"""Cells of the matrix of a query's words by the index's that is computed at once: more would not fit into the
processor's cache."""
MAX_TRIES = 3
MAX_CORRECTIONS = 12
"""Words of one query that are corrected: nobody misspells more in what can still be understood."""


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word of a query; ``quality`` is 1 where it stands as it was written, the similarity where it was corrected.
    ``corrected_from`` is the word it was corrected or split from."""

    text: str
    stem: str
    quality: float = 1.0
    corrected_from: str = ""


def correct_words(
    words_with_stems: Sequence[tuple[str, str]], index: LayeredIndex, vocabulary: Vocabulary
) -> list[QueryWord]:
    """The query's words with their stems, those the index does not know corrected where that can be done."""
    if not words_with_stems:
        return []
    known = index.knows_stems([stem for _, stem in words_with_stems])
    unknown = [
        text
        for (text, stem), is_known in zip(words_with_stems, known, strict=True)
        if not is_known and len(text) >= MIN_CORRECTED_LENGTH and text.isalpha() and not is_ordinary_stem(stem)
    ]
    if not unknown:
        return [QueryWord(text, stem) for text, stem in words_with_stems]
    unknown = list(dict.fromkeys(unknown))[:MAX_CORRECTIONS]
    corrections = _with_soft_sign(unknown, index, vocabulary)
    corrections |= _split_words([text for text in unknown if text not in corrections], index, vocabulary)
    corrections |= _nearest_words([text for text in unknown if text not in corrections], index, vocabulary)
    return [word for text, stem in words_with_stems for word in corrections.get(text) or [QueryWord(text, stem)]]


def _with_soft_sign(texts: Sequence[str], index: LayeredIndex, vocabulary: Vocabulary) -> dict[str, list[QueryWord]]:
    """For words with a lost soft sign, or one too many, these words as they are spelt ("поменят", "открываеться")."""
    tries = [(text, other) for text in texts for other in _other_soft_sign(text)]
    stems = [vocabulary.stem(other) for _, other in tries]
    known = index.knows_stems(stems) if stems else []
    return {
        text: [QueryWord(other, stem, corrected_from=text)]
        for (text, other), stem, is_known in zip(tries, stems, known, strict=True)
        if is_known
    }


def _other_soft_sign(text: str) -> Iterator[str]:
    if text.endswith("ться"):
        yield f"{text[:-4]}тся"
    elif text.endswith("тся"):
        yield f"{text[:-3]}ться"
    elif text.endswith("т"):
        yield f"{text}ь"


def _split_words(texts: Sequence[str], index: LayeredIndex, vocabulary: Vocabulary) -> dict[str, list[QueryWord]]:
    """For words that are two words of the index written as one, these two."""
    long = [text for text in texts if len(text) >= 6]
    halves = [(text, text[:at], text[at:]) for text in long for at in range(2, len(text) - 2)]
    stems = [vocabulary.stem(half) for _, *both in halves for half in both]
    known = index.knows_stems(stems) if stems else []
    found: dict[str, list[QueryWord]] = {}
    for at, (text, one, other) in enumerate(halves):
        if known[2 * at] and known[2 * at + 1] and (len(one) > 2 or is_ordinary_stem(stems[2 * at])):
            found.setdefault(
                text,
                [
                    QueryWord(one, stems[2 * at], corrected_from=text),
                    QueryWord(other, stems[2 * at + 1], corrected_from=text),
                ],
            )
    return found


def _nearest_words(texts: Sequence[str], index: LayeredIndex, vocabulary: Vocabulary) -> dict[str, list[QueryWord]]:
    """For words that are near enough to a word of the index, the nearest."""
    pairs = [pair for one in index.indexes for pair in _candidates(texts, one)] if texts else []
    if not pairs:
        return {}
    mine, others = zip(*pairs, strict=True)
    ratios = process.cpdist(mine, others, scorer=fuzz.ratio, dtype=np.float64)
    swaps = process.cpdist(mine, others, scorer=OSA.normalized_similarity, dtype=np.float64)
    scored = zip(np.maximum(ratios, 100 * swaps).tolist(), others, mine, strict=True)
    tried: Counter[str] = Counter()
    found: dict[str, list[QueryWord]] = {}
    for score, other, text in sorted(scored, reverse=True):
        if text in found or score < _min_similarity(text) or tried[text] == MAX_TRIES:
            continue
        tried[text] += 1
        stem = vocabulary.stem(other)
        if index.exclusion is None or index.knows_stems([stem])[0]:
            found[text] = [QueryWord(other, stem, score / 100, text)]
    return found


def _min_similarity(text: str) -> float:
    """How similar another word must be."""
    return MIN_SIMILARITY if len(text) > 5 else MIN_SIMILARITY_SHORT


def _candidates(texts: Sequence[str], index: ArticleIndex) -> Iterator[tuple[str, str]]:
    """Each text with the words that share the most bigrams with it, relative to their lengths."""
    size = len(index.vocabulary_hashes)
    batch_size = max(1, MAX_MATRIX_CELLS // (size + 1))
    for at in range(0, len(texts), batch_size):
        some = texts[at : at + batch_size]
        found, whose = hash_ngrams([f" {text} " for text in some], 2, 2)
        pairs = np.unique(whose.astype(np.uint64) << np.uint64(32) | found)
        keys, rows = pairs.astype(np.uint32), (pairs >> np.uint64(32)).astype(np.int64)
        max_postings = MAX_POSTINGS * len(some)
        shared = index.bigrams.sum_weights(index.bigrams.find(keys), np.ones(len(keys)), size, max_postings, rows)
        begins = index.word_starts.astype(np.int64)
        dice = 2 * shared.reshape(len(some), size) / (begins[1:] - begins[:-1] + 1 + np.bincount(rows)[:, None])
        row, column = np.nonzero(dice > MIN_BIGRAM_DICE)
        order = np.lexsort((-dice[row, column], row))
        firsts = np.searchsorted(row, np.arange(len(some)))
        kept = order[np.arange(len(order)) - firsts[row] < MAX_CANDIDATES]
        for number, other in zip(row[kept].tolist(), index.words_at(column[kept]), strict=True):
            yield some[number], other


def is_ordinary_stem(stem: str) -> bool:
    """Whether it is the stem of an ordinary word of either language, whatever the index knows."""
    return stem in _ordinary_stems()


@cache
def _ordinary_stems() -> frozenset[str]:
    vocabulary = Vocabulary()
    lines = (WORDLISTS / "ordinary_stems.txt").read_text("utf-8").splitlines()
    return frozenset(
        vocabulary.stem(word)
        for name in ("ru", "en", "more_words", "unchanging_words")
        for word in load_word_list(name)
    ).union(stem for line in lines if not line.startswith("#") for stem in line.split())
