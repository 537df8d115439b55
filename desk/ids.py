"""Ids made before the row is written, so that a transaction needs no round trip to learn them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def new_id(now: datetime) -> int:
    """A positive 63-bit id: milliseconds since 2026 in the upper bits, 22 random bits below.

    Two ids of one millisecond meet once in four million; the primary key then refuses, and the clerk decides again.
    """
    milliseconds = int((now - EPOCH).total_seconds() * 1000)
    return (milliseconds << 22) | secrets.randbits(22)
