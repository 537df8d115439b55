"""A bot is a channel of the desk like any other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress

import pytest

from bots.channel import TelegramChannel
from desk.model.channel_interface import Channel, ExtraWrite
from desk.model.events import Said
from desk.model.messages import ClaimedArrival, RawMessage, UnreadableMessage
from desk.model.settings import TelegramBotSettings
from tests.bots.examples import AT, CHANNEL, message
from tests.peers.botapi import Bot, User


async def no_files(source: str) -> bytes:
    raise LookupError(source)


def arrived(update: object) -> ClaimedArrival:
    return ClaimedArrival(1, CHANNEL, "1", f"{CHANNEL}:42", json.dumps(update).encode(), AT)


async def test_it_has_a_name_a_channel_a_provider_and_buttons(settings: TelegramBotSettings) -> None:
    channel: Channel = TelegramChannel(settings, no_files)
    assert (channel.name, channel.channel_kind, channel.provider) == (CHANNEL, "telegram", "sever")
    assert (channel.capabilities.buttons, channel.capabilities.letters) == (True, False)


async def test_it_hears_what_it_can_and_says_what_it_cannot(settings: TelegramBotSettings) -> None:
    channel = TelegramChannel(settings, no_files)
    await channel.warm()
    heard = await channel.hear(arrived({"update_id": 1, "message": message(text="x")}))
    assert isinstance(heard.event, Said)
    with pytest.raises(UnreadableMessage, match="update_id"):
        await channel.hear(arrived({"message": {}}))
    await channel.close()


async def test_it_listens_until_it_is_cancelled(settings: TelegramBotSettings, bot: Bot, anna: User) -> None:
    stored: asyncio.Queue[RawMessage] = asyncio.Queue()

    async def accept(raws: Sequence[RawMessage], also: ExtraWrite | None = None) -> int:
        for raw in raws:
            stored.put_nowait(raw)
        return len(raws)

    channel = TelegramChannel(settings, no_files, clock=lambda: AT)
    listening = asyncio.create_task(channel.listen(accept))
    await anna.says(bot, "first")
    first = await asyncio.wait_for(stored.get(), 60)
    await anna.says(bot, "second")
    second = await asyncio.wait_for(stored.get(), 60)
    assert [json.loads(raw.body)["message"]["text"] for raw in (first, second)] == ["first", "second"]
    assert first.lane == second.lane
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


async def test_a_channel_that_never_sent_closes_without_importing_anything(settings: TelegramBotSettings) -> None:
    channel = TelegramChannel(settings, no_files)
    await channel.close()
    assert channel._loaded is None
