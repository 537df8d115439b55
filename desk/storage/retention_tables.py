"""The tables of retention: what may not be purged though it is old, and how many cases there were."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from desk.storage.base import Base, Instant, ProviderScopedRow


class LegalHoldRow(ProviderScopedRow, Base):
    """A legal hold: one case, or a person with all their cases, is kept until it is released.

    The other of ``case_id`` and ``person_id`` is 0. ``why`` is a reference ("court order 12/26"), ``set_by`` an actor
    of the audit.
    """

    __tablename__ = "legal_holds"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(BigInteger, default=0)
    person_id: Mapped[int] = mapped_column(BigInteger, default=0)
    why: Mapped[str] = mapped_column(String(400))
    set_by: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime] = mapped_column(Instant)


class CaseCountRow(ProviderScopedRow, Base):
    """How many cases that began in a ``month`` ("2026-11", in UTC) are gone for good, of one kind."""

    __tablename__ = "case_counts"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    channel_kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    category: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(16), primary_key=True)
    registered: Mapped[bool] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
