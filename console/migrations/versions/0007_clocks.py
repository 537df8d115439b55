"""Service levels: clocks of cases, versions of calendars, and which level of support has a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.storage.base import Instant

GUARDED = ("calendar_versions", "clocks")
"""Tables of a provider's rows, which PostgreSQL shows only to a transaction that named that provider."""

OWED = "due_at IS NOT NULL"

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("sla", sa.String(length=64), server_default="", nullable=False))
    op.add_column("cases", sa.Column("level", sa.String(length=4), server_default="L1", nullable=False))
    op.add_column("cases", sa.Column("responsibility", sa.String(length=16), server_default="", nullable=False))
    op.add_column("cases", sa.Column("due_at", Instant(), nullable=True))
    op.create_table(
        "calendar_versions",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "name", "since", name=op.f("pk_calendar_versions")),
    )
    op.create_table(
        "clocks",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("calendar", sa.String(length=80), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("used_us", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("breached_at", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("done", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider", "case_id"],
            ["cases.provider", "cases.id"],
            name=op.f("fk_clocks_provider_case_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider", "case_id", "kind", name=op.f("pk_clocks")),
    )
    where = sa.text(OWED)
    op.create_index("clocks_due", "clocks", ["due_at"], sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "postgresql":
        for table in GUARDED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY own_provider ON {table} USING "
                "(provider = ANY (string_to_array(current_setting('firstline.providers', true), ',')))"
            )
