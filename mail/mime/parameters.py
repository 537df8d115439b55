"""Parameters of Content-Type and Content-Disposition (RFC 2045, RFC 2183, RFC 2231), also as they are miswritten.

Met in real mail: names of files with spaces and no quotes, quotes inside quotes, encoded words where only RFC 2231
is allowed, pieces out of order, a missing semicolon, comments, raw bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from mail.mime import charsets
from mail.mime.headers import decode_header_exactly

MAX_PARAMETERS = 100
"""Parameters looked at; a name of a file may come in many pieces."""
SPACES_ALLOWED = frozenset({"name", "filename", "boundary"})
"""Parameters that are met with spaces in them and no quotes around."""


@lru_cache(maxsize=512)  # most messages say the same of their parts
def parse_parameters(value: bytes, charset: str = "") -> tuple[str, dict[str, str]]:
    """``type/subtype`` or a disposition, lower case, and its parameters, names lower case.

    ``charset`` is the message's own, for raw bytes in them. What is returned is shared, and not to be changed.
    """
    if b";" not in value and b"=" not in value:
        return _parse_head(value)[0], {}
    pieces = list(_split_at_semicolons(value))
    head, lost = _parse_head(pieces[0])
    plain: dict[str, str] = {}
    continued: dict[str, dict[int, tuple[bool, bytes]]] = {}
    for piece in [*lost, *pieces[1:MAX_PARAMETERS]]:
        name, equals, content = piece.partition(b"=")
        key = name.strip().lower().decode("ascii", "replace")
        if not equals or not key:
            continue
        stem, star, rest = key.partition("*")
        content = _remove_quotes(content.strip(), stem in SPACES_ALLOWED)
        if not star:
            plain.setdefault(key, _to_one_line(decode_header_exactly(content, charset)))
            continue
        index = rest.rstrip("*")
        number = int(index) if index.isascii() and index.isdigit() and len(index) < 4 else 0
        continued.setdefault(stem.strip(), {}).setdefault(number, (key.endswith("*"), content))
    for stem, numbered in continued.items():
        plain[stem] = _decode_rfc2231([numbered[number] for number in sorted(numbered)], charset) or plain.get(stem, "")
    return head, plain


def _parse_head(piece: bytes) -> tuple[str, list[bytes]]:
    """The first piece without quotes and comments, and a parameter in it that no semicolon parts from it."""
    words = piece.partition(b"(")[0].split()
    lost = [word for word in words[1:] if b"=" in word]
    head = b"".join(word for word in words if word not in lost).strip(b"\"'")
    if b"=" in head:
        return "", [head]
    return head.decode("ascii", "replace").lower(), lost


def _to_one_line(content: str) -> str:
    return content.replace("\r", "").replace("\n", "").replace("\t", " ").strip()


def _decode_rfc2231(pieces: list[tuple[bool, bytes]], fallback: str) -> str:
    """RFC 2231: pieces, some of them percent-encoded, the first one with a charset and a language before it."""
    charset, joined = "", b""
    if pieces[0][0] and pieces[0][1].count(b"'") >= 2:
        first, _, content = pieces[0][1].split(b"'", 2)
        charset = first.decode("ascii", "replace")
        pieces = [(True, content), *pieces[1:]]
    for percent, content in pieces:
        joined += _decode_percents(content) if percent else content
    if not any(percent for percent, _ in pieces):
        return _to_one_line(decode_header_exactly(joined, fallback))
    return _to_one_line(charsets.clean(charsets.decode(joined, charset or fallback)))


def _decode_percents(content: bytes) -> bytes:
    head, *rest = content.split(b"%")
    pieces = [head]
    for piece in rest:
        try:
            pieces.append(bytes([int(piece[:2], 16)]) + piece[2:])
        except ValueError:
            pieces.append(b"%" + piece)
    return b"".join(pieces)


def _remove_quotes(content: bytes, spaces: bool) -> bytes:
    """A value without its quotes. Quotes inside that nobody escaped belong to it, a comment behind it does not.

    Without quotes it ends at a space, unless it may have ``spaces`` all the same.
    """
    if content[:1] == b"'" and content[-1:] == b"'" and len(content) > 1:
        return content[1:-1]
    if content[:1] != b'"':
        return content if spaces or b" " not in content else content.split()[0]
    last = content.rfind(b'"')
    if not last:
        inner = content[1:]
    elif content[last + 1 :].strip():
        inner = content[1 : content.find(b'"', 1)]
    else:
        inner = content[1:last]
    return _remove_escapes(inner) if b"\\" in inner else inner


def _remove_escapes(inner: bytes) -> bytes:
    """Only quotes and backslashes are taken for escaped: ``C:\\new`` is meant as it stands."""
    out = bytearray()
    at = 0
    while at < len(inner):
        if inner[at] == 0x5C and at + 1 < len(inner) and inner[at + 1] in b'"\\':
            at += 1
        out.append(inner[at])
        at += 1
    return bytes(out)


def _split_at_semicolons(value: bytes) -> Iterator[bytes]:
    """What semicolons separate, outside quotes."""
    if b'"' not in value:
        yield from value.split(b";")
        return
    start = at = 0
    quoted = False
    while at < len(value):
        byte = value[at]
        if byte == 0x5C and quoted:
            at += 1
        elif byte == 0x22:
            quoted = not quoted
        elif byte == 0x3B and not quoted:
            yield value[start:at]
            start = at + 1
        at += 1
    yield value[start:]
