"""The tables of mail: the watermark of each mailbox, the outcome of each mail, and the counts of the loop guard."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, false

from desk.storage.base import METADATA, Instant

mailboxes = Table(
    "mailboxes",
    METADATA,
    Column("channel", String(80), primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False, comment="the epoch of the UIDs, from the server"),
    Column("first_uid", BigInteger, nullable=False, comment="from here on mail is newer than connected_at"),
    Column("next_uid", BigInteger, nullable=False, comment="the first UID not stored yet"),
    Column("connected_at", Instant, nullable=False, comment="the first connection ever: older mail is not ours"),
    Column("renumbered_times", Integer, nullable=False, server_default="0", comment="under the same UIDVALIDITY"),
    Column("handled_uid", BigInteger, nullable=False, server_default="0", comment="the first UID not flagged or moved"),
    Column("reconciled_at", Instant, comment="when the server was last compared with the ledger"),
    Column("difference", Text, nullable=False, server_default="", comment="the last one found"),
    Column("differed_at", Instant),
)

ledger = Table(
    "mail_ledger",
    METADATA,
    Column("channel", String(80), primary_key=True),
    Column("epoch", String(24), primary_key=True, comment="<uidvalidity>, or <uidvalidity>.<renumbered_times>"),
    Column("uid", BigInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False, comment="bytes, as the server says"),
    Column("date", String(40), nullable=False, comment="INTERNALDATE, as the server says"),
    Column("received_at", Instant, nullable=False),
    Column("outcome", String(12), nullable=False, comment="see mail.receiving.mail_outcomes"),
    Column("decision", String(40), nullable=False, server_default="", comment="as the inbox calls it"),
    Column("case_id", BigInteger),
    Column("message_id", String(200), nullable=False, server_default=""),
)
Index("mail_ledger_outcomes", ledger.c.channel, ledger.c.outcome)
Index("mail_ledger_message_ids", ledger.c.message_id)

# The loop guard's tables: keyed by the peer's address and not by provider, so row-level security does not apply.

automatic_messages_sent = Table(
    "automatic_messages_sent",
    METADATA,
    Column("peer", String(320), primary_key=True),
    Column(
        "number",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="so two workers with one count collide",
    ),
    Column("domain", String(255), nullable=False),
    Column("at", Instant, nullable=False),
    Column("answered", String(16), nullable=False, server_default="", comment="digest of the words it answered"),
    Column("asked", Boolean, nullable=False, server_default=false(), comment="it answered a person"),
)
Index("automatic_messages_sent_domain", automatic_messages_sent.c.domain, automatic_messages_sent.c.at)
Index("automatic_messages_sent_at", automatic_messages_sent.c.at)
Index("automatic_messages_sent_answered", automatic_messages_sent.c.answered, automatic_messages_sent.c.at)

muted_peers = Table(
    "muted_peers",
    METADATA,
    Column("peer", String(320), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("why", String(200), nullable=False),
)

unsubscribed_peers = Table(
    "unsubscribed_peers",
    METADATA,
    Column("peer", String(320), primary_key=True),
    Column("since", Instant, nullable=False, comment="when they unsubscribed"),
)
