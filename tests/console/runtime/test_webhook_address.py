"""Of several processes that receive by webhook on one machine one has the address; another takes it when it is free."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession

from console.runtime.channel_listeners import ChannelListeners
from console.runtime.migrate import migrate
from console.runtime.receiver_wiring import build_receiver
from desk.model.settings import Secret, Settings, TelegramBotSettings
from tests.faults.served_desk import eventually


async def test_who_finds_the_address_taken_waits_until_it_is_free(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It listens at its other channels meanwhile, and says what it waits for."""
    taken = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{taken.getsockname()[1]}"
    bot = TelegramBotSettings("main", Secret("1:t"), "http://127.0.0.1:9", webhook="https://desk.test")
    database = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    settings = Settings(root=tmp_path, database=database, data=tmp_path, secret=Secret("s"), telegram=(bot,))
    receiver = build_receiver(replace(settings, listen=address))
    await migrate(receiver.database)
    async with ChannelListeners(receiver, ["receiver"]), ClientSession() as http:
        assert f"another process receives at {address}" in caplog.text
        taken.close()

        async def answers() -> bool:
            try:
                async with http.post(f"http://{address}/telegram/main") as answer:
                    return answer.status == 401
            except OSError:
                return False

        await eventually(answers)
    await receiver.close()
