"""The mail ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from desk.storage.base import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A row for each mail taken in, how the mailbox compares with its server, and a way to claim doors in turn."""
    for column in (
        sa.Column("again", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("handled_uid", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("reconciled_at", Instant(), nullable=True),
        sa.Column("difference", sa.Text(), nullable=False, server_default=""),
        sa.Column("differed_at", Instant(), nullable=True),
    ):
        op.add_column("mailboxes", column)
    op.execute("UPDATE mailboxes SET handled_uid = next_uid")
    table = op.create_table(
        "mail_ledger",
        sa.Column("door", sa.String(length=80), nullable=False),
        sa.Column("epoch", sa.String(length=24), nullable=False),
        sa.Column("uid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.String(length=40), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("word", sa.String(length=40), server_default="", nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.String(length=200), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("door", "epoch", "uid", name=op.f("pk_mail_ledger")),
    )
    op.create_index("mail_ledger_outcomes", "mail_ledger", ["door", "outcome"])
    op.create_index("mail_ledger_message_ids", "mail_ledger", ["message_id"])
    waiting = sa.text("state = 'waiting'")
    op.create_index("arrivals_doors", "arrivals", ["door", "id"], sqlite_where=waiting, postgresql_where=waiting)
    for rows in _known_already():
        op.bulk_insert(table, rows)


_WORDS = {"case": "case", "reply": "reply", "pending": "pending", "repeat": "repeat", "own": "own"}
_MACHINES = ("bounce", "feedback")


def _known_already() -> Iterator[list[dict[str, Any]]]:
    """What was taken in before there was a ledger, a thousand rows at a time."""
    arrivals = sa.table(
        "arrivals",
        *(sa.column(name) for name in ("id", "door", "key", "body", "state", "outcome", "case_id")),
        sa.column("received_at", Instant()),
    )
    last, connection = 0, op.get_bind()
    while True:
        query = (
            sa.select(*(one for one in arrivals.c if one.name != "body"), sa.func.length(arrivals.c.body).label("size"))
            .where(arrivals.c.id > last, arrivals.c.door.like("mail:%"))
            .order_by(arrivals.c.id)
            .limit(1000)
        )
        found = connection.execute(query).all()
        if not found:
            return
        last = found[-1].id
        yield [_row(one) for one in found]


def _row(one: Any) -> dict[str, Any]:
    epoch, _, uid = one.key.rpartition(":")
    word = one.outcome or ""
    outcome = "machine" if word in _MACHINES else _WORDS.get(word, "nothing")
    return {
        "door": one.door,
        "epoch": epoch,
        "uid": int(uid),
        "size": one.size,
        "date": "",
        "received_at": one.received_at,
        "outcome": outcome if one.state == "done" else "waiting",
        "word": word,
        "case_id": one.case_id,
    }
