"""The tables of accounts and their keys.

A row of `accounts` is one version of an account: it is in use while ``since`` is at most, and ``until`` beyond, the
``generation`` that the row of its provider in `account_tables` names. So a new table of a million rows is written in
many small transactions that nobody sees, and comes into use, or not, in one more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, Boolean, Index, Integer, String, Table, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from desk.storage.base import Base, Instant, ProviderScopedRow


class AccountRow(ProviderScopedRow, Base):
    """One version of an account. ``contract`` is normalised, ``data`` all of it as JSON (`stored_accounts`),
    ``searched`` what agents search, in small letters; two versions with one ``fingerprint`` say the same."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    contract: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(16))
    service_level: Mapped[str] = mapped_column(Text)
    data: Mapped[str] = mapped_column(Text)
    searched: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[int] = mapped_column(Integer)
    until: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        Index(
            "accounts_replaced",
            "provider",
            "until",
            sqlite_where=text("until IS NOT NULL"),
            postgresql_where=text("until IS NOT NULL"),
        ),
    )


class AccountKeyRow(Base):
    """By what an account is found: ``key`` is the kind and the folded value, "contract:m14350", ``value`` the normal
    form. The key comes first, so that one read serves a provider, a front desk of many, and look-alikes."""

    __tablename__ = "account_keys"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    provider: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    value: Mapped[str] = mapped_column(String(280), primary_key=True)

    __table_args__ = ({"sqlite_with_rowid": False},)


class AccountTableRow(ProviderScopedRow, Base):
    """What of a provider's accounts is in use, and where it came from.

    ``source`` is the file's name, ``read_at`` when it was read, ``file_hash`` that of the file of the provider's folder
    which was looked at last, whatever came of it: "faults" of one that was not taken. ``is_pending`` while a table is
    being written. ``keys_version`` is `stored_accounts.KEYS_VERSION` of the keys in use.
    """

    __tablename__ = "account_tables"

    generation: Mapped[int] = mapped_column(Integer)
    last_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(255))
    read_at: Mapped[datetime] = mapped_column(Instant)
    file_hash: Mapped[str] = mapped_column(String(64))
    shape: Mapped[str] = mapped_column(String(80))
    findings: Mapped[dict[str, Any]] = mapped_column(JSON)
    extra_columns: Mapped[list[str]] = mapped_column(JSON)
    service_levels: Mapped[list[str]] = mapped_column(JSON)
    keys_version: Mapped[int] = mapped_column(Integer)
    is_pending: Mapped[bool] = mapped_column(Boolean)


ACCOUNTS, ACCOUNT_KEYS, ACCOUNT_TABLES = (
    cast(Table, kind.__table__) for kind in (AccountRow, AccountKeyRow, AccountTableRow)
)
