"""The bytes of a table as rows of cells, whatever program saved it. Pure.

UTF-8 with or without a mark, UTF-16 with one (Excel's "Unicode text"), Windows-1251, KOI8-R and DOS's 866 are told by
the bytes, line by line where a file is mixed. The delimiter is a semicolon, a comma, a tab or a bar, told by Excel's
``sep=;`` or by the header. A record whose quotes cannot be read is left out, and the next line begins another one.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from desk.language.translatable import sentence

DELIMITERS = ";,\t|"
MAX_UNREADABLE = 1000
"""Records with broken quotes, above which a table is none."""
_CHARSETS = ("cp1251", "koi8_r", "cp866")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FREQUENT = frozenset("оеаинтсрвлкмдпуя")
_SAMPLE = 64 * 1024

Row = Sequence[str]
ReportLine = Callable[[int, str], None]
"""Takes a line counted from 1, and what is wrong with it."""


class NotText(ValueError):
    """The bytes are no table that was saved as text; the argument says what to do."""


def rows_of(source: bytes, report: ReportLine) -> Iterator[tuple[int, Row]]:
    """The rows with the lines they begin in, counted from 1. Raises `NotText`."""
    lines = text_of(source).splitlines(keepends=True)
    first = lines[0].strip().strip('"').lower() if lines else ""
    start, delimiter = 0, ""
    if first.startswith("sep=") and len(first) == 5:
        start, delimiter = 1, first[4]
    header = lines[start] if len(lines) > start else ""
    yield from _records(lines, start, delimiter or max(DELIMITERS, key=header.count), report)


def _records(lines: Sequence[str], start: int, delimiter: str, report: ReportLine) -> Iterator[tuple[int, Row]]:
    unreadable = 0
    while start < len(lines):
        cursor = _Cursor(lines, start)
        try:
            for row in csv.reader(cursor, delimiter=delimiter, strict=True):
                yield start + 1, row
                start = cursor.at
        except csv.Error as error:
            report(start + 1, sentence("its quotes cannot be read: {why}", why=error))
            start, unreadable = start + 1, unreadable + 1
        if unreadable > MAX_UNREADABLE:
            raise NotText(sentence("has too many lines whose quotes cannot be read: save the table as CSV anew"))


class _Cursor:
    """The lines from one on, and how far they were read."""

    def __init__(self, lines: Sequence[str], at: int) -> None:
        self._lines, self.at = lines, at

    def __iter__(self) -> _Cursor:
        return self

    def __next__(self) -> str:
        if self.at >= len(self._lines):
            raise StopIteration
        self.at += 1
        return self._lines[self.at - 1]


def text_of(source: bytes) -> str:
    """The characters of a table. Raises `NotText`."""
    if source.startswith(b"PK\x03\x04"):
        raise NotText(sentence("is a workbook (XLSX), no text: save the table as CSV UTF-8"))
    for mark, charset in _MARKS:
        if source.startswith(mark):
            return _stripped(source.decode(charset, "replace"))
    if b"\0" in source:
        raise NotText(sentence("is no text: save the table as CSV"))
    try:
        return _stripped(source.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    lines = [_utf8(line) for line in source.splitlines(keepends=True)]
    foreign = b"".join(line for line in lines if isinstance(line, bytes))
    charset = cyrillic_charset(foreign[:_SAMPLE])
    return "".join(line if isinstance(line, str) else line.decode(charset, "replace") for line in lines)


def _utf8(line: bytes) -> str | bytes:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line


def _stripped(text: str) -> str:
    if "\0" in text:
        raise NotText(sentence("is no text: save the table as CSV"))
    return text


def cyrillic_charset(data: bytes) -> str:
    """The charset in which most of these bytes are Russian letters as people write them."""
    return max(_CHARSETS, key=lambda charset: _russian(data.decode(charset, "replace")))


def _russian(text: str) -> int:
    """How Russian a text looks: frequent small letters speak for it, capitals within words and odd signs against."""
    score = 0
    before = " "
    for char, number in Counter(zip(f" {text}", text, strict=False)).items():
        before, now = char
        if now in _FREQUENT:
            score += number
        elif now.isupper() and before.islower():
            score -= 3 * number
        elif ord(now) > 0x7F and not now.isalpha() and now not in "«»—–№…\u00a0":
            score -= 2 * number
    return score
