"""aiogram's bot and HTTP session, with the token kept out of every word and lost answers told from refused ones.

Imports aiogram: import this late.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramServerError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageCaption,
    EditMessageReplyMarkup,
    EditMessageText,
    GetFile,
    Response,
    SendAudio,
    SendDocument,
    SendMediaGroup,
    SendMessage,
    SendPhoto,
    SendVideo,
    SendVoice,
    SetMessageReaction,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType
from aiogram.types import InputFile
from aiogram.utils.token import TokenValidationError
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
    InvalidURL,
    JsonPayload,
)

from bots.bot_api_client import redacted
from bots.proxy import proxy_errors
from desk.error_reasons import describe_network_error
from desk.language.translatable import sentence
from desk.model.settings import TelegramBotSettings

METHODS: Mapping[str, type[TelegramMethod[Any]]] = {
    method.__api_method__: method
    for method in (
        AnswerCallbackQuery,
        DeleteMessage,
        EditMessageCaption,
        EditMessageReplyMarkup,
        EditMessageText,
        GetFile,
        SendAudio,
        SendDocument,
        SendMediaGroup,
        SendMessage,
        SendPhoto,
        SendVideo,
        SendVoice,
        SetMessageReaction,
    )
}

LARGEST_DOWNLOAD = 20 * 1024 * 1024
"""Bytes. The Bot API gives bots no larger files."""


class NotSent(Exception):
    """The call certainly did not reach Telegram: no connection, or no usable token."""


class AnswerLost(Exception):
    """The call was written, or part of it, and no answer came: nobody knows what Telegram did."""


_ANSWER = Response[Any]
"""Made once: pydantic builds the class anew at every mention of it that nobody keeps."""


class JsonBotApiSession(AiohttpSession):
    """Plain JSON both ways, where no file is uploaded. Any number of bots may use one; `bots.http_sessions` keeps them.

    A form of percent-encoded Cyrillic costs three times the work of JSON; and of an answer no models are built, since
    one field unknown to them would make a success look like a failure.
    """

    def __init__(self, api: str, proxy: str = "") -> None:
        super().__init__(api=TelegramAPIServer.from_base(api), proxy=proxy or None)
        self._connector_init["limit"] = 0  # how many calls there are at once, the desk's sender says

    def build_form_data(self, bot: Bot, method: TelegramMethod[TelegramType]) -> FormData:
        if not _uploads(method):
            # aiogram hands this on to aiohttp as it is, and aiohttp takes a payload as it takes a form.
            return cast(FormData, JsonPayload(method.model_dump(exclude_unset=True, warnings=False)))
        return super().build_form_data(bot, method)

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            answer = None
        if status_code == 200 and isinstance(answer, dict) and answer.get("ok") is True:
            return _ANSWER.model_construct(ok=True, result=answer.get("result"))
        if not isinstance(answer, dict) or not isinstance(answer.get("description"), str):
            if status_code == 200:
                raise AnswerLost(sentence("Telegram gave an answer that cannot be read"))
            # A proxy's page, not Telegram's words.
            kind = TelegramServerError if status_code >= 500 else TelegramAPIError
            raise kind(method=method, message=f"HTTP {status_code} without a readable answer")
        return super().check_response(bot, method, status_code, content)


@cache
def _empty(method: str) -> TelegramMethod[Any]:
    """A call of this method without parameters, to be copied: to construct each anew copies every default deeply."""
    return METHODS[method].model_construct()


def _uploads(method: TelegramMethod[Any]) -> bool:
    """Whether a file goes along by its bytes, alone or in an album."""
    given = [getattr(method, name) for name in method.model_fields_set]
    media = getattr(method, "media", None)
    inside = [one.get("media") for one in media or () if isinstance(one, dict)]
    return any(isinstance(one, InputFile) for one in (*given, *inside))


class TelegramClient:
    """One bot, over a session of kept-alive connections, opened at the first call."""

    def __init__(self, settings: TelegramBotSettings, session: JsonBotApiSession) -> None:
        self._settings = settings
        self._session = session
        self._bot: Bot | None = None

    async def call(self, method: str, params: Mapping[str, Any], within: float = 60.0) -> Any:
        """The call's result as plain JSON.

        Raises `NotSent`, `AnswerLost`, or aiogram's `TelegramAPIError` for what Telegram itself refused.
        """
        bot = self._connected()
        limits = ClientTimeout(total=within, sock_connect=10)
        try:
            # aiogram passes the limits through to aiohttp, which takes them; only its type hint knows no more than int.
            # Made by ourselves in Telegram's own shape (`bots.render`): validating it again costs more than sending.
            asked = _empty(method).model_copy(update=params)
            return await self._session.make_request(bot, asked, timeout=cast(int, limits))
        except TelegramEntityTooLarge:
            raise  # an answer of Telegram's, though aiogram counts it among the network's troubles
        except TelegramNetworkError as error:
            raise self._lost(error.__cause__) from None
        except proxy_errors() as error:
            raise NotSent(sentence("the proxy made no connection ({why})", why=type(error).__name__)) from None
        except (ClientDecodeError, UnicodeDecodeError):
            raise AnswerLost(sentence("Telegram gave an answer that cannot be read")) from None

    async def download(self, file_id: str) -> bytes:
        """A file's bytes. Raises `LookupError` when it is gone or above 20 MB, `ConnectionError` when one may retry."""
        try:
            found = await self.call("getFile", {"file_id": file_id})
            url = self._session.api.file_url(self._settings.token.reveal(), found["file_path"])
            return await self._read(url)
        except proxy_errors() as error:
            raise ConnectionError(f"a file could not be fetched: {type(error).__name__}") from None
        except (NotSent, AnswerLost, TelegramServerError, ClientError, TimeoutError) as error:
            raise ConnectionError(f"a file could not be fetched: {type(error).__name__}") from None
        except TelegramAPIError as error:
            raise LookupError(f"Telegram does not give this file: {self.redacted(error.message)}") from None
        except (KeyError, TypeError):
            raise LookupError("Telegram names no path for this file") from None

    async def _read(self, url: str) -> bytes:
        session = await self._session.create_session()
        async with session.get(url, timeout=ClientTimeout(total=120, sock_connect=10), allow_redirects=False) as answer:
            if answer.status >= 500:
                raise ConnectionError("Telegram's file server is out of order")
            if answer.status != 200:
                raise LookupError(f"Telegram does not give this file: HTTP {answer.status}")
            content = bytearray()
            async for chunk in answer.content.iter_chunked(64 * 1024):
                content += chunk
                if len(content) > LARGEST_DOWNLOAD:
                    raise LookupError("the file is larger than 20 MB")
            return bytes(content)

    def redacted(self, words: str) -> str:
        """The words without the token."""
        return redacted(words, self._settings.token)

    def _connected(self) -> Bot:
        if self._bot is None:
            try:
                self._bot = Bot(self._settings.token.reveal(), session=self._session)
            except TokenValidationError:
                raise NotSent(sentence("the token has not the form of a Telegram token")) from None
        return self._bot

    def _lost(self, cause: BaseException | None) -> NotSent | AnswerLost:
        why = self.redacted(describe_network_error(cause))
        if isinstance(cause, ClientConnectorError | ConnectionTimeoutError | InvalidURL):
            return NotSent(why)
        return AnswerLost(why)
