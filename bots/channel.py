"""One bot as a door of the desk. Importing this, and polling, does not import aiogram: that takes seconds.

Hearing and sending import it at their first use, in a thread, so that messages are being stored meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bots.bot_api_client import Wire, WireError
from bots.http_sessions import Lines
from bots.polling import Poller, keep_webhook
from bots.rate_limits import PATIENCE, Limits
from bots.render import dressed
from desk.clock import Clock, now
from desk.gc_freeze import lasting
from desk.model.channel import Accept, Open, Traits
from desk.model.messages import Arrival, Departure, Fate, Heard, Later, Outgoing, Parcel
from desk.model.settings import TelegramSettings

if TYPE_CHECKING:
    from bots.parse_update import Ear
    from bots.sending import Sender


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Tools:
    """What needs aiogram."""

    ear: type[Ear]
    sender: Sender


class TelegramDoor:
    """One bot. ``open_file`` fetches files of other doors; ``webhook_secret`` is set with the webhook, if there is one.

    ``clock`` gives the time of receipt, aware UTC; ``ticks`` seconds that never go back, for the wire's limits.
    ``lines`` are shared by all bots of a process.
    """

    channel = "telegram"
    traits = Traits(buttons=True, batch=False)

    def __init__(
        self,
        settings: TelegramSettings,
        open_file: Open,
        webhook_secret: str = "",
        clock: Clock = now,
        ticks: Callable[[], float] = time.monotonic,
        lines: Lines | None = None,
    ) -> None:
        self.name = settings.door
        self.provider = settings.provider
        self._limits = Limits(self.name)
        self._ticks = ticks
        self._settings = settings
        self._open = open_file
        self._secret = webhook_secret
        self._clock = clock
        self._lines = lines or Lines()
        self._loaded: _Tools | None = None

    async def warm(self) -> None:
        """Imports aiogram in a thread, ahead of the first message; does nothing the second time."""
        await self._tools()

    @property
    def is_warm(self) -> bool:
        """Whether it could send at once."""
        return self._loaded is not None

    async def hear(self, arrival: Arrival) -> Heard:
        """Reads one stored update. Raises `Unreadable` for what Telegram cannot have sent."""
        tools = await self._tools()
        staff = self._settings.staff_chat
        moved_to = tools.sender.moved.get(staff, 0)
        return tools.ear(self._settings.name, self.provider, staff, moved_to).hear(arrival)

    def dress(self, outgoing: Outgoing) -> tuple[Parcel, ...]:
        """The calls that say this. Pure. Raises ValueError for a button that does not fit."""
        return dressed(self.name, outgoing)

    async def send(self, departure: Departure, remotes: Mapping[str, str]) -> Fate:
        """Makes one call when the wire's limits allow it; `Later` untried when that is not soon."""
        tools = await self._tools()
        return await self._in_turn(departure) or await tools.sender.send(departure, remotes)

    async def fetch(self, source: str) -> bytes:
        """The bytes behind ``telegram:<bot>:<file id>``, at most 20 MB.

        Raises `LookupError` when they are gone or too large, `ConnectionError` when it may work later.
        """
        return await (await self._tools()).sender.fetch(source)

    async def listen(self, accept: Accept) -> None:
        """Receives for ever: polls, or keeps the webhook set (what it brings is received in `bots.webhook`)."""
        if self._settings.webhook:
            await keep_webhook(self._settings, self._secret)
        else:
            await Poller(self._settings, self._clock).run(accept)

    async def show_menu(self, menus: Mapping[str, Mapping[str, str]]) -> None:
        """Sets the commands people see in private chats, by language: command to description. "" is every other one.

        A menu that cannot be set now is no reason not to listen; it is set at the next start.
        """
        wire = Wire(self._settings)
        try:
            for language, commands in menus.items():
                shown = [{"command": name, "description": words} for name, words in commands.items()]
                params = {"commands": shown, "scope": {"type": "all_private_chats"}}
                await wire.call("setMyCommands", params | ({"language_code": language} if language else {}))
        except WireError as error:
            log.info("%s: the menu of commands is not set: %s", self.name, error)
        finally:
            await wire.close()

    async def close(self) -> None:
        """Closes the lines, when the desk closes: those who share them come to their end together."""
        await self._lines.close()

    async def _in_turn(self, departure: Departure) -> Later | None:
        """Waits for this call's turn, or says when it may be: short waits are cheaper here than in the outbox."""
        count = len(departure.body["params"].get("media", "1"))
        wait = self._limits.delay(departure.lane, self._ticks(), count)
        if wait > 1.0:
            return Later(wait, "this chat has had as many messages as Telegram takes", tried=False)
        if wait:
            await asyncio.sleep(wait)
        wait = self._limits.book(departure.lane, self._ticks(), count)
        if wait > PATIENCE:
            why = "the bot has sent as many messages as Telegram takes"
            return Later(wait, why, whole_door=True, tried=False)
        if wait:
            await asyncio.sleep(wait)
        return None

    async def _tools(self) -> _Tools:
        if self._loaded is None:
            loaded = await asyncio.to_thread(_imported, self._settings, self._open, self._lines)
            self._loaded = self._loaded or loaded
        return self._loaded


def _imported(settings: TelegramSettings, open_file: Open, lines: Lines) -> _Tools:
    with nullcontext() if "aiogram" in sys.modules else lasting():
        from bots.parse_update import Ear  # noqa: PLC0415 (aiogram takes seconds: whoever only stores must not wait for it)
        from bots.sending import Sender  # noqa: PLC0415 (the same)

    return _Tools(Ear, Sender(settings, open_file, lines))
