"""Outlook's winmail.dat: the attachments and the text in Microsoft's TNEF (MS-OXTNEF).

Every length in it is checked against the data before it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from mail.content import html_to_text, rtf
from mail.mime import charsets
from mail.mime.parser import MimePart

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_FILES = 200
MAX_PROPERTIES = 5000
(
    BODY_ATTRIBUTE,
    RENDER_DATA_ATTRIBUTE,
    TITLE_ATTRIBUTE,
    DATA_ATTRIBUTE,
    PROPERTIES_ATTRIBUTE,
    ATTACHMENT_ATTRIBUTE,
    CODEPAGE_ATTRIBUTE,
) = 0x800C, 0x9002, 0x8010, 0x800F, 0x9003, 0x9005, 0x9007
_FIXED_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE_TYPES = frozenset({0x1E, 0x1F, 0x0D, 0x102})
_PLAIN_BODY, _HTML_BODY, _RTF_BODY = 0x1000, 0x1013, 0x1009
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _CONTENT = 0x3707, 0x3704, 0x3001, 0x3701


@dataclass(slots=True)
class _TnefFile:
    title: str = ""
    long_title: str = ""
    content: bytes = b""


@dataclass(slots=True)
class TnefContent:
    """What was in it: the words, and files as pairs of name and content."""

    text: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)


def is_tnef(one: MimePart) -> bool:
    """Whether a part is one, by its kind or by the name Outlook gives it."""
    kinds = ("application/ms-tnef", "application/vnd.ms-tnef")
    return one.media_type in kinds or (
        one.media_type == "application/octet-stream" and one.filename.lower() == "winmail.dat"
    )


@lru_cache(maxsize=2)
def parse_tnef(data: bytes) -> TnefContent:
    """The words and files, as far as they can be read."""
    found = TnefContent()
    files: list[_TnefFile] = []
    charset = "cp1252"
    for kind, content in _read_attributes(data):
        if kind == CODEPAGE_ATTRIBUTE and len(content) >= 4:
            charset = f"cp{int.from_bytes(content[:4], 'little')}"
        elif kind == BODY_ATTRIBUTE:
            found.text = charsets.decode(content.rstrip(b"\0"), charset)
        elif kind == PROPERTIES_ATTRIBUTE:
            found.text = found.text or _read_text(dict(_read_properties(content)), charset)
        elif kind == RENDER_DATA_ATTRIBUTE and len(files) < MAX_FILES:
            files.append(_TnefFile())
        elif files:
            _read_file_attribute(files[-1], kind, content, charset)
    names = [one.long_title or one.title or f"file-{number}.bin" for number, one in enumerate(files, 1)]
    found.files = [(charsets.clean(name), one.content) for name, one in zip(names, files, strict=True)]
    found.text = charsets.clean(found.text.replace("\r\n", "\n").strip())
    return found


def _read_attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kinds and contents: level, id, length, that many bytes, checksum."""
    at = 6 if data.startswith(SIGNATURE) else len(data)
    while at + 9 <= len(data):
        kind = int.from_bytes(data[at + 1 : at + 3], "little")
        length = int.from_bytes(data[at + 5 : at + 9], "little")
        if at + 9 + length > len(data):
            yield kind, data[at + 9 :]  # cut off on the way
            return
        yield kind, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _read_file_attribute(file: _TnefFile, kind: int, content: bytes, charset: str) -> None:
    if kind == TITLE_ATTRIBUTE:
        file.title = charsets.decode(content.rstrip(b"\0"), charset)
    elif kind == DATA_ATTRIBUTE:
        file.content = content
    elif kind == ATTACHMENT_ATTRIBUTE:
        known = dict(_read_properties(content))
        named = [_decode_string(known[one], charset) for one in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME) if one in known]
        file.long_title = next(filter(None, named), "")
        if not file.content and _CONTENT in known:
            file.content = known[_CONTENT][1][16 if known[_CONTENT][0] == 0x0D else 0 :]


def _read_text(known: dict[int, tuple[int, bytes]], charset: str) -> str:
    if _PLAIN_BODY in known:
        return _decode_string(known[_PLAIN_BODY], charset)
    if _HTML_BODY in known:
        return html_to_text.html_to_text(_decode_string(known[_HTML_BODY], charset))
    return rtf.convert_rtf(rtf.decompress_rtf(known[_RTF_BODY][1])) if _RTF_BODY in known else ""


def _decode_string(value: tuple[int, bytes], charset: str) -> str:
    kind, content = value
    if kind == 0x1F:
        return content.decode("utf-16-le", "replace").rstrip("\0")
    return charsets.decode(content.rstrip(b"\0"), charset)


def _read_properties(data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """MAPI properties: id, and type with content (the first, where one has several)."""
    count, at = int.from_bytes(data[:4], "little"), 4
    for _ in range(min(count, MAX_PROPERTIES)):
        if at + 4 > len(data):
            return
        kind, name = int.from_bytes(data[at : at + 2], "little"), int.from_bytes(data[at + 2 : at + 4], "little")
        at += 4
        if name >= 0x8000:
            at = _skip_property_name(data, at)
        values, at = _read_values(data, at, kind)
        if at > len(data) or not values:
            return
        yield name, (kind & 0xFFF, values[0])


def _skip_property_name(data: bytes, at: int) -> int:
    """A named property has a GUID, and a number or a string for a name."""
    if data[at + 16 : at + 20] == b"\0\0\0\0":
        return at + 24
    return at + 24 + _pad_to_four(int.from_bytes(data[at + 20 : at + 24], "little"))


def _read_values(data: bytes, at: int, kind: int) -> tuple[list[bytes], int]:
    several, base = kind & 0x1000, kind & 0xFFF
    count = 1
    if several or base in _VARIABLE_TYPES:
        count = int.from_bytes(data[at : at + 4], "little")
        at += 4
    found: list[bytes] = []
    for _ in range(min(count, MAX_PROPERTIES)):
        if base in _VARIABLE_TYPES:
            length = int.from_bytes(data[at : at + 4], "little")
            at += 4
        elif base in _FIXED_SIZES:
            length = _FIXED_SIZES[base]
        else:
            return [], at
        found.append(data[at : at + length])
        at += _pad_to_four(length)
        if at > len(data) + 3:
            break
    return found or [b""], at


def _pad_to_four(length: int) -> int:
    return (length + 3) & ~3
