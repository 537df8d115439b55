"""The tables of proofs: which addresses hold which contract, and the links and codes by which they came to.

Of a link and a code only a keyed hash is stored. A use is a row under the number or hash that nobody else can take, so
that of two who come at once one is first.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from desk.storage.base import METADATA, Instant

account_bindings = Table(
    "account_bindings",
    METADATA,
    Column("provider", String(64), primary_key=True),
    Column("channel", String(80), primary_key=True),
    Column("value", String(320), primary_key=True, comment="the address in the channel"),
    Column("contract", String(80), primary_key=True),
    Column("how", String(16), nullable=False, comment="phone, mail, link or code"),
    Column("since", Instant, nullable=False),
    Index("account_bindings_of_contract", "provider", "contract"),
)
proof_links = Table(
    "proof_links",
    METADATA,
    Column("provider", String(64), primary_key=True),
    Column("token_hash", String(64), primary_key=True),
    Column("contract", String(80), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
proof_link_uses = Table(
    "proof_link_uses",
    METADATA,
    Column("provider", String(64), primary_key=True),
    Column("token_hash", String(64), primary_key=True),
    Column("channel", String(80), nullable=False),
    Column("value", String(320), nullable=False),
    Column("used_at", Instant, nullable=False),
)
proof_codes = Table(
    "proof_codes",
    METADATA,
    Column("provider", String(64), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("channel", String(80), nullable=False, comment="of the chat that asked for it"),
    Column("value", String(320), nullable=False),
    Column("contract", String(80), nullable=False, comment='"" where no code was sent, since nobody has such a number'),
    Column("code_hash", String(64), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Index("proof_codes_of_chat", "provider", "channel", "value"),
)
proof_code_tries = Table(
    "proof_code_tries",
    METADATA,
    Column("provider", String(64), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False, comment="of the code"),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("right", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)
OF_PROVIDER = (account_bindings, proof_links, proof_link_uses, proof_codes, proof_code_tries)
"""All of them, which PostgreSQL shows only under their provider's name."""
