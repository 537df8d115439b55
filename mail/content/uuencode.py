"""Files inside a message's text: uuencode and yEnc, as used before MIME and still sometimes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail.mime import charsets, transfer_encoding

MAX_FILES = 100
_FILE_BEGIN = re.compile(
    rb"^(?:begin(?:-base64)? [0-7]{3,4} |(?P<yenc>=ybegin )[^\r\n]{0,255}?name=)(?P<name>[^\r\n]{1,255})\r?\n",
    re.MULTILINE,
)
_MINUS_42 = bytes((byte - 42) & 0xFF for byte in range(256))


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file and its name."""

    name: str
    content: bytes


def extract_files(text: bytes) -> tuple[bytes, list[EmbeddedFile]]:
    """The text without the files in it, and the files."""
    if b"begin " not in text:
        return text, []
    kept: list[bytes] = []
    files: list[EmbeddedFile] = []
    at = seen = 0
    for _ in range(2 * MAX_FILES):  # what only begins like a file is not looked through for ever
        match = _FILE_BEGIN.search(text, seen) if len(files) < MAX_FILES else None
        if match is None:
            break
        read = _decode_yenc if match["yenc"] else _decode_uu
        content, end = read(text, match.end())
        if end < 0:
            seen = match.end()
            continue
        kept.append(text[at : match.start()])
        files.append(EmbeddedFile(charsets.decode(match["name"].strip().strip(b'"')), content))
        at = seen = end
    return (b"".join([*kept, text[at:]]) if files else text), files


def _decode_uu(text: bytes, at: int) -> tuple[bytes, int]:
    """The content, and where the text goes on; -1 where what follows is no uuencoded file."""
    content, end = transfer_encoding.decode_uu_lines(text, at)
    return (content, end) if content or text.startswith((b"end", b"`", b" "), at) else (b"", -1)


def _decode_yenc(text: bytes, at: int) -> tuple[bytes, int]:
    """yEnc 1.3: bytes moved by 42, critical ones escaped by ``=``."""
    if text.startswith(b"=ypart ", at):
        at = text.find(b"\n", at) + 1 or len(text)
    end = text.find(b"\n=yend", at - 1)
    if end < 0:
        return b"", -1
    head, *escaped = text[at:end].translate(None, b"\r\n").split(b"=")
    pieces = [head.translate(_MINUS_42)]
    pieces += [bytes([(piece[0] - 106) & 0xFF]) + piece[1:].translate(_MINUS_42) for piece in escaped if piece]
    line_end = text.find(b"\n", end + 1)
    return b"".join(pieces), line_end + 1 if line_end >= 0 else len(text)
