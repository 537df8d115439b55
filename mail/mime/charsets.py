"""Bytes decoded into characters, whatever charset they claim: nothing raises, and time is linear.

A declared charset is believed unless the bytes contradict it: text is seldom valid UTF-8 by accident, and programs that
do not know the charset declare "us-ascii" or "iso-8859-1". Undeclared bytes are left to `mail.mime.charset_detection`.
"""

from __future__ import annotations

import codecs
from functools import lru_cache

from desk.language.unsafe_characters import storable
from mail.mime import charset_detection, vendor_japanese

# Codecs that are not alphabets of mail, or take quadratic time.
REFUSED_CODECS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
ASCII_CODECS = frozenset({"", "ascii"})
WESTERN_CODECS = frozenset({"iso8859-1", "cp1252", "iso8859-15"})
WIDE_CODECS = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_PRINTABLE_ASCII = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F)])
# Charsets of several bytes a letter, each with those that contain it.
SUPERSETS = {
    "iso2022_jp": ("iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_3"),
    "big5": ("cp950", "big5hkscs"),
    "euc_jp": ("euc_jis_2004",),
    "cp932": ("shift_jis_2004",),
}
CHARSET_ALIASES = {
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932",
    "windows-31j": "cp932", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "euc-kr": "cp949", "korean": "cp949",
    "x-windows-949": "cp949", "x-gbk": "gb18030", "gb2312": "gb18030", "gbk": "gb18030", "euc-cn": "gb18030",
    "gb_2312-80": "gb18030", "hz-gb-2312": "hz", "_iso-2022-jp$esc": "iso2022_jp", "iso-8859-8-i": "iso8859-8",
    "iso-8859-6-i": "iso8859-6", "x-mac-ce": "mac_latin2", "windows-874": "cp874", "iso-10646-ucs-2": "utf-16-be",
    "ucs-2": "utf-16-be", "unicode": "utf-16", "utf-8-mac": "utf-8", "utf8mb4": "utf-8", "iso-8859-11": "cp874",
}  # fmt: skip


@lru_cache(maxsize=512)
def find_codec(charset: str) -> str:
    """Python's name of a charset, or "" when there is none, or none to be trusted with a stranger's bytes."""
    name = charset.strip().strip("\"';").strip().lower()
    name = CHARSET_ALIASES.get(name, name)
    if not name.isascii() or "\0" in name or len(name) > 40:
        return ""
    digits = "".join(char for char in name if char.isdigit())
    for candidate in (name, name.removeprefix("x-"), f"cp{digits}" if name.startswith(("win", "cp", "ms")) else name):
        try:
            found = codecs.lookup(candidate)
        except (LookupError, ValueError):
            continue
        if found.name in REFUSED_CODECS or not getattr(found, "_is_text_encoding", True):
            return ""
        return found.name
    return ""


def clean(text: str) -> str:
    """The same text as a database can keep it, without a byte order mark."""
    return storable(text).removeprefix("\ufeff")


def decode(data: bytes, charset: str = "") -> str:
    """The characters of ``data``."""
    name = find_codec(charset) if charset else ""
    if data.isascii() and (name in ASCII_CODECS or name in WESTERN_CODECS or name == "utf-8") and b"\x1b" not in data:
        return clean(data.decode("ascii"))
    if name in WIDE_CODECS:
        return clean(_decode_wide(data, name))
    if name in ASCII_CODECS or name == "utf-8":
        return clean(charset_detection.decode_undeclared(data))
    return clean(_decode_contradicting(data, name) or _decode_declared(data, name))


def choose_header_charset(raw: bytes, declared: str) -> str:
    """The charset of what is written raw in a letter's headers, told by all of it and some of the text together.

    ``declared`` is what the letter says of its text, which is believed unless it is what programs say that know none.
    """
    name = find_codec(declared) if declared else ""
    if name in WESTERN_CODECS:
        return charset_detection.detect_mislabelled_russian(raw) or declared
    return declared if name not in ASCII_CODECS else charset_detection.detect_charset(raw)


def _decode_contradicting(data: bytes, name: str) -> str:
    """UTF-8 under another name, or Russian under a Western one; "" when the declared charset is to be believed."""
    if data.isascii():
        return ""
    if name in WESTERN_CODECS or not _is_multibyte(name):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return text if name in WESTERN_CODECS or len(data) - len(text) >= 3 else ""
    russian = charset_detection.detect_mislabelled_russian(data) if name in WESTERN_CODECS else ""
    return data.decode(russian, "replace") if russian else ""


def _decode_declared(data: bytes, name: str) -> str:
    name = "cp1252" if name == "iso8859-1" else name
    for one in (name, *SUPERSETS.get(name, ())):
        try:
            return data.decode(one)
        except (UnicodeDecodeError, ValueError):
            continue
    if name == "iso2022_jp":
        return vendor_japanese.decode_iso_2022(data)
    if _is_multibyte(name):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return data.decode(name, "replace")


@lru_cache(maxsize=64)
def _is_multibyte(name: str) -> bool:
    return name.startswith(("cp932", "cp949", "cp950", "gb", "big5", "euc", "iso2022", "hz", "utf", "shift", "johab"))


def _decode_wide(data: bytes, name: str) -> str:
    """UTF-16 and UTF-32; without a mark of its byte order it is told by where the zeros are. RFC 2781, section 4.3."""
    if data.isascii() and not data[:2000].translate(None, _PRINTABLE_ASCII):
        return data.decode("ascii")  # it only says so
    if name == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        even, odd = data[0:2000:2].count(0), data[1:2000:2].count(0)
        name = "utf-16-le" if odd > even else "utf-16-be"
    return data.decode(name, "replace")
