"""Shows a question as it was understood, in the person's own words: only what was interpreted otherwise is changed.
Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from desk.language.layout_and_transliteration import swap_layout_keeping_case, transliteration_variants
from kb.search.tokenize import WORD_RE, normalise, tokens

_PIECE_RE = re.compile(r"\S+")
_EDGE_SIGNS = ",.;:!?()[]{}<>\"'`~«»"
MAX_SKIPPED_WORDS = 3
"""Words skipped at most where a piece of text has no word of its own in its place."""


def apply_corrections(text: str, meant: Sequence[str], corrections: Mapping[str, str]) -> str:
    """The text with its words as they were ``meant`` (`kb.search.query_variants.intended_texts`) and then corrected;
    everything else, and the case of letters, is as it was written."""
    if not corrections and list(meant) == tokens(normalise(text)):
        return text
    at = 0
    shown: list[str] = []
    end = 0
    for piece in _PIECE_RE.finditer(text):
        new, at = _place_reading(piece[0], meant, at)
        shown += text[end : piece.start()], WORD_RE.sub(lambda word: _correct_word(word[0], corrections), new)
        end = piece.end()
    return "".join(shown) + text[end:]


def _place_reading(piece: str, meant: Sequence[str], at: int) -> tuple[str, int]:
    """The interpretation of a piece whose words come next, and the position of the first word after them."""
    for skipped in range(MAX_SKIPPED_WORDS):
        begin = at + skipped
        for reading in _readings(piece):
            words = tokens(normalise(reading))
            if (words or not skipped) and list(meant[begin : begin + len(words)]) == words:
                return reading, begin + len(words)
    return piece, at


def _readings(piece: str) -> Iterator[str]:
    """The piece as it stands, in the other layout, and transliterated; signs around it may be signs or letters."""
    yield piece
    for signs in ("", _EDGE_SIGNS):
        body = piece.strip(signs) if signs else piece
        before, after = piece.split(body, 1) if body else (piece, "")
        yield f"{before}{swap_layout_keeping_case(body)}{after}"
        for variant in transliteration_variants(body.lower()):
            yield f"{before}{_with_case_of(variant, body)}{after}"


def _correct_word(word: str, corrections: Mapping[str, str]) -> str:
    found = tokens(normalise(word))
    return _with_case_of(corrections[found[0]], word) if len(found) == 1 and found[0] in corrections else word


def _with_case_of(word: str, like: str) -> str:
    """The word in capitals, or with an initial capital, where the other is so written."""
    if len(like) > 1 and like.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word
