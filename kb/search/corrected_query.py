"""A question as it was understood, in the person's own words: only what was read otherwise is changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kb.search.keyboard_layout import by_ear, retyped
from kb.search.tokenize import WORD, normalised, tokens

_PIECES = re.compile(r"\S+")
_SIGNS = ",.;:!?()[]{}<>\"'`~«»"
AHEAD = 3
"""Words looked ahead where a piece of text has no word of its own in its place."""


def reworded(text: str, meant: Sequence[str], mended: Mapping[str, str]) -> str:
    """The text with its words as they were ``meant`` (`kb.search.keyboard_layout.intended_texts`) and then
    ``mended``; everything else, and the
    case of letters, is as it was written."""
    if not mended and list(meant) == tokens(normalised(text)):
        return text
    at = 0
    shown: list[str] = []
    end = 0
    for piece in _PIECES.finditer(text):
        new, at = _placed(piece[0], meant, at)
        shown += text[end : piece.start()], WORD.sub(lambda word: _mended(word[0], mended), new)
        end = piece.end()
    return "".join(shown) + text[end:]


def _placed(piece: str, meant: Sequence[str], at: int) -> tuple[str, int]:
    """The reading of a piece whose words come next, and the place of the first word after them."""
    for skipped in range(AHEAD):
        begin = at + skipped
        for reading in _readings(piece):
            words = tokens(normalised(reading))
            if (words or not skipped) and list(meant[begin : begin + len(words)]) == words:
                return reading, begin + len(words)
    return piece, at


def _readings(piece: str) -> Iterator[str]:
    """As it stands, in the other layout, and by ear; signs around it may be signs or letters."""
    yield piece
    for signs in ("", _SIGNS):
        body = piece.strip(signs) if signs else piece
        before, after = piece.split(body, 1) if body else (piece, "")
        yield f"{before}{retyped(body)}{after}"
        for inbound in by_ear(body.lower()):
            yield f"{before}{_cased(inbound, body)}{after}"


def _mended(word: str, mended: Mapping[str, str]) -> str:
    found = tokens(normalised(word))
    return _cased(mended[found[0]], word) if len(found) == 1 and found[0] in mended else word


def _cased(word: str, like: str) -> str:
    """The word in capitals, or beginning with one, where the other is so written."""
    if len(like) > 1 and like.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word
