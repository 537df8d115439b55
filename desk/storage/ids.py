"""Ids made before the row is written, so that a transaction needs no round trip to learn them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class RepeatableRoundIds:
    """The ids of all rows of one round: positive, 63 bits, rising; the same whenever the same round is decided again.

    The upper bits are the milliseconds since 2026, then 14 bits of the arrival's id, then 8 that count the rows. So ids
    rise with time, as a cursor over a table needs. Two rounds meet only within one millisecond and with arrivals whose
    ids differ by a multiple of 16,384; the primary key then refuses, and the worker decides again.
    """

    def __init__(self, now: datetime, arrival_id: int) -> None:
        milliseconds = int((now - EPOCH).total_seconds() * 1000)
        self._next = (milliseconds << 22) | ((arrival_id & 0x3FFF) << 8)

    def take(self) -> int:
        """The next one."""
        self._next += 1
        return self._next


class IdGenerator:
    """Ids for rows that no round writes: they rise, and those of two processes meet once in four million."""

    def __init__(self) -> None:
        self._last = 0

    def next_id(self, now: datetime) -> int:
        """The next one."""
        milliseconds = int((now - EPOCH).total_seconds() * 1000)
        later = milliseconds > self._last >> 22
        self._last = (milliseconds << 22) | secrets.randbits(22) if later else self._last + 1
        return self._last
