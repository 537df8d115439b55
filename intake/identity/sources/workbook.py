"""A workbook (XLSX, ECMA-376) as rows of cells, read as it streams out of its archive. Pure.

Only what a table of accounts needs: the cells of one sheet, shared and inline texts, numbers, days. Days are told by
the number format of their cell, and come as 2027-01-31; whole numbers come without a point. A workbook is a ZIP, so
what comes out of it is bounded, and its XML may declare no entities.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import IO, BinaryIO, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from desk.language.translatable import sentence
from intake.identity.sources.csv_text import TITLE_LINES, NotText, Row

MAX_UNPACKED = 2_000_000_000
"""Bytes that one part of a workbook may have: a million rows of twenty cells take less."""
MAX_TEXTS = 400_000_000
"""Bytes that the shared texts may have, which are kept in memory."""
MAX_ELEMENT = 2 * 1024 * 1024
"""Bytes of one row or text: a thousand cells of two thousand letters."""
MAX_COLUMNS = 1000
_BLOCK = 256 * 1024
_TEXTS = "xl/sharedStrings.xml"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_DAY_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DAY_SIGNS = re.compile(r"[dmyhs]", re.IGNORECASE)
_NO_SIGNS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_REFERENCE = re.compile(r"([A-Z]{1,3})\d{1,7}")
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 (days of a sheet have no zone)


_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(ParseError, LookupError, ValueError),
)


def is_workbook(source: BinaryIO) -> bool:
    """Whether the file is a ZIP; it is at its beginning afterwards."""
    start = source.read(4)
    source.seek(0)
    return start == b"PK\x03\x04"


def workbook_rows(source: BinaryIO, sheet: str, is_header: Callable[[Row], bool]) -> Iterator[tuple[int, Row]]:
    """The rows of a sheet ("" for the first) from the header on, with their numbers. Raises `NotText`."""
    try:
        with zipfile.ZipFile(source) as archive:
            yield from _from_header(_Workbook(archive).rows(sheet), is_header)
    except _UNREADABLE as error:
        if isinstance(error, NotText):
            raise
        raise NotText(sentence("is a workbook that cannot be read: {why}", why=type(error).__name__)) from None


def sheet_names(source: BinaryIO) -> tuple[str, ...]:
    """The names of a workbook's sheets, in their order."""
    with zipfile.ZipFile(source) as archive:
        return tuple(title for title, _ in _Workbook(archive).sheets())


def _from_header(rows: Iterator[tuple[int, Row]], is_header: Callable[[Row], bool]) -> Iterator[tuple[int, Row]]:
    above: list[tuple[int, Row]] = []
    for number, cells in rows:
        above.append((number, cells))
        if is_header(cells):
            above = above[-1:]
            break
        if len(above) >= TITLE_LINES:
            break
    yield from above
    yield from rows


