"""Proofs: which addresses hold which contract, and the one-time links and codes by which they came to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.storage.base import Instant

GUARDED = ("account_bindings", "proof_links", "proof_link_uses", "proof_codes", "proof_code_tries")
"""Tables of a provider's rows, which PostgreSQL shows only to a transaction that named that provider."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_bindings",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False, comment="the address in the channel"),
        sa.Column("contract", sa.String(length=80), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False, comment="phone, mail, link or code"),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "channel", "value", "contract", name=op.f("pk_account_bindings")),
    )
    op.create_index("account_bindings_of_contract", "account_bindings", ["provider", "contract"])
    op.create_table(
        "proof_links",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("contract", sa.String(length=80), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "token_hash", name=op.f("pk_proof_links")),
    )
    op.create_table(
        "proof_link_uses",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("used_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "token_hash", name=op.f("pk_proof_link_uses")),
    )
    op.create_table(
        "proof_codes",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False, comment="of the chat that asked for it"),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column(
            "contract",
            sa.String(length=80),
            nullable=False,
            comment='"" where no code was sent, since nobody has such a number',
        ),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "number", name=op.f("pk_proof_codes")),
    )
    op.create_index("proof_codes_of_chat", "proof_codes", ["provider", "channel", "value"])
    op.create_table(
        "proof_code_tries",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False, comment="of the code"),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "number", "attempt", name=op.f("pk_proof_code_tries")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in GUARDED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY own_provider ON {table} USING "
                "(provider = ANY (string_to_array(current_setting('firstline.providers', true), ',')))"
            )
