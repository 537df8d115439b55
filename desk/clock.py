"""The desk's clock: the one place that asks what time it is. Whatever needs the time is given it, or a `Clock`."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present instant, aware and in UTC."""


def now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)
