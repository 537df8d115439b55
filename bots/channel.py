"""One bot as a channel of the desk. Importing this, polling and reading do not import aiogram: that takes a second.

`serve` has it imported in a thread before it sends (`TelegramChannel.warm`); messages are stored meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bots.bot_api_client import BotApiClient, BotApiError
from bots.http_sessions import HttpSessions
from bots.lean_aiogram import import_aiogram
from bots.moved_groups import MovedGroups
from bots.parse_update import UpdateParser
from bots.polling import UpdatePoller, keep_webhook
from bots.rate_limits import PATIENCE, RateLimits
from bots.render import render
from desk.backoff import Backoff
from desk.clock import Clock, now
from desk.gc_freeze import frozen_after
from desk.language.translatable import sentence
from desk.model.channel_interface import ChannelCapabilities, OpenFile, StoreMessages
from desk.model.events import Event, Inbound
from desk.model.messages import (
    ClaimedArrival,
    ClaimedDeparture,
    OutboundMessage,
    RenderedCall,
    RetryLater,
    SendPriority,
    SendResult,
    Sent,
)
from desk.model.settings import TelegramBotSettings
from desk.storage.database import Database

if TYPE_CHECKING:
    from bots.sending import TelegramSender


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Tools:
    """What needs aiogram."""

    sender: TelegramSender


class TelegramChannel:
    """One bot. ``open_file`` fetches files of other channels; ``webhook_secret`` is set with the webhook, if there is
    one.

    ``clock`` gives the time of receipt, aware UTC; ``ticks`` seconds that never go back, for the Bot API's limits.
    ``lines`` are shared by all bots of a process. What one process learns of groups that move, all know by the
    ``database``.
    """

    channel_kind = "telegram"
    capabilities = ChannelCapabilities(buttons=True, letters=False, edits=True, contacts=True)

    def __init__(
        self,
        settings: TelegramBotSettings,
        open_file: OpenFile,
        webhook_secret: str = "",
        clock: Clock = now,
        ticks: Callable[[], float] = time.monotonic,
        lines: HttpSessions | None = None,
        database: Database | None = None,
    ) -> None:
        self.name = settings.channel
        self.provider = settings.provider
        self._limits = RateLimits(self.name)
        self._ticks = ticks
        self._settings = settings
        self._open = open_file
        self._secret = webhook_secret
        self._clock = clock
        self._lines = lines or HttpSessions()
        self._moved = MovedGroups(self.name, database)
        self._loaded: _Tools | None = None
        self._backoff = Backoff(self.name)

    async def warm(self) -> None:
        """Imports aiogram in a thread, ahead of the first message; does nothing the second time."""
        await self._tools()

    async def hear(self, arrival: ClaimedArrival) -> Inbound[Event]:
        """Reads one stored update. Raises `UnreadableMessage` for what Telegram cannot have sent."""
        agents_group = self._settings.agents_chat
        # A group that we do not know may be ours, moved: another process may have been told of that.
        chat = arrival.lane.removeprefix(f"{self.name}:").partition(":")[0]
        elsewhere = chat.startswith("-") and chat != str(agents_group) and agents_group != 0
        moved_to = await self._moved.find(agents_group) if elsewhere else self._moved.known(agents_group)
        return UpdateParser(self._settings.name, self.provider, agents_group, moved_to).hear(arrival)

    def render(self, outgoing: OutboundMessage) -> tuple[RenderedCall, ...]:
        """The calls that say this. Pure. Raises ValueError for a button that does not fit."""
        return render(self.name, outgoing)

    async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
        """Makes one call when the Bot API's limits allow it; `RetryLater` untried when that is not soon."""
        tools = await self._tools()
        if wait := await self._in_turn(departure):
            return wait
        return self._learned(departure.lane, await tools.sender.send(departure, remotes))

    async def fetch(self, source: str) -> bytes:
        """The bytes behind ``telegram:<bot>:<file id>``, at most 20 MB.

        Raises `LookupError` when they are gone or too large, `ConnectionError` when it may work later.
        """
        return await (await self._tools()).sender.fetch(source)

    async def listen(self, accept: StoreMessages) -> None:
        """Receives for ever: polls, or keeps the webhook set (what it brings is received in `bots.webhook`)."""
        if self._settings.webhook:
            await keep_webhook(self._settings, self._secret, backoff=self._backoff)
        else:
            await UpdatePoller(self._settings, self._clock, self._moved, backoff=self._backoff).run(accept)

    @property
    def trouble(self) -> str:
        """Why nothing is received; "" while all is well."""
        return self._backoff.trouble

    @property
    def worked_at(self) -> datetime | None:
        """When the channel's server was last asked with success; None where it never was."""
        return self._backoff.worked_at

    async def show_menu(self, menus: Mapping[str, Mapping[str, str]]) -> None:
        """Sets the commands people see in private chats, by language: command to description. "" is every other one.

        A menu that cannot be set now is no reason not to listen; it is set at the next start.
        """
        client = BotApiClient(self._settings)
        try:
            for language, commands in menus.items():
                shown = [{"command": name, "description": words} for name, words in commands.items()]
                params = {"commands": shown, "scope": {"type": "all_private_chats"}}
                await client.call("setMyCommands", params | ({"language_code": language} if language else {}))
        except BotApiError as error:
            log.info("%s: the menu of commands is not set: %s", self.name, error)
        finally:
            await client.close()

    async def close(self) -> None:
        """Closes the lines, when the desk closes: those who share them come to their end together."""
        await self._lines.close()

    async def _in_turn(self, departure: ClaimedDeparture) -> RetryLater | None:
        """Waits for this call's turn, or says when it may be: short waits are cheaper here than in the outbox."""
        limits, lane, count = self._limits, departure.lane, len(departure.body["params"].get("media", "1"))
        if departure.body["method"] == "deleteMessage":
            count = 0  # what takes a message away is none itself
        hurries = answers = departure.priority not in (SendPriority.NOTICE, SendPriority.BULK)
        while True:
            wait = limits.delay(lane, self._ticks(), count)
            if wait > 1.0:
                return RetryLater(wait, sentence("this chat has had as many messages as Telegram takes"), tried=False)
            if hurries and not wait:
                break
            if not hurries:
                wait, hurries = max(wait, limits.hold_back(lane, self._ticks(), count)), True
            await asyncio.sleep(wait)
        wait = limits.book(lane, self._ticks(), count, held_back=not answers)
        if wait <= PATIENCE:
            await asyncio.sleep(wait)
            wait = limits.rest(self._ticks())  # which may have begun meanwhile
        if wait:
            why = sentence("the bot has sent as many messages as Telegram takes")
            return RetryLater(wait, why, whole_channel=True, tried=False)
        return None

    def _learned(self, lane: str, result: SendResult) -> SendResult:
        """The result; when Telegram tells several chats to wait, all of the bot rests."""
        if isinstance(result, Sent):
            self._limits.was_taken(self._ticks())
        elif isinstance(result, RetryLater) and result.too_many:
            whole = self._limits.told_to_wait(lane, self._ticks(), result.seconds)
            return replace(result, whole_channel=result.whole_channel or whole)
        return result

    async def _tools(self) -> _Tools:
        if self._loaded is None:
            loaded = await asyncio.to_thread(_imported, self._settings, self._open, self._lines, self._moved)
            self._loaded = self._loaded or loaded
        return self._loaded


def _imported(settings: TelegramBotSettings, open_file: OpenFile, lines: HttpSessions, moved: MovedGroups) -> _Tools:
    with nullcontext() if "aiogram" in sys.modules else frozen_after():
        import_aiogram()
        from bots.sending import TelegramSender  # noqa: PLC0415 (aiogram takes a second: who stores or reads waits not)

    return _Tools(TelegramSender(settings, open_file, lines, moved))
