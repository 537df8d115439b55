"""What the columns of a table of subscribers mean, and which of its rows are accounts. Pure.

The columns are known by English and Russian names (`HEADINGS`). Tables come as Excel saves them: days as 31.01.2027, a
dash where there is nothing, short rows where the last cells are empty, a sum at the end, contracts without the zeros
they begin with. A row that would say something wrong is left out and told of; a cell that says nothing usable is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from desk.language.operator_file_faults import Fault
from desk.language.translatable import sentence
from desk.model.shared_facts import Account
from intake.identity.key_folding import fold, normalise
from intake.identity.sources.packed_table import Key, Row

STATUSES: Mapping[str, str] = {
    **dict.fromkeys(("active", "активен", "активна", "активный", "действует", "подключен", "подключён"), "active"),
    **dict.fromkeys(("expired", "истёк", "истек", "закончился", "расторгнут", "не действует", "отключен"), "expired"),
    **dict.fromkeys(("blocked", "заблокирован", "заблокирована", "блокирован", "приостановлен"), "blocked"),
}
LIST_COLUMNS = ("phones", "emails", "logins", "serials", "references", "licences", "products")
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "contract": ("contract", "договор", "номер договора", "№ договора", "лицевой счёт", "лицевой счет", "л/с"),
    "name": ("name", "фио", "имя", "абонент", "клиент", "наименование", "ф.и.о."),
    "status": ("status", "статус", "состояние"),
    "service_level": ("service_level", "service level", "уровень", "уровень обслуживания", "категория"),
    "language": ("language", "язык"),
    "phones": ("phones", "phone", "телефон", "телефоны", "тел", "тел."),
    "emails": ("emails", "email", "e-mail", "mail", "почта", "эл. почта", "электронная почта"),
    "logins": ("logins", "login", "логин", "логины"),
    "serials": ("serials", "serial", "серийный номер", "серийные номера"),
    "references": ("references", "reference", "номер обращения", "лицевой номер"),
    "licences": ("licences", "licence", "license", "licenses", "лицензия", "номер лицензии"),
    "address": ("address", "адрес", "адрес подключения"),
    "products": ("products", "услуги", "услуга", "тариф", "тарифы"),
    "valid_to": ("valid_to", "valid to", "действует до", "действителен до", "дата окончания"),
}
"""The names of each column, in small letters."""
COLUMNS = tuple(HEADINGS)
_COLUMN_OF = {heading: column for column, headings in HEADINGS.items() for heading in headings}
_IDENTIFIER_COLUMNS = {
    **{"email": "emails", "phone": "phones", "login": "logins", "serial": "serials"},
    **{"reference": "references", "licence": "licences"},
}
_NOTHING = frozenset(
    {"-", "–", "—", "--", "нет", "n/a", "none", "null", "nil", "#н/д", "#n/a", "не указан", "не указана"}
)
_SUMS = ("итого", "всего", "total", "grand total")
MAX_CONTRACT_LENGTH = 80
"""Characters of a contract that a case can keep."""
MAX_WARNINGS = 20
"""Rows that are told of one by one; of more the number."""
_SEVERAL = re.compile(r"[;,\n\r|]+")
_SEVERAL_ADDRESSES = re.compile(r"[;,\s|]+")
_EXPONENT = re.compile(r"\d[.,]\d+e\+?\d+", re.IGNORECASE)
_FORMULA = re.compile(r'="([^"]*)"')
_DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T]0{1,2}:00(?::00)?)?")


def day_of(cell: str) -> date | None:
    """A day as 2027-01-31, 31.01.2027, 31.01.27, or with slashes where only one order makes sense; None for no day."""
    found = _DAY.fullmatch(cell)
    if not found:
        return None
    first, sign, second, third = int(found[1]), found[2], int(found[3]), int(found[4])
    if len(found[1]) == 4:
        orders = [(first, second, third)]
    else:
        year = third + 2000 if len(found[4]) == 2 else third
        orders = [(year, second, first)] if sign != "/" else [(year, second, first), (year, first, second)]
    days = {day for order in orders if (day := _date(*order))}
    return days.pop() if len(days) == 1 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


class AccountTable:
    """The columns of a table, told by its header. ``shape`` is that of the provider's contract numbers, "" if unknown.
    ``warnings`` tell what was left out."""

    def __init__(self, header: Sequence[str], name: str, provider: str, shape: str = "") -> None:
        self.name = name
        self.provider = provider
        self.warnings: list[Fault] = []
        self.untold = 0
        """Rows that were left out besides those of ``warnings``."""
        self._digits = len(shape) if shape and set(shape) == {"9"} else 0
        self.header = [
            _COLUMN_OF.get(one, one) for one in (" ".join(_plain(cell).casefold().split()) for cell in header)
        ]
        self.extra_columns = [(at, column) for at, column in enumerate(self.header) if column and column not in COLUMNS]
        self.column_numbers = {column: self.header.index(column) for column in COLUMNS if column in self.header}
        self.identifier_columns = [
            (kind, column) for kind, column in _IDENTIFIER_COLUMNS.items() if column in self.column_numbers
        ]
        self._seen: set[str] = set()

    def header_fault(self) -> str:
        """What is wrong with the header, "" for nothing."""
        if "contract" not in self.header:
            return sentence("there is no column 'contract': the first line must name the columns")
        twice = sorted({column for column in self.header if column and self.header.count(column) > 1})
        return sentence("the column {column} stands twice", column=repr(twice[0])) if twice else ""

    def row(self, cells: Row, line: int) -> Row | None:
        """The cells of an account as they are kept, as many as the header has; None for a row that is none."""
        cells = [_plain(cell) for cell in cells]
        while len(cells) > len(self.header) and not cells[-1]:
            cells.pop()
        if not any(cells):
            return None
        if len(cells) > len(self.header):
            what = "has {cells} cells, the header has {columns}: quote cells that hold the delimiter"
            self.report(line, "", sentence(what, cells=len(cells), columns=len(self.header)))
            return None
        cells += [""] * (len(self.header) - len(cells))
        contract = self._with_zeros(self.cell(cells, "contract"))
        cells[self.column_numbers["contract"]] = contract
        if fault := next(self._faults(cells, contract), None):
            column, what = fault
            self.report(line, column, what)
            return None
        self._seen.add(normalise("contract", contract))
        self._drop_unusable(cells, line)
        return cells

    def _with_zeros(self, contract: str) -> str:
        """The contract with the zeros it began with, which a spreadsheet took for those of a number."""
        return contract.zfill(self._digits) if contract.isascii() and contract.isdecimal() else contract

    def _faults(self, cells: Row, contract: str) -> Iterator[tuple[str, str]]:
        """Why a row is no account: the column, and what is wrong."""
        key = normalise("contract", contract)
        if contract.casefold().startswith(_SUMS):
            yield "contract", sentence("is a sum, no contract")
        if not key:
            yield "contract", sentence("is empty")
        if len(contract) > MAX_CONTRACT_LENGTH:
            what = "has {number} characters, and {most} at most can be kept"
            yield "contract", sentence(what, number=len(contract), most=MAX_CONTRACT_LENGTH)
        if _EXPONENT.fullmatch(contract):
            what = "{typed} was rounded by the spreadsheet: format it as text"
            yield "contract", sentence(what, typed=repr(contract))
        if key in self._seen:
            yield "contract", sentence("{typed} stands in the table already", typed=repr(contract))
        if (status := self.cell(cells, "status").casefold()) and status not in STATUSES:
            known = ", ".join(dict.fromkeys(STATUSES.values()))
            yield "status", sentence("is {typed}, not one of {known}", typed=repr(status), known=known)
        if (day := self.cell(cells, "valid_to")) and day_of(day) is None:
            yield "valid_to", sentence("is {typed}, not a day such as 2027-01-31 or 31.01.2027", typed=repr(day))

    def _drop_unusable(self, cells: list[str], line: int) -> None:
        """Empties what is no address or no number, so that the rest of the account can be used."""
        if (at := self.column_numbers.get("emails")) is not None:
            good = []
            for one in _SEVERAL_ADDRESSES.split(cells[at]):
                if one and ("@" not in one or len(one) > 254 or not one.isprintable()):
                    what = sentence("{typed} is no address; the account is kept without it", typed=repr(one[:80]))
                    self.report(line, "emails", what)
                elif one:
                    good.append(one)
            cells[at] = ";".join(good)
        if (at := self.column_numbers.get("phones")) is not None and _EXPONENT.search(cells[at]):
            rounded = sentence("{typed} was rounded by the spreadsheet: format it as text", typed=repr(cells[at]))
            self.report(line, "phones", rounded)
            cells[at] = ""

    def cell(self, cells: Row, column: str) -> str:
        """What stands there; "" where the table has no such column."""
        at = self.column_numbers.get(column)
        return cells[at] if at is not None else ""

    def keys(self, cells: Row) -> Iterator[Key]:
        """Everything a row is found by: kind and normalized value; several may share a phone or an address."""
        contract = self.cell(cells, "contract")
        yield "contract", normalise("contract", contract)
        yield folded_kind("contract"), fold("contract", contract)
        for kind, column in self.identifier_columns:
            for value in _split_values(self.cell(cells, column)):
                if identifier := normalise(kind, value):
                    yield kind, identifier
                    yield folded_kind(kind), fold(kind, value)

    def account(self, cells: Row) -> Account:
        """The account of a row."""
        cell = partial(self.cell, cells)
        lists = {column: _split_values(cell(column)) for column in LIST_COLUMNS}
        return Account(
            provider=self.provider,
            contract=cell("contract"),
            name=cell("name"),
            status=STATUSES.get(cell("status").casefold(), "active"),
            service_level=cell("service_level"),
            language=cell("language").casefold(),
            address=cell("address"),
            valid_to=day_of(cell("valid_to")),
            characteristics={column: cells[at] for at, column in self.extra_columns if cells[at]},
            **lists,
        )

    def report(self, line: int, column: str, what: str) -> None:
        """Tells of a row that is left out, or of a cell."""
        if len(self.warnings) >= MAX_WARNINGS:
            self.untold += 1
            return
        told = sentence("column {column}: {what}", column=column, what=what) if column else what
        self.warnings.append(Fault(self.name, line, told))


def _plain(cell: str) -> str:
    """A cell without what spreadsheets put around it: blanks, ="...", an apostrophe; "" for a word that means none."""
    bare = cell.replace("\u00a0", " ").strip()
    if formula := _FORMULA.fullmatch(bare):
        bare = formula[1].strip()
    bare = bare.removeprefix("'").replace("\0", "")
    return "" if bare.casefold() in _NOTHING else bare


def folded_kind(kind: str) -> str:
    """What a key of this kind is kept under as it looks (`intake.identity.key_folding.fold`)."""
    return f"{kind} folded"


def _split_values(cell: str) -> tuple[str, ...]:
    return tuple(part for piece in _SEVERAL.split(cell) if (part := piece.strip())) if cell else ()
