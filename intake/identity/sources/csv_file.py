"""Accounts from a provider's ``entitlements.csv``.

The columns: contract, name, status (active, expired, blocked), service_level, language, phones, emails, logins,
serials (several joined by ``;``), address, products, valid_to (2027-01-31). Only contract is required; columns of
other names are kept as characteristics. The delimiter is a comma, a semicolon or a tab, told by the header; with a
semicolon, cells with several values must be quoted, as RFC 4180 has it. UTF-8 with or without BOM, else Windows-1251.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from desk.language.unsafe_characters import without_invisible
from desk.model.check_findings import CheckFinding
from desk.model.shared_facts import Account
from intake.identity.sources.packed_table import Key, PackedAccountTable, Row

STATUSES = ("active", "expired", "blocked")
LIST_COLUMNS = ("phones", "emails", "logins", "serials", "products")
COLUMNS = (
    "contract",
    "name",
    "status",
    "service_level",
    "language",
    *LIST_COLUMNS[:4],
    "address",
    "products",
    "valid_to",
)
_IDENTIFIER_COLUMNS = {"email": "emails", "phone": "phones", "login": "logins", "serial": "serials"}
_MAX_PROBLEMS = 20
MAX_CONTRACT_LENGTH = 80
"""Characters of a contract that a case can keep."""
_NOT_DIGITS = re.compile(r"\D")
_NOT_LETTERS_OR_DIGITS = re.compile(r"[\W_]")


class InvalidTable(ValueError):
    """A table that cannot be used. Each of ``problems`` is a sentence with the line and the column."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class CsvEntitlementSource:
    """A `EntitlementSource` over one file, read again when its time or size has changed.

    A broken new file keeps the accounts of the last good one; `problems` tells. `refresh` may run in a
    thread of its own while others `find`; only two of it at once must not.
    """

    def __init__(self, path: Path, provider: str) -> None:
        self.path = path
        self.provider = provider
        self.problems: tuple[str, ...] = ()
        self._accounts: PackedAccountTable | None = None
        self._file_stamp: tuple[int, int] | None = None

    def find(self, kind: str, value: str) -> tuple[Account, ...]:
        """All accounts with this contract, email, phone, login or serial."""
        identifier = normalized_identifier(kind, value)
        return self._accounts.find((kind, identifier)) if self._accounts and identifier else ()

    def refresh(self) -> bool:
        """Reads the file if it has changed since; returns whether new accounts are in use. Raises nothing."""
        try:
            stat = self.path.stat()
            if self._file_stamp == (stat.st_mtime_ns, stat.st_size):
                return False
            self._file_stamp = (stat.st_mtime_ns, stat.st_size)
            self._accounts = pack_accounts(self.path.read_bytes(), self.path.name, self.provider)
        except OSError as error:
            self._file_stamp = None
            self.problems = (f"{self.path} cannot be read: {error.strerror}",)
            return False
        except InvalidTable as error:
            self.problems = error.problems
            return False
        self.problems = ()
        return True

    def findings(self) -> Iterator[CheckFinding]:
        """What `firstline check` tells about the file."""
        self.refresh()
        for sentence in self.problems:
            yield CheckFinding("error", str(self.path), sentence, "correct the file; the last good one stays in use")
        if not self.problems:
            yield CheckFinding("ok", str(self.path), f"{len(self._accounts or ())} accounts")


def read_accounts(source: bytes, name: str, provider: str) -> list[Account]:
    """All accounts of a table. Raises `InvalidTable` with up to twenty faults; ``name`` is put before each."""
    table, rows = _read_rows(source, name, provider)
    return [table.account(row) for row in rows]


def pack_accounts(source: bytes, name: str, provider: str) -> PackedAccountTable:
    """The same, to be found by their identifiers."""
    table, rows = _read_rows(source, name, provider)
    return PackedAccountTable(rows, table.account, table.keys)


def _read_rows(source: bytes, name: str, provider: str) -> tuple[_CsvTable, Sequence[Row]]:
    """The table, and its rows that are not empty. Raises `InvalidTable`."""
    lines = csv.reader(io.StringIO(_decoded(source, name), newline=""), delimiter=_delimiter(source), strict=True)
    try:
        table = _CsvTable(next(lines, []), name, provider)
        seen: set[str] = set()
        rows = [row for row in lines if table.is_account_row(row, lines.line_num, seen)]
    except csv.Error as error:
        raise InvalidTable([f"{name} line {lines.line_num}: {error}"]) from None
    if table.problems:
        raise InvalidTable(table.problems)
    return table, rows


