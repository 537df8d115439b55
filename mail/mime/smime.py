"""The content of an opaque S/MIME signature, read from CMS SignedData (RFC 5652, section 5.1).

Nothing is verified here: a border server or the reader's own program does that. Only the content is read.
"""

from __future__ import annotations

from dataclasses import dataclass

SIGNED_DATA_OID = bytes.fromhex("2a864886f70d010702")
MAX_DEPTH = 10
SEQUENCE_TAG, OCTET_STRING_TAG, OID_TAG, CONTEXT_0_TAG = 0x30, 0x04, 0x06, 0xA0
CONSTRUCTED_OCTETS_TAG = 0x24


@dataclass(frozen=True, slots=True)
class _BerElement:
    """One BER element: its tag, and where its content begins and ends; ``end`` is -1 for an indefinite length."""

    tag: int
    start: int
    end: int


def extract_signed_content(data: bytes) -> bytes | None:
    """The signed content; None when there is none, or when it is no SignedData (encrypted, certificates only)."""
    try:
        return _find_content(data)
    except (IndexError, ValueError):
        return None


def _find_content(data: bytes) -> bytes | None:
    info = _read_element(data, 0)
    kind = _read_element(data, info.start)
    if info.tag != SEQUENCE_TAG or kind.tag != OID_TAG or data[kind.start : kind.end] != SIGNED_DATA_OID:
        return None
    signed_data = _read_element(data, _read_element(data, kind.end).start)
    version = _read_element(data, signed_data.start)
    algorithms = _read_element(data, version.end)
    capsule = _read_element(data, _find_element_end(data, algorithms, 0))
    content_type = _read_element(data, capsule.start)
    if capsule.tag != SEQUENCE_TAG or content_type.tag != OID_TAG:
        return None
    wrapped = _read_element(data, content_type.end)
    if wrapped.tag != CONTEXT_0_TAG or content_type.end == capsule.end:
        return None  # a detached signature
    pieces: list[bytes] = []
    _read_octet_string(data, wrapped.start, pieces, 0)
    return b"".join(pieces)


def _read_element(data: bytes, at: int) -> _BerElement:
    """The element at ``at``. Raises IndexError or ValueError when there is none."""
    tag, length = data[at], data[at + 1]
    at += 2
    if length == 0x80:
        return _BerElement(tag, at, -1)
    if length > 0x80:
        count = length & 0x7F
        if count > 8:
            raise ValueError("a length of more than eight bytes")
        length = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + length > len(data):
        raise ValueError("longer than all there is")
    return _BerElement(tag, at, at + length)


def _find_element_end(data: bytes, element: _BerElement, depth: int) -> int:
    """Where the next element begins."""
    if element.end >= 0:
        return element.end
    if depth > MAX_DEPTH:
        raise ValueError("nested too deep")
    at = element.start
    while data[at : at + 2] != b"\0\0":
        at = _find_element_end(data, _read_element(data, at), depth + 1)
    return at + 2


def _read_octet_string(data: bytes, at: int, pieces: list[bytes], depth: int) -> int:
    """The octet string at ``at``, which may come in pieces (BER, indefinite length), and where the next begins."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deep")
    element = _read_element(data, at)
    if element.tag == OCTET_STRING_TAG and element.end >= 0:
        pieces.append(data[element.start : element.end])
        return element.end
    if element.tag != CONSTRUCTED_OCTETS_TAG:
        raise ValueError("no octet string")
    at = element.start
    while at < (element.end if element.end >= 0 else len(data)) and data[at : at + 2] != b"\0\0":
        at = _read_octet_string(data, at, pieces, depth + 1)
    return at + 2 if element.end < 0 else element.end
