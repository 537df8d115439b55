"""`firstline check` says what is wrong with a bot, and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.diagnostics import check, check_alarm_chat
from desk.model.settings import Secret, TelegramBotSettings
from tests.bots.conftest import TOKEN
from tests.bots.examples import AGENTS
from tests.peers.botapi import Bot, BotApi


async def said(settings: TelegramBotSettings) -> list[tuple[str, str]]:
    """Level and words of every finding; whatever is not fine says what to do, and nothing shows the token."""
    found = await check(settings)
    assert all(one.todo for one in found if one.level != "ok")
    assert TOKEN not in repr(found)
    return [(one.level, one.what) for one in found]


def words(found: list[tuple[str, str]], level: str) -> str:
    return "; ".join(what for one, what in found if one == level)


async def test_a_bot_that_is_an_administrator_of_the_agents_group_is_fine(
    api: BotApi, settings: TelegramBotSettings
) -> None:
    await api.group(AGENTS).admits(api.bot(TOKEN))
    found = await said(settings)
    assert {level for level, _ in found} == {"ok"}
    assert "@desk_bot" in words(found, "ok")


async def test_an_unknown_token_is_told(settings: TelegramBotSettings) -> None:
    assert "does not know this token" in words(await said(replace(settings, token=Secret("1:x"))), "error")
    assert "no token" in words(await said(replace(settings, token=Secret(""))), "error")


async def test_an_api_that_does_not_answer_is_told(settings: TelegramBotSettings) -> None:
    found = await said(replace(settings, api="http://127.0.0.1:9"))
    assert "cannot be asked" in words(found, "error")


async def test_a_forgotten_webhook_keeps_polling_from_working(settings: TelegramBotSettings, api: BotApi) -> None:
    await api.group(AGENTS).admits(api.bot(TOKEN))
    await set_webhook(settings, "https://old.example/hook")
    assert "https://old.example/hook" in words(await said(settings), "error")


async def set_webhook(settings: TelegramBotSettings, url: str, **more: object) -> None:
    from bots.bot_api_client import BotApiClient

    wire = BotApiClient(settings)
    await wire.call("setWebhook", {"url": url, **more})
    await wire.close()


async def test_a_webhook_that_is_not_set_or_another_or_not_https_is_told(settings: TelegramBotSettings) -> None:
    hooked = replace(settings, webhook="https://desk.example", agents_chat=0)
    assert "is not https://desk.example/telegram/desk yet" in words(await said(hooked), "warning")
    await set_webhook(settings, "https://other.example/x")
    assert "another webhook is set" in words(await said(hooked), "warning")
    assert "not https" in words(await said(replace(hooked, webhook="http://desk.example")), "error")


async def test_a_webhook_that_misses_kinds_of_updates_is_told(settings: TelegramBotSettings) -> None:
    hooked = replace(settings, webhook="https://desk.example")
    await set_webhook(settings, "https://desk.example/telegram/desk", allowed_updates=["message"])
    assert "does not bring edited_message, callback_query, my_chat_member" in words(await said(hooked), "warning")


async def test_without_an_agents_group_nobody_sees_cards(settings: TelegramBotSettings) -> None:
    assert "no agents' group" in words(await said(replace(settings, agents_chat=0)), "warning")


@pytest.mark.parametrize("chat", [-100999, 12345])
async def test_a_group_that_cannot_be_reached_is_told(settings: TelegramBotSettings, chat: int) -> None:
    assert "cannot be reached" in words(await said(replace(settings, agents_chat=chat)), "error")


async def test_a_bot_outside_the_group_is_told(api: BotApi, settings: TelegramBotSettings, bot: Bot) -> None:
    await api.group(AGENTS).kicks(bot)
    assert words(await said(settings), "error")


async def test_privacy_mode_is_told_where_it_hides_messages(
    api: BotApi, settings: TelegramBotSettings, bot: Bot
) -> None:
    await api.group(AGENTS).admits(bot, admin=False)
    assert "privacy mode" in words(await said(settings), "warning")
    bot.privacy = False
    assert words(await said(settings), "warning") == ""


async def test_the_chat_for_alarms_is_tried_without_writing_into_it(settings: TelegramBotSettings, api: BotApi) -> None:
    await api.group(-1002).admits(api.bot(TOKEN))
    (fine,) = await check_alarm_chat(settings, -1002)
    assert (fine.level, "-1002" in fine.what) == ("ok", True)
    (wrong,) = await check_alarm_chat(settings, -1003)
    assert (wrong.level, "-1003" in wrong.what, bool(wrong.todo)) == ("error", True, True)
    assert not api.calls("sendMessage")
