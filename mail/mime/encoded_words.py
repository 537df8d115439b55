"""Encoded words in headers (RFC 2047) decoded in one pass, also where they are broken.

Met in real mail: spaces inside, a missing end, words without space between them, a character or a base64 group split
between two words, charsets that lie or do not exist, a language after the charset (RFC 2231).
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from mail.mime import charsets, transfer_encoding

MAX_CHARSET_LENGTH = 80
_WORD_START = re.compile(r"=\?[^?=\s]{1,70}\?[bqBQ]\?")


@dataclass(slots=True)
class _EncodedWord:
    charset: str
    encoding: str
    body: bytes
    end: int


def decode_encoded_words(value: str) -> str:
    """A header's value with its encoded words decoded; what is none stays as it is written."""
    if "=?" not in value:
        return value
    pieces: list[str] = []
    pending: list[_EncodedWord] = []  # neighbours, so that a letter split between two is whole again
    at = seen = 0
    while (start := value.find("=?", seen)) >= 0:
        word = _parse_word(value, start)
        if word is None:
            seen = start + 2
            continue
        if (between := value[at:start]) and not (pending and between.isspace()):
            pieces += _decode_words(pending)
            pending = []
            pieces.append(between)
        pending.append(word)
        at = seen = word.end
    return "".join([*pieces, *_decode_words(pending), value[at:]])


def _parse_word(value: str, start: int) -> _EncodedWord | None:
    """The encoded word at ``start``; None when it is none."""
    first = value.find("?", start + 2, start + MAX_CHARSET_LENGTH)
    kind = value[first + 1 : first + 2].lower()
    if first < 0 or kind not in ("q", "b") or value[first + 2 : first + 3] != "?":
        return None
    end = value.find("?=", first + 3)
    if another := _WORD_START.search(value, first + 3, end + 1 if end >= 0 else len(value)):
        end = first + 3 + len(value[first + 3 : another.start()].rstrip("? "))  # never closed, and the next begins
    elif end < 0:
        end = _find_unclosed_end(value, first + 3)
    elif kind == "q":
        end = _find_q_end(value, first + 3, end)
    if end < 0:
        return None
    charset = value[start + 2 : first].partition("*")[0]
    closed = value.startswith("?=", end)
    return _EncodedWord(charset, kind, value[first + 3 : end].encode("utf-8", "replace"), end + 2 * closed)


def _find_q_end(value: str, start: int, end: int) -> int:
    """``?=`` may also be a question mark before an escape, as in ``what?=20now?=``: then the word ends later."""
    while _is_hex_escape(value, end + 1) and end - start < 2000:
        following = value.find("?=", end + 2)
        opened = value.find("=?", end + 2)
        if following < 0 or (0 <= opened < following - 1):
            break
        end = following
    return end


def _is_hex_escape(value: str, at: int) -> bool:
    digits = value[at + 1 : at + 3]
    return len(digits) == 2 and all(digit in "0123456789ABCDEF" for digit in digits)


def _find_unclosed_end(value: str, start: int) -> int:
    """A word that is never closed ends with the header; one with spaces in it is none."""
    body = value[start:].rstrip("? ")
    return start + len(body) if body and " " not in body else -1


def _decode_words(pending: list[_EncodedWord]) -> list[str]:
    """Neighbouring words; those of one charset are joined as bytes."""
    pieces: list[str] = []
    at = 0
    while at < len(pending):
        charset = pending[at].charset.lower()
        run = at
        while run < len(pending) and pending[run].charset.lower() == charset:
            run += 1
        pieces.append(_decode_contents([_word_bytes(word) for word in _join_split_base64(pending[at:run])], charset))
        at = run
    return pieces


def _decode_contents(contents: list[bytes], charset: str) -> str:
    """Bytes of one charset in several words: together, unless each word begins in a state of its own."""
    if len(contents) > 1 and charset.startswith(("iso-2022", "hz", "utf-7", "utf-16")):
        return "".join(charsets.decode(content, charset) for content in contents)
    return charsets.decode(b"".join(contents), charset)


def _join_split_base64(run: list[_EncodedWord]) -> list[_EncodedWord]:
    """The same words, with a base64 group that was split between two put together."""
    found: list[_EncodedWord] = []
    for word in run:
        before = found[-1] if found else None
        if (
            before
            and before.encoding == word.encoding == "b"
            and len(before.body) % 4
            and not before.body.endswith(b"=")
        ):
            before.body += word.body
        else:
            found.append(_EncodedWord(word.charset, word.encoding, word.body, word.end))
    return found


def _word_bytes(word: _EncodedWord) -> bytes:
    if word.encoding == "q":
        return binascii.a2b_qp(word.body.replace(b" ", b"_"), header=True)
    return transfer_encoding.decode_base64(word.body)
