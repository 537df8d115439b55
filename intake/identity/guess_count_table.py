"""The table of counted guesses, one of the workers' own: it holds counts and addresses, and nobody's words."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from desk.storage.base import METADATA, Instant

guesses = Table(
    "guesses",
    METADATA,
    Column("provider", String(64), primary_key=True),
    Column(
        "number", BigInteger, primary_key=True, autoincrement=False, comment="two who count alike cannot both write"
    ),
    Column("who", String(400), nullable=False, comment="<channel>:<address>"),
    Column("at", Instant, nullable=False),
)
