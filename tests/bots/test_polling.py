"""Polling stores every update before Telegram may forget it, whatever happens on either side."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from bots.polling import UpdatePoller, keep_webhook
from bots.update_to_raw_message import raw_message_of
from desk.model.channel_interface import ExtraWrite
from desk.model.messages import RawMessage
from desk.model.settings import Secret, TelegramBotSettings
from tests.bots.conftest import TOKEN
from tests.bots.examples import AT, CHANNEL, GROUP, OLEG, from_oleg, message, press
from tests.peers.botapi import Bot, BotApi, User


class Inbox:
    """Keeps what is accepted; fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.raws: dict[str, RawMessage] = {}
        self.failures = failures
        self.offers = 0

    async def __call__(self, raws: Sequence[RawMessage], also: ExtraWrite | None = None) -> int:
        self.offers += 1
        if self.failures:
            self.failures -= 1
            raise OSError("no space left on device")
        self.raws |= {raw.key: raw for raw in raws}
        return len(raws)

    @property
    def texts(self) -> list[str]:
        return [json.loads(raw.body)["message"]["text"] for raw in self.raws.values()]


async def no_wait(seconds: float) -> None:
    await asyncio.sleep(0.001)


async def polled(settings: TelegramBotSettings, inbox: Inbox, enough: Callable[[], bool]) -> None:
    """Polls until it is enough, or fails after a minute."""
    poller = asyncio.create_task(UpdatePoller(settings, lambda: AT, hold=1, sleep=no_wait).run(inbox))
    try:
        async with asyncio.timeout(60):
            while not enough():
                assert not poller.done(), "polling stopped by itself"
                await asyncio.sleep(0.01)
    finally:
        poller.cancel()
        with suppress(asyncio.CancelledError):
            await poller


async def test_what_people_write_is_stored_with_its_key_and_lane(
    settings: TelegramBotSettings, bot: Bot, anna: User
) -> None:
    inbox = Inbox()
    await anna.says(bot, "нет интернета")
    await polled(settings, inbox, lambda: bool(inbox.raws) and not bot.pending)
    (raw,) = inbox.raws.values()
    assert (raw.channel, raw.key, raw.lane, raw.received_at, raw.problem) == (CHANNEL, "1", f"{CHANNEL}:42", AT, "")
    assert json.loads(raw.body)["message"]["text"] == "нет интернета"


async def test_nothing_is_confirmed_before_it_is_stored(
    api: BotApi, settings: TelegramBotSettings, bot: Bot, anna: User
) -> None:
    inbox = Inbox(failures=3)
    await anna.says(bot, "one")
    await anna.says(bot, "two")
    await polled(settings, inbox, lambda: inbox.failures == 0 and not bot.pending)
    assert inbox.texts == ["one", "two"]
    assert inbox.offers == 4
    offsets = [call.params.get("offset") for call in api.calls("getUpdates")]
    assert offsets[:5] == [None, None, None, None, 3]


@pytest.mark.parametrize("trouble", ["error", "close", "garbage", "accept_then_close"])
@pytest.mark.parametrize("code", [401, 409, 500, 502])
async def test_trouble_on_the_wire_only_delays(
    api: BotApi, settings: TelegramBotSettings, bot: Bot, anna: User, trouble: Any, code: int
) -> None:
    inbox = Inbox()
    api.fails("getUpdates", trouble, code=code, times=3)
    await anna.says(bot, "still here")
    await polled(settings, inbox, lambda: bool(inbox.raws) and not bot.pending)
    assert inbox.texts == ["still here"]


