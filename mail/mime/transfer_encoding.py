"""Transfer encodings decoded (RFC 2045, section 6), as far as the bytes allow, never with an exception."""

from __future__ import annotations

import binascii
import re

_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64_ALPHABET) - {0x3D})
_UU_CHARACTERS = bytes(range(0x20, 0x61))
_SPACES_BEFORE_END = re.compile(rb"=[ \t]{1,50}(\r?\n)")
_UU_BEGIN = re.compile(rb"(?:^|\n)begin(?:-base64)? [0-7]{3,4} ?[^\r\n]{0,255}\r?\n")
_URLSAFE_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


def parse_encoding_name(value: bytes) -> str:
    """A Content-Transfer-Encoding as its common name; "" for the many ways to say that there is none."""
    name = value.partition(b";")[0].partition(b"(")[0].strip(b" \t\"'.").lower().decode("ascii", "replace")
    name = name.removeprefix("x-").replace("_", "-").replace(" ", "-")
    if name in ("uuencode", "uue", "uu", "uuencoded"):
        return "uuencode"
    if name in ("quoted-printable", "quotedprintable", "qp", "quoted-printeable"):
        return "quoted-printable"
    return "base64" if name in ("base64", "base-64", "b64") else ""


def decode_body(body: bytes, encoding: str) -> bytes:
    """The content of a body; ``encoding`` as `parse_encoding_name` gives it."""
    if encoding == "base64":
        return decode_base64(body)
    if encoding == "quoted-printable":
        return decode_quoted_printable(body)
    if encoding == "uuencode":
        return decode_uuencode(body)
    return body


def decode_text(body: bytes, encoding: str) -> bytes:
    """The same for words: text that only claims to be base64, or stands behind it, is not thrown away."""
    if encoding != "base64":
        return decode_body(body, encoding)
    end = _find_base64_end(body)
    if end == len(body):
        return decode_base64(body)
    head, tail = body[:end].strip(), body[end:].strip(b"\r\n")
    if b" " in tail and len(tail) < len(head):
        return decode_base64(head) + b"\n\n" + tail
    content = decode_base64(body)
    return body if b" " in tail and not _is_utf8_text(content) else content


def _is_utf8_text(content: bytes) -> bool:
    """Whether bytes are words in UTF-8: what is decoded though it was never encoded is not."""
    if not content:
        return False
    try:
        return content.decode("utf-8").replace("\r", "").replace("\n", "").replace("\t", "").isprintable()
    except UnicodeDecodeError:
        return False


def _find_base64_end(body: bytes) -> int:
    """Where the lines of base64 end."""
    if not body.translate(None, b"\r\n" + _BASE64_ALPHABET + b"="):
        return len(body)
    at = 0
    while at < len(body):
        line_end = body.find(b"\n", at)
        line_end = len(body) if line_end < 0 else line_end + 1
        if body[at:line_end].strip().translate(None, _BASE64_ALPHABET + b"="):
            return at
        at = line_end
    return at


def decode_base64(data: bytes) -> bytes:
    """Base64 read as far as it goes: strange characters are skipped, a broken end is cut off, pieces are joined."""
    body = data.rstrip(b"=\r\n\t ")
    if b"=" not in body:
        return _decode_base64_piece(data, body)
    found = [_decode_base64_piece(piece, piece) for piece in data.translate(None, b"\r\n\t ").split(b"=") if piece]
    return b"".join(found)


def _decode_base64_piece(data: bytes, body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        pass
    kept = body
    if b"-" in kept or b"_" in kept:
        kept = kept.translate(_URLSAFE_TO_STANDARD)
    kept = kept.translate(None, _NOT_BASE64)
    spare = len(kept) % 4
    try:
        return binascii.a2b_base64(kept[: len(kept) - 1] if spare == 1 else kept + b"=" * (-len(kept) % 4))
    except binascii.Error:
        return b""


def decode_quoted_printable(data: bytes) -> bytes:
    """Quoted-printable; what is no escape stays as it is, spaces behind a soft line break are not seen."""
    if b"= " in data or b"=\t" in data:
        data = _SPACES_BEFORE_END.sub(rb"=\1", data)
    return binascii.a2b_qp(data)


def decode_uuencode(data: bytes) -> bytes:
    """The content of the first uuencoded file in ``data``, or ``data`` itself when there is none."""
    match = _UU_BEGIN.search(data)
    return decode_uu_lines(data, match.end())[0] if match else data


def decode_uu_lines(data: bytes, at: int) -> tuple[bytes, int]:
    """The content of uuencoded lines from ``at`` on, and where what follows them begins."""
    found: list[bytes] = []
    while at < len(data):
        line_end = data.find(b"\n", at)
        line_end = len(data) if line_end < 0 else line_end
        line = data[at:line_end].rstrip(b"\r")
        if line.rstrip() == b"end":
            return b"".join(found), min(line_end + 1, len(data))
        if (content := decode_uu_line(line)) is None:
            break
        found.append(content)
        at = line_end + 1
    return b"".join(found), min(at, len(data))


def decode_uu_line(line: bytes) -> bytes | None:
    """One line; None when it is none. Spaces lost at its end on the way are put back."""
    if not line.strip():
        return b""
    count = (line[0] - 0x20) & 0x3F
    length = (count + 2) // 3 * 4
    if not 0x20 <= line[0] <= 0x60 or len(line) > length + 3:
        return None
    if line.translate(None, _UU_CHARACTERS) or length - len(line) + 1 > 8:
        return None
    try:
        return binascii.a2b_uu(line[: length + 1].ljust(length + 1))
    except binascii.Error:
        return None
