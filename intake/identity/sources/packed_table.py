"""Many accounts in little memory. Pure.

An account as Python objects takes more than two kilobytes, and a desk has one for each subscriber of each provider.
Here it is the bytes of its row, and what finds it is a number of eight bytes; it is made when somebody asks for it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from desk.model.shared_facts import Account

Row = Sequence[str]
"""The cells of one row; none of them holds NUL."""
Key = tuple[str, str]
"""A kind of identifier, and its normalized value."""


class PackedAccountTable:
    """Accounts by their keys. ``build_account`` makes one of its row; ``keys_of_row`` gives all keys of that row."""

    def __init__(
        self, rows: Iterable[Row], build_account: Callable[[Row], Account], keys_of_row: Callable[[Row], Iterable[Key]]
    ) -> None:
        self._build_account, self._keys_of_row = build_account, keys_of_row
        cells, self._ends = bytearray(), array("Q")
        found: list[tuple[int, int]] = []
        for number, row in enumerate(rows):
            cells += "\0".join(row).encode()
            self._ends.append(len(cells))
            found += ((hash(key), number) for key in {*keys_of_row(row)})
        found.sort()
        self._cells = bytes(cells)
        self._hashes = array("q", (one for one, _ in found))
        self._numbers = array("L", (number for _, number in found))

    def __len__(self) -> int:
        return len(self._ends)

    def accounts(self) -> Iterator[Account]:
        """Every account, in the order of the rows."""
        return (self._build_account(self._row(number)) for number in range(len(self)))

    def find(self, key: Key) -> tuple[Account, ...]:
        """Every account with this key, in the order of the rows."""
        key_hash = hash(key)
        accounts = []
        for at in range(bisect_left(self._hashes, key_hash), len(self._hashes)):
            if self._hashes[at] != key_hash:
                break
            row = self._row(self._numbers[at])
            # Two keys may have one number.
            if key in self._keys_of_row(row):
                accounts.append(self._build_account(row))
        return tuple(accounts)

    def _row(self, number: int) -> Row:
        start = self._ends[number - 1] if number else 0
        return self._cells[start : self._ends[number]].decode().split("\0")
