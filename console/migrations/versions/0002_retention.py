"""Retention: cases that were purged, legal holds, monthly counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.storage.base import Instant

GUARDED = ("case_counts", "legal_holds")
"""Tables of a provider's rows, which PostgreSQL shows only to a transaction that named that provider."""

OVER = "state IN ('closed', 'rejected', 'cancelled') AND purged_at IS NULL"
PURGED = "purged_at IS NOT NULL"

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("purged_at", Instant(), nullable=True))
    op.add_column("cases", sa.Column("erased", sa.Boolean(), server_default=sa.false(), nullable=False))
    for name, condition in (("cases_over", OVER), ("cases_purged", PURGED)):
        where = sa.text(condition)
        op.create_index(name, "cases", ["provider", "updated_at"], sqlite_where=where, postgresql_where=where)
    op.create_index(op.f("ix_fingerprints_arrival_id"), "fingerprints", ["arrival_id"])
    op.create_table(
        "case_counts",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("channel_kind", sa.String(length=16), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "provider", "month", "channel_kind", "category", "state", "registered", name=op.f("pk_case_counts")
        ),
    )
    op.create_table(
        "legal_holds",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_legal_holds")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in GUARDED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY own_provider ON {table} USING "
                "(provider = ANY (string_to_array(current_setting('firstline.providers', true), ',')))"
            )
