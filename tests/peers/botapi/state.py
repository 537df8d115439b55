"""What Telegram's servers keep: bots, people, groups, files, and the calls made. All of it lives in memory."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import Any, TypeVar

from tests.peers.botapi.bots import Bot, Query
from tests.peers.botapi.chats import Conversation, Dialog, Group
from tests.peers.botapi.faults import Fault, Faults, Kind
from tests.peers.botapi.limits import Limits
from tests.peers.botapi.messages import Call, Message, StoredFile
from tests.peers.botapi.protocol import JSON
from tests.peers.botapi.users import User
from tests.peers.botapi.webhooks import WebhookSender

T = TypeVar("T")


class TelegramState:
    """Who is on this Telegram and what they said. ``log`` keeps every call of the API in order."""

    def __init__(self, *, rate_limits: bool = True) -> None:
        self.bots: dict[str, Bot] = {}
        self.users: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self.files: dict[int, StoredFile] = {}
        self.paths: dict[str, StoredFile] = {}
        self.dialogs: dict[tuple[int, int], Dialog] = {}
        self.log: list[Call] = []
        self.faults = Faults()
        self.limits = Limits(rate_limits)
        self.webhooks = WebhookSender()
        self._bots_by_id: dict[int, Bot] = {}
        self._numbers = itertools.count(1)
        self._watchers: set[asyncio.Future[None]] = set()

    def bot(self, token: str, username: str = "", *, privacy: bool = True) -> Bot:
        """The bot with this token, made when new. The number before the colon is its id."""
        bot = self.bots.get(token)
        if bot is None:
            bot_id = int(token.partition(":")[0])
            name = username or f"desk{bot_id}_bot"
            bot = self.bots[token] = self._bots_by_id[bot_id] = Bot(token, bot_id, name, name, privacy)
        return bot

    def bot_by_id(self, bot_id: int) -> Bot | None:
        return self._bots_by_id.get(bot_id)

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

    def next_number(self) -> int:
        return next(self._numbers)

    def keep(self, kind: str, content: bytes, name: str, mime: str, size: int | None = None) -> StoredFile:
        """Stores a file."""
        number = self.next_number()
        file = StoredFile(number, kind, content, name, mime, len(content) if size is None else size)
        self.files[number] = self.paths[file.path] = file
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

    def service(
        self, room: Conversation, sender: JSON, extra: JSON, *, thread: int | None = None, opens: bool = False
    ) -> Message:
        """Puts a service message into a chat; ``opens`` makes it the first of a topic."""
        number = room.next_id()
        thread = number if opens else thread
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

    async def until(self, seen: Callable[[], T | None], seconds: float) -> T | None:
        """Waits until ``seen`` gives something; None when it gives nothing in time."""
        deadline = time.monotonic() + seconds
        while (found := seen()) is None and (left := deadline - time.monotonic()) > 0:
            await self._change(left)
        return found

    async def _change(self, seconds: float) -> None:
        watcher: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watchers.add(watcher)
        try:
            await asyncio.wait_for(watcher, seconds)
        except TimeoutError:
            self._watchers.discard(watcher)
