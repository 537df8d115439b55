"""The webhook answers 200 only for what Telegram sent and what has been stored."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Sequence

import pytest
from aiohttp import ClientSession, web

from bots.webhook import LARGEST_BODY, WebhookTarget, webhook_app
from desk.model.channel_interface import ExtraWrite
from desk.model.messages import RawMessage
from desk.model.settings import Secret, TelegramBotSettings
from tests.bots.examples import AT, message

SECRET = "s3cret"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = json.dumps({"update_id": 5, "message": message(text="private words")}).encode()


class Inbox:
    """Keeps what is accepted, or is out of order."""

    def __init__(self) -> None:
        self.raws: list[RawMessage] = []
        self.broken = False

    async def __call__(self, raws: Sequence[RawMessage], also: ExtraWrite | None = None) -> int:
        if self.broken:
            raise OSError("no space left on device")
        self.raws += raws
        return len(raws)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def url(inbox: Inbox) -> AsyncIterator[str]:
    hooks = [WebhookTarget.of(TelegramBotSettings(name, Secret("t")), SECRET + name) for name in ("a", "b")]
    runner = web.AppRunner(webhook_app(hooks, inbox, lambda: AT), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}/telegram/"
    await runner.cleanup()


async def mail_servers(url: str, *secrets: str, body: bytes = UPDATE) -> int:
    headers = [(HEADER, secret) for secret in secrets]
    async with ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


async def test_each_bot_has_its_place_and_what_it_is_sent_is_stored(url: str, inbox: Inbox) -> None:
    assert await mail_servers(url + "a", SECRET + "a") == 200
    assert await mail_servers(url + "b", SECRET + "b") == 200
    assert [(raw.channel, raw.key, raw.lane) for raw in inbox.raws] == [
        ("telegram:a", "5", "telegram:a:42"),
        ("telegram:b", "5", "telegram:b:42"),
    ]
    assert json.loads(inbox.raws[0].body) == json.loads(UPDATE)


@pytest.mark.parametrize(
    "secrets",
    [
        (),
        ("",),
        ("wrong",),
        (SECRET + "b",),
        (SECRET + "a", SECRET + "a"),
        (SECRET + "a", "x"),
        ("пароль",),
        (SECRET + "aa",),
    ],
)
async def test_whoever_does_not_know_the_one_secret_stores_nothing(
    url: str, inbox: Inbox, secrets: tuple[str, ...]
) -> None:
    assert await mail_servers(url + "a", *secrets) == 401
    assert inbox.raws == []


async def test_an_unknown_bot_looks_like_a_wrong_secret(url: str) -> None:
    assert await mail_servers(url + "c", SECRET + "a") == 401


async def test_what_is_too_large_is_refused_before_it_is_read_to_its_end(url: str, inbox: Inbox) -> None:
    assert await mail_servers(url + "a", SECRET + "a", body=b"x" * (LARGEST_BODY + 1)) == 413
    assert inbox.raws == []


async def test_what_cannot_be_stored_is_not_acknowledged_and_its_words_are_not_logged(
    url: str, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    inbox.broken = True
    assert await mail_servers(url + "a", SECRET + "a") == 503
    assert "cannot be stored" in caplog.text
    assert "private words" not in caplog.text
    inbox.broken = False
    assert await mail_servers(url + "a", SECRET + "a") == 200


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
async def test_what_is_no_json_is_kept_aside_byte_for_byte_and_taken_only_once(
    url: str, inbox: Inbox, body: bytes
) -> None:
    assert await mail_servers(url + "a", SECRET + "a", body=body) == 200
    assert await mail_servers(url + "a", SECRET + "a", body=body) == 200
    one, two = inbox.raws
    assert one.problem
    assert (one.body, one.key) == (body, two.key)


def test_a_webhook_without_a_secret_cannot_be_made_and_a_secret_is_not_shown() -> None:
    settings = TelegramBotSettings("a", Secret("t"))
    with pytest.raises(ValueError, match="needs a secret"):
        WebhookTarget.of(settings, "")
    assert SECRET not in repr(WebhookTarget.of(settings, SECRET))
