"""Tables of subscribers as spreadsheets and billing programs save them, and the day half of one is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from desk.model.shared_facts import Account
from intake.identity.index.find_accounts import IndexedAccounts
from intake.identity.key_folding import fold
from tests.intake.reading_tables import opened, read, taken

HEADER = "contract;name;status;service_level;language;phones;emails;logins;serials;address;products;valid_to"
ANNA = (
    '40-1187;Анна Смирнова;active;residential;ru;"+7 000 555-00-01;+7 000 555-00-02";anna@example.test;sn1;;"г. Ё";net;'
)


def accounts(source: str | bytes, encoding: str = "cp1251", shape: str = "") -> list[Account]:
    raw = source if isinstance(source, bytes) else source.encode(encoding)
    return read(raw, shape=shape)[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r", "cp866"])
def test_names_are_read_in_whatever_they_were_saved(encoding: str) -> None:
    (anna,) = accounts(f"{HEADER}\r\n{ANNA}\r\n", encoding)
    assert (anna.name, anna.address, len(anna.phones)) == ("Анна Смирнова", "г. Ё", 2)


def test_lines_of_two_encodings_are_read_each_in_its_own() -> None:
    first, second = accounts(f"{HEADER}\r\n{ANNA}\r\n".encode() + "40-1078;Ирина Устинова;active".encode("cp1251"))
    assert (first.name, second.name) == ("Анна Смирнова", "Ирина Устинова")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("31.12.2099", date(2099, 12, 31)),
        ("1.2.2027", date(2027, 2, 1)),
        ("31.12.27", date(2027, 12, 31)),
        ("2027-01-31", date(2027, 1, 31)),
        ("31.12.2099 0:00:00", date(2099, 12, 31)),
        ("12/31/2099", date(2099, 12, 31)),
        ("31/12/2099", date(2099, 12, 31)),
        ("-", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_write_it(typed: str, day: date | None) -> None:
    (anna,) = accounts(f"contract;valid_to\n1;{typed}\n")
    assert anna.valid_to == day


def test_what_excel_leaves_out_or_puts_in_is_no_fault() -> None:
    """A line ``sep=;``, short rows, rows of empty cells, dashes, formulas, apostrophes, blanks that do not break."""
    source = f'sep=;\r\n{HEADER};;\r\n{ANNA};;\r\n40-1078;Ирина;active\r\n;;;;;;\r\n="41-1";-;Active\u00a0;;;-;-\r\n'
    reading, found = read(source.encode())
    assert reading.warnings == ()
    assert [(one.contract, one.name, one.status) for one in found] == [
        ("40-1187", "Анна Смирнова", "active"),
        ("40-1078", "Ирина", "active"),
        ("41-1", "", "active"),
    ]


def test_headings_and_states_may_be_russian() -> None:
    (ivan,) = accounts("Договор;ФИО;Статус;Эл. почта;Действует до\n40-1187;Иван;Заблокирован;a@b.test;31.01.2027\n")
    assert (ivan.contract, ivan.name, ivan.status) == ("40-1187", "Иван", "blocked")
    assert (ivan.emails, ivan.valid_to) == (("a@b.test",), date(2027, 1, 31))


def test_zeros_that_a_spreadsheet_took_are_put_back() -> None:
    (ivan,) = accounts("contract;name\n4512;Иван\n", shape="999999")
    assert ivan.contract == "004512"
    (other,) = accounts("contract;name\n4512;Иван\n", shape="99-9999")
    assert other.contract == "4512"


@pytest.mark.parametrize(
    ("kind", "value", "row"),
    [
        ("phone", "+7 900 000-00-01", "1;9000000001;"),
        ("phone", "8 4822 12-34-56", "1;8(4822)12-34-56 доб. 7;"),
        ("phone", "+7 900 000-00-02", '1;"+7 900 000-00-01, +7 900 000-00-02";'),
        ("email", "b@x.test", '1;;"a@x.test, b@x.test"'),
        ("contract", "а 401", "А401;;"),
    ],
)
async def test_people_are_found_by_what_the_table_means(kind: str, value: str, row: str, tmp_path: Path) -> None:
    path = tmp_path / "entitlements.csv"
    path.write_text(f"contract;phones;emails\n{row}\n", "utf-8")
    async with opened(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}") as database:
        await taken(database, path)
        assert len(await IndexedAccounts(database).find(["sever"], kind, value)) == 1


async def test_a_letter_of_another_alphabet_is_only_meant_perhaps(tmp_path: Path) -> None:
    path = tmp_path / "entitlements.csv"
    path.write_text("contract;phones;emails\nА401;;\n", "utf-8")
    async with opened(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}") as database:
        await taken(database, path)
        finder = IndexedAccounts(database)
        assert not await finder.find(["sever"], "contract", "A401")
        assert len(await finder.find_folded(["sever"], "contract", fold("contract", "A401"))) == 1
