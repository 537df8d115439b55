"""The start of the desk: what comes in is stored before anything is there to decide it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, select

import console.runtime.lifecycle
from console.runtime.channel_listeners import ROLES, ChannelListeners
from console.runtime.lifecycle import serve_until_stopped
from console.runtime.receiver_wiring import Receiver
from console.runtime.serve_loops import Server
from desk.model.settings import Settings, load
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals
from kb.content.article_files import InvalidArticle
from tests.console.command_line import TOKEN, Terminal
from tests.peers.botapi import BotApi, User


@pytest.fixture
def settings(terminal: Terminal) -> Settings:
    """A desk with one bot."""
    return load(terminal.root, terminal.environment)


class DelayedStart:
    """The rest of the application, held back until it is asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wanted = asyncio.Event()
        self._start_server = console.runtime.lifecycle._start_server
        monkeypatch.setattr(console.runtime.lifecycle, "_start_server", self._held_back)

    async def _held_back(
        self, receiver: Receiver, roles: Collection[str], listening: ChannelListeners, stop: asyncio.Event
    ) -> Server | None:
        await self.wanted.wait()
        return await self._start_server(receiver, roles, listening, stop)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """The desk at work until the end of the block; gives what is set when it is ready."""
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(serve_until_stopped(settings, ROLES, stop, ready.set))
    try:
        yield ready
    finally:
        stop.set()
        await asyncio.wait_for(running, 60)


async def stored(settings: Settings, seconds: float = 60) -> int:
    """How many messages are stored, once there are any."""
    database = Database(settings.database)
    try:
        async with asyncio.timeout(seconds):
            while True:
                async with database.look() as connection:
                    count = (await connection.execute(select(func.count()).select_from(arrivals))).scalar_one()
                if count:
                    return int(count)
                await asyncio.sleep(0.05)
    finally:
        await database.close()


async def test_what_comes_before_the_desk_is_ready_is_stored_at_once_and_answered_later(
    settings: Settings, api: BotApi, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    delayed_start = DelayedStart(monkeypatch)
    async with serving(settings) as ready:
        await anna.says(api.bot(TOKEN), "Здравствуйте! нет интернета, договор 40-1187")
        assert await stored(settings) == 1
        assert not ready.is_set()
        delayed_start.wanted.set()
        await anna.hears("Помогло?")
        assert ready.is_set()


async def test_asked_to_stop_before_it_is_ready_the_desk_ends(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    DelayedStart(monkeypatch)
    async with serving(settings) as ready:
        await asyncio.sleep(0)
    assert not ready.is_set()


async def test_an_article_that_cannot_be_read_ends_the_start_and_what_came_stays_stored(
    settings: Settings, api: BotApi, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = settings.root / "providers" / "sever" / "articles" / "mine"
    folder.mkdir(parents=True)
    (folder / "ru.md").write_text("no head", "utf-8")
    delayed_start = DelayedStart(monkeypatch)
    running = asyncio.create_task(serve_until_stopped(settings, ROLES, asyncio.Event()))
    await anna.says(api.bot(TOKEN), "Здравствуйте!")
    assert await stored(settings) == 1
    delayed_start.wanted.set()
    with pytest.raises(InvalidArticle, match=r"mine/ru\.md"):
        await asyncio.wait_for(running, 60)
    assert await stored(settings) == 1