def normalized_identifier(kind: str, value: str) -> str:
    """How a value is compared. Phones: digits, a Russian 8 as 7. Contracts and serials: letters and digits only."""
    value = without_invisible(value).strip().casefold()
    if kind == "phone":
        digits = _NOT_DIGITS.sub("", value)
        return "7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else digits
    if kind in ("contract", "serial"):
        return _NOT_LETTERS_OR_DIGITS.sub("", value)
    return value


class _CsvTable:
    """What the columns mean, and what is wrong in the rows."""

    def __init__(self, header: Sequence[str], name: str, provider: str) -> None:
        self.name = name
        self.provider = provider
        self.header = [cell.strip().casefold() for cell in header]
        self.problems: list[str] = []
        self.extra_columns = [(at, column) for at, column in enumerate(self.header) if column and column not in COLUMNS]
        self.column_numbers = {column: self.header.index(column) for column in COLUMNS if column in self.header}
        self.identifier_columns = [
            (kind, self.column_numbers[column])
            for kind, column in _IDENTIFIER_COLUMNS.items()
            if column in self.column_numbers
        ]
        if "contract" not in self.header:
            raise InvalidTable([f"{name} line 1: there is no column 'contract': the first line must name the columns"])
        if twice := sorted({column for column in self.header if column and self.header.count(column) > 1}):
            raise InvalidTable([f"{name} line 1: the column {twice[0]!r} stands twice"])

    def is_account_row(self, cells: Row, line: int, seen: set[str]) -> bool:
        """Whether a row has an account, of a contract not ``seen`` before. `problems` tell what is wrong with it."""
        if not any(cells) or len(self.problems) >= _MAX_PROBLEMS:
            return False
        if len(cells) != len(self.header):
            self.report(
                line,
                "",
                f"has {len(cells)} cells, the header has {len(self.header)}: quote cells that hold the delimiter",
            )
            return False
        if (status := self.cell(cells, "status").casefold()) and status not in STATUSES:
            self.report(line, "status", f"is {status!r}, not one of {', '.join(STATUSES)}")
        for email in _split_values(self.cell(cells, "emails")):
            if "@" not in email or len(email) > 254 or not email.isprintable():
                self.report(line, "emails", f"{email[:80]!r} is no address")
        if (day := self.cell(cells, "valid_to")) and _day(day) is None:
            self.report(line, "valid_to", f"is {day!r}, not a day such as 2027-01-31")
        key = normalized_identifier("contract", contract := self.cell(cells, "contract"))
        if not key:
            self.report(line, "contract", "is empty")
        elif len(contract) > MAX_CONTRACT_LENGTH:
            self.report(
                line, "contract", f"has {len(contract)} characters, and {MAX_CONTRACT_LENGTH} at most can be kept"
            )
        elif key in seen:
            self.report(line, "contract", f"{contract!r} stands in the table already")
        seen.add(key)
        return True

    def cell(self, cells: Row, column: str) -> str:
        """What stands there; "" where the table has no such column."""
        at = self.column_numbers.get(column)
        return cells[at].strip() if at is not None else ""

    def keys(self, cells: Row) -> Iterator[Key]:
        """Everything a row is found by: kind and normalized value; several may share a phone or an address."""
        yield "contract", normalized_identifier("contract", cells[self.column_numbers["contract"]])
        for kind, at in self.identifier_columns:
            for value in _split_values(cells[at]):
                if identifier := normalized_identifier(kind, value):
                    yield kind, identifier

    def account(self, cells: Row) -> Account:
        cell = partial(self.cell, cells)
        lists = {column: _split_values(cell(column)) for column in LIST_COLUMNS}
        return Account(
            provider=self.provider,
            contract=cell("contract"),
            name=cell("name"),
            status=cell("status").casefold() or "active",
            service_level=cell("service_level"),
            language=cell("language").casefold(),
            address=cell("address"),
            valid_to=_day(cell("valid_to")),
            characteristics={column: cells[at].strip() for at, column in self.extra_columns if cells[at].strip()},
            **lists,
        )

    def report(self, line: int, column: str, what: str) -> None:
        self.problems.append(f"{self.name} line {line}{f', column {column}' if column else ''}: {what}")


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError:
        return None


def _split_values(cell: str) -> tuple[str, ...]:
    return tuple(part for piece in cell.split(";") if (part := piece.strip())) if cell else ()


def _decoded(source: bytes, name: str) -> str:
    if b"\0" in source:
        raise InvalidTable([f"{name}: is no text: save the table as CSV"])
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError:
        return source.decode("cp1251", errors="replace")


def _delimiter(source: bytes) -> str:
    """The commonest of the three in the header line."""
    header = source.partition(b"\n")[0]
    return max(",;\t", key=lambda one: header.count(one.encode()))
