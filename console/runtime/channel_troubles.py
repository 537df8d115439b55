"""What the channels of this process tell of themselves becomes alarms: a bot or mailbox from which nothing comes in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from desk.alarms.alarm_policy import Alarm, AlarmKind
from desk.alarms.alarm_table import end_alarm, raise_alarm
from desk.clock import Clock
from desk.model.channel_interface import Channel
from desk.storage.database import Database

MAX_WORDS = 300
"""Characters of a reason."""


@runtime_checkable
class TroubledChannel(Protocol):
    """A channel that knows whether it is in trouble."""

    @property
    def trouble(self) -> str:
        """Why nothing is received; "" while all is well."""


class ChannelTroubles:
    """Writes down what has changed since it looked last; at first nothing is known of what an earlier process wrote."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._written: dict[str, str] = {}

    async def write_down(self, listening: Iterable[tuple[str, Channel, str]]) -> None:
        """``listening`` are the channels that are this process's to listen to, each with why it crashed ("" if not)."""
        known, self._written = self._written, {}
        for name, channel, crashed in listening:
            trouble = (channel.trouble if isinstance(channel, TroubledChannel) else "") or crashed
            why = trouble[:MAX_WORDS]
            if known.get(name) != why:
                await self._write(name, why)
            self._written[name] = why

    async def _write(self, name: str, why: str) -> None:
        key, now = f"{AlarmKind.CHANNEL}:{name}", self._clock()
        if why:
            await raise_alarm(self._database, Alarm(key, AlarmKind.CHANNEL, what=name, why=why), now)
        else:
            await end_alarm(self._database, key, now)
