"""What is kept: files, messages with their history, and the log of calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.peers.botapi.links import live_parts
from tests.peers.botapi.protocol import JSON

if TYPE_CHECKING:
    from tests.peers.botapi.chats import Conversation

_PREFIX = {"photo": "AgAC", "document": "BQAC", "voice": "AwAC", "video": "BAAC", "sticker": "CAAC"}


ANONYMOUS: JSON = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""The sender of what an administrator says in a group's name."""


@dataclass(slots=True, eq=False)
class StoredFile:
    """The bytes of one file. ``size`` may claim more than the bytes, to try limits cheaply."""

    number: int
    kind: str
    content: bytes
    name: str
    mime: str
    size: int

    @property
    def path(self) -> str:
        """Where the file is downloaded."""
        return f"{self.kind}s/file_{self.number}{self.name[self.name.rfind('.') :] if '.' in self.name else ''}"

    def id_for(self, bot_id: int, variant: str = "x") -> str:
        """The file_id: like Telegram's, worth something only to one bot."""
        return f"{_PREFIX[self.kind]}-{self.number}-{variant}-{bot_id}"

    def json(self, bot_id: int) -> JSON | list[JSON]:
        """The file as it stands in a message; a photo is a list of sizes, the smallest first."""
        if self.kind == "photo":
            return [
                self._photo_size(bot_id, "s", 90, 67, min(self.size, 1200)),
                self._photo_size(bot_id, "m", 320, 240, min(self.size, 20_000)),
                self._photo_size(bot_id, "x", 800, 600, self.size),
            ]
        body: JSON = {
            "file_id": self.id_for(bot_id),
            "file_unique_id": f"AQAD{self.number}",
            "file_size": self.size,
            "mime_type": self.mime,
        }
        if self.kind in ("voice", "video"):
            body["duration"] = 3
        if self.kind in ("document", "video"):
            body["file_name"] = self.name
        if self.kind == "video":
            body |= {"width": 640, "height": 480}
        if self.kind == "sticker":
            del body["mime_type"]
            body |= {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return body

    def _photo_size(self, bot_id: int, variant: str, width: int, height: int, size: int) -> JSON:
        return {
            "file_id": self.id_for(bot_id, variant),
            "file_unique_id": f"AQAD{self.number}{variant}",
            "width": width,
            "height": height,
            "file_size": size,
        }


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: its label and what it does."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """How a message looked before an edit."""

    words: str
    entities: list[JSON]
    markup: JSON | None


@dataclass(slots=True, eq=False)
class Message:
    """One message of a conversation, sent by a person or by a bot, as it stands now."""

    conversation: Conversation
    message_id: int
    sender: JSON
    date: int
    text: str | None = None
    caption: str | None = None
    entities: list[JSON] = field(default_factory=list)
    file: StoredFile | None = None
    extra: JSON = field(default_factory=dict)
    markup: JSON | None = None
    reply_to: Message | None = None
    thread_id: int | None = None
    media_group_id: str | None = None
    edit_date: int | None = None
    deleted: bool = False
    edits: list[Version] = field(default_factory=list)
    reactions: dict[int, list[JSON]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The text or the caption."""
        return self.text or self.caption or ""

    @property
    def from_bot(self) -> bool:
        return bool(self.sender["is_bot"]) and self.sender["id"] != ANONYMOUS["id"]

    @property
    def photo(self) -> bytes | None:
        """The bytes of the picture, if it is one."""
        return self.file.content if self.file and self.file.kind == "photo" else None

    @property
    def document(self) -> bytes | None:
        """The bytes of the document, if it is one."""
        return self.file.content if self.file and self.file.kind == "document" else None

    @property
    def rows(self) -> list[list[Button]]:
        """The inline keyboard as it stands now, by rows."""
        return _rows(self.markup)

    @property
    def buttons(self) -> list[Button]:
        """The inline buttons as they stand now, in reading order."""
        return [button for row in self.rows for button in row]

    @property
    def labels(self) -> list[str]:
        """The labels of the inline buttons."""
        return [button.text for button in self.buttons]

    @property
    def keys(self) -> list[str]:
        """The labels of the reply keyboard that came with this message."""
        rows = (self.markup or {}).get("keyboard", [])
        return [key["text"] if isinstance(key, dict) else key for row in rows for key in row]

    @property
    def live(self) -> list[str]:
        """What a client would make clickable in the words: mentions, links, commands, hashtags."""
        return live_parts(self.words, self.entities)

    @property
    def emoji(self) -> list[str]:
        """The emoji set on this message, by anyone."""
        return [str(one.get("emoji")) for given in self.reactions.values() for one in given]

    def buttons_ever(self) -> Iterator[Button]:
        """The buttons now and those of earlier versions, the newest first."""
        yield from self.buttons
        for version in reversed(self.edits):
            yield from (button for row in _rows(version.markup) for button in row)

    def replace(self, words: str | None, entities: list[JSON], markup: JSON | None, now: int) -> bool:
        """Edits the message and keeps what it was. False when nothing differs."""
        if (words or "") == self.words and entities == self.entities and markup == self.markup:
            return False
        self.edits.append(Version(self.words, self.entities, self.markup))
        if self.text is not None:
            self.text = words
        else:
            self.caption = words
        self.entities, self.markup, self.edit_date = entities, markup, now
        return True

    def json(self, bot_id: int, *, with_reply: bool = True) -> JSON:
        """The message as Telegram shows it to one bot."""
        body: JSON = {
            "message_id": self.message_id,
            "from": self.sender,
            "chat": self.conversation.chat,
            "date": self.date,
        }
        if self.thread_id:
            body |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.text is not None:
            body["text"] = self.text
        if self.caption:
            body["caption"] = self.caption
        if self.entities:
            body["entities" if self.text is not None else "caption_entities"] = self.entities
        if self.file:
            body[self.file.kind] = self.file.json(bot_id)
        if self.markup and "inline_keyboard" in self.markup:
            body["reply_markup"] = self.markup
        if self.media_group_id:
            body["media_group_id"] = self.media_group_id
        if self.edit_date:
            body["edit_date"] = self.edit_date
        if self.reply_to and with_reply and not self.reply_to.deleted:
            body["reply_to_message"] = self.reply_to.json(bot_id, with_reply=False)
        if self.extra:
            body |= self.extra
        return body

    def __repr__(self) -> str:
        shown = self.words or (f"[{self.file.kind}]" if self.file else f"{sorted(self.extra)}")
        return f"<{self.sender['first_name']} #{self.message_id}: {shown!r} {self.labels or self.keys or ''}>"


def _rows(markup: JSON | None) -> list[list[Button]]:
    rows = (markup or {}).get("inline_keyboard", [])
    return [[Button(one["text"], one.get("callback_data"), one.get("url")) for one in row] for row in rows]


@dataclass(slots=True, eq=False)
class Call:
    """One call of the Bot API. ``at`` is time.monotonic of its arrival, ``wall`` the Unix time, ``took`` seconds.

    ``ok`` says whether it had its effect. ``answered`` is False when a fault kept the answer from the caller, or the
    caller was gone by then.
    """

    number: int
    bot_id: int
    method: str
    params: JSON
    at: float
    wall: float
    ok: bool | None = None
    code: int = 0
    description: str = ""
    message_id: int | None = None
    fault: str | None = None
    answered: bool = True
    took: float = 0.0

    @property
    def chat_id(self) -> int | None:
        """The chat the call names."""
        try:
            return int(self.params["chat_id"])
        except (KeyError, TypeError, ValueError):
            return None

    def json(self) -> JSON:
        return {name: getattr(self, name) for name in self.__slots__}
