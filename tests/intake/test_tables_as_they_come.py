"""Tables of subscribers as spreadsheets and billing programs save them, and the day half of one is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from desk.model.shared_facts import Account
from intake.identity.index.find_accounts import IndexedAccounts
from intake.identity.index.read_table import InvalidTable
from intake.identity.key_folding import fold
from tests.intake.reading_tables import opened, read, taken

HEADER = "contract;name;status;service_level;language;phones;emails;logins;serials;address;products;valid_to"
ANNA = (
    '40-1187;Анна Смирнова;active;residential;ru;"+7 000 555-00-01;+7 000 555-00-02";anna@example.test;sn1;;"г. Ё";net;'
)


def accounts(source: str | bytes, encoding: str = "cp1251", shape: str = "") -> list[Account]:
    raw = source if isinstance(source, bytes) else source.encode(encoding)
    return read(raw, shape=shape)[1]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r", "cp866"]
)
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
        ("31.12.2027 23:59:59", date(2027, 12, 31)),
        ("2027-01-31T00:00:00+03:00", date(2027, 1, 31)),
        ("2026-02-01 12:00", date(2026, 2, 1)),
        ("46053.5", date(2026, 1, 31)),
        ("бессрочно", None),
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


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Заблокирован за долг", "blocked"),
        ("Отключен за неуплату", "blocked"),
        ("Приостановлена", "blocked"),
        ("suspended (non-payment)", "blocked"),
        ("Работает", "active"),
        ("Отключён", "expired"),
    ],
)
def test_a_state_may_have_its_reason_beside_it(said: str, status: str) -> None:
    (anna,) = accounts(f"contract;status\n1;{said}\n")
    assert anna.status == status


def test_a_state_that_nobody_knows_is_told_and_hides_no_other_fault() -> None:
    """One fault of many rows is told three times; what the others have is told too."""
    lines = "".join(f"{number};в архиве навсегда;\n" for number in range(100))
    reading, found = read(f"contract;status;valid_to\n{lines}100;;завтра\n".encode())
    assert ([one.line for one in reading.warnings], reading.untold, found) == ([2, 3, 4, 102], 97, [])


def test_lines_of_words_between_the_accounts_are_none() -> None:
    """Streets, the header once more, a signature, a page's number: a report that was printed for people."""
    source = (
        "Договор;ФИО\nУлица Мира;\n40-1;Анна\nДоговор;ФИО\nVIP клиент;Иван\nИсп. Петрова А. А.;\nСтраница 1 из 1;\n"
    )
    reading, found = read(source.encode())
    assert [one.contract for one in found] == ["40-1", "VIP клиент"]
    assert [one.line for one in reading.warnings] == [2, 6, 7]


@pytest.mark.parametrize("between", [" / ", "/", " и ", ", ", ";", "\n"])
def test_two_phones_of_a_cell_are_two(between: str) -> None:
    (anna,) = read(f'contract,phones\n1,"8(900)111-22-40{between}8(900)111-22-41"\n'.encode())[1]
    assert anna.phones == ("8(900)111-22-40", "8(900)111-22-41")


def test_a_table_without_contracts_is_refused_with_the_columns_it_has() -> None:
    with pytest.raises(InvalidTable, match=r"among 'Ид\. плательщика', 'Моб\. номер': say with --map which it is"):
        accounts("Ид. плательщика;Моб. номер\n1;2\n")
    with pytest.raises(InvalidTable, match="the table is empty"):
        accounts("\n\n")


def test_a_number_that_was_rounded_costs_no_other_one() -> None:
    reading, (anna,) = read("contract,phone,Мобильный телефон\n1,7.9E+10,8 900 111-22-35\n".encode())
    assert (anna.phones, reading.left_out) == (("8 900 111-22-35",), 1)
