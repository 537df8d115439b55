"""A case keeps the window of a change, and who agreed to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("planned_change", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
