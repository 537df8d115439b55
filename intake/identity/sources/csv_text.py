"""The bytes of a table as rows of cells, whatever program saved it, a line at a time. Pure.

UTF-8 and UTF-16, each with a mark or without (Excel's "Unicode text" has one), Windows-1251, KOI8-R and DOS's 866 are
told by the bytes, line by line where a file is mixed. The delimiter is a semicolon, a comma, a tab or a bar, told by
Excel's ``sep=;`` or by the header, which may stand below a title. A record whose quotes cannot be read is left out, and
the next line begins another one. No more of a file is in memory than its first lines and one record.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from desk.language.translatable import sentence

DELIMITERS = ";,\t|"
MAX_UNREADABLE = 1000
"""Records with broken quotes, above which a table is none."""
_CHARSETS = ("cp1251", "koi8_r", "cp866")
_FREQUENT = frozenset("оеаинтсрвлкмдпуя")
_SAMPLE = 64 * 1024
TITLE_LINES = 30
"""A header is looked for in so many lines."""

Row = Sequence[str]
ReportLine = Callable[[int, str], None]
"""Takes a line counted from 1, and what is wrong with it."""


class NotText(ValueError):
    """The bytes are no table that was saved as text; the argument says what to do."""


def rows_of(
    source: BinaryIO,
    report: ReportLine,
    is_header: Callable[[Row], bool] = any,
    charset: str = "",
    delimiter: str = "",
) -> Iterator[tuple[int, Row]]:
    """The rows from the header on, with the lines they begin in, counted from 1. Raises `NotText`.

    The header is the first row that ``is_header`` takes for one, or else the first of all. ``source`` can be sought in;
    ``charset`` and ``delimiter`` are what the operator knows of it.
    """
    lines = lines_of(source, charset)
    first = list(islice(lines, TITLE_LINES))
    mark = first[0].strip().strip('"').lower() if first else ""
    start = 0
    if mark.startswith("sep=") and len(mark) == 5:
        start, delimiter = 1, delimiter or mark[4]
    skipped, delimiter = _header_of(first[start:], delimiter, is_header)
    start += skipped
    yield from _records(_Cursor(first[start:], lines), start, delimiter, report)


def _header_of(lines: Sequence[str], delimiter: str, is_header: Callable[[Row], bool]) -> tuple[int, str]:
    """How many lines stand above the header, and its delimiter."""
    for at, line in enumerate(lines):
        # The delimiter that stands there most often comes first: others may stand within names of columns.
        for sign in [delimiter] if delimiter else sorted(DELIMITERS, key=line.count, reverse=True):
            with suppress(csv.Error):
                if is_header(next(csv.reader([line], delimiter=sign), [])):
                    return at, sign
    header = lines[0] if lines else ""
    return 0, delimiter or max(DELIMITERS, key=header.count)


def _records(cursor: _Cursor, start: int, delimiter: str, report: ReportLine) -> Iterator[tuple[int, Row]]:
    unreadable = 0
    while not cursor.is_at_end():
        try:
            for row in csv.reader(cursor, delimiter=delimiter, strict=True):
                yield start + 1, row
                start += cursor.take()
        except csv.Error as error:
            report(start + 1, sentence("its quotes cannot be read: {why}", why=error))
            start, unreadable = start + 1, unreadable + 1
            cursor.go_back_but_one()
        if unreadable > MAX_UNREADABLE:
            raise NotText(sentence("has too many lines whose quotes cannot be read: save the table as CSV anew"))


class _Cursor:
    """The lines that are left, and those of the record in hand: `csv` ends a record that is too long for a field."""

    def __init__(self, first: Iterable[str], lines: Iterator[str]) -> None:
        self._again, self._lines = deque(first), lines
        self._in_hand: list[str] = []

    def __iter__(self) -> _Cursor:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        if "\0" in line:
            raise NotText(sentence("is no text: save the table as CSV"))
        self._in_hand.append(line)
        return line

    def is_at_end(self) -> bool:
        """Whether no line is left."""
        if not self._again:
            self._again.extend(islice(self._lines, 1))
        return not self._again

    def take(self) -> int:
        """The record in hand is read; of how many lines."""
        number = len(self._in_hand)
        self._in_hand.clear()
        return number

    def go_back_but_one(self) -> None:
        """The record in hand cannot be read: what follows its first line is read anew."""
        self._again.extendleft(reversed(self._in_hand[1:]))
        self._in_hand.clear()


def lines_of(source: BinaryIO, charset: str = "") -> Iterator[str]:
    """The lines of a text with their ends. Raises `NotText`."""
    start = source.read(4)
    source.seek(0)
    if not charset and any(start.startswith(mark) for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        charset = "utf-16"
    if charset := charset or _unmarked_utf16(source):
        yield from _characters(source, charset)
        return
    foreign = _foreign_sample(source)
    charset = cyrillic_charset(foreign) if foreign else "utf-8"
    source.seek(len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0)
    # Of Latin-1 every byte is a character, so its lines are those of the bytes, whatever program ended them.
    for line in _characters(source, "latin-1"):
        yield line if line.isascii() else _decoded(line.encode("latin-1"), charset)


def _unmarked_utf16(source: BinaryIO) -> str:
    """The UTF-16 of a text without a mark: its delimiters and digits have a zero beside them, always on one side."""
    begin = source.read(_SAMPLE)
    source.seek(0)
    even, odd = begin[0::2].count(0), begin[1::2].count(0)
    if 8 * max(even, odd) < len(begin) or min(even, odd):
        return ""
    return "utf-16-le" if odd else "utf-16-be"


def _characters(source: BinaryIO, charset: str) -> Iterator[str]:
    text = io.TextIOWrapper(source, charset, "replace", newline="")
    try:
        yield from text
    finally:
        with suppress(ValueError):  # of who stopped reading, the file may be closed already
            text.detach()  # else that is left to whoever opened it


def _foreign_sample(source: BinaryIO) -> bytes:
    """What is no UTF-8, of at most so many bytes that its charset can be told."""
    foreign = bytearray()
    for line in source:
        if not line.isascii() and not _is_utf8(line):
            foreign += b"".join(one for one in line.splitlines(keepends=True) if not _is_utf8(one))
            if len(foreign) >= _SAMPLE:
                break
    return bytes(foreign[:_SAMPLE])


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(line: bytes, charset: str) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(charset, "replace")


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
