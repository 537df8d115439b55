"""The charset of undeclared bytes: UTF-8, Russian, East Asian or Western, by statistics of their bytes.

Russian mail still comes with raw 8-bit headers and bodies that declare nothing. At most 4 KB are looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail.mime import vendor_japanese

SAMPLE_BYTES = 4096
CYRILLIC_CHARSETS = ("cp1251", "koi8_r", "iso8859_5", "cp866")
_LATIN_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HIGH = bytes(range(0x80, 0x100))
# Where the first bytes of frequent letters lie, and which share of them at least: kana, hangul, frequent hanzi.
_EXTENDED_UNIX = (("euc_jp", 0xA4, 0xA5, 0.25), ("cp949", 0xB0, 0xC8, 0.9), ("gb18030", 0xB0, 0xD7, 0.6))
_OTHERS = (("cp932", 0x82, 0x83, 0.25), ("big5", 0xA4, 0xC6, 0.7), ("cp932", 0x88, 0x97, 0.5))
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

_FREQUENT = "оеаинтсрвлкмдпу"
_CAPITALS = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"


@dataclass(frozen=True, slots=True)
class _CyrillicBytes:
    """The bytes of one Russian charset that speak for or against it; ``foreign`` are all above 0x7F without a use."""

    frequent: bytes
    capitals: bytes
    foreign: bytes
    capital_inside_word: re.Pattern[bytes]


def _cyrillic_bytes(charset: str) -> _CyrillicBytes:
    def encoded(letters: str) -> bytes:
        return letters.encode(charset, "ignore")

    capitals, small = encoded(_CAPITALS + "Ё"), encoded(_CAPITALS.lower())
    used = capitals + small + encoded("ё«»—–№…")
    inside = re.compile(b"[%s][%s]" % (re.escape(small), re.escape(capitals)))
    return _CyrillicBytes(encoded(_FREQUENT), capitals, bytes(set(_HIGH) - set(used)), inside)


_CYRILLIC_BYTES = {charset: _cyrillic_bytes(charset) for charset in CYRILLIC_CHARSETS}


def decode_undeclared(data: bytes) -> str:
    """The characters of bytes that nobody declared, or declared as ASCII or UTF-8, which they may not be."""
    if data.isascii():
        return _decode_iso_2022(data) if b"\x1b" in data else data.decode("ascii")
    marked = next((charset for mark, charset in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(marked)
    except UnicodeDecodeError as error:
        cut = error.end >= len(data) and error.reason == "unexpected end of data" and error.start
        if cut or marked != "utf-8":
            return data.decode(marked, "replace")  # cut in the middle of a letter, by us or on the way
    return data.decode(detect_charset(data), "replace")


def detect_charset(data: bytes) -> str:
    """The charset that bytes which are not UTF-8 most probably are in."""
    sample = data[:SAMPLE_BYTES]
    high = _count_high(sample)
    broken = sample.decode("utf-8", "replace").count("\ufffd")
    if broken * 4 < high:
        return "utf-8"  # with a few broken letters
    return "cp1252" if high * 3 < high + _count_latin(sample) else _detect_legacy(sample, high)


def detect_mislabelled_russian(data: bytes) -> str:
    """The Russian charset of bytes that are declared as Western and plainly are not; else ""."""
    sample = data[:SAMPLE_BYTES]
    high = _count_high(sample)
    if high < 6 or high * 10 < 7 * (high + _count_latin(sample)):
        return ""
    found, score = _find_most_russian(sample)
    return found if score > 0.6 * high else ""


def _decode_iso_2022(data: bytes) -> str:
    """ASCII with escapes that turn it into Japanese or Korean (ISO 2022), if it can be read so."""
    for charset in ("iso2022_jp", "iso2022_jp_ext", "iso2022_kr"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    japanese = any(escape in data for escape in (b"\x1b$B", b"\x1b$@"))
    return vendor_japanese.decode_iso_2022(data) if japanese else data.decode("ascii")


def _count(sample: bytes, wanted: bytes) -> int:
    """How many bytes of a sample are among the wanted ones."""
    return len(sample) - len(sample.translate(None, wanted))


def _count_high(sample: bytes) -> int:
    return _count(sample, _HIGH)


def _count_latin(sample: bytes) -> int:
    return _count(sample, _LATIN_LETTERS)


def _detect_legacy(sample: bytes, high: int) -> str:
    russian, score = _find_most_russian(sample)
    if score > 0.35 * high:
        return russian
    return _detect_east_asian(sample) or (russian if score > 0.1 * high else "cp1252")


def _find_most_russian(sample: bytes) -> tuple[str, float]:
    """The most plausible of the Russian charsets, and its score."""
    scores = {charset: _score_russian(sample, signs) for charset, signs in _CYRILLIC_BYTES.items()}
    best = max(_CYRILLIC_BYTES, key=scores.__getitem__)
    return best, scores[best]


def _score_russian(sample: bytes, signs: _CyrillicBytes) -> float:
    """How much like Russian a sample reads: frequent small letters count, and capitals where words begin."""
    capitals = _count(sample, signs.capitals)
    inside = len(signs.capital_inside_word.findall(sample))
    return _count(sample, signs.frequent) + 0.3 * (capitals - inside) - inside - _count(sample, signs.foreign)


def _detect_east_asian(sample: bytes) -> str:
    """The charset of two bytes a letter that fits, by where its first and second bytes lie; "" when none does."""
    pairs = _split_pairs(sample)
    if not pairs:
        return ""
    firsts = [first for first, _ in pairs]
    extended_unix = all(first >= 0xA1 and second >= 0xA1 for first, second in pairs)
    for charset, low, high, share in _EXTENDED_UNIX if extended_unix else _OTHERS:
        if sum(low <= first <= high for first in firsts) > share * len(firsts):
            return charset
    return ""


def _split_pairs(sample: bytes) -> list[tuple[int, int]]:
    """First and second bytes of what may be letters of two bytes; empty when there is something else."""
    found = []
    at = 0
    while at < len(sample):
        first = sample[at]
        if first < 0x80:
            at += 1
            continue
        if at + 1 == len(sample):
            break  # the sample may end in the middle of one
        second = sample[at + 1]
        if second < 0x40 or second in (0x7F, 0xFF) or first in (0x80, 0xFF):
            return []
        found.append((first, second))
        at += 2
    return found
