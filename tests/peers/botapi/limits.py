"""Telegram's published sending limits: 30 a second in all, 1 a second in one chat, 20 a minute in one group."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

from tests.peers.botapi.protocol import ApiError

Clock = Callable[[], float]


class _Bucket:
    """Lets through ``rate`` a second after a burst of ``burst``."""

    __slots__ = ("at", "burst", "level", "rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst, self.level, self.at = rate, burst, burst, now

    def wait(self, count: int, now: float) -> float:
        """Seconds until ``count`` more may pass; 0 when they may pass now."""
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (min(count, self.burst) - self.level) / self.rate)

    def take(self, count: int, now: float) -> None:
        self.level -= count


class _Window:
    """Lets through ``most`` in any ``seconds``."""

    __slots__ = ("most", "seconds", "sent")

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self.sent: deque[float] = deque()

    def wait(self, count: int, now: float) -> float:
        while self.sent and self.sent[0] <= now - self.seconds:
            self.sent.popleft()
        over = len(self.sent) + min(count, self.most) - self.most
        return self.sent[over - 1] + self.seconds - now if over > 0 else 0.0

    def take(self, count: int, now: float) -> None:
        self.sent.extend([now] * count)


class Limits:
    """Counts what each bot sends and refuses what is too much. ``violations`` counts the refusals by bot and chat.

    ``on`` switches refusals; with it off nothing is counted. ``edits`` says whether edits count as messages do.
    """

    def __init__(self, on: bool = True, clock: Clock = time.monotonic) -> None:
        self.on = on
        self.edits = True
        self.per_bot, self.per_bot_burst = 30.0, 30.0
        self.per_chat, self.per_chat_burst = 1.0, 3.0
        self.per_group, self.group_seconds = 20, 60.0
        self.violations: dict[tuple[int, int], int] = {}
        self._clock = clock
        self._bots: dict[int, _Bucket] = {}
        self._chats: dict[tuple[int, int], _Bucket | _Window] = {}

    @property
    def refused(self) -> int:
        """How many calls were refused in all."""
        return sum(self.violations.values())

    def spend(self, bot_id: int, chat_id: int, count: int = 1) -> None:
        """Takes ``count`` messages to one chat from the allowance. Raises the 429."""
        if not self.on:
            return
        now = self._clock()
        whole = self._bots.get(bot_id)
        if whole is None:
            whole = self._bots[bot_id] = _Bucket(self.per_bot, self.per_bot_burst, now)
        chat = self._chats.get((bot_id, chat_id))
        if chat is None:
            chat = self._chats[bot_id, chat_id] = self._fresh(chat_id, now)
        wait = max(whole.wait(count, now), chat.wait(count, now))
        if wait > 0:
            self.violations[bot_id, chat_id] = self.violations.get((bot_id, chat_id), 0) + 1
            seconds = max(1, math.ceil(wait))
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        whole.take(count, now)
        chat.take(count, now)

    def _fresh(self, chat_id: int, now: float) -> _Bucket | _Window:
        if chat_id < 0:
            return _Window(self.per_group, self.group_seconds)
        return _Bucket(self.per_chat, self.per_chat_burst, now)
