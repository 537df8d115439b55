"""What a restored backup still had to send is found without reading every departure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

HELD = "state = 'held'"

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text(HELD)
    op.create_index("departures_held", "departures", ["id"], sqlite_where=where, postgresql_where=where)