class _Workbook:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._texts = [*self._shared_texts()] if _TEXTS in archive.namelist() else []
        self._day_styles = self._styles_of_days()
        self._epoch = _EPOCH

    def rows(self, sheet: str) -> Iterator[tuple[int, Row]]:
        """The rows that have cells."""
        path = self._sheet(sheet)
        number = 0
        for element in self._elements(path, "row"):
            number = int(element.get("r") or number + 1)
            cells: list[str] = []
            for cell in element:
                at = _column(cell.get("r"), len(cells))
                if at >= MAX_COLUMNS:
                    raise NotText(sentence("has more than {number} columns", number=MAX_COLUMNS))
                cells += [""] * (at - len(cells))
                cells.append(self._value(cell))
            yield number, cells

    def _sheet(self, name: str) -> str:
        """The part of a sheet, by its name."""
        sheets = self.sheets()
        found = [path for title, path in sheets if not name or title.casefold() == name.casefold()]
        if not found:
            names = ", ".join(title for title, _ in sheets)
            raise NotText(sentence("has no sheet {name}: there are {names}", name=repr(name), names=names))
        return found[0]

    def sheets(self) -> list[tuple[str, str]]:
        """The names of the sheets and the parts they are in."""
        targets: dict[str, str] = {}
        for one in self._elements("xl/_rels/workbook.xml.rels", "Relationship"):
            target = str(one.get("Target"))
            targets[str(one.get("Id"))] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        sheets: list[tuple[str, str]] = []
        for one in self._elements("xl/workbook.xml", "sheet", "workbookPr"):
            if one.tag.endswith("workbookPr"):
                self._epoch = _EPOCH_1904 if one.get("date1904") in ("1", "true") else _EPOCH
            else:
                relation = one.get(_RELATION) or one.get(_STRICT_RELATION) or ""
                sheets.append((str(one.get("name")), targets[relation]))
        return sheets

    def _shared_texts(self) -> Iterator[str]:
        for one in self._elements(_TEXTS, "si"):
            yield _text(one)

    def _styles_of_days(self) -> frozenset[int]:
        """The numbers of the cell formats that show a number as a day."""
        if "xl/styles.xml" not in self._archive.namelist():
            return frozenset()
        days, formats = set(_DAY_FORMATS), list[int]()
        for one in self._elements("xl/styles.xml", "numFmt", "cellXfs"):
            if one.tag.endswith("numFmt"):
                if _DAY_SIGNS.search(_NO_SIGNS.sub("", str(one.get("formatCode")))):
                    days.add(int(one.get("numFmtId", "0")))
            else:
                formats = [int(xf.get("numFmtId", "0")) for xf in one]
        return frozenset(number for number, id in enumerate(formats) if id in days)

    def _elements(self, path: str, *names: str) -> Iterator[Element]:
        """Every element of these names, whole, in the order of their ends; what was given is forgotten."""
        parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
        wanted = {f"{space}{name}" for name in names for space in (_MAIN, _STRICT, "")}
        wanted |= {f"{{http://schemas.openxmlformats.org/package/2006/relationships}}{name}" for name in names}
        parents: list[Element] = []
        inside = held = 0  # wanted elements that are open, and bytes since something was forgotten
        with self._archive.open(path) as opened:
            for block in _blocks(opened, min(MAX_UNPACKED, MAX_TEXTS) if path == _TEXTS else MAX_UNPACKED):
                parser.feed(block)
                held += len(block)
                for event, element in cast(Iterable[tuple[str, Element]], parser.read_events()):
                    is_wanted = element.tag in wanted
                    if event == "start":
                        parents.append(element)
                        inside += is_wanted
                        continue
                    parents.pop()
                    inside -= is_wanted
                    if is_wanted:
                        yield element
                    if not inside:
                        held = 0
                        element.clear()
                        if parents:
                            parents[-1].remove(element)
                if held > MAX_ELEMENT:
                    raise NotText(sentence("has a row or a text of more than {number} MB", number=MAX_ELEMENT >> 20))

    def _value(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text(cell)
        value = next((one.text or "" for one in cell if one.tag.endswith("}v")), "")
        if kind == "s":
            return self._texts[int(value)] if value else ""
        if kind == "n" and value:
            return self._number(value, int(cell.get("s", "0")))
        if kind == "b":
            return "true" if value == "1" else "false"
        return "" if kind == "e" else value

    def _number(self, value: str, style: int) -> str:
        number = float(value)
        if style in self._day_styles and 0 < number < 2_958_466:
            day = self._epoch + timedelta(days=number)
            return day.strftime("%Y-%m-%d") if number.is_integer() else day.strftime("%Y-%m-%d %H:%M")
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else value


def _text(element: Element) -> str:
    """The text of a string: its runs, without what shows how it is pronounced."""
    if len(element) == 1 and not len(element[0]):
        return element[0].text or ""
    spoken = {id(one) for part in element.iter() if part.tag.endswith("}rPh") for one in part.iter()}
    texts = (one.text or "" for one in element.iter() if one.tag.endswith("}t") and id(one) not in spoken)
    return "".join(texts)


def _column(reference: str | None, default: int) -> int:
    """The number of a cell's column, from 0: "AB12" is 27."""
    found = _REFERENCE.fullmatch(reference or "")
    if not found:
        return default
    number = 0
    for letter in found[1]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _blocks(opened: IO[bytes], most: int) -> Iterator[bytes]:
    total = 0
    while block := opened.read(_BLOCK):
        total += len(block)
        if total > most:
            raise NotText(sentence("unpacks to more than {number} MB", number=most // 1_000_000))
        if not total > len(block) and (b"<!DOCTYPE" in block or b"<!ENTITY" in block):
            raise NotText(sentence("is a workbook that cannot be read: {why}", why="DOCTYPE"))
        yield block
