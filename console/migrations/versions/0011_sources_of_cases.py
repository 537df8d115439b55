"""Where what is on file of a case's account came from, and when that was true."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.storage.base import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("account_source", sa.String(length=120), server_default="", nullable=False))
    op.add_column("cases", sa.Column("account_known_at", Instant(), nullable=True))
    op.add_column("cases", sa.Column("account_last_good", sa.Boolean(), server_default=sa.false(), nullable=False))
