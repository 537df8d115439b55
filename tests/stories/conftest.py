"""Each story is told on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.botapi import BotApi
from tests.peers.post import Post
from tests.ready import Ground
from tests.stories.world import AGENTS, IVANOVA, TOKEN, Chatter, Desk, World, new_world

_databases = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    server = request.getfixturevalue("postgres")
    url: str = server.database(f"story{next(_databases)}")
    return url.replace("postgresql://", "postgresql+asyncpg://")


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """Telegram."""
    emulator = await BotApi.start(rate_limits=False)
    emulator.bot(TOKEN, username="sever_support_bot")
    yield emulator
    await emulator.stop()


@pytest.fixture
async def world(ground: Ground, api: BotApi) -> AsyncIterator[World]:
    """A desk with one bot, serving."""
    made = await new_world(ground, api)
    api.group(AGENTS, "Агенты")
    await made.opens()
    yield made
    await made.closes()


@pytest.fixture
async def front(ground: Ground, api: BotApi) -> AsyncIterator[World]:
    """A desk whose only bot is shared by all providers."""
    made = await new_world(ground, api, shared=True)
    api.group(AGENTS, "Агенты")
    await made.opens()
    yield made
    await made.closes()


@pytest.fixture
def desk(world: World, api: BotApi) -> Desk:
    """The agents' group with Maria Ivanova in it."""
    return Desk(world, api.group(AGENTS, "Агенты"), api.user(IVANOVA, "Мария", language_code="ru"))


@pytest.fixture
async def anna(world: World, api: BotApi) -> Chatter:
    """A subscriber of Sever Net who has opened the chat."""
    return Chatter(api.user(5001, "Анна", language_code="ru"), world)


@pytest.fixture
async def mail_world(ground: Ground, api: BotApi, post: Post) -> AsyncIterator[World]:
    """A desk with one bot and one mailbox, which has looked into its mailbox once."""
    made = await new_world(ground, api, [post.settings()])
    api.group(AGENTS, "Агенты")
    await made.opens()
    await made.has_looked_into_its_mailbox()
    yield made
    await made.closes()


@pytest.fixture
def agents(mail_world: World, api: BotApi) -> Desk:
    """The agents' group of the desk with a mailbox."""
    return Desk(mail_world, api.group(AGENTS, "Агенты"), api.user(IVANOVA, "Мария", language_code="ru"))
