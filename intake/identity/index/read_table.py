"""Reads an operator's table of accounts, CSV or XLSX, row by row into an `ImportWorkbench`."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from desk.language.operator_file_faults import Fault, InvalidFiles
from desk.language.translatable import Sentence, sentence
from desk.model.shared_facts import Account
from intake.identity.index.stored_accounts import key_and_value
from intake.identity.index.workbench import ImportWorkbench, RowKind
from intake.identity.key_folding import normalise_shape
from intake.identity.sources.account_columns import AccountTable, is_header
from intake.identity.sources.csv_text import NotText, Row, rows_of
from intake.identity.sources.table_mapping import NO_MAPPING, TableMapping
from intake.identity.sources.workbook import is_workbook, sheet_names, workbook_rows

Progress = Callable[[int, int], object]
"""Is told how much is done, and of how much."""
MAX_LEVELS = 200
"""Service levels that a table's conditions are checked against."""
_PROGRESS_ROWS = 2000
_SAMPLE_ROWS = 300
_FEW_TWICE = 10
_SHOWN = 5


class InvalidTable(InvalidFiles):
    """A table that cannot be used; each fault has its line."""


@dataclass(slots=True)
class TableReading:
    """What was understood of a table. ``columns`` are its headings with the column each was taken for; ``rows`` counts
    them by kind, ``number`` those that are accounts; ``odd`` those whose contract is not of the provider's shape;
    ``warnings`` tell of some of those that are none, ``untold`` is the number
    of the others."""

    header_line: int = 1
    columns: Sequence[tuple[str, str]] = ()
    rows: Counter[RowKind] = field(default_factory=Counter)
    number: int = 0
    warnings: tuple[Fault, ...] = ()
    untold: int = 0
    odd: int = 0
    odd_contracts: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()
    service_levels: tuple[str, ...] = ()

    @property
    def left_out(self) -> int:
        """How many faults its rows have."""
        return len(self.warnings) + self.untold


def file_hash(paths: Iterable[Path]) -> str:
    """The SHA-256 of files, one after the other. Raises OSError."""
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as opened:
            whole.update(hashlib.file_digest(opened, "sha256").digest())
    return whole.hexdigest()


def read_table(
    path: Path,
    workbench: ImportWorkbench,
    provider: str,
    *,
    shape: str = "",
    mapping: TableMapping = NO_MAPPING,
    keys_only: bool = False,
    progress: Progress = lambda done, total: None,
) -> TableReading:
    """Lays the accounts of a file out. With ``keys_only`` nothing is kept of them but what they are found by, and
    their status where the table has one. Raises `InvalidTable`, OSError."""
    name, total = path.name, path.stat().st_size
    unreadable: list[Fault] = []

    def report(line: int, what: str) -> None:
        unreadable.append(Fault(name, line, what))

    with path.open("rb") as source:
        try:
            rows = _rows(source, report, mapping)
            header_line, header = next(rows, (1, []))
            sample = [*islice(rows, _SAMPLE_ROWS)]
            table = AccountTable(header, name, provider, shape, mapping, [cells for _, cells in sample])
            if fault := table.header_fault():
                raise InvalidTable([Fault(name, header_line, fault, _other_sheets(source))])
            reading = TableReading(header_line, [*zip(map(str, header), table.header, strict=True)])
            levels, shaped = set[str](), _shape(shape)
            for number, (line, cells) in enumerate(chain(sample, rows)):
                if (kept := table.row(cells, line)) is not None:
                    account = table.account(kept)
                    kind = workbench.add(_keys_alone(account, table) if keys_only else account)
                    reading.rows[kind] += 1
                    reading.number += kind in (RowKind.NEW, RowKind.CHANGED, RowKind.SAME)
                    if kind is RowKind.TWICE:
                        table.report_twice(account.contract, line)
                    if shaped and not shaped.fullmatch(key_and_value("contract", account.contract)[1]):
                        reading.odd += 1
                        reading.odd_contracts = (*reading.odd_contracts, account.contract)[:_SHOWN]
                    if account.service_level and len(levels) < MAX_LEVELS:
                        levels.add(account.service_level)
                if number % _PROGRESS_ROWS == 0:
                    progress(min(source.tell(), total), total)
        except NotText as error:
            raise InvalidTable([Fault(name, 0, error.args[0])]) from None
    progress(total, total)
    for one in unreadable:
        table.report(one.line, "", one.what)
    reading.warnings, reading.untold = tuple(table.warnings), table.untold
    reading.extra_columns = tuple(column for _, column in table.extra_columns)
    reading.service_levels = tuple(sorted(levels))
    return reading


