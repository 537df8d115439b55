"""What a picture is and how large, by its first bytes. Pure: nothing is decoded."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG that carry its size: all kinds of frames, but for tables and arithmetic coding (T.81, B.1)."""


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """A picture's media type, and its ``width`` and ``height`` in pixels."""

    media_type: str
    width: int
    height: int


def read_picture_header(content: bytes) -> PictureHeader | None:
    """The header of a PNG, JPEG or GIF; None for anything else, or one without a size."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and len(content) >= 24:
        found = PictureHeader("image/png", *struct.unpack(">II", content[16:24]))
    elif content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        found = PictureHeader("image/gif", *struct.unpack("<HH", content[6:10]))
    elif content.startswith(b"\xff\xd8\xff"):
        found = PictureHeader("image/jpeg", *_size_of_jpeg(content))
    else:
        return None
    return found if found.width and found.height else None


def _size_of_jpeg(content: bytes) -> tuple[int, int]:
    """Width and height, (0, 0) where no frame is found: segments are stepped over by their lengths."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        if marker == 0xFF:  # a byte of filling
            at += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:  # those have no length
            at += 2
        else:
            at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    return 0, 0
