"""A case keeps the keys that were typed beside a contract number: a serial, a login, one that was asked about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("keys", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
