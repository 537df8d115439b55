"""The tables of the first release. Never edited once released: later versions add migrations of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.storage.base import Instant

GUARDED = (
    "addresses",
    "article_links",
    "cases",
    "dialog_states",
    "guesses",
    "journal",
    "learned_phrasings",
    "memberships",
    "pending",
    "people",
    "suggestions",
    "team_files",
    "teams",
)
"""Tables of a provider's rows, which PostgreSQL shows only to a transaction that named that provider."""

AUDIT_GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "ALTER TABLE audit ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE audit FORCE ROW LEVEL SECURITY",
        "CREATE POLICY own_provider ON audit FOR SELECT USING "
        "(provider = ANY (string_to_array(current_setting('firstline.providers', true), ',')))",
        "CREATE POLICY anybody_adds ON audit FOR INSERT WITH CHECK (true)",
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit only grows'; END $$",
        "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
    ),
}
"""What keeps the audit: it only grows; on PostgreSQL anybody adds to it, and only its provider's rows are seen."""

_SWEPT = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 1"
QUEUE_STORAGE = {
    "arrivals": f"fillfactor = 80, {_SWEPT}",
    "departures": _SWEPT,
    "timers": _SWEPT,
    "leases": "fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0",
}
"""How PostgreSQL keeps the queues, whose rows change two or three times each: swept often, and with room for the next
version of a row where that can be used (an index of the departures knows their state, which each change changes)."""

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id <> ''", name="ck_agents_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
    )
    op.create_table(
        "arrivals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("lane", sa.String(length=500), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False, comment="waiting, done or quarantined"),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=True),
        sa.Column("held_until", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True, comment="desk.model.arrival_outcomes.stored_outcome"),
        sa.Column("outcome_names", sa.JSON(), nullable=True, comment="what the sentence of a refusal says"),
        sa.Column(
            "decided_by", sa.Text(), nullable=True, comment="the rules that decided, in order, with spaces between them"
        ),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column(
            "known_at",
            Instant(),
            nullable=True,
            comment="when the articles and phrasings that were known then had been read",
        ),
        sa.Column(
            "quiet_ms",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="a piece of free text: waits so long for more",
        ),
        sa.Column(
            "joined_to", sa.BigInteger(), nullable=True, comment="the arrival it was decided with, as one message"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
        sa.UniqueConstraint("channel", "key", name=op.f("uq_arrivals_channel_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "arrivals_channels",
        "arrivals",
        ["channel", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "arrivals_next",
        "arrivals",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("arrivals_of_case", "arrivals", ["case_id"], unique=False)
    op.create_index(
        "arrivals_quarantined",
        "arrivals",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'quarantined'"),
        postgresql_where=sa.text("state = 'quarantined'"),
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
        "article_links",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("agent", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "case_id", "article", name=op.f("pk_article_links")),
    )
    op.create_index("article_links_at", "article_links", ["provider", "at"], unique=False)
    op.create_table(
        "article_versions",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("article", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "article", "language", "version", name=op.f("pk_article_versions")),
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
        sa.Column("governance", sa.String(length=24), server_default="experience_based", nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "id", "language", name=op.f("pk_articles")),
    )
    op.create_table(
        "audit",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("operation", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("arrival_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_audit")),
    )
    op.create_index("audit_at", "audit", ["provider", "at"], unique=False)
    op.create_index("audit_of_case", "audit", ["provider", "case_id"], unique=False)
    op.create_table(
        "automatic_messages_sent",
        sa.Column("peer", sa.String(length=320), nullable=False),
        sa.Column(
            "number",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="so two workers with one count collide",
        ),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column(
            "answered",
            sa.String(length=16),
            server_default="",
            nullable=False,
            comment="digest of the words it answered",
        ),
        sa.Column("asked", sa.Boolean(), server_default=sa.false(), nullable=False, comment="it answered a person"),
        sa.PrimaryKeyConstraint("peer", "number", name=op.f("pk_automatic_messages_sent")),
    )
    op.create_index("automatic_messages_sent_answered", "automatic_messages_sent", ["answered", "at"], unique=False)
    op.create_index("automatic_messages_sent_at", "automatic_messages_sent", ["at"], unique=False)
    op.create_index("automatic_messages_sent_domain", "automatic_messages_sent", ["domain", "at"], unique=False)
    op.create_table(
        "cases",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("channel_kind", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("thread", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("contract", sa.String(length=80), nullable=False),
        sa.Column("entitlement", sa.String(length=16), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("upset", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("ticket_type", sa.String(length=24), nullable=False),
        sa.Column("dialog", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
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
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("last_acknowledgement", sa.String(length=60), nullable=False),
        sa.Column("eta_told", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("service_level", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("callback_phone", sa.String(length=40), nullable=False),
        sa.Column("preferred_way", sa.String(length=16), nullable=False),
        sa.Column("related", sa.JSON(), nullable=False),
        sa.Column("history", sa.JSON(), nullable=False),
        sa.Column("recurrences", sa.Integer(), nullable=False),
        sa.Column("taken_up_at", Instant(), nullable=True),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("registered_at", Instant(), nullable=True),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("reminded_at", Instant(), nullable=True),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("consent", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_cases")),
        sa.UniqueConstraint("provider", "number", name=op.f("uq_cases_provider_number")),
    )
    op.create_index(
        "cases_in_intake",
        "cases",
        ["provider", "updated_at"],
        unique=False,
        sqlite_where=sa.text("state = 'acknowledged' AND registered_at IS NULL"),
        postgresql_where=sa.text("state = 'acknowledged' AND registered_at IS NULL"),
    )
    op.create_index("cases_of_person", "cases", ["provider", "person_id", "state"], unique=False)
    op.create_table(
        "contents",
        sa.Column(
            "hash", sa.String(length=64), nullable=False, comment="sha256 of the source: a version once used is kept"
        ),
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
        sa.Column("key", sa.String(length=64), nullable=False, comment="<arrival id>.<number>: never enqueued twice"),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("lane", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("policy", sa.String(length=8), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.String(length=12),
            nullable=False,
            comment="pending, sending, sent, failed, unknown or superseded",
        ),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=True),
        sa.Column("held_until", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("doubts", sa.Integer(), server_default="0", nullable=False, comment="how often its fate was unknown"),
        sa.Column("remote", sa.String(length=400), server_default="", nullable=False),
        sa.Column("supersedes", sa.String(length=64), server_default="", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column(
            "remote_at", Instant(), nullable=True, comment="when it was there by the clock of the channel's server"
        ),
        sa.Column(
            "asks",
            sa.String(length=100),
            nullable=True,
            comment="the question open with it, owner:question; null where it is no part of the talk",
        ),
        sa.Column(
            "priority", sa.Integer(), server_default="0", nullable=False, comment="desk.model.messages.SendPriority"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departures")),
        sa.UniqueConstraint("key", name=op.f("uq_departures_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "departures_next",
        "departures",
        ["channel", "priority", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    op.create_index(
        "departures_unsent_edits",
        "departures",
        ["channel", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending') AND supersedes <> ''"),
        postgresql_where=sa.text("state IN ('pending', 'sending') AND supersedes <> ''"),
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
        sa.Column(
            "provider", sa.String(length=64), nullable=False, comment="of the receiving channel, so that it never moves"
        ),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("arrival_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "fingerprint", name=op.f("pk_fingerprints")),
    )
    op.create_table(
        "guesses",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column(
            "number",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="two who count alike cannot both write",
        ),
        sa.Column("who", sa.String(length=400), nullable=False, comment="<channel>:<address>"),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "number", name=op.f("pk_guesses")),
    )
    op.create_table(
        "learned_phrasings",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("refused", sa.String(length=40), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("repeats", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("provider", "case_id", "article", name=op.f("pk_learned_phrasings")),
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
        "mail_ledger",
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column(
            "epoch", sa.String(length=24), nullable=False, comment="<uidvalidity>, or <uidvalidity>.<renumbered_times>"
        ),
        sa.Column("uid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes, as the server says"),
        sa.Column("date", sa.String(length=40), nullable=False, comment="INTERNALDATE, as the server says"),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False, comment="see mail.receiving.mail_outcomes"),
        sa.Column("decision", sa.String(length=40), server_default="", nullable=False, comment="as the inbox calls it"),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.String(length=200), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("channel", "epoch", "uid", name=op.f("pk_mail_ledger")),
    )
    op.create_index("mail_ledger_message_ids", "mail_ledger", ["message_id"], unique=False)
    op.create_index("mail_ledger_outcomes", "mail_ledger", ["channel", "outcome"], unique=False)
    op.create_table(
        "mailboxes",
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False, comment="the epoch of the UIDs, from the server"),
        sa.Column("first_uid", sa.BigInteger(), nullable=False, comment="from here on mail is newer than connected_at"),
        sa.Column("next_uid", sa.BigInteger(), nullable=False, comment="the first UID not stored yet"),
        sa.Column(
            "connected_at", Instant(), nullable=False, comment="the first connection ever: older mail is not ours"
        ),
        sa.Column(
            "renumbered_times", sa.Integer(), server_default="0", nullable=False, comment="under the same UIDVALIDITY"
        ),
        sa.Column(
            "handled_uid",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="the first UID not flagged or moved",
        ),
        sa.Column(
            "reconciled_at", Instant(), nullable=True, comment="when the server was last compared with the ledger"
        ),
        sa.Column("difference", sa.Text(), server_default="", nullable=False, comment="the last one found"),
        sa.Column("differed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_mailboxes")),
    )
    op.create_table(
        "muted_peers",
        sa.Column("peer", sa.String(length=320), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("peer", name=op.f("pk_muted_peers")),
    )
    op.create_table(
        "pending",
        sa.Column("arrival_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False, comment="the case it claims to belong to, or 0"),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False, comment="waiting, accepted or refused"),
        sa.PrimaryKeyConstraint("arrival_id", name=op.f("pk_pending")),
    )
    op.create_index(op.f("ix_pending_provider"), "pending", ["provider"], unique=False)
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
        "provider_routes",
        sa.Column(
            "key",
            sa.String(length=420),
            nullable=False,
            comment="case:<id> or address:<channel>:<value>, of shared channels only",
        ),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_provider_routes")),
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
    op.create_index("suggestions_came", "suggestions", ["provider", "outcome_at"], unique=False)
    op.create_table(
        "team_files",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_team_files")),
    )
    op.create_table(
        "teams",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('queue', 'group')", name="ck_teams_kind"),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_teams")),
    )
    op.create_table(
        "timers",
        sa.Column("key", sa.String(length=120), nullable=False, comment="<case id>:<key>: set again, it moves"),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("fire_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="grows each time it is set again"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_timers")),
    )
    op.create_index(op.f("ix_timers_fire_at"), "timers", ["fire_at"], unique=False)
    op.create_table(
        "unsubscribed_peers",
        sa.Column("peer", sa.String(length=320), nullable=False),
        sa.Column("since", Instant(), nullable=False, comment="when they unsubscribed"),
        sa.PrimaryKeyConstraint("peer", name=op.f("pk_unsubscribed_peers")),
    )
    op.create_table(
        "addresses",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("channel_kind", sa.String(length=16), nullable=False),
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
        sa.PrimaryKeyConstraint("provider", "channel", "value", name=op.f("pk_addresses")),
    )
    op.create_index("addresses_of_person", "addresses", ["provider", "person_id"], unique=False)
    op.create_table(
        "agent_identities",
        sa.Column("channel_kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.CheckConstraint("value <> ''", name="ck_agent_identities_value"),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_agent_identities_agent"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("channel_kind", "value", name=op.f("pk_agent_identities")),
        sa.UniqueConstraint("agent", "channel_kind", name=op.f("uq_agent_identities_agent_channel_kind")),
    )
    op.create_table(
        "dialog_states",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("question", sa.String(length=80), nullable=False),
        sa.Column("prompt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("dialog_hash", sa.String(length=64), nullable=False),
        sa.Column("put", sa.JSON(), nullable=False),
        sa.Column("rephrased", sa.Integer(), nullable=False),
        sa.Column("angry", sa.Integer(), nullable=False),
        sa.Column("waits", sa.Integer(), nullable=False),
        sa.Column("heard", sa.JSON(), nullable=False),
        sa.Column("paused", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider", "case_id"],
            ["cases.provider", "cases.id"],
            name=op.f("fk_dialog_states_provider_case_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider", "case_id", name=op.f("pk_dialog_states")),
    )
    op.create_table(
        "journal",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("channel_kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
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
    op.create_table(
        "memberships",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.CheckConstraint("role IN ('agent', 'lead', 'admin')", name="ck_memberships_role"),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_memberships_agent")),
        sa.PrimaryKeyConstraint("provider", "agent", name=op.f("pk_memberships")),
    )
    op.create_table(
        "alarms",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False, comment="empty where it concerns the whole desk"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=400), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True, comment="when it ends by itself"),
        sa.Column("over_at", Instant(), nullable=True),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("told_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False, comment="how often it was told louder"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alarms")),
    )
    op.create_table(
        "moved_groups",
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column(
            "chat", sa.BigInteger(), autoincrement=False, nullable=False, comment="what the settings may still have"
        ),
        sa.Column("moved_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat", name=op.f("pk_moved_groups")),
    )
    op.create_table(
        "presence",
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint("state IN ('in', 'away', 'off')", name="ck_presence_state"),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_presence_agent"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_presence")),
    )

    # The stamps of articles and agents grow with every change of them; each worker compares, and reads them anew.
    op.execute("INSERT INTO counters (provider, name, value) VALUES ('', 'knowledge', 1), ('', 'agents', 1)")
    for statement in AUDIT_GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
    if op.get_bind().dialect.name == "postgresql":
        for table, storage in QUEUE_STORAGE.items():
            op.execute(f"ALTER TABLE {table} SET ({storage})")
        for table in GUARDED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY own_provider ON {table} USING "
                "(provider = ANY (string_to_array(current_setting('firstline.providers', true), ',')))"
            )
