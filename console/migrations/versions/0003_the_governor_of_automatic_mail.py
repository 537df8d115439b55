"""The governor of automatic mail, and bounces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.storage.base import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was written automatically to whom, over all providers; who is muted; who wants no notices."""
    op.create_table(
        "automatic_mails",
        sa.Column("peer", sa.String(length=320), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "number", name=op.f("pk_automatic_mails")),
    )
    op.create_index("automatic_mails_domain", "automatic_mails", ["domain", "at"], unique=False)
    op.create_index("automatic_mails_at", "automatic_mails", ["at"], unique=False)

    op.create_table(
        "muted_peers",
        sa.Column("peer", sa.String(length=320), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("peer", name=op.f("pk_muted_peers")),
    )

    op.create_table(
        "without_notices",
        sa.Column("peer", sa.String(length=320), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("peer", name=op.f("pk_without_notices")),
    )
