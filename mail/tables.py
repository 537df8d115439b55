"""The mail room's own tables: how far each mailbox has been read, and what the governor of automatic mail keeps."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table

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

# The governor's own, over all providers: keyed by the peer's address and by no provider, and so the workers' own.

automatic_mails = Table(
    "automatic_mails",
    METADATA,
    Column("peer", String(320), primary_key=True),
    Column(
        "number", BigInteger, primary_key=True, autoincrement=False, comment="two who count alike cannot both write"
    ),
    Column("domain", String(255), nullable=False),
    Column("at", Instant, nullable=False),
)
Index("automatic_mails_domain", automatic_mails.c.domain, automatic_mails.c.at)
Index("automatic_mails_at", automatic_mails.c.at)

muted_peers = Table(
    "muted_peers",
    METADATA,
    Column("peer", String(320), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("why", String(200), nullable=False),
)

without_notices = Table(
    "without_notices",
    METADATA,
    Column("peer", String(320), primary_key=True),
    Column("since", Instant, nullable=False, comment="when they asked for none"),
)
