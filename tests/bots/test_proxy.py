"""A bot behind a proxy: polling, sending, files and checks go through it, and its password is said nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Literal

import pytest

from bots.aiogram_session import NotSent, TelegramClient
from bots.bot_api_client import BotApiClient, BotApiError
from bots.diagnostics import check
from bots.http_sessions import HttpSessions
from console.runtime.channel_kinds import CHANNEL_KINDS
from desk.model.settings import Secret, TelegramBotSettings
from tests.peers.botapi import Bot, BotApi, User
from tests.peers.proxies import LOGIN, Proxy

pytest.importorskip("aiohttp_socks", reason="pip install -r requirements.txt brings it")


@pytest.fixture(params=["socks5", "http"])
async def proxy(request: pytest.FixtureRequest) -> AsyncIterator[Proxy]:
    kind: Literal["socks5", "http"] = request.param
    made = Proxy(kind)
    server = await made.start()
    yield made
    server.close()


@pytest.fixture
def behind(settings: TelegramBotSettings, proxy: Proxy) -> TelegramBotSettings:
    """The bot, with the proxy on its way."""
    return replace(settings, proxy=Secret(proxy.url))


async def test_everything_goes_through_it(
    api: BotApi, bot: Bot, anna: User, behind: TelegramBotSettings, proxy: Proxy
) -> None:
    asked = BotApiClient(behind)
    assert (await asked.call("getMe"))["username"] == "desk_bot"
    await asked.close()
    assert len(proxy.connected) == 1
    lines = HttpSessions()
    sender = TelegramClient(behind, lines.to(behind.api, behind.proxy.reveal()))
    await anna.says(bot, "/start")
    await sender.call("sendMessage", {"chat_id": 42, "text": "through it"})
    await anna.hears("through it")
    await lines.close()
    assert len(proxy.connected) == 2
    assert all(one.level != "error" for one in await check(behind) if one.where.endswith("token"))


async def test_a_proxy_that_refuses_sends_nothing_and_tells_no_password(
    behind: TelegramBotSettings, proxy: Proxy
) -> None:
    """Nothing of the call was sent, so it may be tried again."""
    proxy.refuses = True
    asked = BotApiClient(behind)
    with pytest.raises(BotApiError, match="proxy made no connection") as first:
        await asked.call("getMe")
    await asked.close()
    lines = HttpSessions()
    sender = TelegramClient(behind, lines.to(behind.api, behind.proxy.reveal()))
    with pytest.raises(NotSent, match="proxy made no connection") as second:
        await sender.call("sendMessage", {"chat_id": 42, "text": "x"})
    await lines.close()
    found = await check(behind)
    assert any(one.level == "error" for one in found)
    for words in (str(first.value), str(second.value), repr(found), repr(behind)):
        assert LOGIN[1] not in words
        assert "proxy%20canary" not in words


async def test_a_proxy_that_is_not_there_is_waited_for(settings: TelegramBotSettings) -> None:
    behind = replace(settings, proxy=Secret(Proxy("socks5").url))
    asked = BotApiClient(behind)
    with pytest.raises(BotApiError, match="proxy made no connection") as error:
        await asked.call("getMe")
    assert error.value.code == 0
    await asked.close()


def test_its_password_is_kept_out_of_the_log(behind: TelegramBotSettings, proxy: Proxy) -> None:
    kind = next(one for one in CHANNEL_KINDS if one.section == "telegram")
    secrets = list(kind.secrets(behind, None))
    assert proxy.url in secrets
    assert "proxy%20canary" in secrets
