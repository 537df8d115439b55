"""Where messages stand: a private dialog of a person and a bot, or a group with its topics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.peers.botapi.messages import Message
from tests.peers.botapi.protocol import JSON, ApiError, bad_request, forbidden

if TYPE_CHECKING:
    from tests.peers.botapi.bots import Bot
    from tests.peers.botapi.state import TelegramState
    from tests.peers.botapi.users import User

PATIENCE = 60.0
"""Seconds that ``hears`` waits by default."""

Test = Callable[[Message], bool]


class Conversation:
    """Messages under one chat id. ``unread`` are the bots' messages that no ``hears`` has returned yet."""

    private = False

    def __init__(self, api: TelegramState, chat_id: int) -> None:
        self.api = api
        self.id = chat_id
        self.messages: dict[int, Message] = {}
        self.unread: dict[Message, None] = {}
        self.chat: JSON = {}

    def find(self, message_id: int | None) -> Message | None:
        """A message that is still there."""
        message = self.messages.get(message_id) if message_id is not None else None
        return None if message is None or message.deleted else message

    def next_id(self) -> int:
        raise NotImplementedError

    def listeners(self, message: Message) -> Iterable[Bot]:
        """The bots to whom Telegram would show a message of a person."""
        raise NotImplementedError

    def check_sending(self, bot: Bot, thread_id: int | None) -> None:
        """Raises what Telegram answers when this bot may not speak here."""
        raise NotImplementedError

    def add(self, message: Message) -> Message:
        """Keeps a new message; one of a bot becomes unread."""
        self.messages[message.message_id] = message
        if message.from_bot:
            self.unread[message] = None
        self.api.changed()
        return message

    def touched(self, message: Message) -> None:
        """An edit of the words is news: the message becomes unread again."""
        self.unread[message] = None
        self.api.changed()

    @property
    def said(self) -> list[Message]:
        """What bots said here and did not delete, in order."""
        return [message for message in self.messages.values() if message.from_bot and not message.deleted]


class Dialog(Conversation):
    """A private chat. Its id is the person's."""

    private = True

    def __init__(self, api: TelegramState, user: User, bot: Bot) -> None:
        super().__init__(api, user.id)
        self.user, self.bot = user, bot
        self.started = False
        self.blocked = False
        self.chat = {"type": "private", **{name: value for name, value in user.json.items() if name in _SHOWN}}

    def next_id(self) -> int:
        self.bot.last_message += 1
        return self.bot.last_message

    def listeners(self, message: Message) -> Iterable[Bot]:
        return (self.bot,)

    def check_sending(self, bot: Bot, thread_id: int | None) -> None:
        if self.user.deactivated:
            raise forbidden("user is deactivated")
        if self.blocked:
            raise forbidden("bot was blocked by the user")
        if not self.started:
            raise forbidden("bot can't initiate conversation with a user")
        if thread_id:
            raise bad_request("message thread not found")


_SHOWN = {"id", "first_name", "last_name", "username"}


@dataclass(slots=True)
class Topic:
    """A forum topic; its id is that of the service message that opened it."""

    id: int
    name: str
    color: int = 7322096
    closed: bool = False
    deleted: bool = False