async def test_trouble_is_told_once_and_never_with_the_token(
    api: BotApi, settings: TelegramBotSettings, bot: Bot, anna: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    inbox = Inbox()
    api.fails("getUpdates", "error", code=401, description=f"Unauthorized: {TOKEN}", times=5)
    await anna.says(bot, "x")
    await polled(settings, inbox, lambda: bool(inbox.raws) and not bot.pending)
    told = [record.getMessage() for record in caplog.records if record.name == "desk.backoff"]
    assert len(told) == 2
    assert "does not know this token" in told[0]
    assert told[1].endswith("works again")
    assert TOKEN not in caplog.text


async def test_an_address_nobody_listens_at_is_told_without_the_token(caplog: pytest.LogCaptureFixture) -> None:
    settings = TelegramBotSettings("desk", Secret(TOKEN), api="http://127.0.0.1:9")
    waits: list[float] = []

    async def waited(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 8:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await UpdatePoller(settings, lambda: AT, sleep=waited).run(Inbox())
    assert waits[0] < 1 < waits[4] < waits[7] <= 30
    assert "nothing listens there" in caplog.text
    assert TOKEN not in caplog.text


async def test_an_odd_update_is_kept_and_the_next_ones_go_on(
    settings: TelegramBotSettings, bot: Bot, anna: User
) -> None:
    inbox = Inbox()
    bot.push_raw({"message": {"text": 5, "chat": None}})
    bot.push_raw({"message": [1, 2]})
    bot.push_raw('{"update_id": 3, "message": {"text": "lone \\ud800 surrogate"}}')
    await anna.says(bot, "next")
    await polled(settings, inbox, lambda: len(inbox.raws) == 4 and not bot.pending)
    assert [raw.lane for raw in inbox.raws.values()][:3] == [f"{CHANNEL}:update:{number}" for number in (1, 2, 3)]
    assert b"\\ud800" in inbox.raws["3"].body


async def serve(answers: list[bytes], asked: list[dict[str, Any]]) -> tuple[web.AppRunner, str]:
    """A Bot API that gives these answers one after the other, and then nothing new."""

    async def answer(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return web.Response(body=answers.pop(0) if answers else b'{"ok": true, "result": []}')

    application = web.Application()
    application.router.add_post("/{rest:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}"


async def test_an_answer_that_python_cannot_read_is_passed_one_update_at_a_time() -> None:
    odd = b'{"ok": true, "result": [{"update_id": 7, "message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"
    good = b'{"ok": true, "result": [{"update_id": 8, "message": {"text": "good"}}]}'
    asked: list[dict[str, Any]] = []
    runner, url = await serve([odd, odd, good], asked)
    inbox = Inbox()
    await polled(TelegramBotSettings("desk", Secret(TOKEN), api=url), inbox, lambda: len(asked) > 4)
    await runner.cleanup()
    assert [(call["limit"], call.get("offset")) for call in asked[:4]] == [(100, None), (1, None), (100, 8), (100, 9)]
    assert inbox.raws["7"].problem
    assert inbox.raws["7"].body == odd
    assert b"good" in inbox.raws["8"].body


async def test_after_a_quiet_time_the_offset_is_forgotten_since_telegram_may_count_anew() -> None:
    asked: list[dict[str, Any]] = []
    runner, url = await serve([b'{"ok": true, "result": [{"update_id": 900}]}'], asked)
    inbox = Inbox()
    await polled(TelegramBotSettings("desk", Secret(TOKEN), api=url), inbox, lambda: len(asked) > 3)
    await runner.cleanup()
    assert [call.get("offset") for call in asked[:4]] == [None, 901, None, None]


async def test_updates_without_an_id_are_kept_aside_and_do_not_stop_those_with_one() -> None:
    asked: list[dict[str, Any]] = []
    huge = b"9" * 300  # no such id is Telegram's, and no column holds it
    mixed = b'{"ok": true, "result": [{"message": {}}, 5, {"update_id": %s}, {"update_id": 3}]}' % huge
    runner, url = await serve([mixed], asked)
    inbox = Inbox()
    await polled(TelegramBotSettings("desk", Secret(TOKEN), api=url), inbox, lambda: len(asked) > 1)
    await runner.cleanup()
    assert [bool(raw.problem) for raw in inbox.raws.values()] == [True, True, True, False]
    assert asked[1]["offset"] == 4


@pytest.mark.parametrize(
    ("update", "lane"),
    [
        ({"message": message(text="x")}, "42"),
        ({"edited_message": message(text="x")}, "42"),
        ({"message": from_oleg("x")}, f"{GROUP['id']}:7"),
        ({"callback_query": press("1:1:a")}, "42"),
        ({"callback_query": press("1:1:a", by=OLEG, chat=GROUP)}, f"{GROUP['id']}:7"),
        ({"my_chat_member": message()}, "42"),
        ({"callback_query": {"id": "1", "from": OLEG}}, "update:9"),
        ({"poll": {}}, "update:9"),
    ],
)
def test_lanes_name_the_chat_and_in_groups_the_person(update: dict[str, Any], lane: str) -> None:
    assert raw_message_of(CHANNEL, {"update_id": 9, **update}, AT).lane == f"{CHANNEL}:{lane}"


async def test_with_a_webhook_configured_telegram_is_told_and_told_again_when_it_is_lost(
    settings: TelegramBotSettings, bot: Bot
) -> None:
    hooked = replace(settings, webhook="https://desk.example/")
    seen: list[tuple[str, str | None]] = []

    async def look(seconds: float) -> None:
        assert bot.webhook is not None
        seen.append((bot.webhook.url, bot.webhook.secret))
        bot.webhook = None
        if len(seen) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await keep_webhook(hooked, "s3cret", sleep=look)
    assert seen == [("https://desk.example/telegram/desk", "s3cret")] * 3


def test_storing_updates_needs_no_aiogram() -> None:
    """Importing aiogram takes seconds; whoever stores must not wait for it."""
    modules = "bots.channel, bots.polling, bots.webhook, bots.render, bots.diagnostics, sys"
    said = subprocess.run(
        [sys.executable, "-c", f"import {modules}; print('aiogram' in sys.modules, 'pydantic' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["False", "False"]
