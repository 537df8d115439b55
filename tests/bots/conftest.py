"""A Bot API on loopback for the tests of this room."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from desk.model.settings import Secret, TelegramBotSettings
from tests.bots.examples import AGENTS
from tests.peers.botapi import Bot, BotApi, User

TOKEN = "4242:CANARY-of-the-token-abcdefghijk"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """Telegram, without its limits: those are tried on their own."""
    async with await BotApi.start(rate_limits=False) as started:
        yield started


@pytest.fixture
def bot(api: BotApi) -> Bot:
    """The desk's bot, as Telegram knows it."""
    return api.bot(TOKEN, "desk_bot")


@pytest.fixture
def anna(api: BotApi) -> User:
    """A subscriber."""
    return api.user(42, "Anna", language_code="en")


@pytest.fixture
def settings(api: BotApi, bot: Bot) -> TelegramBotSettings:
    """The bot's settings, as firstline.toml gives them."""
    return TelegramBotSettings("desk", Secret(TOKEN), "sever", api.url, AGENTS)
