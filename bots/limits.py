"""The wire's own limits, kept before Telegram has to remind us: pure, and no clock of its own.

Telegram's FAQ: about 30 messages a second for a bot, one a second in a chat (short bursts pass), 20 a minute in a
group. Acknowledging a button counts for none of them.
"""

from __future__ import annotations

from collections import deque


class Window:
    """At most ``count`` in any ``seconds``: exact, by remembering when the last ones went."""

    __slots__ = ("_count", "_gone", "_seconds")

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._seconds = seconds
        self._gone: deque[float] = deque(maxlen=count)

    def delay(self, now: float) -> float:
        """Seconds until one more may go."""
        if len(self._gone) < self._count:
            return 0.0
        return max(0.0, self._gone[0] + self._seconds - now)

    def take(self, now: float) -> None:
        """One goes now."""
        self._gone.append(now)

    def idle(self, now: float) -> bool:
        """Nothing in it counts any more."""
        return not self._gone or self._gone[-1] + self._seconds <= now


class Limits:
    """One bot's limits. ``now`` is in seconds of a clock that never goes back (``time.monotonic``)."""

    def __init__(self, door: str) -> None:
        self._prefix = f"{door}:"
        # A little longer than a second: what leaves here evenly may arrive there bunched.
        self._bot = Window(30, 1.05)
        self._chats: dict[str, Window] = {}
        self._sweep_at = 2000

    def delay(self, lane: str, now: float) -> float:
        """0.0 when a call of this lane may go now, which is then counted as gone; else the seconds to wait."""
        chat = lane.removeprefix(self._prefix)
        if chat.startswith("callback:"):
            return 0.0
        window = self._chats.get(chat)
        if window is None:
            window = self._chats[chat] = Window(20, 60.0) if chat.startswith("-") else Window(3, 3.0)
            self._sweep(now)
        wait = max(window.delay(now), self._bot.delay(now))
        if wait <= 0.0:
            window.take(now)
            self._bot.take(now)
        return wait

    def _sweep(self, now: float) -> None:
        """Forgets chats that are silent, whenever there have become twice as many as were left the last time."""
        if len(self._chats) < self._sweep_at:
            return
        newest = next(reversed(self._chats))
        self._chats = {chat: window for chat, window in self._chats.items() if chat == newest or not window.idle(now)}
        self._sweep_at = max(2000, 2 * len(self._chats))
