"""The provider's table of subscribers."""

from datetime import date
from pathlib import Path

import pytest

from desk.model.shared_facts import Account, EntitlementStatus
from intake.identity.index.find_accounts import IndexedAccounts
from intake.identity.index.read_table import InvalidTable
from intake.identity.key_folding import normalise
from tests.intake.reading_tables import opened, read, taken

HEADER = "contract,name,status,service_level,language,phones,emails,logins,serials,address,products,valid_to,node"
ANNA = (
    "40-1187,Анна,active,premium,ru,8 (921) 555-00-01;+7 921 555-00-02,Anna@Example.test,"
    "sn1,SN-00 1,ул. Озёрная,tv;net,2027-01-31,TB-02"
)
JOHN = "40-2203,John,,,en,,john@example.test;anna@example.test,,,,,,"


def read_accounts(source: bytes, name: str = "entitlements.csv") -> list[Account]:
    return read(source, name)[1]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "entitlements.csv"
    path.write_text("\n".join((HEADER, ANNA, JOHN, "")), "utf-8")
    return path


def test_a_row_becomes_an_account(table: Path) -> None:
    anna, _ = read_accounts(table.read_bytes())
    assert (anna.provider, anna.name, anna.service_level, anna.language) == ("sever", "Анна", "premium", "ru")
    assert anna.phones == ("8 (921) 555-00-01", "+7 921 555-00-02")
    assert anna.products == ("tv", "net")
    assert anna.valid_to == date(2027, 1, 31)
    assert anna.characteristics == {"node": "TB-02"}
    assert anna.standing(date(2027, 2, 1)) is EntitlementStatus.EXPIRED


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("contract", "40-1187", ["40-1187"]),
        ("contract", " 40–1187 ", ["40-1187"]),
        ("phone", "+79215550001", ["40-1187"]),
        ("phone", "8 921 555 00 02", ["40-1187"]),
        ("email", "ANNA@example.test", ["40-1187", "40-2203"]),
        ("email", "john@example.test", ["40-2203"]),
        ("login", "SN1", ["40-1187"]),
        ("serial", "sn001", ["40-1187"]),
        ("contract", "40-9999", []),
        ("contract", "", []),
        ("phone", "", []),
        ("contract", "sn1", []),
        ("node", "TB-02", []),
    ],
)
async def test_an_account_is_found_by_any_of_its_identifiers(
    database_url: str, table: Path, kind: str, value: str, found: list[str]
) -> None:
    async with opened(database_url) as database:
        await taken(database, table)
        accounts = await IndexedAccounts(database).find(["sever", "volga"], kind, value)
        assert [account.contract for account in accounts] == found
        assert await IndexedAccounts(database).find(["volga"], kind, value) == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_the_encoding_is_told_by_the_bytes(encoding: str) -> None:
    (anna, _) = read_accounts("\r\n".join((HEADER, ANNA, JOHN)).encode(encoding), "x.csv")
    assert anna.name == "Анна"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_told_by_the_header(delimiter: str) -> None:
    rows = [["contract", "name", "phones"], ["1", "Анна, Иванова", '"+7 1;+7 2"']]
    rows[1][1] = f'"{rows[1][1]}"'
    (account,) = read_accounts("\n".join(delimiter.join(row) for row in rows).encode(), "x.csv")
    assert (account.name, account.phones) == ("Анна, Иванова", ("+7 1", "+7 2"))


def test_empty_lines_and_extra_columns_do_no_harm() -> None:
    source = b"Contract , Colour\n\n1,red\n  ,\n2,\n"
    first, second = read_accounts(source, "x.csv")
    assert (first.characteristics, second.characteristics) == ({"colour": "red"}, {})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "there is no column 'contract'"),
        ("name,phone\nx,y", "there is no column 'contract'"),
        ("contract,name,name\n1,a,b", "the column 'name' stands twice"),
        ("contract\n\0", "is no text"),
    ],
)
def test_a_table_without_its_header_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InvalidTable) as caught:
        read_accounts(text.encode())
    assert any(sentence in fault for fault in caught.value.problems), caught.value.problems
    assert all(fault.startswith("entitlements.csv") for fault in caught.value.problems)


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("contract,name\n1,a\n1,b", 3, "column contract: '1' stands in the table already"),
        ("contract,name\n4-1,a\n41,b", 3, "column contract: '41' stands in the table already"),
        ("contract,status\n1,asleep", 2, "column status: is 'asleep', not one of active, expired, blocked"),
        ("contract,valid_to\n1,tomorrow", 2, "column valid_to: is 'tomorrow', not a day such as"),
        ("contract,valid_to\n1,02/03/2027", 2, "column valid_to: is '02/03/2027', not a day such as"),
        ("contract,emails\n1,nobody", 2, "column emails: 'nobody' is no address"),
        (f"contract,emails\n1,{'a' * 250}@b.test", 2, "column emails"),
        ("contract\n" + "1" * 81, 2, "column contract: has 81 characters, and 80 at most can be kept"),
        ('contract,name\n1,"open', 2, "its quotes cannot be read"),
        ("contract,name\n1,a,b", 2, "has 3 cells, the header has 2"),
        ("contract,name\n,a", 2, "column contract: is empty"),
        ("contract,name\nИтого: 1,", 2, "column contract: is a sum"),
        ('contract,phones\n1,"7,90055E+10"', 2, "column phones: '7,90055E+10' was rounded by the spreadsheet"),
    ],
)
def test_each_fault_is_told_with_its_line_and_column(text: str, line: int, sentence: str) -> None:
    reading, _ = read(text.encode())
    assert [(one.file, one.line) for one in reading.warnings] == [("entitlements.csv", line)]
    assert sentence in reading.warnings[0].what


def test_a_broken_row_costs_itself_alone() -> None:
    rows = ['1,"Анна', "2,Иван,,", "3,Ольга,active,02.03.2027", "4,Пётр,asleep,", '5,ООО "Хлеб",active,-']
    source = "\n".join(("contract,name,status,valid_to", *rows))
    assert [one.contract for one in read_accounts(source.encode(), "x.csv")] == ["2", "3", "5"]


def test_an_address_that_is_none_costs_no_account() -> None:
    source = 'contract,emails\n1,"нет; a@b.test, плохо"\n2,"a@b.test\nBcc: c@d.test"\n'
    first, second = read_accounts(source.encode(), "x.csv")
    assert (first.emails, second.emails) == (("a@b.test",), ("a@b.test", "c@d.test"))


def test_a_quite_broken_table_is_told_in_twenty_sentences_and_a_number() -> None:
    broken = b"contract,status\n" + b"".join(b"%d,x%d\n" % (number, number) for number in range(100))
    reading, accounts = read(broken)
    assert (len(reading.warnings), reading.untold, len(accounts)) == (20, 80, 0)


def test_the_tables_of_the_sample_are_sound() -> None:
    import console

    for path in (Path(console.__file__).parent / "sample" / "providers").glob("*/entitlements.csv"):
        reading, accounts = read(path.read_bytes(), path.name)
        assert accounts
        assert not reading.left_out


def test_values_that_hold_nothing_find_nothing() -> None:
    assert normalise("phone", "нет") == ""
    assert normalise("contract", " - ") == ""
    assert normalise("email", "\u200b A@B.test ") == "a@b.test"
