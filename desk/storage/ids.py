"""Ids made before the row is written, so that a transaction needs no round trip to learn them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def new_id(now: datetime) -> int:
    """A positive 63-bit id: milliseconds since 2026 in the upper bits, 22 random bits below.

    Two ids of one millisecond meet once in four million; the primary key then refuses, and the worker decides again.
    """
    milliseconds = int((now - EPOCH).total_seconds() * 1000)
    return (milliseconds << 22) | secrets.randbits(22)


class IdGenerator:
    """Ids that rise and never meet each other, for many rows of one instant: a hundred by chance met too often.

    Those of two instances, in two processes, meet as seldom as any two of `new_id`.
    """

    def __init__(self) -> None:
        self._last = 0

    def next_id(self, now: datetime) -> int:
        """The next one."""
        milliseconds = int((now - EPOCH).total_seconds() * 1000)
        self._last = self._last + 1 if milliseconds <= self._last >> 22 else new_id(now)
        return self._last
