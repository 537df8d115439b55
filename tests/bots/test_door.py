"""A bot is a door of the desk like any other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress

import pytest

from bots.channel import TelegramDoor
from desk.model.channel import Also, Door
from desk.model.messages import Arrival, Raw, Unreadable, Verb
from desk.model.settings import TelegramSettings
from tests.bots.examples import AT, DOOR, message
from tests.peers.botapi import Bot, User


async def no_files(source: str) -> bytes:
    raise LookupError(source)


def arrived(update: object) -> Arrival:
    return Arrival(1, DOOR, "1", f"{DOOR}:42", json.dumps(update).encode(), AT)


async def test_it_has_a_name_a_channel_a_provider_and_buttons(settings: TelegramSettings) -> None:
    door: Door = TelegramDoor(settings, no_files)
    assert (door.name, door.channel, door.provider) == (DOOR, "telegram", "sever")
    assert (door.traits.buttons, door.traits.batch) == (True, False)


async def test_it_hears_what_it_can_and_says_what_it_cannot(settings: TelegramSettings) -> None:
    door = TelegramDoor(settings, no_files)
    await door.warm()
    assert (await door.hear(arrived({"update_id": 1, "message": message(text="x")}))).verb is Verb.SAY
    with pytest.raises(Unreadable, match="update_id"):
        await door.hear(arrived({"message": {}}))
    await door.close()


async def test_it_listens_until_it_is_cancelled(settings: TelegramSettings, bot: Bot, anna: User) -> None:
    stored: asyncio.Queue[Raw] = asyncio.Queue()

    async def accept(raws: Sequence[Raw], also: Also | None = None) -> int:
        for raw in raws:
            stored.put_nowait(raw)
        return len(raws)

    door = TelegramDoor(settings, no_files, clock=lambda: AT)
    listening = asyncio.create_task(door.listen(accept))
    await anna.says(bot, "first")
    first = await asyncio.wait_for(stored.get(), 60)
    await anna.says(bot, "second")
    second = await asyncio.wait_for(stored.get(), 60)
    assert [json.loads(raw.body)["message"]["text"] for raw in (first, second)] == ["first", "second"]
    assert first.lane == second.lane
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


async def test_a_door_that_never_sent_closes_without_importing_anything(settings: TelegramSettings) -> None:
    door = TelegramDoor(settings, no_files)
    await door.close()
    assert door._loaded is None
