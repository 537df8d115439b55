"""What an operator knows of a foreign table: which of its columns mean what, in a small TOML file beside it.

```toml
[columns]
contract = "customerID"
phones = ["Тел. 1", "Тел. 2"]      # several columns hold what several cells of one would

[statuses]
"0" = "active"
"отключен за долг" = "blocked"

[file]
charset = "cp866"                  # told by the bytes where it is left out
delimiter = ";"                    # told by the header
sheet = "Абоненты"                 # of a workbook; the first one
```
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desk.language.operator_file_faults import FileFaults, InvalidFiles
from desk.language.translatable import sentence
from desk.model.toml_table import TomlTable, read_toml

STATUSES = ("active", "expired", "blocked")


class InvalidMapping(InvalidFiles):
    """A mapping file that cannot be used; each fault has its line."""


@dataclass(frozen=True, slots=True)
class TableMapping:
    """``columns`` maps a heading of the table, in small letters, to the column of `account_columns.COLUMNS` that it is;
    ``statuses`` maps what stands in the column of states to one of `STATUSES`."""

    columns: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    charset: str = ""
    delimiter: str = ""
    sheet: str = ""


NO_MAPPING = TableMapping()


def plain_heading(cell: str) -> str:
    """A heading as it is compared: small letters, single blanks."""
    return " ".join(cell.replace("\u00a0", " ").casefold().split())


def read_mapping(path: Path, known: Sequence[str]) -> TableMapping:
    """The mapping of a file. ``known`` are the columns that may be named. Raises `InvalidMapping`, OSError."""
    values, source = read_toml(path, path.name, InvalidMapping)
    faults = FileFaults(path.name, source)
    table = TomlTable(values, faults)
    columns, statuses, file = (table.section(name) for name in ("columns", "statuses", "file"))
    meaning = {plain_heading(heading): column for column in known for heading in _headings(columns, column)}
    mapping = TableMapping(
        meaning,
        {said.casefold(): _status(statuses, said, meant) for said, meant in statuses.take_rest().items()},
        _charset(file),
        file.text("delimiter", "").replace("\\t", "\t"),
        file.text("sheet", ""),
    )
    for section in (columns, file, table):
        section.report_unknown_keys()
    if faults.found:
        raise InvalidMapping(faults.found)
    return mapping


def _headings(columns: TomlTable, column: str) -> Sequence[str]:
    value = columns.take(column, "")
    several = value if isinstance(value, list) else [value]
    if all(isinstance(one, str) for one in several):
        return [one for one in several if one]
    columns.report(sentence("{key} must be the name of a column, or a list of such names", key=column), column)
    return []


def _status(statuses: TomlTable, said: str, meant: object) -> str:
    if meant in STATUSES:
        return str(meant)
    what = sentence("{key} must be one of {known}", key=repr(said), known=", ".join(STATUSES))
    statuses.report(what, said)
    return "active"


def _charset(file: TomlTable) -> str:
    if name := file.text("charset", ""):
        try:
            return codecs.lookup(name).name
        except LookupError:
            file.report(sentence("charset {typed} is unknown", typed=repr(name)), "charset")
    return ""
