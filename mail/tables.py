"""The mail room's own table: how far each mailbox has been read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from desk.tables import METADATA, Instant

mailboxes = Table(
    "mailboxes",
    METADATA,
    Column("door", String(80), primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False, comment="the epoch that the UIDs belong to"),
    Column("first_uid", BigInteger, nullable=False, comment="from here on a mail is surely newer than the connection"),
    Column("next_uid", BigInteger, nullable=False, comment="the first UID not stored yet"),
    Column("connected_at", Instant, nullable=False, comment="the first connection ever: older mail is not ours"),
)
