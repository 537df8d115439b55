"""Knowledge that learns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.storage.base import Instant

GUARDED = ("article_links", "learned_phrasings")
"""Rows of a provider, which PostgreSQL shows only to whoever named that provider in this transaction."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What agents link to cases, the phrases people confirmed, the versions of articles, and the shelf's own stamp."""
    op.create_index("suggestions_came", "suggestions", ["provider", "outcome_at"])
    op.create_table(
        "article_links",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "case_id", "article", name=op.f("pk_article_links")),
    )
    op.create_index("article_links_at", "article_links", ["provider", "at"])
    op.create_table(
        "learned_phrasings",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("refused", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "case_id", "article", name=op.f("pk_learned_phrasings")),
    )
    op.create_table(
        "article_versions",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("article", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "article", "language", "version", name=op.f("pk_article_versions")),
    )
    # The shelf's stamp grows with every change of it; each worker looks at it, and reads the shelf anew.
    op.execute("INSERT INTO counters (provider, name, value) VALUES ('', 'knowledge', 1)")
    if op.get_bind().dialect.name == "postgresql":
        for table in GUARDED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY own_provider ON {table} USING "
                "(provider = ANY (string_to_array(current_setting('firstline.providers', true), ',')))"
            )
