"""What two columns are said to hold: departures may be held, and groups are known by their former id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return  # SQLite keeps no comments
    op.alter_column(
        "departures",
        "state",
        existing_type=sa.String(length=12),
        existing_nullable=False,
        comment="pending, sending, sent, failed, unknown, superseded or held",
    )
    op.alter_column(
        "moved_groups",
        "chat",
        existing_type=sa.BigInteger(),
        existing_nullable=False,
        comment="the id that the settings may still have",
    )
