"""What the watch looks at every few seconds costs no more where millions of messages are kept."""

from __future__ import annotations

from sqlalchemy import create_engine, text
from sqlalchemy.dialects import sqlite

from desk.alarms import alarm_condition_queries
from desk.storage.queue_and_lease_tables import arrivals


def test_sqlite_finds_what_is_set_aside_by_its_own_index() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        arrivals.create(connection)
        plan = connection.execute(
            text(f"EXPLAIN QUERY PLAN {alarm_condition_queries._QUARANTINED.compile(dialect=sqlite.dialect())}")
        ).all()
    assert "USING INDEX arrivals_quarantined" in " ".join(str(line) for line in plan)
