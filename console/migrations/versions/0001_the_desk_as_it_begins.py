"""The desk as it begins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.storage.base import Instant

GUARDED = ("cases", "journal", "people", "addresses", "suggestions")
"""Rows of a provider, which PostgreSQL shows only to whoever named that provider in this transaction."""

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("fire_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alarms")),
    )
    op.create_index("ix_alarms_fire_at", "alarms", ["fire_at"], unique=False)

    op.create_table(
        "arrivals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("door", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("lane", sa.String(length=500), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=True),
        sa.Column("held_until", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
        sa.UniqueConstraint("door", "key", name=op.f("uq_arrivals_door_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "arrivals_aside",
        "arrivals",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'aside'"),
        postgresql_where=sa.text("state = 'aside'"),
    )
    op.create_index(
        "arrivals_next",
        "arrivals",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "arrivals_waiting",
        "arrivals",
        ["lane", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )

    op.create_table(
        "articles",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("phrasings", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("pictures", sa.JSON(), nullable=False),
        sa.Column("dialog", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("confidence", sa.String(length=24), nullable=False),
        sa.Column("audience", sa.String(length=24), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "id", "language", name=op.f("pk_articles")),
    )
    op.create_table(
        "cases",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("door", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("thread", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("awaiting", sa.String(length=24), nullable=False),
        sa.Column("prompt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("contract", sa.String(length=80), nullable=False),
        sa.Column("entitlement", sa.String(length=16), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("upset", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("ticket_type", sa.String(length=24), nullable=False),
        sa.Column("dialog", sa.String(length=64), nullable=False),
        sa.Column("dialog_hash", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("occurred", sa.String(length=400), nullable=False),
        sa.Column("place", sa.String(length=400), nullable=False),
        sa.Column("circumstances", sa.Text(), nullable=False),
        sa.Column("present", sa.JSON(), nullable=False),
        sa.Column("absent", sa.JSON(), nullable=False),
        sa.Column("fault_zone", sa.String(length=32), nullable=False),
        sa.Column("zone_sure", sa.Double(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.Column("queue", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("eta", Instant(), nullable=True),
        sa.Column("eta_version", sa.Integer(), nullable=False),
        sa.Column("card", sa.String(length=64), nullable=False),
        sa.Column("news", sa.Integer(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("registered_at", Instant(), nullable=True),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("consent", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_cases")),
        sa.UniqueConstraint("provider", "number", name=op.f("uq_cases_provider_number")),
    )
    op.create_index("cases_of_person", "cases", ["provider", "person_id", "state"], unique=False)

    op.create_table(
        "contents",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_contents")),
    )
    op.create_table(
        "counters",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "name", name=op.f("pk_counters")),
    )
    op.create_table(
        "departures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("door", sa.String(length=80), nullable=False),
        sa.Column("lane", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("policy", sa.String(length=8), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=True),
        sa.Column("held_until", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("doubts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("remote", sa.String(length=400), server_default="", nullable=False),
        sa.Column("supersedes", sa.String(length=64), server_default="", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departures")),
        sa.UniqueConstraint("key", name=op.f("uq_departures_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "departures_next",
        "departures",
        ["door", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    op.create_index("departures_of_case", "departures", ["case_id"], unique=False)
    op.create_index("departures_remote", "departures", ["lane", "remote"], unique=False)
    op.create_index(
        "departures_unsent",
        "departures",
        ["lane", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )

    op.create_table(
        "fingerprints",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("arrival_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "fingerprint", name=op.f("pk_fingerprints")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("held_until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "mailboxes",
        sa.Column("door", sa.String(length=80), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("first_uid", sa.BigInteger(), nullable=False),
        sa.Column("next_uid", sa.BigInteger(), nullable=False),
        sa.Column("connected_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("door", name=op.f("pk_mailboxes")),
    )
    op.create_table(
        "pending",
        sa.Column("arrival_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("arrival_id", name=op.f("pk_pending")),
    )
    op.create_index("ix_pending_provider", "pending", ["provider"], unique=False)

    op.create_table(
        "people",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("contract", sa.String(length=80), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_people")),
    )
    op.create_table(
        "suggestions",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("offered_at", Instant(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("outcome_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("provider", "case_id", "article", name=op.f("pk_suggestions")),
    )
    op.create_table(
        "whereabouts",
        sa.Column("key", sa.String(length=420), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_whereabouts")),
    )
    op.create_table(
        "addresses",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("door", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("blocked", sa.String(length=200), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider", "person_id"],
            ["people.provider", "people.id"],
            name=op.f("fk_addresses_provider_person_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider", "door", "value", name=op.f("pk_addresses")),
    )
    op.create_index("addresses_of_person", "addresses", ["provider", "person_id"], unique=False)

    op.create_table(
        "journal",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("arrival_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider", "case_id"],
            ["cases.provider", "cases.id"],
            name=op.f("fk_journal_provider_case_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_journal")),
    )
    op.create_index("journal_of_case", "journal", ["provider", "case_id", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table in GUARDED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY own_provider ON {table} USING "
                "(provider = ANY (string_to_array(current_setting('firstline.providers', true), ',')))"
            )
