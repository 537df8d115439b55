"""The Bot API's limits, kept before Telegram has to refuse: pure, and with no clock of their own.

Telegram's FAQ: about 30 messages a second for a bot, one a second in a chat (short bursts pass), 20 a minute in a
group. An album counts as many as it holds; acknowledging a button counts for nothing.
"""

from __future__ import annotations

from collections import deque

PATIENCE = 2.0
"""Seconds that a call may wait for its turn; what must wait longer goes back into the outbox."""


KEPT_FOR_ANSWERS = 5
"""Of the thirty a second so many are not for notices and bulk: an answer finds its turn at once."""


class SlidingWindow:
    """At most ``count`` in any ``seconds``: exact, by remembering when the last ones went or will go."""

    __slots__ = ("_count", "_gone", "_seconds")

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._seconds = seconds
        self._gone: deque[float] = deque(maxlen=count)

    def delay(self, now: float, count: int = 1) -> float:
        """Seconds until ``count`` more may go."""
        over = len(self._gone) + min(count, self._count) - self._count
        return max(0.0, self._gone[over - 1] + self._seconds - now) if over > 0 else 0.0

    def take(self, when: float, count: int = 1) -> None:
        """They go at ``when``, which is never before what was taken earlier."""
        self._gone.extend([when] * count)

    def idle(self, now: float) -> bool:
        """Nothing in it counts any more."""
        return not self._gone or self._gone[-1] + self._seconds <= now


class RateLimits:
    """One bot's limits. Times are in seconds of a clock that never goes back (``time.monotonic``).

    The windows are a little longer than the rules: what leaves here evenly may arrive there bunched.
    """

    def __init__(self, channel: str) -> None:
        self._prefix = f"{channel}:"
        self._bot = SlidingWindow(30, 1.05)
        self._notices = SlidingWindow(30 - KEPT_FOR_ANSWERS, 1.05)
        self._chats: dict[str, SlidingWindow] = {}
        self._sweep_at = 2000

    def delay(self, lane: str, now: float, count: int = 1) -> float:
        """Seconds until the chat of this lane may be written to. A lane sends one at a time, so nothing is booked."""
        window = self._chats.get(self._chat(lane))
        return window.delay(now, count) if window else 0.0

    def hold_back(self, lane: str, now: float, count: int = 1) -> float:
        """Seconds after which something nobody waits for may ask for its turn with `book`."""
        if not self._chat(lane):
            return 0.0
        wait = self._notices.delay(now, count)
        self._notices.take(now + wait, count)
        return wait

    def book(self, lane: str, now: float, count: int = 1, patience: float = PATIENCE) -> float:
        """Seconds until it is this call's turn within the whole bot: booked, unless they are more than ``patience``."""
        chat = self._chat(lane)
        if not chat:
            return 0.0
        wait = self._bot.delay(now, count)
        if wait <= patience:
            self._bot.take(now + wait, count)
            self._window(chat, now).take(now + wait, count)
        return wait

    def _chat(self, lane: str) -> str:
        """The chat's id; "" for the acknowledgement of a button, which is free."""
        chat = lane.removeprefix(self._prefix)
        return "" if chat.startswith("callback:") else chat

    def _window(self, chat: str, now: float) -> SlidingWindow:
        window = self._chats.get(chat)
        if window is None:
            self._sweep(now)
            window = self._chats[chat] = SlidingWindow(20, 61.0) if chat.startswith("-") else SlidingWindow(3, 3.2)
        return window

    def _sweep(self, now: float) -> None:
        """Forgets silent chats whenever there are twice as many as were left the last time."""
        if len(self._chats) >= self._sweep_at:
            self._chats = {chat: window for chat, window in self._chats.items() if not window.idle(now)}
            self._sweep_at = max(2000, 2 * len(self._chats))
