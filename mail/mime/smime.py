"""What an opaque S/MIME signature carries: the walk through CMS SignedData (RFC 5652, section 5.1) to its content.

Nothing is verified here: a border server or the reader's own program does that. Only the words are wanted.
"""

from __future__ import annotations

from dataclasses import dataclass

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
DEPTH = 10
SEQUENCE, OCTETS, OID, CONTEXT_0 = 0x30, 0x04, 0x06, 0xA0
CONSTRUCTED_OCTETS = 0x24


@dataclass(frozen=True, slots=True)
class _Element:
    """One BER element: its tag, and where its content begins and ends; ``end`` is -1 for an indefinite length."""

    tag: int
    start: int
    end: int


def signed(data: bytes) -> bytes | None:
    """The signed content; None when there is none, or when it is no SignedData (encrypted, certificates only)."""
    try:
        return _content(data)
    except (IndexError, ValueError):
        return None


def _content(data: bytes) -> bytes | None:
    info = _element(data, 0)
    kind = _element(data, info.start)
    if info.tag != SEQUENCE or kind.tag != OID or data[kind.start : kind.end] != SIGNED_DATA:
        return None
    signed_data = _element(data, _element(data, kind.end).start)
    version = _element(data, signed_data.start)
    algorithms = _element(data, version.end)
    capsule = _element(data, _behind(data, algorithms, 0))
    content_type = _element(data, capsule.start)
    if capsule.tag != SEQUENCE or content_type.tag != OID:
        return None
    wrapped = _element(data, content_type.end)
    if wrapped.tag != CONTEXT_0 or content_type.end == capsule.end:
        return None  # a detached signature
    pieces: list[bytes] = []
    _octets(data, wrapped.start, pieces, 0)
    return b"".join(pieces)


def _element(data: bytes, at: int) -> _Element:
    """The element at ``at``. Raises IndexError or ValueError when there is none."""
    tag, length = data[at], data[at + 1]
    at += 2
    if length == 0x80:
        return _Element(tag, at, -1)
    if length > 0x80:
        count = length & 0x7F
        if count > 8:
            raise ValueError("a length of more than eight bytes")
        length = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + length > len(data):
        raise ValueError("longer than all there is")
    return _Element(tag, at, at + length)


def _behind(data: bytes, element: _Element, depth: int) -> int:
    """Where the next element begins."""
    if element.end >= 0:
        return element.end
    if depth > DEPTH:
        raise ValueError("nested too deep")
    at = element.start
    while data[at : at + 2] != b"\0\0":
        at = _behind(data, _element(data, at), depth + 1)
    return at + 2


def _octets(data: bytes, at: int, pieces: list[bytes], depth: int) -> int:
    """The octet string at ``at``, which may come in pieces (BER, indefinite length), and where the next begins."""
    if depth > DEPTH:
        raise ValueError("nested too deep")
    element = _element(data, at)
    if element.tag == OCTETS and element.end >= 0:
        pieces.append(data[element.start : element.end])
        return element.end
    if element.tag != CONSTRUCTED_OCTETS:
        raise ValueError("no octet string")
    at = element.start
    while at < (element.end if element.end >= 0 else len(data)) and data[at : at + 2] != b"\0\0":
        at = _octets(data, at, pieces, depth + 1)
    return at + 2 if element.end < 0 else element.end
