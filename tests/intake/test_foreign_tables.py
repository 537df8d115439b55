"""Tables that nobody here wrote: workbooks, titles above the header, foreign columns, values after a spreadsheet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from intake.identity.index.import_accounts import stored_tables
from intake.identity.index.read_table import InvalidTable
from intake.identity.index.workbench import RowKind
from intake.identity.sources.account_columns import COLUMNS
from intake.identity.sources.table_mapping import InvalidMapping, TableMapping, read_mapping
from tests.intake.reading_tables import opened, read, taken
from tests.intake.workbooks import DAY, workbook

ROWS = (
    ("Выгрузка абонентов", None, None),
    (None,),
    ("Договор", "ФИО", "Телефон", "Действует до", "Узел"),
    (4512, "Анна Смирнова", 79000000001, (46053, DAY), "TB-02"),
    ("004513", "ООО «Хлеб & Ко»", "8 (900) 000-00-02", "31.01.2027"),
    ("итого", 2),
)


def test_a_workbook_is_read_like_any_table() -> None:
    """A title above the header, numbers that lost their zeros, days by the format of their cell, short rows, a sum."""
    reading, accounts = read(workbook(ROWS), "x.xlsx", shape="999999")
    assert (reading.header_line, reading.extra_columns) == (3, ("узел",))
    anna, bread = accounts
    assert (anna.contract, anna.phones, anna.valid_to) == ("004512", ("79000000001",), date(2026, 1, 31))
    assert anna.characteristics == {"узел": "TB-02"}
    assert (bread.contract, bread.name, bread.valid_to) == ("004513", "ООО «Хлеб & Ко»", date(2027, 1, 31))
    assert [one.line for one in reading.warnings] == [6]


def test_a_sheet_is_named_in_the_mapping() -> None:
    source = workbook(ROWS, ("Обложка", "Абоненты"))
    assert len(read(source, "x.xlsx", mapping=TableMapping(sheet="абоненты"))[1]) == 2
    with pytest.raises(InvalidTable, match=r"no column 'contract'.*its sheets are 'Обложка', 'Абоненты'"):
        read(source, "x.xlsx")
    with pytest.raises(InvalidTable, match="has no sheet 'Клиенты': there are Обложка, Абоненты"):
        read(source, "x.xlsx", mapping=TableMapping(sheet="Клиенты"))


@pytest.mark.parametrize(
    "source",
    [
        b"PK\x03\x04 no archive at all",
        workbook(ROWS)[:400],
        workbook(ROWS, head='<!DOCTYPE a [<!ENTITY b "cccc">]>'),
    ],
)
def test_a_broken_or_hostile_workbook_is_refused_in_a_sentence(source: bytes) -> None:
    with pytest.raises(InvalidTable, match="is a workbook that cannot be read"):
        read(source, "x.xlsx")


def test_a_workbook_that_unpacks_to_anything_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.identity.sources.workbook.MAX_UNPACKED", 100_000)
    monkeypatch.setattr("intake.identity.sources.workbook._BLOCK", 10_000)
    bomb = workbook([("договор",), *(("1" * 1000,),) * 200])
    with pytest.raises(InvalidTable, match="unpacks to more than"):
        read(bomb, "x.xlsx")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "utf-16"])
def test_a_header_may_stand_below_a_title(encoding: str) -> None:
    source = "Абоненты;;\r\n;на 1 декабря, все;\r\nДоговор;ФИО;Телефон\r\n1;Анна;8(900)0000001\r\n"
    reading, (anna,) = read(source.encode(encoding))
    assert (reading.header_line, anna.name, anna.phones) == (3, "Анна", ("8(900)0000001",))


def test_days_as_numbers_and_numbers_as_decimals() -> None:
    reading, (one, two) = read(b"contract,phones,valid_to\n1.0,79000000001.0,46053\n2,,46053.0\n")
    assert (one.contract, one.phones) == ("1", ("79000000001",))
    assert one.valid_to == two.valid_to == date(2026, 1, 31)
    assert not reading.left_out


def test_rows_that_stand_twice_cost_nothing_and_contradictions_are_told() -> None:
    reading, accounts = read("contract,name\n1,Анна\n1,Анна\n2,Иван\n2,Пётр\n".encode())
    assert [one.name for one in accounts] == ["Анна", "Иван"]
    assert (reading.rows[RowKind.REPEATED], reading.rows[RowKind.TWICE]) == (1, 1)
    assert [one.line for one in reading.warnings] == [5]


def test_a_foreign_table_of_customers_is_read_without_a_word() -> None:
    """Ids like 7590-VHVEG, blank cells, numbers and words in one column; what is unknown is kept as it is."""
    source = (
        "customerID,gender,SeniorCitizen,PhoneService,MonthlyCharges,TotalCharges\n"
        "7590-VHVEG,Female,0,No,29.85,29.85\n5575-GNVDE,Male,0,Yes,56.95,1889.5\n4472-LVYGI,Female,1,No,52.55, \n"
    )
    reading, accounts = read(source.encode())
    assert [one.contract for one in accounts] == ["7590-VHVEG", "5575-GNVDE", "4472-LVYGI"]
    assert accounts[0].characteristics["phoneservice"] == "No"
    assert "totalcharges" not in accounts[2].characteristics
    assert not reading.left_out


def test_a_mapping_says_what_columns_and_states_mean(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        '[columns]\ncontract = "Ид"\nphones = ["Тел. 1", "Тел. 2"]\n[statuses]\n"0" = "active"\n"долг" = "blocked"\n'
        '[file]\ncharset = "cp866"\ndelimiter = "^"\n',
        "utf-8",
    )
    source = "Ид^Договор^Тел. 1^Тел. 2^Статус\r\n1^АБ^+7 900 1^^0\r\n2^ВГ^^+7 900 2^Долг\r\n".encode("cp866")
    _, (one, two) = read(source, mapping=read_mapping(path, COLUMNS))
    assert (one.contract, one.phones, one.status, one.characteristics) == (
        "1",
        ("+7 900 1",),
        "active",
        {"договор": "АБ"},
    )
    assert (two.contract, two.phones, two.status) == ("2", ("+7 900 2",), "blocked")


def test_a_mapping_tells_all_its_faults_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        '[columns]\ncontrakt = "Ид"\nphones = 7\n[statuses]\n"0" = "alive"\n[file]\ncharset = "x"\n', "utf-8"
    )
    with pytest.raises(InvalidMapping) as caught:
        read_mapping(path, COLUMNS)
    assert sorted(one.line for one in caught.value.faults) == [2, 3, 5, 7]


def test_contracts_of_another_shape_are_suspicious() -> None:
    reading, _ = read(b"contract\n40-1187\n401188\n4-1\nM14350\n", shape="99-9999")
    assert (reading.odd, reading.odd_contracts) == (2, ("4-1", "M14350"))


@pytest.mark.parametrize("mapping", [TableMapping(), TableMapping(columns={"customerid": "contract"})])
def test_a_column_contract_that_tells_for_how_long_is_not_the_contract(mapping: TableMapping) -> None:
    """Whether the mapping says so, or the few values of that column do."""
    terms = ("Month-to-month", "One year", "Two year")
    lines = [f"{number:04d}-VHVEG,{terms[number % 3]}" for number in range(40)]
    reading, accounts = read("\n".join(("customerID,Contract", *lines)).encode(), mapping=mapping)
    assert [accounts[0].contract, len(accounts)] == ["0000-VHVEG", 40]
    assert (accounts[1].characteristics, reading.extra_columns) == ({"contract_2": "One year"}, ("contract_2",))
    assert not reading.left_out


def test_a_contract_that_a_few_rows_share_is_still_the_contract() -> None:
    lines = [f"40-{number // 2:04d},{number}" for number in range(40)]
    reading, _ = read("\n".join(("contract,customer id", *lines)).encode())
    assert reading.columns[0] == ("contract", "contract")


async def test_a_table_whose_rows_contradict_one_another_is_not_taken(tmp_path: Path) -> None:
    """Most often its contract stands in another column; nobody would be found by what it says."""
    path = tmp_path / "a.csv"
    path.write_text("contract,name\n" + "".join(f"{one % 3},Anna {one}\n" for one in range(40)), "utf-8")
    async with opened(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}") as database:
        report = await taken(database, path)
        assert not report.is_taken
        assert "37 rows have another row's contract" in str(report.refused)
        assert await stored_tables(database, ["sever"]) == {}
