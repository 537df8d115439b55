"""The Bot API's limits, kept before Telegram has to refuse: pure, and with no clock of their own.

Telegram's FAQ: about 30 messages a second for a bot, one a second in a chat (short bursts pass), 20 a minute in a
group. An album counts as many as it holds, a reaction as a message; acknowledging a button counts for nothing.

Whoever shares the token with us may leave us less than that. When Telegram tells several chats to wait, it means the
bot: all of it rests, and after that it goes at a slower pace, which grows again while nothing is refused.
"""

from __future__ import annotations

from collections import deque

PATIENCE = 2.0
"""Seconds that a call may wait for its turn; what must wait longer goes back into the outbox."""
KEPT_FOR_ANSWERS = 5
"""Of the thirty a second so many are left free beside the answers of the last second: an answer finds its turn at once,
and notices and bulk have the rest."""
LEAST_OF_NOTICES = 5
"""A second, however many answers there are: notices go on too."""
_A_SECOND_AND_A_BIT = 1.05
A_SECOND = 30
"""Messages a second that Telegram takes from a bot."""
SEVERAL = 2
"""Chats that are told to wait within `TOGETHER` seconds: it is the bot that sends too much."""
TOGETHER = 3.0
SLOWER = 0.7
"""The pace after the bot was told to wait: so much of what Telegram has taken in the last second."""
FASTER_EVERY = 10.0
"""Seconds without a refusal after which it is one message a second more."""


class SlidingWindow:
    """At most ``count`` in any ``seconds``: exact, by remembering when the last ones went or will go.

    ``count`` may be made less, and more again up to what it was at first.
    """

    __slots__ = ("_gone", "_seconds", "count")

    def __init__(self, count: int, seconds: float) -> None:
        self.count = count
        self._seconds = seconds
        self._gone: deque[float] = deque(maxlen=count)

    def delay(self, now: float, count: int = 1) -> float:
        """Seconds until ``count`` more may go."""
        over = len(self._gone) + min(count, self.count) - self.count
        return max(0.0, self._gone[over - 1] + self._seconds - now) if over > 0 else 0.0

    def take(self, when: float, count: int = 1) -> None:
        """They go at ``when``, which is never before what was taken earlier."""
        self._gone.extend([when] * count)

    def gone_since(self, when: float) -> int:
        """How many went after that instant, of those that are remembered."""
        return sum(one > when for one in self._gone)

    def idle(self, now: float) -> bool:
        """Nothing in it counts any more."""
        return not self._gone or self._gone[-1] + self._seconds <= now


class RateLimits:
    """One bot's limits. Times are in seconds of a clock that never goes back (``time.monotonic``).

    The windows are a little longer than the rules: what leaves here evenly may arrive there bunched.
    """

    def __init__(self, channel: str) -> None:
        self._prefix = f"{channel}:"
        self._bot = SlidingWindow(A_SECOND, _A_SECOND_AND_A_BIT)
        self._answers = SlidingWindow(A_SECOND, _A_SECOND_AND_A_BIT)
        self._notices = SlidingWindow(A_SECOND - KEPT_FOR_ANSWERS, _A_SECOND_AND_A_BIT)
        self._chats: dict[str, SlidingWindow] = {}
        self._sweep_at = 2000
        self._reactions: dict[str, dict[str, float]] = {}
        self._told: dict[str, float] = {}
        self._rests_until = self._faster_at = 0.0

    def delay(self, lane: str, now: float, count: int = 1) -> float:
        """Seconds until the chat of this lane may be written to. Nothing is booked.

        Reactions go first: what else there is to say in a chat leaves those that wait their places.
        """
        chat = self._chat(lane)
        window = self._chats.get(chat)
        if window is None:
            return 0.0
        waiting = self._reactions.get(chat, {})
        if not self._is_reaction(lane):
            first = sum(until > now for other, until in waiting.items())
            return window.delay(now, count + first)
        wait = window.delay(now, count)
        if wait:
            self._reactions.setdefault(chat, {})[lane] = now + wait + PATIENCE
        return wait

    def hold_back(self, lane: str, now: float, count: int = 1) -> float:
        """Seconds after which something nobody waits for may ask for its turn with `book`, as ``held_back``."""
        if not self._chat(lane):
            return 0.0
        answers = self._answers.gone_since(now - _A_SECOND_AND_A_BIT)
        most = min(A_SECOND - KEPT_FOR_ANSWERS, self._bot.count - KEPT_FOR_ANSWERS - answers)
        self._notices.count = max(min(LEAST_OF_NOTICES, self._bot.count), most)
        wait = self._notices.delay(now, count)
        self._notices.take(now + wait, count)
        return wait

    def book(
        self, lane: str, now: float, count: int = 1, patience: float = PATIENCE, *, held_back: bool = False
    ) -> float:
        """Seconds until it is this call's turn within the whole bot: booked, unless they are more than ``patience``."""
        chat = self._chat(lane)
        if not chat:
            return 0.0
        wait = max(self._bot.delay(now, count), self.rest(now))
        if wait <= patience:
            self._bot.take(now + wait, count)
            if not held_back:
                self._answers.take(now + wait, count)
            self._window(chat, now).take(now + wait, count)
            if waiting := self._reactions.get(chat):
                waiting.pop(lane, None)
        return wait

    def rest(self, now: float) -> float:
        """Seconds that the whole bot rests still."""
        return max(0.0, self._rests_until - now)

    def told_to_wait(self, lane: str, now: float, seconds: float) -> bool:
        """Telegram refused a call in this lane for so many seconds. Says whether the whole bot rests so long."""
        self._told = {chat: at for chat, at in self._told.items() if at + TOGETHER > now} | {self._chat(lane): now}
        if len(self._told) < SEVERAL:
            return False
        if not self.rest(now):
            self._go(int(SLOWER * (self._bot.gone_since(now - 1.0) - len(self._told))))
        self._rests_until = max(self._rests_until, now + seconds)
        self._faster_at = self._rests_until + FASTER_EVERY
        return True

    def was_taken(self, now: float) -> None:
        """Telegram took a call: after a while without refusals the bot goes a little faster again."""
        if self._bot.count < A_SECOND and now >= self._faster_at:
            self._go(self._bot.count + 1)
            self._faster_at = now + FASTER_EVERY

    def _go(self, pace: int) -> None:
        self._bot.count = min(A_SECOND, max(1, pace))

    def _is_reaction(self, lane: str) -> bool:
        return lane.startswith(f"{self._prefix}reaction:")

    def _chat(self, lane: str) -> str:
        """The chat's id; "" for the acknowledgement of a button, which is free."""
        chat = lane.removeprefix(self._prefix)
        if self._is_reaction(lane):
            return chat.split(":")[1]
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
            self._reactions = {chat: waiting for chat, waiting in self._reactions.items() if chat in self._chats}
            self._sweep_at = max(2000, 2 * len(self._chats))
