"""What every table stands on: the declarative base, and instants that are always aware and in UTC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnDefault, DateTime, Integer, MetaData, String, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    """The base of every mapped class, in whichever package it is."""

    metadata = METADATA

    def __init__(self, **values: Any) -> None:
        """A new row has its columns' defaults at once, not only once it is stored: rules read it before."""
        columns = _columns(type(self))
        if unknown := values.keys() - columns.keys:
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        # Nobody watches a row that is not stored yet, so its values need not go past those who would be told.
        self.__dict__.update(
            columns.constant_defaults, **{key: make(None) for key, make in columns.computed_defaults.items()} | values
        )

    def as_row(self) -> dict[str, Any]:
        """All columns of a new row, to be written without a session."""
        values = self.__dict__
        return {key: values.get(key) for key in _columns(type(self)).keys}


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a mapped class: all keys, what the plain ones hold in a new row, and what makes the others."""

    keys: frozenset[str]
    constant_defaults: Mapping[str, Any]
    computed_defaults: Mapping[str, Callable[[Any], Any]]


@cache
def _columns(kind: type[Base]) -> _Columns:
    """Looked up once: rows are made by the hundred a second."""
    columns = {attribute.key: attribute.columns[0] for attribute in inspect(kind).column_attrs}
    defaults = {key: one.default for key, one in columns.items() if isinstance(one.default, ColumnDefault)}
    computed_defaults = {key: default.arg for key, default in defaults.items() if default.is_callable}
    constant_defaults = {key: default.arg for key, default in defaults.items() if not default.is_callable}
    # To be NULL is plain too, but to JSON None is a value, and a key may still be given out.
    empty = {key: None for key, one in columns.items() if one.nullable and not isinstance(one.type, JSON)}
    return _Columns(frozenset(columns), {**empty, **constant_defaults}, computed_defaults)


class ProviderScopedRow:
    """A row of one provider. The provider is part of the key, and `desk.storage.database` shows no other's rows."""

    provider: Mapped[str] = mapped_column(String(64), primary_key=True, sort_order=-1)


Serial = BigInteger().with_variant(Integer, "sqlite")
"""A growing number the database gives out; SQLite grows only its INTEGER keys."""


class Instant(TypeDecorator[datetime]):
    """An aware instant. SQLite keeps no zone, so it is stored in UTC there and comes back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone: use datetime.now(UTC)")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Rows written together mostly carry the same instant: it is spelled once for all of them."""
        process = super().bind_processor(dialect)
        if process is None:
            return None
        last: tuple[Any, Any] = (None, process(None))

        def processed(value: Any) -> Any:
            nonlocal last
            if value is not last[0]:
                last = (value, process(value))
            return last[1]

        return processed

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
