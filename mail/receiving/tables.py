"""The mail room's own tables: how far each mailbox has been read, what became of each mail in it, and what the governor
of automatic mail keeps."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from desk.storage.base import METADATA, Instant

mailboxes = Table(
    "mailboxes",
    METADATA,
    Column("channel", String(80), primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False, comment="the epoch that the UIDs belong to, by the server"),
    Column("first_uid", BigInteger, nullable=False, comment="from here on a mail is surely newer than the connection"),
    Column("next_uid", BigInteger, nullable=False, comment="the first UID not stored yet"),
    Column("connected_at", Instant, nullable=False, comment="the first connection ever: older mail is not ours"),
    Column("again", Integer, nullable=False, server_default="0", comment="times it was renumbered without a word"),
    Column("handled_uid", BigInteger, nullable=False, server_default="0", comment="the first UID not flagged or moved"),
    Column("reconciled_at", Instant, comment="when the server was last compared with the ledger"),
    Column("difference", Text, nullable=False, server_default="", comment="the last one found"),
    Column("differed_at", Instant),
)

ledger = Table(
    "mail_ledger",
    METADATA,
    Column("channel", String(80), primary_key=True),
    Column("epoch", String(24), primary_key=True, comment="<uidvalidity>, or <uidvalidity>.<again>"),
    Column("uid", BigInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False, comment="bytes, as the server says"),
    Column("date", String(40), nullable=False, comment="INTERNALDATE, as the server says"),
    Column("received_at", Instant, nullable=False),
    Column("outcome", String(12), nullable=False, comment="see mail.outcomes"),
    Column("word", String(40), nullable=False, server_default="", comment="the desk's own word for the outcome"),
    Column("case_id", BigInteger),
    Column("message_id", String(200), nullable=False, server_default=""),
)
Index("mail_ledger_outcomes", ledger.c.channel, ledger.c.outcome)
Index("mail_ledger_message_ids", ledger.c.message_id)

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
