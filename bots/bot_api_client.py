"""The Bot API in its plainest form: one POST of JSON, one answer. For polling, webhooks and checks; no aiogram.

The token stands in every address, so an aiohttp exception may carry it: what leaves this module is a `BotApiError`
whose words were written here or came from Telegram, with the token struck out, and with no cause attached.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from bots.proxy import make_connector, proxy_errors
from desk.error_reasons import describe_network_error
from desk.language.translatable import Sentence, sentence
from desk.model.settings import Secret, TelegramBotSettings


class BotApiError(Exception):
    """A call that failed. ``code`` is HTTP's (0 when there was no answer), ``retry_after`` in seconds or 0."""

    def __init__(self, code: int, why: str, retry_after: float = 0.0) -> None:
        super().__init__(why)
        self.code = code
        self.why = why
        self.retry_after = retry_after


class UndecodableAnswer(BotApiError):
    """Telegram said yes, but its answer is not JSON that Python can read; ``body`` is what it said."""

    def __init__(self, body: bytes) -> None:
        super().__init__(200, "the answer cannot be decoded")
        self.body = body


class BotApiClient:
    """Calls one bot's methods. Opens its HTTP session at the first call; `close` it."""

    def __init__(self, settings: TelegramBotSettings) -> None:
        self._api = settings.api.rstrip("/")
        self._token = settings.token
        self._proxy = settings.proxy
        self._session: ClientSession | None = None

    async def call(self, method: str, params: Mapping[str, object] | None = None, within: float = 30.0) -> Any:
        """The ``result`` of one method. Raises `BotApiError` for everything else, and after ``within`` seconds."""
        if self._session is None:
            self._session = ClientSession(connector=make_connector(self._proxy, limit=4))
        limits = ClientTimeout(total=within, sock_connect=10)
        try:
            url = f"{self._api}/bot{self._token.reveal()}/{method}"
            async with self._session.post(url, json=params or {}, timeout=limits, allow_redirects=False) as answer:
                code, body = answer.status, await answer.read()
        except TimeoutError:
            raise BotApiError(0, sentence("{what}: {why}", what=method, why=sentence("no answer in time"))) from None
        except proxy_errors() as error:
            lost = sentence("the proxy made no connection ({why})", why=type(error).__name__)
            raise BotApiError(0, sentence("{what}: {why}", what=method, why=lost)) from None
        except (ClientError, OSError, ValueError) as error:
            found = describe_network_error(error)
            why = found if isinstance(found, Sentence) else redacted(found, self._token)
            raise BotApiError(0, sentence("{what}: {why}", what=method, why=why)) from None
        return self._result(method, code, body)

    def _result(self, method: str, code: int, body: bytes) -> Any:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            if code == 200:
                raise UndecodableAnswer(body) from None
            answer = None
        if not isinstance(answer, dict):
            raise BotApiError(code, f"{method}: HTTP {code} without a readable answer")
        if code == 200 and answer.get("ok") is True:
            return answer.get("result")
        parameters = answer.get("parameters")
        wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
        why = redacted(str(answer.get("description", f"HTTP {code}")), self._token)
        raise BotApiError(code, f"{method}: {why}", float(wait) if isinstance(wait, int | float) else 0.0)

    async def close(self) -> None:
        """Closes the HTTP session."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def redacted(words: str, token: Secret) -> str:
    """The words without the token, as it is and as an address would spell it."""
    plain = token.reveal()
    for spelling in (plain, plain.replace(":", "%3A"), plain.replace(":", "%3a")):
        if spelling:
            words = words.replace(spelling, "<token>")
    return words


def webhook_url(settings: TelegramBotSettings) -> str:
    """Where Telegram shall POST this bot's updates: the public address and the path `bots.webhook` listens on."""
    path = f"/telegram/{settings.name}"
    base = settings.webhook.rstrip("/")
    return base if base.endswith(path) else base + path
