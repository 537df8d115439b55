"""Files written into a letter's text: uuencoded ones and yEnc's, as senders did before MIME and some still do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail import charsets, transfer

MOST = 100
_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_YBEGIN = re.compile(rb"^=ybegin [^\r\n]{0,255}name=([^\r\n]{1,255})\r?\n", re.MULTILINE)
_LESS_42 = bytes((byte - 42) & 0xFF for byte in range(256))


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file and its name."""

    name: str
    content: bytes


def may_be_in(raw: bytes, start: int, end: int) -> bool:
    """Whether it is worth looking; encoded texts are decoded first, and then it always is."""
    return raw.find(b"begin ", start, end) >= 0 or raw.find(b"=ybegin ", start, end) >= 0


def taken_out(text: bytes) -> tuple[bytes, list[Embedded]]:
    """The text without the files in it, and the files."""
    kept: list[bytes] = []
    files: list[Embedded] = []
    at = seen = 0
    while len(files) < MOST and (match := _first(text, seen)) is not None:
        read = _yenc if match.re is _YBEGIN else _uu
        content, end = read(text, match.end())
        if end < 0:
            seen = match.end()
            continue
        kept.append(text[at : match.start()])
        files.append(Embedded(charsets.decoded(match[1].strip().strip(b'"')), content))
        at = seen = end
    return (b"".join([*kept, text[at:]]) if files else text), files


def _first(text: bytes, at: int) -> re.Match[bytes] | None:
    if text.find(b"begin ", at) < 0:
        return None
    found = [match for match in (_BEGIN.search(text, at), _YBEGIN.search(text, at)) if match]
    return min(found, key=lambda match: match.start(), default=None)


def _uu(text: bytes, at: int) -> tuple[bytes, int]:
    """The content, and where the text goes on; -1 where what follows is no uuencoded file."""
    content, end = transfer.uulines(text, at)
    return (content, end) if content or text.startswith((b"end", b"`", b" "), at) else (b"", -1)


def _yenc(text: bytes, at: int) -> tuple[bytes, int]:
    """yEnc 1.3: bytes moved by 42, critical ones escaped by ``=``."""
    if text.startswith(b"=ypart ", at):
        at = text.find(b"\n", at) + 1 or len(text)
    end = text.find(b"\n=yend", at - 1)
    if end < 0:
        return b"", -1
    head, *escaped = text[at:end].translate(None, b"\r\n").split(b"=")
    pieces = [head.translate(_LESS_42)]
    pieces += [bytes([(piece[0] - 106) & 0xFF]) + piece[1:].translate(_LESS_42) for piece in escaped if piece]
    line_end = text.find(b"\n", end + 1)
    return b"".join(pieces), line_end + 1 if line_end >= 0 else len(text)
