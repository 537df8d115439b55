"""The emulator itself: an HTTP server on loopback that behaves as Telegram's Bot API does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any, Self

from aiohttp import web
from aiohttp.http_parser import RawRequestMessage

from tests.peers.botapi.bots import Bot
from tests.peers.botapi.control_api import control
from tests.peers.botapi.faults import Fault
from tests.peers.botapi.managing import allow
from tests.peers.botapi.messages import Call
from tests.peers.botapi.methods import METHODS
from tests.peers.botapi.protocol import ApiError, Params, ok_body, ok_updates, read_params, refusal, respond
from tests.peers.botapi.state import TelegramState

MAX_POLL = 50.0
"""Seconds that getUpdates waits at most."""


class BotApi(TelegramState):
    """Telegram for tests: its state and the HTTP server before it. ``url`` is the base address for a bot library."""

    url = ""
    _runner: web.ServerRunner | None = None

    @classmethod
    async def start(cls, *, port: int = 0, rate_limits: bool = True) -> Self:
        """Serves on loopback; port 0 means any free one."""
        api = cls(rate_limits=rate_limits)
        server = web.Server(api._serve, request_factory=_request, access_log=None)
        api._runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await api._runner.setup()
        await web.TCPSite(api._runner, "127.0.0.1", port, backlog=1024).start()
        host, bound = api._runner.addresses[0][:2]
        api.url = f"http://{host}:{bound}"
        return api

    async def stop(self) -> None:
        """Closes the server and whatever it was posting."""
        await self.webhooks.stop()
        for bot in self.bots.values():
            bot.interrupt("shutdown")
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            return await self._call(request, token, method)
        if path.startswith("/file/bot"):
            token, _, file_path = path[9:].partition("/")
            return await self._download(request, token, file_path)
        if path.startswith("/_control/"):
            return await control(self, request, path.removeprefix("/_control/"))
        return refusal(ApiError(404, "Not Found"))

    async def _download(self, request: web.BaseRequest, token: str, path: str) -> web.StreamResponse:
        """Serves a file; in the log and to faults this is the method "file"."""
        bot, file = self.bots.get(token), self.paths.get(path)
        if bot is None:
            return refusal(ApiError(401, "Unauthorized"))
        call = self._logged(bot, "file")
        call.params = {"path": path}

        async def content() -> bytes:
            fault = await self._fault_before(bot, call)
            if file is None:
                raise ApiError(404, "Not Found")
            return self._done(call, fault, file.content)

        return await self._answer(request, call, content(), "application/octet-stream")

    async def _call(self, request: web.BaseRequest, token: str, method: str) -> web.StreamResponse:
        bot = self.bots.get(token)
        if bot is None:
            await request.read()
            return refusal(ApiError(401, "Unauthorized"))
        call = self._logged(bot, method)
        return await self._answer(request, call, self._perform(request, bot, call), "application/json")

    def _logged(self, bot: Bot, method: str) -> Call:
        call = Call(len(self.log), bot.id, method, {}, time.monotonic(), time.time())
        self.log.append(call)
        return call

    async def _answer(
        self, request: web.BaseRequest, call: Call, body: Awaitable[bytes], kind: str
    ) -> web.StreamResponse:
        """Turns the outcome of a call into a response, or into none."""
        try:
            return respond(await body, kind=kind)
        except ApiError as error:
            call.ok, call.code, call.description = False, error.code, error.description
            return refusal(error)
        except ConnectionError:  # the caller was killed before it had said everything: nothing was done
            call.ok = call.answered = False
            return web.Response()
        except _Cut:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        finally:
            call.took = time.monotonic() - call.at
            if request.transport is None or request.transport.is_closing():  # the caller was killed meanwhile
                call.answered = False

    async def _perform(self, request: web.BaseRequest, bot: Bot, call: Call) -> bytes:
        params = await read_params(request)
        call.params = params.logged()
        fault = await self._fault_before(bot, call)
        if call.method.lower() == "getupdates":
            return self._done(call, fault, await self._get_updates(bot, params))
        method = METHODS.get(call.method.lower())
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        result = method(self, bot, params)
        if isinstance(result, dict):
            call.message_id = result.get("message_id")
        return self._done(call, fault, ok_body(result))

    def _done(self, call: Call, fault: Fault | None, body: bytes) -> bytes:
        """The call had its effect; a fault may still spoil the answer."""
        call.ok, call.code = True, 200
        if fault is None:
            return body
        call.answered = False
        if fault.kind == "accept_then_close":
            raise _Cut
        return b"<html>\xff garbage {"

    async def _fault_before(self, bot: Bot, call: Call) -> Fault | None:
        """Commits what must happen before the call is served; returns a fault to commit after it."""
        if not self.faults.ordered:
            return None
        seconds, fault = self.faults.strike(bot.id, call.method, call.chat_id)
        if seconds:
            call.fault = "delay"
            await asyncio.sleep(seconds)
        if fault is None:
            return None
        call.fault = fault.kind
        if fault.kind == "close":
            call.ok = call.answered = False
            raise _Cut
        if fault.kind == "error":
            after = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
            raise ApiError(fault.code, fault.description, **after)
        return fault

    async def _get_updates(self, bot: Bot, params: Params) -> bytes:
        if bot.webhook:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        bot.interrupt("other getUpdates request; make sure that only one bot instance is running")
        allow(bot, params)
        bot.confirm(params.number("offset") or 0)
        timeout = min(float(params.number("timeout") or 0), MAX_POLL)
        limit = min(max(params.number("limit") or 100, 1), 100)
        if not bot.pending and timeout > 0:
            await bot.wait(timeout)
        return ok_updates(bot.batch(limit))


class _Cut(Exception):
    """The connection is to be cut without an answer."""


def _request(
    message: RawRequestMessage, payload: Any, protocol: Any, writer: Any, task: asyncio.Task[None]
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=64 * 1024 * 1024)
