"""Articles say how they are governed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was there before anybody could say so is governed by experience, as KCS has it."""
    op.add_column(
        "articles", sa.Column("governance", sa.String(length=24), nullable=False, server_default="experience_based")
    )
