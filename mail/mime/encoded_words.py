"""Encoded words (RFC 2047), as they are written and as they are broken: one walk, no character looked at often.

Met in real mail: spaces inside, the end missing, words glued to text or to each other, a letter or a base64 group
split between two words, charsets that lie or do not exist, a language after the charset (RFC 2231).
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from mail.mime import charsets, transfer_encoding

LONGEST_CHARSET = 80
_OPENING = re.compile(r"=\?[^?=\s]{1,70}\?[bqBQ]\?")


@dataclass(slots=True)
class _Word:
    charset: str
    kind: str
    body: bytes
    end: int


def decoded(value: str) -> str:
    """A header's value with its encoded words decoded; what is none stays as it is written."""
    if "=?" not in value:
        return value
    pieces: list[str] = []
    pending: list[_Word] = []  # neighbours, so that a letter split between two is whole again
    at = seen = 0
    while (start := value.find("=?", seen)) >= 0:
        word = _word(value, start)
        if word is None:
            seen = start + 2
            continue
        if (between := value[at:start]) and not (pending and between.isspace()):
            pieces += _text(pending)
            pending = []
            pieces.append(between)
        pending.append(word)
        at = seen = word.end
    return "".join([*pieces, *_text(pending), value[at:]])


def _word(value: str, start: int) -> _Word | None:
    """The encoded word at ``start``; None when it is none."""
    first = value.find("?", start + 2, start + LONGEST_CHARSET)
    kind = value[first + 1 : first + 2].lower()
    if first < 0 or kind not in ("q", "b") or value[first + 2 : first + 3] != "?":
        return None
    end = value.find("?=", first + 3)
    if another := _OPENING.search(value, first + 3, end + 1 if end >= 0 else len(value)):
        end = first + 3 + len(value[first + 3 : another.start()].rstrip("? "))  # never closed, and the next begins
    elif end < 0:
        end = _broken_end(value, first + 3)
    elif kind == "q":
        end = _end_of_q(value, first + 3, end)
    if end < 0:
        return None
    charset = value[start + 2 : first].partition("*")[0]
    closed = value.startswith("?=", end)
    return _Word(charset, kind, value[first + 3 : end].encode("utf-8", "replace"), end + 2 * closed)


def _end_of_q(value: str, start: int, end: int) -> int:
    """``?=`` may also be a question mark before an escape, as in ``what?=20now?=``: then the word ends later."""
    while _is_escape(value, end + 1) and end - start < 2000:
        following = value.find("?=", end + 2)
        opened = value.find("=?", end + 2)
        if following < 0 or (0 <= opened < following - 1):
            break
        end = following
    return end


def _is_escape(value: str, at: int) -> bool:
    digits = value[at + 1 : at + 3]
    return len(digits) == 2 and all(digit in "0123456789ABCDEF" for digit in digits)


def _broken_end(value: str, start: int) -> int:
    """A word that is never closed ends with the header; one with spaces in it is none."""
    body = value[start:].rstrip("? ")
    return start + len(body) if body and " " not in body else -1


def _text(pending: list[_Word]) -> list[str]:
    """Neighbouring words; those of one charset are joined as bytes."""
    pieces: list[str] = []
    at = 0
    while at < len(pending):
        charset = pending[at].charset.lower()
        run = at
        while run < len(pending) and pending[run].charset.lower() == charset:
            run += 1
        pieces.append(_joined([_bytes(word) for word in _grouped(pending[at:run])], charset))
        at = run
    return pieces


def _joined(contents: list[bytes], charset: str) -> str:
    """Bytes of one charset in several words: together, unless each word begins in a state of its own."""
    if len(contents) > 1 and charset.startswith(("iso-2022", "hz", "utf-7", "utf-16")):
        return "".join(charsets.decoded(content, charset) for content in contents)
    return charsets.decoded(b"".join(contents), charset)


def _grouped(run: list[_Word]) -> list[_Word]:
    """The same words, with a base64 group that was split between two put together."""
    found: list[_Word] = []
    for word in run:
        before = found[-1] if found else None
        if before and before.kind == word.kind == "b" and len(before.body) % 4 and not before.body.endswith(b"="):
            before.body += word.body
        else:
            found.append(_Word(word.charset, word.kind, word.body, word.end))
    return found


def _bytes(word: _Word) -> bytes:
    if word.kind == "q":
        return binascii.a2b_qp(word.body.replace(b" ", b"_"), header=True)
    return transfer_encoding.base64(word.body)
