"""Tables that somebody made to harm: a workbook or a text costs little memory, and is refused in a sentence."""

from __future__ import annotations

import io
import random
import tracemalloc
import zipfile

import pytest

from intake.identity.sources.csv_text import NotText, rows_of
from intake.identity.sources.workbook import workbook_rows
from tests.intake.workbooks import MAIN, workbook

SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
WHOLE = workbook([["contract", "name"], ["40-1187", "Анна"]])
MOST_MEMORY = 100 * 1024 * 1024


def changed(part: str, content: str | bytes) -> bytes:
    """The workbook with another part in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return made.getvalue()


def sheet(data: str, head: str = "") -> bytes:
    """The workbook with other rows in its sheet."""
    return changed(SHEET, f"{head}<worksheet {MAIN}><sheetData>{data}</sheetData></worksheet>")


def read(source: bytes) -> list[list[str]]:
    return [[*cells] for _, cells in workbook_rows(io.BytesIO(source), "", any)]


def entities(word: str) -> str:
    return f"<!DOCTYPE a [<!ENTITY x {word}>]>"


TEXT = '<row r="1"><c t="inlineStr"><is><t>&x;</t></is></c></row>'
LONG = 1024 * 1024


@pytest.mark.parametrize(
    "source",
    [
        sheet('<row r="1"><c t="s"><v>99</v></c></row>'),
        sheet('<row r="' + "9" * 5000 + '"><c><v>1</v></c></row>'),
        sheet(TEXT, entities('SYSTEM "file:///etc/passwd"')),
        sheet(TEXT, "<!--" + "x" * 300_000 + "-->" + entities('SYSTEM "file:///etc/passwd"')),
        changed(SHEET, (entities('SYSTEM "file:///etc/passwd"') + f"<worksheet {MAIN}>{TEXT}").encode("utf-16")),
        changed("xl/_rels/workbook.xml.rels", "<Relationships/>"),
        changed("xl/workbook.xml", "no XML"),
    ],
    ids=["no such text", "row number", "entity", "entity far below", "entity in UTF-16", "no relation", "no XML"],
)
def test_a_forged_workbook_is_refused_in_a_sentence(source: bytes) -> None:
    """And nothing of this machine's files gets into a table."""
    with pytest.raises(NotText):
        read(source)


def test_a_damaged_workbook_is_read_or_refused() -> None:
    """Whatever bytes are changed, nothing else is raised."""
    chance = random.Random(1)
    for _ in range(400):
        damaged = bytearray(WHOLE)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            read(bytes(damaged))
        except NotText:
            continue


@pytest.mark.parametrize(
    "bomb",
    [
        changed(TEXTS, f"<sst {MAIN}><si><t>{'a' * 4 * LONG}</t></si></sst>"),
        changed(TEXTS, f"<sst {MAIN}><si>{'<r/>' * LONG}</si></sst>"),
        sheet(f'<row r="1">{"<c/>" * LONG}</row>'),
        sheet("<a>" * LONG),
        sheet(f"<!--{'x' * 4 * LONG}-->"),
    ],
    ids=["one text", "text of runs", "wide row", "deep", "comment"],
)
def test_a_bomb_is_left_before_it_takes_memory(bomb: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some kilobytes that unpack to one endless thing."""
    monkeypatch.setattr("intake.identity.sources.workbook.MAX_ELEMENT", LONG // 4)
    assert len(bomb) < 200_000
    tracemalloc.start()
    try:
        with pytest.raises(NotText, match="a row or a text of more than"):
            read(bomb)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < MOST_MEMORY


def test_what_is_no_row_is_forgotten() -> None:
    """However much of it stands in a sheet: neither memory nor the time of the rows grows with it."""
    tracemalloc.start()
    try:
        rows = read(sheet("<zz/>" * 100_000 + '<row r="1"><c><v>7</v></c></row>' * 3))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows == [["7"]] * 3
    assert most < 20 * 1024 * 1024


@pytest.mark.parametrize(
    "cell",
    [b"x" * 10_000_000, b'"' + b"x\n" * 500_000 + b'"', b'"a\n";' * 50_000 + b'"x" y'],
    ids=["line", "lines", "cells"],
)
def test_a_cell_of_megabytes_costs_itself_alone(cell: bytes) -> None:
    """The account behind it is there, or the table is refused."""
    faults: list[int] = []
    source = io.BytesIO(b"contract;name\n1;" + cell + b"\n2;y\n")
    try:
        rows = [[*cells] for _, cells in rows_of(source, lambda line, what: faults.append(line))]
    except NotText:
        return
    assert rows[-1] == ["2", "y"]
    assert faults


def test_a_text_with_a_null_is_none() -> None:
    with pytest.raises(NotText):
        list(rows_of(io.BytesIO(b"contract;name\n1;\0\n"), lambda line, what: None))
