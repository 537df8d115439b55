"""Calls that subscribers asked for: when they were promised, how often they were tried, how they ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.storage.base import Instant

GUARDED = ("callbacks",)
"""Tables of a provider's rows, which PostgreSQL shows only to a transaction that named that provider."""

AWAITED = "outcome = ''"

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("promised_at", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider", "case_id"],
            ["cases.provider", "cases.id"],
            name=op.f("fk_callbacks_provider_case_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider", "case_id", "place", name=op.f("pk_callbacks")),
    )
    where = sa.text(AWAITED)
    op.create_index("callbacks_awaited", "callbacks", ["provider"], sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "postgresql":
        for table in GUARDED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY own_provider ON {table} USING "
                "(provider = ANY (string_to_array(current_setting('firstline.providers', true), ',')))"
            )
