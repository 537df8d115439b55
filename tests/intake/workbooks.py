"""Workbooks as spreadsheets write them, made for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DAY = 1
"""The number of the cell format that shows a day."""

Cell = str | int | float | tuple[float, int] | None
"""A text, a number, a number with the number of its format, or an empty cell that is left out."""


def workbook(rows: Sequence[Sequence[Cell]], sheets: Sequence[str] = ("Лист1",), head: str = "") -> bytes:
    """A workbook whose last sheet has these rows; the others are empty. ``head`` stands before the sheet's root."""
    texts: list[str] = []
    parts = {
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships {RELATIONS}>"
        + "".join(
            f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        + "</Relationships>",
        "xl/styles.xml": f'<styleSheet {MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    for number in range(1, len(sheets) + 1):
        lines = [_row(at, row, texts) for at, row in enumerate(rows, 1)] if number == len(sheets) else []
        data = f"<worksheet {MAIN}><sheetData>{''.join(lines)}</sheetData></worksheet>"
        parts[f"xl/worksheets/sheet{number}.xml"] = head + data
    shared = "".join(f"<si><t>{escape(one)}</t></si>" for one in texts)
    parts["xl/sharedStrings.xml"] = f"<sst {MAIN}>{shared}</sst>"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def _row(at: int, row: Sequence[Cell], texts: list[str]) -> str:
    cells = "".join(_cell(f"{chr(ord('A') + n)}{at}", one, texts) for n, one in enumerate(row) if one is not None)
    return f'<row r="{at}">{cells}</row>'


def _cell(reference: str, value: Cell, texts: list[str]) -> str:
    if isinstance(value, str):
        texts.append(value)
        return f'<c r="{reference}" t="s"><v>{len(texts) - 1}</v></c>'
    number, style = value if isinstance(value, tuple) else (value, 0)
    return f'<c r="{reference}" s="{style}"><v>{number}</v></c>'
