"""Bytes into characters, whatever they claim to be: nothing here raises, and nothing takes more than linear time.

Russian mail still comes with raw 8-bit headers and undeclared charsets. What is not UTF-8 and not declared is taken
for the Cyrillic alphabet it makes most sense in, or for Western text when it has few letters outside ASCII.
"""

from __future__ import annotations

import binascii
import codecs
from functools import lru_cache

REPLACEMENT = "\ufffd"
FREQUENT = frozenset("оеаинтсрвлкмдпу")
CYRILLIC = ("cp1251", "koi8_r", "iso8859_5", "cp866")
# Codecs that are not alphabets of mail, or take quadratic time.
REFUSED = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
WEAK = frozenset({"", "ascii", "iso8859-1", "cp1252"})
ALIASES = {"x-sjis": "cp932", "ks_c_5601-1987": "cp949", "x-gbk": "gb18030", "gb2312": "gb18030", "gbk": "gb18030"}


@lru_cache(maxsize=256)
def codec(charset: str) -> str:
    """Python's name of a charset, or "" when there is none, or none to be trusted with a stranger's bytes."""
    name = charset.strip().strip("\"'").lower()
    name = ALIASES.get(name, name)
    if not name.isascii() or "\0" in name or len(name) > 40:
        return ""
    for candidate in (name, name.removeprefix("x-"), name.replace("windows", "cp").replace("-", "")):
        try:
            found = codecs.lookup(candidate)
        except (LookupError, ValueError):
            continue
        if found.name in REFUSED or not getattr(found, "_is_text_encoding", True):
            return ""
        return found.name
    return ""


def clean(text: str) -> str:
    """The same text as a database can keep it: NUL and lone surrogates become U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", REPLACEMENT)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = "".join(REPLACEMENT if "\ud800" <= char <= "\udfff" else char for char in text)
    return text.removeprefix("\ufeff")


def decoded(data: bytes, charset: str = "") -> str:
    """The characters of ``data``. A declared charset is believed unless the bytes contradict it."""
    if data.isascii() and not charset:
        return clean(data.decode("ascii"))
    name = codec(charset) if charset else ""
    if name in WEAK or name == "utf-8":
        return clean(_guessed(data))
    try:
        return clean(data.decode(name))
    except (UnicodeDecodeError, ValueError):
        return clean(data.decode(name, "replace") if name else _guessed(data))


def _guessed(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end >= len(data) and error.reason == "unexpected end of data":
            return data.decode("utf-8", "replace")  # cut in the middle of a letter, by us or on the way
    sample = data[:4096]
    high = sum(byte > 0x7F for byte in sample)
    broken = sample.decode("utf-8", "replace").count(REPLACEMENT)
    if broken * 4 < high:
        return data.decode("utf-8", "replace")  # UTF-8 with a few broken letters
    letters = high + sum(65 <= byte & 0xDF <= 90 for byte in sample)
    if high * 3 < letters:
        return data.decode("cp1252", "replace")
    return data.decode(max(CYRILLIC, key=lambda name: _plausibility(sample, name)), "replace")


def _plausibility(sample: bytes, name: str) -> float:
    """How much like Russian a sample reads: frequent small letters, capitals only where words begin."""
    text = sample.decode(name, "replace")
    score = 0.0
    before = " "
    for char in text:
        if char in FREQUENT:
            score += 1
        elif "А" <= char <= "Я" or char == "Ё":
            score += -1 if "а" <= before <= "я" else 0.3
        elif char > "\x7f" and not ("а" <= char <= "я" or char in "ё«»—–№…"):
            score -= 1
        before = char
    return score


def words(value: str) -> str:
    """A header's value with its encoded words (RFC 2047) decoded; a broken one stays as it is written."""
    if "=?" not in value:
        return value
    pieces: list[str] = []
    pending: list[tuple[str, bytes]] = []  # neighbouring words, so that a letter split between two is whole again
    at = 0
    while (start := value.find("=?", at)) >= 0:
        word = _word(value, start)
        if word is None:
            _flush(pending, pieces)
            pieces.append(value[at : start + 2])
            at = start + 2
            continue
        charset, data, end = word
        if (between := value[at:start]) and not (pending and between.isspace()):
            _flush(pending, pieces)
            pieces.append(between)
        pending.append((charset, data))
        at = end
    _flush(pending, pieces)
    pieces.append(value[at:])
    return "".join(pieces)


def _flush(pending: list[tuple[str, bytes]], pieces: list[str]) -> None:
    while pending:
        charset, data = pending.pop(0)
        while pending and pending[0][0].lower() == charset.lower():
            data += pending.pop(0)[1]
        pieces.append(decoded(data, charset))


def _word(value: str, start: int) -> tuple[str, bytes, int] | None:
    """The encoded word at ``start``: charset, bytes, and where it ends; None when it is not one."""
    first = value.find("?", start + 2, start + 80)
    if first < 0 or value[first + 2 : first + 3] != "?":
        return None
    end = value.find("?=", first + 3)
    if end < 0:
        return None
    charset = value[start + 2 : first].partition("*")[0]
    body = value[first + 3 : end].encode("utf-8", "replace")
    kind = value[first + 1].lower()
    if kind == "q":
        return charset, binascii.a2b_qp(body.replace(b" ", b"_"), header=True), end + 2
    if kind == "b":
        return charset, base64(body), end + 2
    return None


def base64(data: bytes) -> bytes:
    """Base64 read as far as it goes: strange characters are skipped, a broken end is cut off."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        letters = data.translate(None, b" \t\r\n=")
        kept = bytes(byte for byte in letters if chr(byte).isalnum() or byte in b"+/")
        spare = len(kept) % 4
        kept = kept[: len(kept) - 1] if spare == 1 else kept + b"=" * (-len(kept) % 4)
        try:
            return binascii.a2b_base64(kept)
        except binascii.Error:
            return b""
