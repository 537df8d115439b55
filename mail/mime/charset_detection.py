"""What charset undeclared bytes are in: UTF-8, Russian, East Asian or Western, by what they would read like.

Russian mail still comes with raw 8-bit headers and bodies that declare nothing. A guess looks at 4 KB at most.
"""

from __future__ import annotations

SAMPLE = 4096
FREQUENT = frozenset("оеаинтсрвлкмдпу")
CYRILLIC = ("cp1251", "koi8_r", "iso8859_5", "cp866")
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HIGH = bytes(range(0x80, 0x100))
# Where the first bytes of frequent letters lie, and which share of them at least: kana, hangul, frequent hanzi.
_EXTENDED_UNIX = (("euc_jp", 0xA4, 0xA5, 0.25), ("cp949", 0xB0, 0xC8, 0.9), ("gb18030", 0xB0, 0xD7, 0.6))
_OTHERS = (("cp932", 0x82, 0x83, 0.25), ("big5", 0xA4, 0xC6, 0.7), ("cp932", 0x88, 0x97, 0.5))
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode_undeclared(data: bytes) -> str:
    """The characters of bytes that nobody declared, or declared as ASCII or UTF-8, which they may not be."""
    if data.isascii():
        return _escaped(data) if b"\x1b" in data else data.decode("ascii")
    marked = next((charset for mark, charset in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(marked)
    except UnicodeDecodeError as error:
        cut = error.end >= len(data) and error.reason == "unexpected end of data" and error.start
        if cut or marked != "utf-8":
            return data.decode(marked, "replace")  # cut in the middle of a letter, by us or on the way
    return data.decode(detect_charset(data), "replace")


def detect_charset(data: bytes) -> str:
    """The charset that bytes which are not UTF-8 most probably are in."""
    sample = data[:SAMPLE]
    high = _high(sample)
    broken = sample.decode("utf-8", "replace").count("\ufffd")
    if broken * 4 < high:
        return "utf-8"  # with a few broken letters
    return "cp1252" if high * 3 < high + _latin(sample) else _alphabet(sample, high)


def detect_mislabelled_russian(data: bytes) -> str:
    """The Russian charset of bytes that are declared as Western and plainly are not; else ""."""
    sample = data[:SAMPLE]
    high = _high(sample)
    if high < 6 or high * 10 < 7 * (high + _latin(sample)):
        return ""
    found, score = _most_russian(sample)
    return found if score > 0.6 * high else ""


def _escaped(data: bytes) -> str:
    """ASCII with escapes that turn it into Japanese or Korean (ISO 2022), if it can be read so."""
    for charset in ("iso2022_jp", "iso2022_jp_ext", "iso2022_kr"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    return data.decode("ascii")


def _high(sample: bytes) -> int:
    return len(sample) - len(sample.translate(None, _HIGH))


def _latin(sample: bytes) -> int:
    return len(sample) - len(sample.translate(None, _LETTERS))


def _alphabet(sample: bytes, high: int) -> str:
    russian, score = _most_russian(sample)
    if score > 0.35 * high:
        return russian
    return _east_asian(sample) or (russian if score > 0.1 * high else "cp1252")


def _most_russian(sample: bytes) -> tuple[str, float]:
    scores = {one: _plausibility(sample, one) for one in CYRILLIC}
    best = max(CYRILLIC, key=scores.__getitem__)
    return best, scores[best]


def _plausibility(sample: bytes, charset: str) -> float:
    """How much like Russian a sample reads: frequent small letters, capitals only where words begin."""
    text = sample.decode(charset, "replace")
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


def _east_asian(sample: bytes) -> str:
    """The charset of two bytes a letter that fits, by where its first and second bytes lie; "" when none does."""
    pairs = _pairs(sample)
    if not pairs:
        return ""
    firsts = [first for first, _ in pairs]
    extended_unix = all(first >= 0xA1 and second >= 0xA1 for first, second in pairs)
    for charset, low, high, share in _EXTENDED_UNIX if extended_unix else _OTHERS:
        if sum(low <= first <= high for first in firsts) > share * len(firsts):
            return charset
    return ""


def _pairs(sample: bytes) -> list[tuple[int, int]]:
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