def _shape(shape: str) -> re.Pattern[str] | None:
    """What the normal form of a contract of this shape is like; None for no shape."""
    places = normalise_shape(shape)
    return re.compile("".join(r"\d" if one == "9" else r"[^\W_]" for one in places)) if places else None


def _rows(source: BinaryIO, report: Callable[[int, str], None], mapping: TableMapping) -> Iterator[tuple[int, Row]]:
    names_columns = partial(is_header, mapping=mapping)
    if is_workbook(source):
        return workbook_rows(source, mapping.sheet, names_columns)
    return rows_of(source, report, names_columns, mapping.charset, mapping.delimiter)


def _other_sheets(source: BinaryIO) -> str:
    """What to do where the table may stand on another sheet of a workbook."""
    source.seek(0)
    names = sheet_names(source) if is_workbook(source) else ()
    what = "its sheets are {names}: --map can name one, in [file] sheet"
    return sentence(what, names=", ".join(map(repr, names))) if len(names) > 1 else ""


def _keys_alone(account: Account, table: AccountTable) -> Account:
    """What a client gives who keeps the rest: names, addresses, products and other columns are left where they are."""
    status = account.status if "status" in table.column_numbers else "unknown"
    return replace(account, name="", language="", address="", products=(), characteristics={}, status=status)


def findings_of(reading: TableReading) -> dict[str, Any]:
    """What is kept of a reading for `firstline check`: as JSON."""
    return {"warnings": faults_as_json(reading.warnings), "untold": reading.untold}


def faults_as_json(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Faults as they are stored: their sentences can still be translated."""
    return [{"line": one.line, "what": _as_json(one.what), "todo": _as_json(one.todo)} for one in faults]


def faults_from_json(stored: Iterable[Mapping[str, Any]], file: str) -> tuple[Fault, ...]:
    """The faults that `faults_as_json` keeps."""
    return tuple(Fault(file, int(one["line"]), _from_json(one["what"]), _from_json(one["todo"])) for one in stored)


def _as_json(text: str) -> Any:
    if not isinstance(text, Sentence):
        return str(text)
    values = {name: _as_json(one) if isinstance(one, str) else one for name, one in text.values.items()}
    plain = {name: one if isinstance(one, (str, int, float, dict)) else str(one) for name, one in values.items()}
    return {"pattern": text.pattern, "values": plain, "number": text.number}


def _from_json(stored: Any) -> str:
    if isinstance(stored, str):
        return stored
    values = {name: _from_json(one) if isinstance(one, dict) else one for name, one in stored["values"].items()}
    return Sentence(stored["pattern"], values, stored["number"])


def refusal(path: Path, gone: int, before: int, share: int, most: int) -> Fault:
    """The fault of a table that has lost too many accounts; ``share`` and ``most`` are percent."""
    pattern = "{gone} of {before} accounts would vanish: {share} %, and {most} % is allowed"
    what = sentence(pattern, gone=gone, before=before, share=share, most=most)
    command = f"firstline entitlement import {path} --shrink-at-most {min(100, share + 1)}"
    return Fault(
        path.name, 0, what, sentence("export the table anew; if it is right, run '{command}'", command=command)
    )


def contradiction(path: Path, reading: TableReading) -> Fault | None:
    """The fault of a table most of whose rows contradict another one: what was taken for the contract is none."""
    twice = reading.rows[RowKind.TWICE]
    if twice <= max(_FEW_TWICE, reading.number):
        return None
    pattern = "{twice} rows have another row's contract and say something else: {number} accounts would be left"
    command = f"firstline entitlement import {path} --map FILE"
    todo = sentence("say which column is the contract: '{command}'", command=command)
    return Fault(path.name, 0, sentence(pattern, twice=twice, number=reading.number), todo)
