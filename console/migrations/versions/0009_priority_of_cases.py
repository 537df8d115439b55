"""How many a case hits, how urgent it is, and the priority that an agent set."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, length in (("impact", 16), ("urgency", 8), ("priority", 4)):
        op.add_column("cases", sa.Column(name, sa.String(length=length), server_default="", nullable=False))
