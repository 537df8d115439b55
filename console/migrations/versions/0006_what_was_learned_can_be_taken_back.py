"""What was learned can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who says what another said before confirms it: the row names the case whose phrase it repeats."""
    op.add_column("learned_phrasings", sa.Column("repeats", sa.BigInteger(), nullable=True))
