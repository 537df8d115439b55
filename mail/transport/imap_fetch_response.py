"""A server's response to one FETCH, parsed as its bytes come in, in one pass and within limits. Pure.

Only what a FETCH needs is understood (RFC 3501, section 7.4.2): numbers and words outside literals, one literal a mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_LINE_BYTES = 65536
"""Bytes that one line outside literals may have: the longest a sane server sends is a fraction of that."""

_FETCH = re.compile(rb"\* \d{1,10} FETCH \(")
_LITERAL = re.compile(rb"\{(\d{1,10})\}$")


class ResponseTooLarge(ValueError):
    """The server sends, or declares, more than anybody asked for."""


@dataclass(frozen=True, slots=True)
class FetchLine:
    """One ``* n FETCH (...)``: the words outside literals, and the first literal."""

    text: bytes
    literal: bytes | None


@dataclass(slots=True)
class FetchResponse:
    """Everything from the command to its tagged line. ``other_lines`` are untagged lines of other kinds.

    A single literal may have ``max_literal_bytes``, all of them together ``bytes_left``.
    """

    tag: bytes
    max_literal_bytes: int
    bytes_left: int
    items: list[FetchLine] = field(default_factory=list)
    other_lines: list[bytes] = field(default_factory=list)
    status: bytes = b""
    rest: bytes = b""
    _line_parts: list[bytes] = field(default_factory=list)
    _literals: list[bytes] = field(default_factory=list)
    _tail: bytes = b""
    _open_literal: bytearray = field(default_factory=bytearray)
    _bytes_missing: int = 0

    def feed(self, data: bytes) -> bool:
        """Takes what came; True once the tagged line is there, with what followed it in ``rest``.

        Raises `ResponseTooLarge`; nothing of the connection is to be believed then.
        """
        if self._bytes_missing:
            data = self._fill_literal(data)
            if self._bytes_missing:
                return False
        data, at = self._tail + data, 0
        while (end := data.find(b"\r\n", at)) >= 0:
            size = self._read_literal_size(data, at, end)
            if size is None:
                line, at = data[at:end], end + 2
                if self._end_line(line):
                    self._tail, self.rest = b"", data[at:]
                    return True
                continue
            self._line_parts.append(data[at:end])
            at = end + 2 + size
            if at > len(data):
                self._open_literal, self._bytes_missing = bytearray(data[end + 2 :]), at - len(data)
                self._tail = b""
                return False
            self._literals.append(data[end + 2 : at])
        self._tail = data[at:]
        if len(self._tail) > MAX_LINE_BYTES:
            raise ResponseTooLarge("the server sends a line without an end")
        return False

    def _fill_literal(self, data: bytes) -> bytes:
        """Adds to the literal that is still open; returns what is left of the data."""
        self._open_literal += data[: self._bytes_missing]
        rest = data[self._bytes_missing :]
        self._bytes_missing -= len(data) - len(rest)
        if not self._bytes_missing:
            self._literals.append(bytes(self._open_literal))
            self._open_literal = bytearray()
        return rest

    def _read_literal_size(self, data: bytes, at: int, end: int) -> int | None:
        """The size of the literal that this line announces, if it does."""
        if data[end - 1 : end] != b"}" or not (self._line_parts or _FETCH.match(data, at)):
            return None
        found = _LITERAL.search(data, max(at, end - 12), end)
        if found is None:
            return None
        size = int(found[1])
        self.bytes_left -= size
        if size > self.max_literal_bytes or self.bytes_left < 0:
            raise ResponseTooLarge(f"the server declares a literal of {size} bytes")
        return size

    def _end_line(self, line: bytes) -> bool:
        """One whole answer is there. True when it is the tagged one."""
        if self._line_parts:
            self.items.append(FetchLine(b" ".join([*self._line_parts, line]), self._literals[0]))
            self._line_parts, self._literals = [], []
        elif _FETCH.match(line):
            self.items.append(FetchLine(line, None))
        elif line.startswith(b"* "):
            self.other_lines.append(line)
        elif line.startswith(self.tag + b" "):
            self.status = line[len(self.tag) + 1 :]
            return True
        return False
