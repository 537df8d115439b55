"""A bot as Telegram's servers see it: its queue of updates, its webhook, its callback queries."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from tests.peers.botapi.protocol import JSON, ApiError, encoded

if TYPE_CHECKING:
    from tests.peers.botapi.messages import Message

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
MAX_COMMANDS = 100


@dataclass(slots=True)
class Webhook:
    """Where a bot's updates are posted, and how that has gone."""

    url: str
    secret: str | None = None
    last_error: str | None = None
    last_error_at: int | None = None


@dataclass(slots=True, eq=False)
class Query:
    """A press of a button, and what the bot answered to it."""

    id: str
    message: Message
    data: str
    answered: bool = False
    text: str | None = None
    alert: bool = False
    expired: bool = False

    async def reply(self, timeout: float = 60.0) -> str | None:
        """Waits until the bot has answered the press; returns the text it showed. Raises AssertionError."""
        if not await self.message.conversation.api.until(lambda: self.answered or None, timeout):
            raise AssertionError(f"the press of {self.data!r} was not answered within {timeout} s")
        return self.text


@dataclass(eq=False)
class Bot:
    """One bot. ``privacy`` is Telegram's privacy mode in groups (administrators see everything regardless)."""

    token: str
    id: int
    username: str
    first_name: str
    privacy: bool = True
    webhook: Webhook | None = None
    allowed: frozenset[str] | None = None
    pending: deque[tuple[int, bytes]] = field(default_factory=deque)
    next_update: int = 1
    last_message: int = 0
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[JSON]] = field(default_factory=dict)
    waiting: asyncio.Future[str] | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def json(self) -> JSON:
        """The bot as a User object."""
        return {"id": self.id, "is_bot": True, "first_name": self.first_name, "username": self.username}

    def push(self, kind: str, body: JSON) -> int | None:
        """Queues one update. Returns its update_id, or None when the bot does not want the kind."""
        if kind in NOT_BY_DEFAULT if self.allowed is None else kind not in self.allowed:
            return None
        number = self.next_update
        self._queue(number, encoded({"update_id": number, kind: body}))
        return number

    def push_raw(self, update: JSON | str) -> int:
        """Queues one update as it is, however odd. A dict without update_id gets the next one. Returns the id.

        A string goes into the answer byte for byte; it must be JSON with an update_id, or nobody could confirm it.
        """
        fields = json.loads(update) if isinstance(update, str) else update
        number = int(fields.get("update_id", self.next_update))
        if number < self.next_update:
            raise ValueError(f"update_id {number} is not above those before it (next is {self.next_update})")
        raw = update.encode() if isinstance(update, str) else encoded({"update_id": number, **update})
        self._queue(number, raw)
        return number

    def _queue(self, number: int, raw: bytes) -> None:
        self.next_update = number + 1
        self.pending.append((number, raw))
        self.arrived.set()
        if self.waiting and not self.waiting.done():
            self.waiting.set_result("updates")

    def confirm(self, offset: int) -> None:
        """Forgets every update below ``offset``; a negative one keeps only that many from the end."""
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        while self.pending and self.pending[0][0] < offset:
            self.pending.popleft()

    def batch(self, limit: int) -> list[bytes]:
        """The oldest updates, encoded."""
        return [raw for _, raw in islice(self.pending, limit)]

    def interrupt(self, why: str) -> None:
        """Ends a getUpdates that is waiting with a conflict."""
        if self.waiting and not self.waiting.done():
            self.waiting.set_result(why)

    async def wait(self, seconds: float) -> None:
        """Waits for an update. Raises the 409 when another getUpdates or a webhook takes over."""
        self.waiting = mine = asyncio.get_running_loop().create_future()
        try:
            outcome = await asyncio.wait_for(mine, seconds)
        except TimeoutError:
            return
        finally:
            if self.waiting is mine:
                self.waiting = None
        if outcome != "updates":
            raise ApiError(409, f"Conflict: terminated by {outcome}")
