"""A public bot has its limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.storage.base import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UNSENT, SILENT = sa.text("state IN ('pending', 'sending')"), sa.text("state = 'acknowledged' AND registered_at IS NULL")


def upgrade() -> None:
    """Strangers' answers go after the others; guesses are counted; cases that fell silent are found."""
    op.add_column("departures", sa.Column("rank", sa.Integer(), server_default="0", nullable=False))
    op.drop_index("departures_next", "departures")
    op.create_index(
        "departures_next", "departures", ["door", "rank", "id"], sqlite_where=UNSENT, postgresql_where=UNSENT
    )
    op.create_index(
        "cases_in_intake", "cases", ["provider", "updated_at"], sqlite_where=SILENT, postgresql_where=SILENT
    )
    op.create_table(
        "guesses",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("who", sa.String(length=400), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "number", name=op.f("pk_guesses")),
    )
