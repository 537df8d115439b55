"""What the columns of a table of subscribers mean, and which of its rows are accounts. Pure.

The columns are known by English and Russian names (`HEADINGS`), or by what the operator says of a foreign table
(`intake.identity.sources.table_mapping`). Tables come as Excel saves them: days as 31.01.2027 or as the number 46053, a
dash where there is nothing, short rows where the last cells are empty, a sum at the end, contracts without the zeros
they begin with or with ".0" behind. A row that would say something wrong is left out and told of; a cell that says
nothing usable is empty.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial

from desk.language.operator_file_faults import Fault
from desk.language.translatable import sentence
from desk.model.shared_facts import Account
from intake.identity.sources.csv_text import Row
from intake.identity.sources.table_mapping import NO_MAPPING, TableMapping, plain_heading

STATUSES: Mapping[str, str] = {
    **dict.fromkeys(("active", "активен", "активна", "активный", "действует", "подключен", "подключён"), "active"),
    **dict.fromkeys(("работает", "обслуживается", "включен", "включён", "enabled", "current"), "active"),
    **dict.fromkeys(("expired", "истёк", "истек", "закончился", "расторгнут", "не действует", "отключен"), "expired"),
    **dict.fromkeys(("отключён", "расторгнута", "закрыт", "архив", "terminated", "cancelled", "closed"), "expired"),
    **dict.fromkeys(("blocked", "заблокирован", "заблокирована", "блокирован", "приостановлен"), "blocked"),
    **dict.fromkeys(("приостановлена", "suspended", "блокировка"), "blocked"),
}
_FOR_DEBT = re.compile(r"(?:заблокир|приостановл|отключ|блокир|blocked|suspended).*(?:долг|неуплат|debt|non-?payment)")
"""A state with its reason beside it."""
LIST_COLUMNS = ("phones", "emails", "logins", "serials", "references", "licences", "products")
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "contract": (
        *("contract", "договор", "номер договора", "№ договора", "лицевой счёт", "лицевой счет", "л/с"),
        *("contract number", "contract_number", "account number", "account_number", "account", "customer number"),
        *("номер лицевого счёта", "номер лицевого счета", "лиц. счет", "лиц. счёт", "номер дог.", "contract no"),
        *("customerid", "customer id", "customer_id", "subscriber id", "subscriber_id", "client id"),
    ),
    "name": ("name", "фио", "имя", "абонент", "клиент", "наименование", "ф.и.о.", "full name", "customer name"),
    "status": ("status", "статус", "состояние"),
    "service_level": ("service_level", "service level", "уровень", "уровень обслуживания", "категория"),
    "language": ("language", "язык"),
    "phones": (
        *("phones", "phone", "телефон", "телефоны", "тел", "тел.", "phone number", "mobile", "мобильный"),
        *("мобильный телефон", "моб. телефон", "контактный телефон", "номер телефона", "mobile phone", "tel"),
    ),
    "emails": ("emails", "email", "e-mail", "mail", "почта", "эл. почта", "электронная почта"),
    "logins": ("logins", "login", "логин", "логины"),
    "serials": ("serials", "serial", "серийный номер", "серийные номера"),
    "references": ("references", "reference", "номер обращения", "лицевой номер"),
    "licences": (
        *("licences", "licence", "license", "licenses", "лицензия", "лицензии", "номер лицензии"),
        *("product key", "ключ продукта"),
    ),
    "address": ("address", "адрес", "адрес подключения"),
    "products": ("products", "услуги", "услуга", "тариф", "тарифы"),
    "valid_to": ("valid_to", "valid to", "действует до", "действителен до", "дата окончания"),
}
"""The names of each column, in small letters; of several that a table has, the first is taken."""
COLUMNS = tuple(HEADINGS)
_COLUMN_OF = {heading: column for column, headings in HEADINGS.items() for heading in headings}
_RANK = {heading: rank for headings in HEADINGS.values() for rank, heading in enumerate(headings)}
_NOTHING = frozenset(
    {"-", "–", "—", "--", "нет", "n/a", "none", "null", "nil", "#н/д", "#n/a", "не указан", "не указана"}
)
_LONGEST_NOTHING = max(map(len, _NOTHING))
_SUMS = ("итого", "всего", "total", "grand total")
MAX_CONTRACT_LENGTH = 80
"""Characters of a contract that a case can keep."""
MAX_WARNINGS = 20
"""Rows that are told of one by one; of more the number."""
MAX_ALIKE = 3
"""Rows that are told of in the same words, so that one fault of many rows hides no other."""
_SHOWN_COLUMNS = 12
_SEVERAL = re.compile(r"[;,\n\r|]+")
_SEVERAL_ADDRESSES = re.compile(r"[;,\s|]+")
_BETWEEN_PHONES = re.compile(r"(?<=\d)\s*(?:/|\bи\b)\s*(?=[+8(])")
_EXPONENT = re.compile(r"\d[.,]\d+e\+?\d+", re.IGNORECASE)
_FORMULA = re.compile(r'="([^"]*)"')
_TIME = r"(?: +|T)\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
_DAY = re.compile(rf"(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{1,4}})(?:{_TIME})?")
"""A day, with the time of day behind it or without."""
_SERIAL_DAY = re.compile(r"(\d{5})(?:[.,]\d+)?")
_FOREVER = frozenset({"бессрочно", "бессрочный", "без срока", "неограниченно", "unlimited", "indefinite"})
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIAL_DAYS = range(20_000, 110_000)
"""From 1954 to 2201: other numbers are no days of a contract."""
_WORDS = re.compile(r"[^\W\d_]{2,}[.:]? +\S")
"""What stands alone in a row between the accounts, or below them: a street, a signature, the number of the page."""
_FLOAT = re.compile(r"(\d+)[.,]0+")


def day_of(cell: str) -> date | None:
    """A day as 2027-01-31, 31.01.2027, 31.01.27, with slashes where only one order makes sense, or as the number that
    a spreadsheet keeps; None for no day."""
    if (serial := _SERIAL_DAY.fullmatch(cell)) and int(serial[1]) in _SERIAL_DAYS:
        return _EXCEL_EPOCH + timedelta(days=int(serial[1]))
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
    """The columns of a table, told by its header. ``shape`` is that of the provider's contract numbers, "" if unknown;
    ``sample`` are some of its rows, for a header that can be read in two ways. ``warnings`` tell what was left out."""

    def __init__(
        self,
        header: Sequence[str],
        name: str,
        provider: str,
        shape: str = "",
        mapping: TableMapping = NO_MAPPING,
        sample: Sequence[Row] = (),
    ) -> None:
        self.name = name
        self.provider = provider
        self.warnings: list[Fault] = []
        self.untold = 0
        """Rows that were left out besides those of ``warnings``."""
        self._digits = len(shape) if shape and set(shape) == {"9"} else 0
        self._statuses = {**STATUSES, **mapping.statuses}
        self._headings = [_plain(cell)[:40] for cell in header]
        headings = [plain_heading(_plain(cell)) for cell in header]
        self.header = _columns_of(headings, mapping, sample)
        self._merged = [
            (self.header.index(column), at)
            for at, column in enumerate(self.header)
            if column in LIST_COLUMNS and self.header.index(column) != at
        ]
        self.extra_columns = [(at, column) for at, column in enumerate(self.header) if column and column not in COLUMNS]
        self.column_numbers = {column: self.header.index(column) for column in COLUMNS if column in self.header}
        self._lists = [(column, at) for column, at in self.column_numbers.items() if column in LIST_COLUMNS]

    def header_fault(self) -> str:
        """What is wrong with the header, "" for nothing."""
        if "contract" not in self.header:
            named = ", ".join(repr(one) for one in self._headings[:_SHOWN_COLUMNS] if one)
            if not named:
                return sentence("there is no column 'contract': the table is empty")
            what = "there is no column 'contract' among {columns}: say with --map which it is"
            return sentence(what, columns=named)
        several = [column for column in self.header if column and column not in LIST_COLUMNS]
        twice = sorted({column for column in several if several.count(column) > 1})
        return sentence("the column {column} stands twice", column=repr(twice[0])) if twice else ""

    def row(self, cells: Row, line: int) -> list[str] | None:
        """The cells of an account as they are kept, as many as the header has; None for a row that is none."""
        cells = [_plain(cell) for cell in cells]
        while len(cells) > len(self.header) and not cells[-1]:
            cells.pop()
        if not any(cells) or [one[:40] for one in cells] == self._headings:
            return None
        if len(cells) > len(self.header):
            what = "has {cells} cells, the header has {columns}: quote cells that hold the delimiter"
            self.report(line, "", sentence(what, cells=len(cells), columns=len(self.header)))
            return None
        cells += [""] * (len(self.header) - len(cells))
        for first, other in self._merged:
            cells[first] = ";".join(filter(None, (cells[first], cells[other])))
        contract = self._with_zeros(cells[self.column_numbers["contract"]])
        cells[self.column_numbers["contract"]] = contract
        if fault := next(self._faults(cells, contract), None):
            column, what = fault
            self.report(line, column, what)
            return None
        self._drop_unusable(cells, line)
        return cells

    def report_twice(self, contract: str, line: int) -> None:
        """Tells of a row whose contract an earlier row has, with other values."""
        self.report(line, "contract", sentence("{typed} stands in the table already", typed=repr(contract)))

    def _with_zeros(self, contract: str) -> str:
        """The contract with the zeros it began with, which a spreadsheet took for those of a number."""
        if number := _FLOAT.fullmatch(contract):
            contract = number[1]
        return contract.zfill(self._digits) if contract.isascii() and contract.isdecimal() else contract

    def _faults(self, cells: Row, contract: str) -> Iterator[tuple[str, str]]:
        """Why a row is no account: the column, and what is wrong."""
        if not contract[:1].isdigit() and contract.casefold().startswith(_SUMS):
            yield "contract", sentence("is a sum, no contract")
        if len(cells) > 1 and _WORDS.match(contract) and sum(map(bool, cells)) == 1:
            yield "contract", sentence("is a line of words, no contract")
        if not contract[:1].isalnum() and not any(map(str.isalnum, contract)):
            yield "contract", sentence("is empty")
        if len(contract) > MAX_CONTRACT_LENGTH:
            what = "has {number} characters, and {most} at most can be kept"
            yield "contract", sentence(what, number=len(contract), most=MAX_CONTRACT_LENGTH)
        if _EXPONENT.fullmatch(contract):
            what = "{typed} was rounded by the spreadsheet: format it as text"
            yield "contract", sentence(what, typed=repr(contract))
        if (status := self.cell(cells, "status").casefold()) and not self._status(status):
            known = ", ".join(dict.fromkeys(STATUSES.values()))
            yield "status", sentence("is {typed}, not one of {known}", typed=repr(status), known=known)
        if (day := self.cell(cells, "valid_to")) and day.casefold() not in _FOREVER and day_of(day) is None:
            yield "valid_to", sentence("is {typed}, not a day such as 2027-01-31 or 31.01.2027", typed=repr(day))

    def _status(self, said: str) -> str:
        """The state that a cell means, "" for none."""
        return self._statuses.get(said) or ("blocked" if _FOR_DEBT.match(said) else "")

    def _drop_unusable(self, cells: list[str], line: int) -> None:
        """Empties what is no address or no number, so that the rest of the account can be used."""
        if (at := self.column_numbers.get("emails")) is not None:
            good = []
            for one in _SEVERAL_ADDRESSES.split(cells[at]) if cells[at] else ():
                if one and ("@" not in one or len(one) > 254 or not one.isprintable()):
                    what = sentence("{typed} is no address; the account is kept without it", typed=repr(one[:80]))
                    self.report(line, "emails", what)
                elif one:
                    good.append(one)
            cells[at] = ";".join(good)
        if (at := self.column_numbers.get("phones")) is None or not cells[at]:
            return
        if number := _FLOAT.fullmatch(cells[at]):
            cells[at] = number[1]
        cells[at] = _BETWEEN_PHONES.sub(";", cells[at])
        if number := _EXPONENT.search(cells[at]):
            rounded = sentence("{typed} was rounded by the spreadsheet: format it as text", typed=repr(number[0]))
            self.report(line, "phones", rounded)
            cells[at] = _EXPONENT.sub("", cells[at])

    def cell(self, cells: Row, column: str) -> str:
        """What stands there; "" where the table has no such column."""
        at = self.column_numbers.get(column)
        return cells[at] if at is not None else ""

    def account(self, cells: Row) -> Account:
        """The account of a row."""
        cell = partial(self.cell, cells)
        lists = {column: _split_values(cells[at]) for column, at in self._lists if cells[at]}
        status = cell("status")
        return Account(
            provider=self.provider,
            contract=cell("contract"),
            name=cell("name"),
            status=self._status(status.casefold()) if status else "active",
            service_level=cell("service_level"),
            language=cell("language").casefold(),
            address=cell("address"),
            valid_to=day_of(day) if (day := cell("valid_to")) else None,
            characteristics={column: cells[at] for at, column in self.extra_columns if cells[at]},
            **lists,  # type: ignore[arg-type]
        )

    def report(self, line: int, column: str, what: str) -> None:
        """Tells of a row that is left out, or of a cell."""
        told = sentence("column {column}: {what}", column=column, what=what) if column else what
        if len(self.warnings) >= MAX_WARNINGS or sum(one.what == told for one in self.warnings) >= MAX_ALIKE:
            self.untold += 1
            return
        self.warnings.append(Fault(self.name, line, told))


def _columns_of(headings: Sequence[str], mapping: TableMapping, sample: Sequence[Row] = ()) -> list[str]:
    """The column that each heading is; one that nobody knows stays as it is.

    Of several headings that may mean one column, that is taken which the mapping names, or else the first of
    `HEADINGS`; but the contract is never a column with far fewer values than another: beside "customerID" a column
    "Contract" tells for how long it runs.
    """
    meant = [mapping.columns.get(one) or _COLUMN_OF.get(one, "") for one in headings]
    rivals: dict[str, list[str]] = {}
    for heading, column in zip(headings, meant, strict=True):
        if column and column not in LIST_COLUMNS:
            rivals.setdefault(column, []).append(heading)
    best = {column: _best(column, names, headings, mapping, sample) for column, names in rivals.items()}
    told = {*mapping.columns.values()}
    return [
        _own_name(one)
        if not column or (column in best and best[column] != one) or _is_displaced(one, column, mapping, told)
        else column
        for one, column in zip(headings, meant, strict=True)
    ]


def _best(
    column: str, names: Sequence[str], headings: Sequence[str], mapping: TableMapping, sample: Sequence[Row]
) -> str:
    """Which of the headings that may mean a column does."""
    if named := [one for one in names if one in mapping.columns]:
        return named[0]
    ranked = sorted(names, key=lambda one: _RANK[one])
    if column != "contract" or len({*names}) == 1:
        return ranked[0]
    values = {one: _different_values(sample, headings.index(one)) for one in ranked}
    return next(one for one in ranked if 2 * values[one] >= max(values.values()))


def _different_values(sample: Sequence[Row], at: int) -> int:
    return len({_plain(row[at]) for row in sample if at < len(row)} - {""})


def _is_displaced(heading: str, column: str, mapping: TableMapping, told: Collection[str]) -> bool:
    """Whether the mapping says that another heading is this column."""
    return heading not in mapping.columns and column in told


def _own_name(heading: str) -> str:
    """A heading that stays as it is, and is not taken for the column of that name."""
    return f"{heading}_2" if heading in COLUMNS else heading


def is_header(cells: Row, mapping: TableMapping = NO_MAPPING) -> bool:
    """Whether a row names the columns: one of them is the contract."""
    return "contract" in _columns_of([plain_heading(_plain(cell)) for cell in cells], mapping)


def _plain(cell: str) -> str:
    """A cell without what spreadsheets put around it: blanks, ="...", an apostrophe; "" for a word that means none.

    A table has millions of cells, most of them plain: each oddity is looked for only where it can be.
    """
    bare = cell.strip()
    if not bare:
        return ""
    if not bare.isascii():
        bare = bare.replace("\u00a0", " ")
    if bare[0] == "=" and (formula := _FORMULA.fullmatch(bare)):
        bare = formula[1].strip()
    if bare[:1] == "'":
        bare = bare[1:]
    if "\0" in bare:
        bare = bare.replace("\0", "")
    return "" if len(bare) <= _LONGEST_NOTHING and bare.casefold() in _NOTHING else bare


def _split_values(cell: str) -> tuple[str, ...]:
    if not cell:
        return ()
    if not _SEVERAL.search(cell):
        return (cell,)
    return tuple(part for piece in _SEVERAL.split(cell) if (part := piece.strip()))
