"""People: subscribers with their addresses. Agents and teams are the provider's own files
(`desk.model.provider_files`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from desk.storage.base import Base, Instant, ProviderScopedRow


class Person(ProviderScopedRow, Base):
    """A person known to one provider. ``contract`` is what identified them last; "" while nobody knows."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    contract: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)


class PersonAddress(ProviderScopedRow, Base):
    """Where a person writes from: the channel and the value there. ``blocked`` says why nothing reaches them, or is "".

    ``confirmed`` once it is sure that they read there: their channel proved it, or a token sent there came back.
    """

    __tablename__ = "addresses"

    channel: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(String(320), primary_key=True)
    channel_kind: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int] = mapped_column(BigInteger)
    blocked: Mapped[str] = mapped_column(String(200), default="")
    confirmed: Mapped[bool] = mapped_column(Boolean, default=False)
    since: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["provider", "person_id"], ["people.provider", "people.id"], onupdate="CASCADE"),
        Index("addresses_of_person", "provider", "person_id"),
    )
