"""Where a table is laid out before it is taken: a file of its own that is gone afterwards.

It holds what differs from the accounts in use, and nothing of those that stay as they are, so that a million rows need
little memory, the keys can be written in their order, and nobody sees half of a table.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from desk.model.shared_facts import Account
from intake.identity.index.stored_accounts import as_json, fingerprint, key_and_value, keys_of, searched

_TABLES = """
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -24000; PRAGMA temp_store = FILE;
    CREATE TABLE former (contract TEXT PRIMARY KEY, id INTEGER, fingerprint INTEGER, seen INTEGER, now INTEGER)
        WITHOUT ROWID;
    CREATE TABLE fresh (contract TEXT PRIMARY KEY, id INTEGER, fingerprint INTEGER) WITHOUT ROWID;
    CREATE TABLE rows (id INTEGER PRIMARY KEY, contract TEXT, status TEXT, level TEXT, data TEXT, searched TEXT,
        fingerprint INTEGER);
    CREATE TABLE keys (key TEXT, id INTEGER, value TEXT);
"""
StoredAccount = tuple[int, str, str, str, str, str, int]
"""id, contract, status, service level, data, searched, fingerprint."""
AT_ONCE = 2000
"""Rows that are gathered before they are put down."""
StoredKey = tuple[str, int, str]
"""key, account's id, value."""


class RowKind(StrEnum):
    """What a row of a new table is, beside the accounts in use."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REPEATED = "repeated"  # an earlier row of this table says just the same
    TWICE = "twice"  # an earlier row has this contract, and says something else


class ImportWorkbench:
    """One new table beside the accounts in use. Ids of its accounts begin after ``last_id``; ``folder`` is where its
    file may lie, None for a small table that is only looked at."""

    def __init__(self, last_id: int = 0, folder: Path | None = None) -> None:
        self._last_id = self.first_id = last_id
        path = ":memory:"
        if folder:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened, path = tempfile.mkstemp(".tmp", "import-", folder)
            os.close(opened)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.executescript(_TABLES)
        if folder:
            os.unlink(path)  # whatever ends this process, nothing is left of it
        self._db.execute("BEGIN")
        self._has_former = False
        self._rows: list[StoredAccount] = []
        self._keys: list[StoredKey] = []

    def close(self) -> None:
        """Throws everything away."""
        self._db.close()

    @property
    def last_id(self) -> int:
        """The id that was given last."""
        return self._last_id

    def add_former(self, rows: Iterable[tuple[str, int, int]]) -> None:
        """Accounts in use: contract, id, fingerprint."""
        self._db.executemany("INSERT OR IGNORE INTO former VALUES (?, ?, ?, 0, 0)", rows)
        self._has_former = self._has_former or self.former_number() > 0

    def add(self, account: Account) -> RowKind:
        """A row of the new table."""
        contract, data = key_and_value("contract", account.contract)[1], as_json(account)
        number = fingerprint(data)
        earlier = self._former(contract)
        if earlier and earlier[2]:
            return RowKind.REPEATED if earlier[3] == number else RowKind.TWICE
        if earlier:
            self._db.execute("UPDATE former SET seen = 1, now = ? WHERE contract = ?", (number, contract))
            if earlier[1] == number:
                return RowKind.SAME
        else:
            added = self._db.execute(
                "INSERT OR IGNORE INTO fresh VALUES (?, ?, ?)", (contract, self._last_id + 1, number)
            )
            if not added.rowcount:
                (before,) = self._db.execute("SELECT fingerprint FROM fresh WHERE contract = ?", (contract,)).fetchone()
                return RowKind.REPEATED if before == number else RowKind.TWICE
        self._last_id += 1
        found = (account.status, account.service_level, data, searched(account), number)
        self._rows.append((self._last_id, contract, *found))
        self._keys += [(key, self._last_id, value) for key, value in keys_of(account)]
        if len(self._rows) >= AT_ONCE:
            self._put_down()
        return RowKind.CHANGED if earlier else RowKind.NEW

    def _former(self, contract: str) -> tuple[int, int, int, int] | None:
        """The account in use: id, fingerprint, whether the new table has it, and with which fingerprint."""
        if not self._has_former:
            return None
        query = "SELECT id, fingerprint, seen, now FROM former WHERE contract = ?"
        found: tuple[int, int, int, int] | None = self._db.execute(query, (contract,)).fetchone()
        return found

    def _put_down(self) -> None:
        """What was gathered goes into the file; many rows at a time cost a third of one by one."""
        self._db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?)", self._rows)
        self._db.executemany("INSERT INTO keys VALUES (?, ?, ?)", self._keys)
        self._rows.clear()
        self._keys.clear()

    def former_number(self) -> int:
        """How many accounts were in use."""
        return int(self._db.execute("SELECT count(*) FROM former").fetchone()[0])

    def gone_number(self) -> int:
        """How many of them the new table lacks."""
        return int(self._db.execute("SELECT count(*) FROM former WHERE seen = 0").fetchone()[0])

    def gone(self, limit: int) -> list[str]:
        """The contracts of some of these, normalised."""
        rows = self._db.execute("SELECT contract FROM former WHERE seen = 0 ORDER BY contract LIMIT ?", (limit,))
        return [str(contract) for (contract,) in rows]

    def replaced_ids(self) -> Iterator[int]:
        """The ids of the versions that go out of use: of accounts that are gone, and of those that changed."""
        rows = self._db.execute("SELECT id FROM former WHERE seen = 0 OR now <> fingerprint ORDER BY id")
        return (int(id) for (id,) in rows)

    def new_accounts(self) -> Iterator[StoredAccount]:
        """The new versions, in the order of the table."""
        self._put_down()
        return iter(self._db.execute("SELECT * FROM rows ORDER BY id"))

    def new_keys_number(self) -> int:
        """How many keys they have."""
        self._put_down()
        return int(self._db.execute("SELECT count(*) FROM keys").fetchone()[0])

    def new_keys(self) -> Iterator[StoredKey]:
        """Their keys, in the order in which the index keeps them: so they are written page after page."""
        self._put_down()
        return iter(self._db.execute("SELECT key, id, value FROM keys ORDER BY key, id, value"))

    def shared_keys(self, more_than: int, limit: int) -> list[tuple[str, int]]:
        """Values that more accounts have than may live together, with their number: a placeholder, perhaps."""
        self._put_down()
        query = (
            "SELECT min(value), count(DISTINCT id) AS number FROM keys GROUP BY key HAVING number > ? "
            "ORDER BY number DESC LIMIT ?"
        )
        return [(str(value), int(number)) for value, number in self._db.execute(query, (more_than, limit))]

    def data_of(self, contract: str) -> str:
        """What the new version of an account says, by its normalised contract; "" where there is none."""
        self._put_down()
        found = self._db.execute("SELECT data FROM rows WHERE contract = ?", (contract,)).fetchone()
        return str(found[0]) if found else ""
