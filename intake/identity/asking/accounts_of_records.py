"""What a client's system answers, as accounts: records with the client's own names of fields, read as rows of a table.
Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from desk.language.unsafe_characters import storable
from desk.model.shared_facts import Account
from intake.identity.sources.account_columns import AccountTable
from intake.identity.sources.table_mapping import TableMapping

MOST_FIELDS, MOST_CHARACTERS = 60, 500


def accounts_of(
    records: Sequence[Mapping[str, Any]], provider: str, shape: str, mapping: TableMapping
) -> tuple[Account, ...]:
    """The accounts of these records; those that are none are left out. Raises ValueError where none has a contract."""
    found = []
    for record in records:
        names = [str(name) for name in record][:MOST_FIELDS]
        table = AccountTable(names, "answer", provider, shape, mapping)
        if fault := table.header_fault():
            raise ValueError(str(fault))
        row = table.row([_cell(record[name]) for name in names], 1)
        if row is not None:
            found.append(table.account(row))
    return tuple(found)


def _cell(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ";".join(_cell(one) for one in value)[:MOST_CHARACTERS]
    if value is None or isinstance(value, (dict, bytes)):
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return storable(str(value))[:MOST_CHARACTERS]