class Group(Conversation):
    """A group or supergroup. Every bot is an administrator in it unless ``admits`` or ``kicks`` says otherwise."""

    def __init__(self, api: TelegramState, chat_id: int, title: str, forum: bool = False) -> None:
        super().__init__(api, chat_id)
        self.title = title
        self.forum = forum
        self.standing: dict[int, str] = {}
        self.people: dict[int, User] = {}
        self.topics: dict[int, Topic] = {}
        self.moved_to: Group | None = None
        self._last = 0
        supergroup = forum or str(chat_id).startswith("-100")
        self.kind = "supergroup" if supergroup else "group"
        self.chat = {"id": chat_id, "type": self.kind, "title": title}
        if forum:
            self.chat["is_forum"] = True

    def next_id(self) -> int:
        self._last += 1
        return self._last

    def status(self, member_id: int) -> str:
        """creator, administrator, member, left or kicked."""
        known = self.standing.get(member_id)
        if known:
            return known
        return "administrator" if self.api.bot_by_id(member_id) else "left"

    def listeners(self, message: Message) -> Iterable[Bot]:
        for bot in self.api.bots.values():
            status = self.status(bot.id)
            if status == "administrator" or (status == "member" and (not bot.privacy or _meant_for(bot, message))):
                yield bot

    def check_sending(self, bot: Bot, thread_id: int | None) -> None:
        if self.moved_to:
            raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.moved_to.id)
        status = self.status(bot.id)
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {self.kind} chat")
        if status == "left":
            raise forbidden(f"bot is not a member of the {self.kind} chat")
        if thread_id:
            topic = self.topic(thread_id)
            if topic.closed:
                raise bad_request("TOPIC_CLOSED")

    def topic(self, thread_id: int | None) -> Topic:
        """A topic that is still there. Raises the 400."""
        topic = self.topics.get(thread_id or 0)
        if topic is None or topic.deleted:
            raise bad_request("message thread not found")
        return topic

    def open_topic(self, actor: JSON, name: str, color: int = 7322096) -> Topic:
        """Opens a topic in the name of a person or bot."""
        created = {"forum_topic_created": {"name": name, "icon_color": color}}
        number = self.api.service(self, actor, created, opens=True).message_id
        topic = self.topics[number] = Topic(number, name, color)
        return topic

    def close_topic(self, actor: JSON, topic: Topic, closed: bool = True) -> None:
        """Closes a topic, or opens it again."""
        topic.closed = closed
        self.api.service(self, actor, {f"forum_topic_{'closed' if closed else 'reopened'}": {}}, thread=topic.id)

    def delete_topic(self, topic: Topic) -> None:
        """Deletes a topic and all that was said in it; bots are not told."""
        topic.deleted = True
        for message in self.messages.values():
            message.deleted = message.deleted or message.thread_id == topic.id

    def has(self, user: User, status: str = "member") -> None:
        """Seats a person: member, administrator, creator, left or kicked. Whoever speaks in a group is its member."""
        self.people[user.id] = user
        self.standing[user.id] = status

    async def hears(
        self, containing: str = "", *, where: Test | None = None, thread: int | None = None, timeout: float = PATIENCE
    ) -> Message:
        """The next unread message of a bot here that has the words. Raises AssertionError with what was there."""
        return await hear(self.api, lambda: [self], containing, _in_thread(where, thread), timeout)

    async def admits(self, bot: Bot, *, admin: bool = True) -> None:
        """Adds a bot, or changes its rights; it is told."""
        self._set_standing(bot, "administrator" if admin else "member")

    async def kicks(self, bot: Bot) -> None:
        """Removes a bot; it is told."""
        self._set_standing(bot, "kicked")

    def _set_standing(self, bot: Bot, status: str) -> None:
        before, self.standing[bot.id] = self.status(bot.id), status
        owner = next(iter(self.people.values()), None) or self.api.user(777000, "Owner")
        bot.push("my_chat_member", standing_changed(self.chat, owner.json, bot, before, status))

    async def migrates(self, new_id: int) -> Group:
        """Turns the group into a supergroup under a new id. Calls to the old id are refused from now on."""
        new = self.api.group(new_id, self.title, forum=self.forum)
        new.standing, new.people = dict(self.standing), dict(self.people)
        owner = next(iter(self.people.values()), None) or self.api.user(777000, "Owner")
        self.api.service(self, owner.json, {"migrate_to_chat_id": new_id})
        self.api.service(new, owner.json, {"migrate_from_chat_id": self.id})
        self.moved_to = new
        return new


def standing_changed(chat: JSON, actor: JSON, bot: Bot, before: str, after: str) -> JSON:
    """A ChatMemberUpdated object about a bot."""
    return {
        "chat": chat,
        "from": actor,
        "date": int(time.time()),
        "old_chat_member": member_json(bot.json, before),
        "new_chat_member": member_json(bot.json, after),
    }


_RIGHT_NAMES = (
    "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members "
    "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories can_pin_messages "
    "can_manage_topics can_send_welcome_messages"
)
_RIGHTS = _RIGHT_NAMES.split()


def member_json(user: JSON, status: str) -> JSON:
    """A ChatMember object."""
    body: JSON = {"user": user, "status": status}
    if status == "kicked":
        body["until_date"] = 0
    if status in ("creator", "administrator"):
        body["is_anonymous"] = False
    if status == "administrator":
        body |= dict.fromkeys(_RIGHTS, True) | {"can_be_edited": False}
    return body


def _meant_for(bot: Bot, message: Message) -> bool:
    """Privacy mode: commands, mentions of the bot, and replies to it."""
    words = message.words
    if words.startswith("/") or f"@{bot.username}".lower() in words.lower():
        return True
    return message.reply_to is not None and message.reply_to.sender["id"] == bot.id


def _in_thread(where: Test | None, thread: int | None) -> Test | None:
    if thread is None:
        return where
    return lambda message: message.thread_id == thread and (where is None or where(message))


async def hear(
    api: TelegramState, rooms: Callable[[], list[Conversation]], containing: str, where: Test | None, timeout: float
) -> Message:
    """Waits for the oldest unread message that matches, and takes it off the unread."""
    wanted = containing.casefold()

    def seen() -> Message | None:
        for message in _unread(rooms()):
            if wanted in message.words.casefold() and (where is None or where(message)):
                return message
        return None

    message = await api.until(seen, timeout)
    if message is None:
        raise AssertionError(f"nobody said {containing!r} within {timeout} s; unread: {_unread(rooms())}")
    del message.conversation.unread[message]
    return message


async def silence(api: TelegramState, rooms: Callable[[], list[Conversation]], seconds: float) -> None:
    """Asserts that nothing unread is there for a while."""
    unread = await api.until(lambda: _unread(rooms()) or None, seconds)
    if unread:
        raise AssertionError(f"silence was expected, but: {unread}")


def _unread(rooms: list[Conversation]) -> list[Message]:
    return [message for room in rooms for message in room.unread if not message.deleted]


def not_found() -> ApiError:
    """The refusal for a chat nobody knows."""
    return bad_request("chat not found")
