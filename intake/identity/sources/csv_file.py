"""Accounts from a provider's ``entitlements.csv``.

The columns: contract, name, status (active, expired, blocked), service_level, language, phones, emails, logins,
serials (several joined by ``;``), address, products, valid_to (2027-01-31). Only contract is required; columns of
other names are kept as characteristics. How the bytes become rows stands in `intake.identity.sources.csv_text`, what a
row becomes in `intake.identity.sources.account_columns`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from desk.language.operator_file_faults import Fault, InvalidFiles
from desk.language.translatable import counted, sentence
from desk.model.check_findings import CheckFinding
from desk.model.shared_facts import Account
from intake.identity.key_folding import normalise
from intake.identity.sources.account_columns import AccountTable, folded_kind
from intake.identity.sources.csv_text import NotText, rows_of
from intake.identity.sources.packed_table import PackedAccountTable, Row

__all__ = [
    "AccountTablesInMemory",
    "CsvEntitlementSource",
    "InvalidTable",
    "TableKeeping",
    "pack_accounts",
]

log = logging.getLogger(__name__)

FEW = 10
"""So many accounts may vanish at once whatever share they are: a small table changes by large shares."""


class InvalidTable(InvalidFiles):
    """A table that cannot be used; each fault has its line."""


@dataclass(frozen=True, slots=True)
class TableKeeping:
    """How a good table is kept for the day a worse one comes: as a copy ``file``, against which a new one may lose at
    most ``shrink_at_most`` percent of its accounts. With ``store`` the copy follows each good table."""

    file: Path
    shrink_at_most: int = 20
    store: bool = True


class CsvEntitlementSource:
    """A `EntitlementSource` over one file, read again when its time or size has changed.

    A broken new file keeps the accounts of the last good one, and so does one that has lost too many of them;
    `faults` tell. `warnings` tell of rows that were left out. `refresh` may run in a thread of its own while others
    `find`; only two of it at once must not.
    """

    def __init__(self, path: Path, provider: str, shape: str = "", keeping: TableKeeping | None = None) -> None:
        """``shape`` is that of the provider's contract numbers, "" if unknown."""
        self.path = path
        self.provider = provider
        self.faults: tuple[Fault, ...] = ()
        self.warnings: tuple[Fault, ...] = ()
        self.extra_columns: tuple[str, ...] = ()
        self._shape, self._keeping = shape, keeping
        self._untold, self._shrank = 0, False
        self._accounts: PackedAccountTable | None = None
        self._file_stamp: tuple[int, int] | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the file is not in use, in sentences."""
        return tuple(map(str, self.faults))

    def find(self, kind: str, value: str) -> tuple[Account, ...]:
        """All accounts with this contract, email, phone, login or serial."""
        identifier = normalise(kind, value)
        return self._accounts.find((kind, identifier)) if self._accounts and identifier else ()

    def find_folded(self, kind: str, folded: str) -> tuple[Account, ...]:
        """All accounts with a value of this kind that folds to this."""
        return self._accounts.find((folded_kind(kind), folded)) if self._accounts and folded else ()

    def refresh(self) -> bool:
        """Reads the file if it has changed since; returns whether new accounts are in use. Raises nothing."""
        try:
            stat = self.path.stat()
            if self._file_stamp == (stat.st_mtime_ns, stat.st_size) and not self._is_let_in():
                return False
            self._file_stamp = (stat.st_mtime_ns, stat.st_size)
            source = self.path.read_bytes()
            table, accounts = pack_accounts(source, self.path.name, self.provider, self._shape)
        except OSError as error:
            self._file_stamp = None
            what = sentence("{path} cannot be read: {why}", path=self.path, why=error.strerror)
            return self._refuse([Fault("", 0, what)])
        except InvalidTable as error:
            return self._refuse(error.faults)
        if fault := self._shrunk(len(accounts)):
            self._shrank = True
            return self._refuse([fault])
        self._shrank = False
        self.faults, self.warnings, self._untold = (), tuple(table.warnings), table.untold
        self.extra_columns, self._accounts = tuple(column for _, column in table.extra_columns), accounts
        self._keep(source)
        left_out = len(table.warnings) + table.untold
        if left_out and self._is_logged:
            log.warning("%s: %d faults in rows of %s: see 'firstline check'", self.provider, left_out, self.path.name)
        return True

    @property
    def _is_logged(self) -> bool:
        """Whether the log tells of faults: who looks only, and keeps no copy, reads them in `findings`."""
        return self._keeping is None or self._keeping.store

    def _is_let_in(self) -> bool:
        """Whether a table that had lost too much is wanted now: whoever takes the copy away lets it in."""
        return self._shrank and self._keeping is not None and not self._keeping.file.is_file()

    def _refuse(self, faults: tuple[Fault, ...] | list[Fault]) -> bool:
        """Goes on with the last good table: that in use, or else the one that was kept."""
        if tuple(faults) != self.faults and self._is_logged:
            log.error(
                "%s: the table is not taken, the last good one stays: %s", self.provider, "; ".join(map(str, faults))
            )
        self.faults = tuple(faults)
        if self._accounts is None and (kept := self._kept()):
            self._accounts = kept
            return True
        return False

    def _kept(self) -> PackedAccountTable | None:
        try:
            source = self._keeping.file.read_bytes() if self._keeping else None
            return pack_accounts(source, self.path.name, self.provider, self._shape)[1] if source else None
        except (OSError, InvalidTable):
            return None

    def _keep(self, source: bytes) -> None:
        if not self._keeping or not self._keeping.store:
            return
        file = self._keeping.file
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = file.with_suffix(".new")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
                opened.write(source)
            new.replace(file)
        except OSError as error:
            what = sentence("no copy of the table can be kept in {path}: {why}", path=file, why=error.strerror)
            self.warnings = (*self.warnings, Fault(self.path.name, 0, what))

    def _shrunk(self, number: int) -> Fault | None:
        """The fault of a table that has lost too many accounts."""
        former = self._kept() if self._keeping and self._keeping.file.is_file() else None
        if former is None or self._keeping is None or number >= len(former) - FEW:
            return None
        share = round(100 * (len(former) - number) / len(former))
        if share <= self._keeping.shrink_at_most:
            return None
        what = sentence(
            "has {now} accounts, {before} before: {share} % fewer, and {most} % is allowed",
            now=number,
            before=len(former),
            share=share,
            most=self._keeping.shrink_at_most,
        )
        todo = sentence("export the table anew; if it is right, remove {file}", file=self._keeping.file)
        return Fault(self.path.name, 0, what, todo)

    def findings(self) -> Iterator[CheckFinding]:
        """What `firstline check` tells about the file."""
        self.refresh()
        last = sentence("correct the file; the last good one stays in use")
        for one in self.faults:
            yield CheckFinding("error", str(self.path), one.what, one.todo or last, one.line)
        if self.faults:
            return
        todo = sentence("correct it in the table")
        for one in self.warnings:
            what = sentence("left out: {what}", what=one.what) if one.line else one.what
            yield CheckFinding("warning", str(self.path), what, one.todo or todo, one.line)
        if self._untold:
            forms = "{number} more row has a fault|{number} more rows have faults|no more rows have faults"
            yield CheckFinding("warning", str(self.path), counted(forms, self._untold), todo)
        number = len(self._accounts or ())
        what = counted("{number} account|{number} accounts|no accounts: nobody is found", number)
        yield CheckFinding("ok" if number else "warning", str(self.path), what)

    def accounts(self) -> Iterator[Account]:
        """Every account, in the order of the rows."""
        return self._accounts.accounts() if self._accounts else iter(())


class AccountTablesInMemory:
    """An `AccountFinder` over the tables of all providers, by their names."""

    def __init__(self, tables: Mapping[str, CsvEntitlementSource]) -> None:
        self._tables = tables

    async def find(self, providers: Collection[str], kind: str, value: str) -> tuple[Account, ...]:
        """All accounts of these providers with this contract, email, phone, login or serial."""
        asked = [table for name in providers if (table := self._tables.get(name))]
        return tuple(account for table in asked for account in table.find(kind, value))

    async def find_folded(self, providers: Collection[str], kind: str, folded: str) -> tuple[Account, ...]:
        """All accounts of these providers with a value that looks so."""
        asked = [table for name in providers if (table := self._tables.get(name))]
        return tuple(account for table in asked for account in table.find_folded(kind, folded))


def pack_accounts(source: bytes, name: str, provider: str, shape: str = "") -> tuple[AccountTable, PackedAccountTable]:
    """The accounts of a table, to be found by their identifiers, and what was found in its rows. Raises
    `InvalidTable`; ``name`` is put before each of its sentences."""
    unreadable: list[Fault] = []
    rows = rows_of(source, lambda line, what: unreadable.append(Fault(name, line, what)))
    try:
        line, header = next(rows, (1, []))
        table = AccountTable(header, name, provider, shape)
        if fault := table.header_fault():
            raise InvalidTable([Fault(name, line, fault)])
        kept: list[Row] = [row for at, cells in rows if (row := table.row(cells, at)) is not None]
    except NotText as error:
        raise InvalidTable([Fault(name, 0, error.args[0])]) from None
    for fault_of_line in unreadable:
        table.report(fault_of_line.line, "", fault_of_line.what)
    return table, PackedAccountTable(kept, table.account, table.keys)
