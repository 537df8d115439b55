"""Header fields: found in the bytes, unfolded and decoded, within limits and in linear time.

RFC 5322 where the sender followed it. Otherwise as mail programs do: bare CR or LF end lines, a line that is no header
ends them unless known headers follow it, and raw bytes are read in the charset of the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from mail.mime import charsets, encoded_words

MAX_HEADER_BYTES = 64 * 1024
MAX_HEADER_FIELDS = 1000
MAX_FIELD_BYTES = 8 * 1024
MAX_LEADING_BYTES = 1000
"""Bytes of blank lines that may stand before a message."""
MAX_JUNK_LINES = 5
"""Lines that may stand between headers and are none."""

_BLANK_LINE = re.compile(rb"\n([ \t]*)\r?\n")
_FIELD_NAME = re.compile(rb"([!-9;-~]{1,100})[ \t]{0,20}:")
# Names that only a header can have: behind a line that is none, they prove that the headers go on.
_KNOWN_FIELD = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|in-reply-to|references|reply-to|sender|received|return-path|mime-version"
    rb"|delivered-to|content-(?:type|transfer-encoding|disposition|id)|x-[a-z0-9-]{1,60})[ \t]{0,20}:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in order: lower-case names, unfolded raw values."""

    fields: tuple[tuple[str, bytes], ...] = ()
    _first_values: dict[str, bytes] = field(init=False, repr=False, compare=False)
    _decoded_texts: dict[tuple[str, str], str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        first: dict[str, bytes] = {}
        for name, value in self.fields:
            if not first.get(name):
                first[name] = value
        object.__setattr__(self, "_first_values", first)

    def get_all(self, name: str) -> list[bytes]:
        """The values of every field of this name, topmost first."""
        return [value for known, value in self.fields if known == name] if name in self._first_values else []

    def has_any(self, names: frozenset[str]) -> bool:
        """Whether there is a field of any of these names."""
        return not names.isdisjoint(self._first_values)

    def get_first(self, name: str) -> bytes:
        """The topmost value that says something, b"" when there is none."""
        return self._first_values.get(name, b"")

    def get_text(self, name: str, charset: str = "") -> str:
        """The same as characters, encoded words decoded, one line."""
        key = (name, charset)
        if key not in self._decoded_texts:
            self._decoded_texts[key] = decode_header(self.get_first(name), charset)
        return self._decoded_texts[key]

    def __contains__(self, name: object) -> bool:
        return name in self._first_values


def decode_header(value: bytes, charset: str = "") -> str:
    """A raw header value as one line of characters; ``charset`` is the letter's own, for raw 8-bit headers."""
    return " ".join(decode_header_exactly(value, charset).split()) if value else ""


def decode_header_exactly(value: bytes, charset: str = "") -> str:
    """The same with its spaces as they are: in a file's name two are not one."""
    return charsets.clean(encoded_words.decode_encoded_words(to_characters(value, charset)))


def to_characters(value: bytes, charset: str = "") -> str:
    """A raw header value as characters, encoded words not yet decoded."""
    if value.isascii() and b"\x1b" not in value:
        return value.decode("ascii")
    try:
        return value.decode("utf-8") if b"\x1b" not in value else charsets.decode(value, charset)
    except UnicodeDecodeError:
        return charsets.decode(value, charset)


def parse_headers(raw: bytes) -> Headers:
    """Only the headers, looking at no more than their budget of bytes."""
    head = normalize_line_ends(raw[: MAX_HEADER_BYTES + MAX_LEADING_BYTES])
    return split_headers(head, find_headers_start(head), len(head), lambda _: None)[0]


def normalize_line_ends(raw: bytes) -> bytes:
    """The same message with lines that end in LF or CRLF, where its headers show that they end in something else."""
    head = raw[:8192].partition(b"\n\r\n")[0]
    returns, feeds = head.count(b"\r"), head.count(b"\n")
    if b"\r\r\n" in head:
        return raw.replace(b"\r\r\n", b"\r\n")
    if returns > 4 * feeds:
        return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return raw


def find_headers_start(raw: bytes) -> int:
    """Where a message begins: behind a byte order mark and blank lines, if headers follow."""
    at = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    if raw[at : at + 1] not in (b"\r", b"\n", b" ", b"\t"):
        return at
    head = raw[at : at + MAX_LEADING_BYTES]
    body = head.lstrip(b"\r\n \t")
    if _FIELD_NAME.match(body) or body.startswith((b"From ", b">From ")):
        start = at + len(head) - len(body)
        line_start = raw.rfind(b"\n", at, start) + 1
        return line_start if line_start > at else at
    return at


def split_headers(data: bytes, start: int, end: int, trouble: Callable[[str], None]) -> tuple[Headers, int]:
    """The headers that stand at ``start``, each within its budget, and where the body begins.

    ``trouble`` is told what was wrong.
    """
    if data.startswith((b"\n", b"\r\n"), start, end):
        return Headers(), data.index(b"\n", start) + 1
    last, body = _find_headers_end(data, start, end)
    if last - start > MAX_HEADER_BYTES:
        trouble("headers cut")
        last = start + MAX_HEADER_BYTES
    fields: list[tuple[str, bytes]] = []
    at = start
    lines = data[start:last].splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t") and fields:
            name, value = fields[-1]
            if len(value) < MAX_FIELD_BYTES:
                fields[-1] = name, (value + line.rstrip(b"\r\n"))[:MAX_FIELD_BYTES]
            else:
                trouble("a header cut")
        elif match := _FIELD_NAME.match(line):
            if len(line) > MAX_FIELD_BYTES:
                trouble("a header cut")
            if len(fields) >= MAX_HEADER_FIELDS:
                trouble("too many headers")
                break
            fields.append((match[1].decode("ascii").lower(), line[match.end() :].strip()[:MAX_FIELD_BYTES]))
        elif line.strip() and not (at == start and line.lstrip(b">").startswith(b"From ")):
            trouble("a line among the headers is none")
            if not _headers_continue(lines, number):
                return Headers(tuple(fields)), at
        at += len(line)
    return Headers(tuple(fields)), body


def _find_headers_end(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the headers end and the body begins: at the first blank line that is not the middle of a folded header."""
    at = start
    while (blank := _BLANK_LINE.search(data, at, end)) is not None:
        spaces, behind = blank[1], blank.end()
        goes_on = data[behind : behind + 1] in (b" ", b"\t") or _KNOWN_FIELD.match(data, behind, end)
        if not spaces or not goes_on:
            return blank.start() + 1, behind
        at = behind - 1
        if at - start > MAX_HEADER_BYTES:
            break
    return end, end


def _headers_continue(lines: list[bytes], number: int) -> bool:
    """Whether known headers follow close behind a line that is none."""
    return any(_KNOWN_FIELD.match(line) for line in lines[number + 1 : number + 1 + MAX_JUNK_LINES])
