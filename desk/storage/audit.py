"""The audit: who did what to the desk, when, and what came of it. One row for each operation and each command.

Rows are a provider's own, as their cases are, and the desk's where a command concerned no provider (`DESK`). The words
that were written stand in the journal of the case and not here, and no secret does; so nobody needs to be erased from
the audit. It only grows: a trigger, made by the migration, lets the database refuse to change or delete a row.
PostgreSQL lets a row be added in any transaction, and read only in one that named its provider.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, Index, String, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from desk.storage.base import Base, Instant, ProviderScopedRow
from desk.storage.ids import IdGenerator

DESK = "_desk"
"""Stands for the provider where a command concerned the whole desk. No provider can be called so."""
DONE = "done"
"""The outcome of what was done."""

_ids = IdGenerator()


class AuditRow(ProviderScopedRow, Base):
    """One operation or command. ``actor`` is ``agent:<id>``, ``operator:<user of the operating system>``, or
    ``<kind of channel>:<address>`` of somebody who is no agent; ``operation`` is its name ("take", "kb edit");
    ``outcome`` is `DONE` or the code of a refusal; ``case_id`` and ``arrival_id`` are None where there is none."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(100))
    operation: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    case_number: Mapped[str] = mapped_column(String(40))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(40))
    arrival_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("audit_at", "provider", "at"), Index("audit_of_case", "provider", "case_id"))


AUDIT = cast(Table, AuditRow.__table__)


def audit_row(
    *,
    at: datetime,
    id: int | None = None,
    actor: str,
    operation: str,
    provider: str = "",
    outcome: str = DONE,
    case_id: int | None = None,
    case_number: str | None = None,
    arrival_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The row of one operation or command; what is too long for its column is cut. ``provider`` "" is the desk; without
    an ``id`` it gets one."""
    return {
        "provider": provider or DESK,
        "id": _ids.next_id(at) if id is None else id,
        "at": at,
        "actor": actor[:100],
        "operation": operation[:40],
        "case_id": case_id,
        "case_number": case_number or "",
        "details": dict(details or {}),
        "outcome": outcome[:40],
        "arrival_id": arrival_id,
    }


def operator() -> str:
    """Who runs this process, as an actor."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container may have a user without a name
        name = str(os.getuid())
    return f"operator:{name}"


def masked(address: str) -> str:
    """A mail address that a person who knows it recognises, and nobody else: "a…@example.org"."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}" if name else f"{address[:1]}…"


async def record(transaction: AsyncConnection | AsyncSession, **row: Any) -> None:
    """Writes one row, as `audit_row` makes it, in the transaction of what it tells of."""
    await record_all(transaction, [row])


async def record_all(transaction: AsyncConnection | AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes several rows, each as `audit_row` makes it."""
    await transaction.execute(AUDIT.insert(), [audit_row(**row) for row in rows])


async def entries(
    session: AsyncSession, limit: int, *, case_id: int | None = None, since: datetime | None = None, actor: str = ""
) -> Sequence[AuditRow]:
    """The last rows of the session's providers, the latest first: of one case, since a time, of one actor."""
    query = select(AuditRow).order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit)
    if case_id is not None:
        query = query.where(AuditRow.case_id == case_id)
    if since is not None:
        query = query.where(AuditRow.at >= since)
    if actor:
        query = query.where(AuditRow.actor == actor)
    return (await session.scalars(query)).all()
