"""The emulator itself: an HTTP server on loopback that behaves as Telegram's Bot API does."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import Any, Self

import aiohttp
from aiohttp import web
from aiohttp.http_parser import RawRequestMessage

from tests.peers.botapi import managing, sending
from tests.peers.botapi.bots import Bot, Query, Webhook
from tests.peers.botapi.control import control
from tests.peers.botapi.faults import Fault, Faults, Kind
from tests.peers.botapi.limits import Limits
from tests.peers.botapi.people import User
from tests.peers.botapi.records import Call, Message, StoredFile
from tests.peers.botapi.rooms import Conversation, Dialog, Group
from tests.peers.botapi.wire import JSON, ApiError, Params, ok_body, ok_updates, read_params, refusal, respond

Method = Callable[["BotApi", Bot, Params], Any]

METHODS: dict[str, Method] = {
    "getme": managing.get_me,
    "setwebhook": managing.set_webhook,
    "deletewebhook": managing.delete_webhook,
    "getwebhookinfo": managing.webhook_info,
    "sendmessage": sending.send_message,
    "sendphoto": sending.send_photo,
    "senddocument": sending.send_document,
    "sendvoice": sending.send_voice,
    "sendvideo": sending.send_video,
    "sendmediagroup": sending.send_media_group,
    "copymessage": sending.copy_message,
    "editmessagetext": sending.edit_text,
    "editmessagecaption": sending.edit_caption,
    "editmessagereplymarkup": sending.edit_markup,
    "deletemessage": sending.delete_message,
    "setmessagereaction": sending.react,
    "answercallbackquery": managing.answer_query,
    "getfile": managing.get_file,
    "getchat": managing.get_chat,
    "getchatmember": managing.get_chat_member,
    "getchatadministrators": managing.get_administrators,
    "setmycommands": managing.set_commands,
    "getmycommands": managing.get_commands,
    "deletemycommands": managing.delete_commands,
    "createforumtopic": managing.create_topic,
    "editforumtopic": managing.edit_topic,
    "closeforumtopic": managing.close_topic,
    "reopenforumtopic": managing.reopen_topic,
    "deleteforumtopic": managing.delete_topic,
    "sendchataction": managing.send_action,
    "leavechat": managing.leave_chat,
}

MAX_POLL = 50.0
"""Seconds that getUpdates waits at most."""


class BotApi:
    """Telegram for tests: bots, people, groups, and the HTTP server between them.

    ``log`` keeps every call in order. ``url`` is the base address to give to a bot library. All state lives in memory.
    """

    def __init__(self, *, rate_limits: bool = True) -> None:
        self.bots: dict[str, Bot] = {}
        self.users: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self.files: dict[int, StoredFile] = {}
        self.dialogs: dict[tuple[int, int], Dialog] = {}
        self.log: list[Call] = []
        self.faults = Faults()
        self.limits = Limits(rate_limits)
        self.url = ""
        self.webhook_pause = 0.2
        self._numbers = itertools.count(1)
        self._watchers: set[asyncio.Future[None]] = set()
        self._posting: dict[int, asyncio.Task[None]] = {}
        self._runner: web.ServerRunner | None = None

    @classmethod
    async def start(cls, *, port: int = 0, rate_limits: bool = True) -> Self:
        """Serves on loopback; port 0 means any free one."""
        api = cls(rate_limits=rate_limits)
        server = web.Server(api._serve, request_factory=_request, access_log=None)
        api._runner = web.ServerRunner(server)
        await api._runner.setup()
        site = web.TCPSite(api._runner, "127.0.0.1", port, backlog=1024, shutdown_timeout=0.1)
        await site.start()
        host, bound = api._runner.addresses[0][:2]
        api.url = f"http://{host}:{bound}"
        return api

    async def stop(self) -> None:
        """Closes the server and whatever it was posting."""
        for task in self._posting.values():
            task.cancel()
        await asyncio.gather(*self._posting.values(), return_exceptions=True)
        for bot in self.bots.values():
            bot.interrupt("shutdown")
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # -- who there is ---------------------------------------------------------------------------------------------

    def bot(self, token: str, username: str = "", *, privacy: bool = True) -> Bot:
        """The bot with this token, made when new. The number before the colon is its id."""
        bot = self.bots.get(token)
        if bot is None:
            bot_id = int(token.partition(":")[0])
            name = username or f"desk{bot_id}_bot"
            bot = self.bots[token] = Bot(token, bot_id, name, name, privacy)
        return bot

    def bot_by_id(self, bot_id: int) -> Bot | None:
        return next((bot for bot in self.bots.values() if bot.id == bot_id), None)

    def user(self, user_id: int, first_name: str = "Anna", **more: Any) -> User:
        """The person with this id, made when new. ``more``: last_name, username, language_code."""
        user = self.users.get(user_id)
        if user is None:
            user = self.users[user_id] = User(self, user_id, first_name, **more)
        return user

    def group(self, chat_id: int, title: str = "Agents", *, forum: bool = False) -> Group:
        """The group with this id, made when new; ids that begin with -100 are supergroups."""
        if chat_id >= 0:
            raise ValueError("the id of a group is negative")
        group = self.groups.get(chat_id)
        if group is None:
            group = self.groups[chat_id] = Group(self, chat_id, title, forum)
        return group

    def dialog(self, bot: Bot, user: User) -> Dialog:
        """The private chat of a person and a bot."""
        dialog = self.dialogs.get((bot.id, user.id))
        if dialog is None:
            dialog = self.dialogs[bot.id, user.id] = Dialog(self, user, bot)
        return dialog

    # -- what happens ---------------------------------------------------------------------------------------------

    def next_number(self) -> int:
        return next(self._numbers)

    def keep(self, kind: str, content: bytes, name: str, mime: str, size: int | None = None) -> StoredFile:
        """Stores a file."""
        number = self.next_number()
        file = StoredFile(number, kind, content, name, mime, len(content) if size is None else size)
        self.files[number] = file
        return file

    def file(self, bot: Bot, file_id: str) -> StoredFile | None:
        """The file behind a file_id, if this bot was given that id."""
        parts = file_id.split("-")
        if len(parts) != 4 or parts[3] != str(bot.id) or not parts[1].isdigit():
            return None
        return self.files.get(int(parts[1]))

    def tell(self, message: Message, kind: str) -> None:
        """Queues a message of a person for the bots that may see it."""
        for bot in message.conversation.listeners(message):
            bot.push(kind, message.json(bot.id))

    def service(self, room: Conversation, sender: JSON, extra: JSON, *, opens: bool = False) -> Message:
        """Puts a service message into a chat; ``opens`` makes it the first of a topic."""
        number = room.next_id(None)
        thread = number if opens else None
        message = Message(room, number, sender, int(time.time()), extra=extra, thread_id=thread)
        room.messages[number] = message
        for bot in room.listeners(message):
            if bot.id != sender["id"]:
                bot.push("message", message.json(bot.id))
        return message

    def press(self, user: User, message: Message, data: str) -> Query:
        """Queues a callback query for the bot that sent the message."""
        bot = self.bot_by_id(message.sender["id"])
        assert bot is not None, "only messages of bots carry buttons"
        query = Query(str(self.next_number() + 10**15), message, data)
        bot.queries[query.id] = query
        body = {
            "id": query.id,
            "from": user.json,
            "message": message.json(bot.id),
            "chat_instance": str(message.conversation.id),
            "data": data,
        }
        bot.push("callback_query", body)
        return query

    def fails(self, method: str | None, kind: Kind, **how: Any) -> Fault:
        """Orders a fault; see `Fault`. Once, unless ``times`` says otherwise."""
        return self.faults.add(Fault(kind, method, **how))

    def calls(self, method: str, *, ok: bool | None = None) -> list[Call]:
        """The calls of one method so far."""
        return [c for c in self.log if c.method.lower() == method.lower() and (ok is None or c.ok == ok)]

    def changed(self) -> None:
        """Wakes whoever waits for something to be said."""
        for watcher in self._watchers:
            if not watcher.done():
                watcher.set_result(None)
        self._watchers.clear()

    async def change(self, seconds: float) -> None:
        """Waits until something changes, at most so long."""
        watcher: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watchers.add(watcher)
        try:
            await asyncio.wait_for(watcher, seconds)
        except TimeoutError:
            self._watchers.discard(watcher)

    # -- the wire -------------------------------------------------------------------------------------------------

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            return await self._call(request, token, method)
        if path.startswith("/file/bot"):
            token, _, file_path = path[9:].partition("/")
            return self._download(token, file_path)
        if path.startswith("/_control/"):
            return await control(self, request, path.removeprefix("/_control/"))
        return refusal(ApiError(404, "Not Found"))

    def _download(self, token: str, path: str) -> web.Response:
        if token not in self.bots:
            return refusal(ApiError(401, "Unauthorized"))
        file = next((one for one in self.files.values() if one.path == path), None)
        if file is None:
            return refusal(ApiError(404, "Not Found"))
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def _call(self, request: web.BaseRequest, token: str, method: str) -> web.StreamResponse:
        bot = self.bots.get(token)
        if bot is None:
            await request.read()
            return refusal(ApiError(401, "Unauthorized"))
        call = Call(len(self.log), bot.id, method, {}, time.monotonic(), time.time())
        self.log.append(call)
        try:
            body, status = await self._perform(request, bot, call), 200
        except ApiError as error:
            call.ok, call.code, call.description = False, error.code, error.description
            call.took = time.monotonic() - call.at
            return refusal(error)
        except _Cut:
            return _cut(request, call)
        call.took = time.monotonic() - call.at
        return respond(body, status)

    async def _perform(self, request: web.BaseRequest, bot: Bot, call: Call) -> bytes:
        params = await read_params(request)
        call.params = params.logged()
        fault = await self._fault_before(bot, call) if self.faults.ordered else None
        if call.method.lower() == "getupdates":
            body = await self._get_updates(bot, params)
        else:
            method = METHODS.get(call.method.lower())
            if method is None:
                raise ApiError(404, "Not Found: method not found")
            result = method(self, bot, params)
            if isinstance(result, dict):
                call.message_id = result.get("message_id")
            body = ok_body(result)
        call.ok, call.code = True, 200
        if fault is not None:
            call.answered = False
            if fault.kind == "accept_then_close":
                raise _Cut
            return b"<html>\xff garbage {"
        return body

    async def _fault_before(self, bot: Bot, call: Call) -> Fault | None:
        """Commits what must happen before the call is served; returns a fault to commit after it."""
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
        managing.allow(bot, params)
        bot.confirm(params.number("offset") or 0)
        timeout = min(float(params.number("timeout") or 0), MAX_POLL)
        limit = min(max(params.number("limit") or 100, 1), 100)
        if not bot.pending and timeout > 0:
            await bot.wait(timeout)
        return ok_updates(bot.batch(limit))

    # -- webhooks -------------------------------------------------------------------------------------------------

    def watch(self, bot: Bot) -> None:
        """Keeps posting a bot's updates to its webhook, one after another, until it has none."""
        task = self._posting.get(bot.id)
        if task is None or task.done():
            self._posting[bot.id] = asyncio.create_task(self._post_updates(bot))

    async def _post_updates(self, bot: Bot) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            while bot.webhook:
                if not bot.pending:
                    bot.arrived.clear()
                    await bot.arrived.wait()
                    continue
                number, raw = bot.pending[0]
                if await self._delivered(session, bot, bot.webhook, raw):
                    bot.confirm(number + 1)
                else:
                    await asyncio.sleep(self.webhook_pause)

    async def _delivered(self, session: aiohttp.ClientSession, bot: Bot, hook: Webhook, raw: bytes) -> bool:
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
        try:
            async with session.post(hook.url, data=raw, headers=headers) as response:
                await response.read()
                if response.ok:
                    return True
                why = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            why = f"Connection failed: {type(error).__name__}"
        hook.last_error, hook.last_error_at = why, int(time.time())
        return False


class _Cut(Exception):
    """The connection is to be cut without an answer."""


def _cut(request: web.BaseRequest, call: Call) -> web.Response:
    call.took = time.monotonic() - call.at
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _request(
    message: RawRequestMessage, payload: Any, protocol: Any, writer: Any, task: asyncio.Task[None]
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=64 * 1024 * 1024)
