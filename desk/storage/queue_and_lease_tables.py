"""The workers' own tables, in SQLAlchemy Core: what came in, what goes out, what will wake, who holds what.

All but `pending` are exempt from row-level security, since whoever works them works for all providers; whatever they
name of a provider's cases and people is read again under its name.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    literal,
    literal_column,
    text,
)

from desk.storage.base import METADATA, Instant, Serial

arrivals = Table(
    "arrivals",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("channel", String(80), nullable=False),
    Column("key", String(200), nullable=False),
    Column("lane", String(500), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", String(12), nullable=False, comment="waiting, done or quarantined"),
    Column("due_at", Instant, nullable=False),
    Column("holder", String(80)),
    Column("held_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", Text),
    Column("outcome", String(40), comment="desk.model.arrival_outcomes.stored_outcome"),
    Column("outcome_names", JSON, comment="what the sentence of a refusal says"),
    Column("decided_by", Text, comment="the rules that decided, in order, with spaces between them"),
    Column("case_id", BigInteger),
    Column("decided_at", Instant),
    Column("known_at", Instant, comment="when the articles and phrasings that were known then had been read"),
    Column(
        "quiet_ms", Integer, nullable=False, server_default="0", comment="a piece of free text: waits so long for more"
    ),
    Column("joined_to", BigInteger, comment="the arrival it was decided with, as one message"),
    UniqueConstraint("channel", "key"),
    sqlite_autoincrement=True,
)
_WAITING = text("state = 'waiting'")
Index("arrivals_waiting", arrivals.c.lane, arrivals.c.id, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index("arrivals_next", arrivals.c.id, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index("arrivals_of_case", arrivals.c.case_id)
Index("arrivals_channels", arrivals.c.channel, arrivals.c.id, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index(
    "arrivals_quarantined",
    arrivals.c.id,
    sqlite_where=text("state = 'quarantined'"),
    postgresql_where=text("state = 'quarantined'"),
)

departures = Table(
    "departures",
    METADATA,
    Column("id", Serial, primary_key=True),
    Column("key", String(64), nullable=False, unique=True, comment="<arrival id>.<number>: never enqueued twice"),
    Column("provider", String(64), nullable=False),
    Column("channel", String(80), nullable=False),
    Column("lane", String(500), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("policy", String(8), nullable=False),
    Column("body", JSON, nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("state", String(12), nullable=False, comment="pending, sending, sent, failed, unknown, superseded or held"),
    Column("due_at", Instant, nullable=False),
    Column("holder", String(80)),
    Column("held_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("doubts", Integer, nullable=False, server_default="0", comment="how often its fate was unknown"),
    Column("remote", String(400), nullable=False, server_default=""),
    Column("supersedes", String(64), nullable=False, server_default=""),
    Column("problem", Text),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("remote_at", Instant, comment="when it was there by the clock of the channel's server"),
    Column(
        "asks", String(100), comment="the question open with it, owner:question; null where it is no part of the talk"
    ),
    Column("priority", Integer, nullable=False, server_default="0", comment="desk.model.messages.SendPriority"),
    sqlite_autoincrement=True,
)
_UNSENT = text("state IN ('pending', 'sending')")
Index("departures_unsent", departures.c.lane, departures.c.id, sqlite_where=_UNSENT, postgresql_where=_UNSENT)
Index(
    "departures_next",
    departures.c.channel,
    departures.c.priority,
    departures.c.id,
    sqlite_where=_UNSENT,
    postgresql_where=_UNSENT,
)
_UNSENT_EDIT = text("state IN ('pending', 'sending') AND supersedes <> ''")
Index(
    "departures_unsent_edits",
    departures.c.channel,
    departures.c.id,
    sqlite_where=_UNSENT_EDIT,
    postgresql_where=_UNSENT_EDIT,
)
_HELD = text("state = 'held'")
Index("departures_held", departures.c.id, sqlite_where=_HELD, postgresql_where=_HELD)
Index("departures_of_case", departures.c.case_id)
Index("departures_remote", departures.c.lane, departures.c.remote)

timers = Table(
    "timers",
    METADATA,
    Column("key", String(120), primary_key=True, comment="<case id>:<key>: set again, it moves"),
    Column("provider", String(64), nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("fire_at", Instant, nullable=False, index=True),
    Column("version", Integer, nullable=False, comment="grows each time it is set again"),
)

leases = Table(
    "leases",
    METADATA,
    Column("name", String(120), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("held_until", Instant, nullable=False),
)

counters = Table(
    "counters",
    METADATA,
    Column("provider", String(64), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

fingerprints = Table(
    "fingerprints",
    METADATA,
    Column("provider", String(64), primary_key=True, comment="of the receiving channel, so that it never moves"),
    Column("fingerprint", String(64), primary_key=True),
    Column("arrival_id", BigInteger, nullable=False, index=True),
)

pending = Table(
    "pending",
    METADATA,
    Column("arrival_id", BigInteger, primary_key=True, autoincrement=False),
    Column("provider", String(64), nullable=False, index=True),
    Column("case_id", BigInteger, nullable=False, comment="the case it claims to belong to, or 0"),
    Column("sender", String(320), nullable=False),
    Column("subject", String(400), nullable=False),
    Column("why", String(200), nullable=False),
    Column("since", Instant, nullable=False),
    Column("state", String(12), nullable=False, comment="waiting, accepted or refused"),
)

provider_routes = Table(
    "provider_routes",
    METADATA,
    Column(
        "key", String(420), primary_key=True, comment="case:<id> or address:<channel>:<value>, of shared channels only"
    ),
    Column("provider", String(64), nullable=False),
)

contents = Table(
    "contents",
    METADATA,
    Column("hash", String(64), primary_key=True, comment="sha256 of the source: a version once used is kept"),
    Column("kind", String(24), nullable=False),
    Column("source", Text, nullable=False),
)


def is_waiting(table: FromClause) -> ColumnElement[bool]:
    """Arrivals still to be decided.

    The word stands in the statement itself, as those of `is_unsent` do: where values are bound, neither SQLite nor a
    prepared plan of PostgreSQL sees that a partial index fits, and both read the whole table.
    """
    # As a column of its own text: a parameter put in before running is refused where a statement runs many times.
    return table.c.state == literal_column("'waiting'")


def is_unsent(table: FromClause, state: str = "") -> ColumnElement[bool]:
    """Departures that are pending or sending; of these only one ``state`` when it is named."""
    unsent = table.c.state.in_(bindparam("unsent", ("pending", "sending"), expanding=True, literal_execute=True))
    # SQLite takes the index only where its own condition is repeated: "= 'pending'" is not enough.
    return and_(unsent, table.c.state == literal(state, literal_execute=True)) if state else unsent


def is_edit(table: FromClause) -> ColumnElement[bool]:
    """Departures that change a message said before: few, whatever waits, and found by their own index."""
    return table.c.supersedes != literal_column("''")
