"""One departure, one Bot API call, one result. Imports aiogram: import this late.

A call is made again here only where Telegram has certainly done nothing and has said how it wants it instead: in the
group's new chat, as a new message where the old one cannot be edited, as a document where it is no picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import BufferedInputFile

from bots.aiogram_session import AnswerLost, NotSent, TelegramClient
from bots.http_sessions import HttpSessions
from bots.mendable_call import BotApiCall
from bots.moved_groups import MovedGroups
from desk.backoff import retry_delay
from desk.language.translatable import sentence
from desk.model.channel_interface import OpenFile
from desk.model.messages import FENCED, ClaimedDeparture, Rejected, ResultUnknown, RetryLater, SendResult, Sent
from desk.model.settings import TelegramBotSettings

_GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")
_TOO_LATE = ("query is too old", "query id is invalid", "query_id_invalid")


class _Fenced(Exception):
    """Another process sends through this bot by now."""


class TelegramSender:
    """Sends through one bot."""

    def __init__(
        self, settings: TelegramBotSettings, open_file: OpenFile, lines: HttpSessions, moved: MovedGroups
    ) -> None:
        self._channel = settings.channel
        self._telegram = TelegramClient(settings, lines.to(settings.api, settings.proxy.reveal()))
        self._open = open_file
        self._moved = moved
        # The same pictures go to many people: Telegram keeps them, and takes its own id for them the next time.
        self._given: dict[str, str] = {}

    async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
        """Makes the call. Never raises for what Telegram, the network or a missing file does."""
        call = BotApiCall(departure.body, remotes)
        result: SendResult | None = None
        for _ in range(6):  # every round mends another thing, and there are not that many
            if not call.method:
                return Sent()
            try:
                result = await self._once(call, departure)
            except _Fenced:
                return FENCED
            if result is not None:
                return result
        return Rejected(sentence("Telegram asked for one change after another"))

    async def fetch(self, source: str) -> bytes:
        """The bytes behind ``telegram:<bot>:<file id>``. Raises `LookupError` or `ConnectionError`."""
        return await self._telegram.download(source.removeprefix(f"{self._channel}:"))

    async def _once(self, call: BotApiCall, departure: ClaimedDeparture) -> SendResult | None:
        """One attempt; None when the call was mended and may be made again at once."""
        chat = call.params.get("chat_id")
        if moved_to := self._moved.known(chat):
            call.params["chat_id"] = moved_to
        try:
            params = await self._filled(call)
            if not departure.still_ours():
                raise _Fenced
            result = await self._telegram.call(call.method, params, within=300.0 if call.files else 60.0)
            self._remember(call, result)
            return Sent(_remote(result) or str(call.params.get("message_id", "")), _date(result))
        except TelegramMigrateToChat as error:
            call.params["chat_id"] = error.migrate_to_chat_id
            if isinstance(chat, int):
                await self._moved.learn(chat, error.migrate_to_chat_id)
            return None
        except TelegramBadRequest as error:
            return self._bad_request(call, error.message)
        except TelegramEntityTooLarge:
            return None if call.without_files() else Rejected(sentence("the message is too large for Telegram"))
        except (NotSent, AnswerLost, OSError, TelegramAPIError) as error:
            return self._fate(error, "chat_id" in call.params, departure.attempts)
        except ValueError as error:  # pydantic's, or of a text that UTF-8 cannot hold: it would fail for ever
            told = sentence("{method} cannot be made of this: {why}", method=call.method, why=type(error).__name__)
            return Rejected(told)

    async def _filled(self, call: BotApiCall) -> dict[str, Any]:
        """The parameters with the files opened; without them, if they are gone."""
        try:
            return call.filled([await self._opened(file, call.by_bytes) for file in call.files])
        except LookupError:
            call.without_files()
            return call.filled([])

    async def _opened(self, file: Mapping[str, str], by_bytes: bool) -> str | BufferedInputFile:
        held = file["id"] or self._given.get(file["source"], "")
        if held and not by_bytes:
            return held
        return BufferedInputFile(await self._open(file["source"]), file["name"] or "file")

    def _remember(self, call: BotApiCall, result: Any) -> None:
        """Learns the ids of our own pictures from what was made of them; a restart forgets them."""
        made = result if isinstance(result, list) else [result]
        for file, message in zip(call.files, made, strict=False):
            if file["source"].startswith("content:") and isinstance(message, dict) and message.get("photo"):
                self._given[file["source"]] = str(message["photo"][-1]["file_id"])

    def _bad_request(self, call: BotApiCall, message: str) -> SendResult | None:
        said = message.lower()
        if "message is not modified" in said:
            return Sent(str(call.params.get("message_id", "")))
        if call.method == "answerCallbackQuery" and any(phrase in said for phrase in _TOO_LATE):
            return Sent()
        if any(phrase in said for phrase in _GONE):
            return Rejected(self._telegram.redacted(message), gone=True)
        return None if call.mend(said) else Rejected(self._telegram.redacted(message))

    def _fate(self, error: Exception, chat_named: bool, attempts: int) -> SendResult:
        why = self._telegram.redacted(error.message if isinstance(error, TelegramAPIError) else str(error))
        if isinstance(error, TelegramRetryAfter):
            return RetryLater(float(error.retry_after), why, whole_channel=not chat_named, too_many=True)
        if isinstance(error, TelegramForbiddenError):
            return Rejected(why, gone=True)
        if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):
            # The token is at fault, and no message is to be lost for that.
            told = sentence("{why} (Telegram does not know this token: see 'firstline check')", why=why)
            return RetryLater(60.0, told, whole_channel=True)
        if isinstance(error, AnswerLost):
            return ResultUnknown(why)
        if isinstance(error, NotSent | OSError | TelegramServerError):
            return RetryLater(retry_delay(attempts, 2.0, 300.0), why)
        return Rejected(why)


def _remote(result: Any) -> str:
    """The id of the message that was made: of an album its first; "" when none was."""
    first = result[0] if isinstance(result, list) and result else result
    return str(first.get("message_id", "")) if isinstance(first, dict) else ""


def _date(result: Any) -> datetime | None:
    """When Telegram had the message, or its edit: whole seconds. None where it tells none."""
    last = result[-1] if isinstance(result, list) and result else result
    seconds = (last.get("edit_date") or last.get("date")) if isinstance(last, dict) else None
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and 0 < seconds < 1 << 32 else None
