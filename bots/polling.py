"""Long polling that never confirms what is not stored.

aiogram's own polling confirms an update before its handler has finished, and stops for good at one it cannot decode.
Here Telegram is told the next offset, and so forgets, only after `accept` has committed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from bots.bot_api_client import BotApiClient, BotApiError, UndecodableAnswer, webhook_url
from bots.moved_groups import MovedGroups
from bots.update_to_raw_message import KINDS, quarantined_message_of, raw_message_of, update_id
from desk.backoff import Backoff
from desk.clock import Clock
from desk.language.translatable import sentence
from desk.model.channel_interface import ExtraWrite, StoreMessages
from desk.model.messages import RawMessage
from desk.model.settings import TelegramBotSettings
from desk.storage.channel_leases import LeaseLost

OWN_WAIT = 4.0
"""Seconds between two tries when it is our own database: nobody is troubled by them, and people wait."""

_OURS = (401, 404)
"""Telegram does not know the token: waiting alone does not mend that."""
_ID = re.compile(rb'"update_id"\s{0,9}:\s{0,9}(\d{1,18})')


class UpdatePoller:
    """Receives one bot's updates until cancelled. ``hold`` is how many seconds Telegram may keep a question open."""

    def __init__(
        self,
        settings: TelegramBotSettings,
        clock: Clock,
        moved: MovedGroups | None = None,
        hold: int = 25,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        backoff: Backoff | None = None,
    ) -> None:
        self._channel = settings.channel
        self._quiet_ms = settings.wait_for_more_ms
        self._wire = BotApiClient(settings)
        self._clock = clock
        self._moved = moved or MovedGroups(settings.channel)
        self._agents_chat = settings.agents_chat
        self._also: ExtraWrite | None = None
        self._hold = hold
        self._backoff = backoff or Backoff(settings.channel, sleep=sleep)

    async def run(self, accept: StoreMessages) -> None:
        """Fetches, stores, confirms, for ever. Raises `LeaseLost` when another process does so now."""
        offset = 0
        try:
            while True:
                offset = await self._round(accept, offset)
        finally:
            await self._wire.close()

    async def _round(self, accept: StoreMessages, offset: int) -> int:
        try:
            raws, following = await self._fetch(offset)
        except BotApiError as error:
            await self._backoff.wait(_advice(error), error.retry_after, certain=error.code in _OURS)
            return offset
        if raws:
            try:
                await accept(raws, self._also)
            except LeaseLost:
                raise
            except Exception as error:  # whatever it is, nothing was made safe, so nothing may be confirmed
                await self._backoff.wait(
                    sentence("updates cannot be stored: {why}", why=type(error).__name__), at_most=OWN_WAIT
                )
                return offset
        if raws and following == offset:
            # Only updates without an id: they are stored, but there is no number to confirm them by.
            await self._backoff.wait(sentence("Telegram sends updates without an update_id"))
            return offset
        self._backoff.worked()
        return following

    async def _fetch(self, offset: int) -> tuple[list[RawMessage], int]:
        """What is new, and the offset that will confirm it.

        After an empty answer the offset is forgotten: everything before it is confirmed by then, and after a quiet
        week Telegram may start counting anywhere, also below it.
        """
        try:
            updates = await self._ask(offset, 100)
        except UndecodableAnswer:
            return await self._fetch_one(offset)
        if not updates:
            return [], 0
        return self._enveloped(updates), _after(updates, offset)

    async def _fetch_one(self, offset: int) -> tuple[list[RawMessage], int]:
        """Gets past an answer that Python cannot decode: one update at a time, the faulty one stored as it is."""
        try:
            updates = await self._ask(offset, 1)
        except UndecodableAnswer as error:
            if found := _ID.search(error.body):
                number = int(found[1])
                odd = quarantined_message_of(
                    self._channel, error.body, "not JSON that can be read", self._clock(), str(number)
                )
                return [odd], number + 1
            raise
        return self._enveloped(updates), _after(updates, offset)

    def _enveloped(self, updates: list[object]) -> list[RawMessage]:
        now = self._clock()
        self._also = self._moved.noted(updates, self._agents_chat)
        return [raw_message_of(self._channel, update, now, self._quiet_ms) for update in updates]

    async def _ask(self, offset: int, limit: int) -> list[object]:
        params: dict[str, object] = {"limit": limit, "timeout": self._hold, "allowed_updates": KINDS}
        if offset:
            params["offset"] = offset
        updates = await self._wire.call("getUpdates", params, within=self._hold + 15)
        if not isinstance(updates, list):
            raise BotApiError(200, "getUpdates: the answer is not a list")
        return updates


async def keep_webhook(
    settings: TelegramBotSettings,
    secret: str,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    every: float = 600.0,
    backoff: Backoff | None = None,
) -> None:
    """Sees to it that Telegram knows our webhook, now and every ``every`` seconds, until cancelled.

    The secret is part of what is set, and Telegram never tells it back: so it is set anew at every start.
    """
    client, known = BotApiClient(settings), False
    backoff = backoff or Backoff(settings.channel, sleep=sleep)
    url = webhook_url(settings)
    try:
        while True:
            try:
                if known:
                    known = (await client.call("getWebhookInfo")).get("url") == url
                if not known:
                    await client.call("setWebhook", {"url": url, "secret_token": secret, "allowed_updates": KINDS})
                    known = True
            except BotApiError as error:
                await backoff.wait(_advice(error), error.retry_after, certain=error.code in _OURS)
                continue
            backoff.worked()
            await sleep(every)
    finally:
        await client.close()


def _after(updates: list[object], offset: int) -> int:
    """The offset that confirms these updates; the old one when none of them has an id."""
    return max((number + 1 for update in updates if (number := update_id(update)) is not None), default=offset)


def _advice(error: BotApiError) -> str:
    if error.code == 409:
        return sentence(
            "{why} (another process polls with this token, or a webhook is set: see 'firstline check')", why=error.why
        )
    if error.code in (401, 404):
        return sentence("{why} (Telegram does not know this token: see 'firstline check')", why=error.why)
    return error.why
