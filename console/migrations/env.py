"""Alembic's entry: runs on the connection that `console.runtime.migrate` hands over."""

from __future__ import annotations

from alembic import context

from desk.storage.base import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
