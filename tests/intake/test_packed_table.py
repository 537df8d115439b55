"""Accounts packed into little memory."""

from collections.abc import Iterator

from desk.model.shared_facts import Account
from intake.identity.sources.packed_table import Key, PackedAccountTable, Row


class Alike(str):
    """Words whose numbers are all the same."""

    def __hash__(self) -> int:
        return 7


def made(row: Row) -> Account:
    return Account("sever", row[0], name=row[1])


def keys(row: Row) -> Iterator[Key]:
    yield "contract", Alike(row[0])


def test_identifiers_that_share_a_number_find_only_their_own_account() -> None:
    accounts = PackedAccountTable([("1", "Анна"), ("2", "John")], made, keys)
    assert [one.name for one in accounts.find(("contract", Alike("1")))] == ["Анна"]
    assert [one.name for one in accounts.find(("contract", Alike("2")))] == ["John"]
    assert accounts.find(("contract", Alike("3"))) == ()


def test_several_accounts_of_one_identifier_come_in_the_order_of_their_rows() -> None:
    rows = [(str(number), "") for number in (3, 1, 2)]
    accounts = PackedAccountTable(rows, made, lambda _: iter([("phone", "7")]))
    assert [one.contract for one in accounts.find(("phone", "7"))] == ["3", "1", "2"]


def test_of_no_rows_nothing_is_found() -> None:
    accounts = PackedAccountTable([], made, keys)
    assert (len(accounts), accounts.find(("contract", "1"))) == (0, ())
