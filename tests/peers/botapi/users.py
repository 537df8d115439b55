"""People with a Telegram client: what they do there, and what they see."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.peers.botapi.bots import Bot, Query
from tests.peers.botapi.chats import PATIENCE, Conversation, Dialog, Group, Test, hear, silence, standing_changed
from tests.peers.botapi.messages import ANONYMOUS, Button, Message
from tests.peers.botapi.protocol import JSON
from tests.peers.botapi.validation import utf16_length

if TYPE_CHECKING:
    from tests.peers.botapi.state import TelegramState

Place = Bot | Conversation


class User:
    """A person. What they do goes to a bot in private or to a group, and bots are told of it as Telegram tells them."""

    def __init__(self, api: TelegramState, user_id: int, first_name: str, **more: Any) -> None:
        self.api = api
        self.id = user_id
        self.deactivated = False
        self.json: JSON = {"id": user_id, "is_bot": False, "first_name": first_name}
        self.json |= {name: value for name, value in more.items() if value is not None}

    async def starts(self, bot: Bot, payload: str = "") -> Message:
        """Presses Start, or follows a deep link that carries ``payload``."""
        dialog = self.dialog(bot)
        if dialog.blocked:
            await self.unblocks(bot)
        return await self.says(bot, f"/start {payload}".strip())

    async def says(self, place: Place, text: str, **how: Any) -> Message:
        """Sends a text. ``how``: reply_to (a Message), thread (a topic's id), entities, anonymous, date (Unix time)."""
        entities = how.pop("entities", None)
        return self._send(place, text=text, entities=_commands(text) if entities is None else entities, **how)

    async def sends_photo(self, place: Place, content: bytes, caption: str | None = None, **how: Any) -> Message:
        """Sends a picture."""
        return self._send_file(place, "photo", content, "photo.jpg", "image/jpeg", caption, how)

    async def sends_document(
        self,
        place: Place,
        content: bytes,
        caption: str | None = None,
        *,
        name: str = "file.bin",
        mime: str = "application/octet-stream",
        **how: Any,
    ) -> Message:
        """Sends a file. ``size`` in ``how`` claims another size than the bytes have."""
        return self._send_file(place, "document", content, name, mime, caption, how)

    async def sends_voice(self, place: Place, content: bytes, caption: str | None = None, **how: Any) -> Message:
        """Sends a voice message."""
        return self._send_file(place, "voice", content, "voice.oga", "audio/ogg", caption, how)

    async def sends_video(self, place: Place, content: bytes, caption: str | None = None, **how: Any) -> Message:
        """Sends a video."""
        return self._send_file(place, "video", content, "video.mp4", "video/mp4", caption, how)

    async def sends_sticker(self, place: Place, content: bytes = b"webp", **how: Any) -> Message:
        """Sends a sticker."""
        return self._send_file(place, "sticker", content, "sticker.webp", "image/webp", None, how)

    async def sends_album(self, place: Place, pictures: list[bytes], caption: str | None = None) -> list[Message]:
        """Sends several pictures as one album: one update each, the caption on the first."""
        group = str(self.api.next_number())
        return [
            await self.sends_photo(place, picture, caption if first == 0 else None, media_group_id=group)
            for first, picture in enumerate(pictures)
        ]

    async def sends(self, place: Place, extra: JSON, **how: Any) -> Message:
        """Sends a message with any other content, given as fields of Telegram's Message object."""
        return self._send(place, extra=extra, **how)

    async def sends_location(self, place: Place, latitude: float, longitude: float, **how: Any) -> Message:
        """Sends a place on the map."""
        return self._send(place, extra={"location": {"latitude": latitude, "longitude": longitude}}, **how)

    async def shares_contact(self, bot: Bot, phone: str, of: User | None = None, **how: Any) -> Message:
        """Shares a phone number: their own, or another person's."""
        person = of or self
        contact = {"phone_number": phone, "first_name": person.json["first_name"], "user_id": person.id}
        return self._send(bot, extra={"contact": contact}, **how)

    async def presses(self, message: Message, button: str, *, stale: bool = False) -> Query:
        """Presses a button by its label or data; on a reply keyboard, sends the label.

        ``stale``: as it was before an edit, which happens when a client has not drawn the edit yet.
        """
        if button in message.keys:
            return Query("", await self.says(message.conversation, button), button, answered=True)
        found = _button(message, button, stale)
        if found.data is None:
            raise AssertionError(f"the button {found.text!r} gives the bot nothing: it opens {found.url}")
        return self.api.press(self, message, found.data)

    async def edits(self, message: Message, words: str) -> None:
        """Changes the text or caption of their own message."""
        if message.sender["id"] != self.id:
            raise AssertionError("people edit their own messages only")
        message.replace(words, _commands(words), message.markup, int(time.time()))
        self.api.tell(message, "edited_message")

    async def deletes(self, message: Message) -> None:
        """Deletes a message; bots are not told."""
        message.deleted = True

    async def reacts(self, message: Message, emoji: str | None) -> None:
        """Sets (or with None takes away) a reaction; bots that asked for reactions are told."""
        before = message.reactions.get(self.id, [])
        after = [{"type": "emoji", "emoji": emoji}] if emoji else []
        message.reactions[self.id] = after
        body = {
            "chat": message.conversation.chat,
            "message_id": message.message_id,
            "user": self.json,
            "date": int(time.time()),
            "old_reaction": before,
            "new_reaction": after,
        }
        for bot in message.conversation.listeners(message):
            bot.push("message_reaction", body)

    async def blocks(self, bot: Bot) -> None:
        """Blocks the bot; it is told by my_chat_member."""
        self._bar(bot, True)

    async def unblocks(self, bot: Bot) -> None:
        """Takes the block away; the bot is told."""
        self._bar(bot, False)

    def _bar(self, bot: Bot, blocked: bool) -> None:
        dialog = self.dialog(bot)
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        dialog.blocked = blocked
        bot.push("my_chat_member", standing_changed(dialog.chat, self.json, bot, before, after))

    async def hears(
        self, containing: str = "", *, bot: Bot | None = None, where: Test | None = None, timeout: float = PATIENCE
    ) -> Message:
        """The next unread message to this person that has the words (letter case aside).

        An edit of the words makes a message unread again. Raises AssertionError, with the unread ones, when none comes.
        """
        return await hear(self.api, lambda: self._dialogs(bot), containing, where, timeout)

    async def hears_nothing(self, *, bot: Bot | None = None, seconds: float = 0.5) -> None:
        """Asserts that no message is unread, now and for some time."""
        await silence(self.api, lambda: self._dialogs(bot), seconds)

    def reads(self, bot: Bot | None = None) -> list[Message]:
        """Takes all that is unread."""
        taken: list[Message] = []
        for room in self._dialogs(bot):
            taken += room.unread
            room.unread.clear()
        return taken

    def dialog(self, bot: Bot) -> Dialog:
        """The private chat with a bot."""
        return self.api.dialog(bot, self)

    def _dialogs(self, bot: Bot | None) -> list[Conversation]:
        return [self.dialog(one) for one in ([bot] if bot else self.api.bots.values())]

    def _place(self, place: Place) -> Conversation:
        if isinstance(place, Group) and place.status(self.id) == "left":
            place.has(self)
        if isinstance(place, Group):
            return place
        dialog = self.dialog(place) if isinstance(place, Bot) else place
        if not isinstance(dialog, Dialog) or dialog.user is not self:
            raise AssertionError("people write in their own dialogs")
        if dialog.blocked:
            raise AssertionError(f"{self.json['first_name']} has blocked the bot: unblocks first")
        dialog.started = True
        return dialog

    def _send_file(
        self, place: Place, kind: str, content: bytes, name: str, mime: str, caption: str | None, how: JSON
    ) -> Message:
        file = self.api.keep(kind, content, name, mime, how.pop("size", None))
        return self._send(place, file=file, caption=caption, **how)

    def _send(self, place: Place, *, thread: int | None = None, anonymous: bool = False, **content: Any) -> Message:
        room = self._place(place)
        reply_to: Message | None = content.get("reply_to")
        if thread is None and reply_to is not None:
            thread = reply_to.thread_id
        sender = self.json
        if anonymous:
            sender = ANONYMOUS
            content["extra"] = {**content.get("extra", {}), "sender_chat": room.chat}
        date = int(content.pop("date", time.time()))
        message = Message(room, room.next_id(), sender, date, thread_id=thread, **content)
        self.api.tell(room.add(message), "message")
        return message


def _button(message: Message, wanted: str, stale: bool) -> Button:
    for button in message.buttons_ever() if stale else message.buttons:
        if wanted in (button.text, button.data):
            return button
    raise AssertionError(f"no button {wanted!r} on {message!r}")


def _commands(text: str) -> list[JSON]:
    """Telegram marks a command at the beginning of a text."""
    if not text.startswith("/") or len(text) < 2:
        return []
    return [{"type": "bot_command", "offset": 0, "length": utf16_length(text.split(maxsplit=1)[0])}]
