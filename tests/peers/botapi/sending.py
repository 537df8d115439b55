"""The methods that put messages into chats and change them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.peers.botapi.bots import Bot
from tests.peers.botapi.chats import Conversation, Dialog, Group, not_found
from tests.peers.botapi.messages import Message, StoredFile
from tests.peers.botapi.protocol import JSON, ApiError, Params, Upload, bad_request
from tests.peers.botapi.validation import read_caption, read_markup, read_text

if TYPE_CHECKING:
    from tests.peers.botapi.state import TelegramState

MAX_PHOTO = 10 * 1024 * 1024
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF", b"BM")


def room_of(api: TelegramState, bot: Bot, params: Params, name: str = "chat_id") -> Conversation:
    """The chat a call names. Raises the 400 when this bot cannot know it."""
    if not params.text(name):
        raise bad_request(f"{name} is empty")
    try:
        chat_id = int(params.text(name) or "")
    except ValueError:
        raise not_found() from None
    if chat_id < 0:
        group = api.groups.get(chat_id)
        if group is None:
            raise not_found()
        return group
    user = api.users.get(chat_id)
    if user is None:
        raise not_found()
    return api.dialog(bot, user)


def _target(api: TelegramState, bot: Bot, params: Params, count: int = 1) -> tuple[Conversation, int | None]:
    """The chat and topic to send to, once the bot may speak there and within its limits."""
    room = room_of(api, bot, params)
    thread = params.number("message_thread_id") or None
    room.check_sending(bot, thread)
    api.limits.spend(bot.id, room.id, count)
    return room, thread


def _reply_to(room: Conversation, params: Params) -> Message | None:
    asked = params.data("reply_parameters") or {}
    if not isinstance(asked, dict):
        raise bad_request("can't parse reply_parameters JSON object")
    message_id = asked.get("message_id") or params.number("reply_to_message_id")
    if message_id is None:
        return None
    message = room.find(int(message_id))
    lenient = asked.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply")
    if message is None and not lenient:
        raise bad_request("message to be replied not found")
    return message


def _post(api: TelegramState, bot: Bot, params: Params, **content: Any) -> Message:
    """Puts one message into the chat of the call."""
    room = room_of(api, bot, params)
    markup = read_markup(params, private=room.private)
    reply_to = _reply_to(room, params)
    room, thread = _target(api, bot, params)
    if thread is None and reply_to is not None:
        thread = reply_to.thread_id
    now = int(time.time())
    return room.add(
        Message(room, room.next_id(), bot.json, now, markup=markup, reply_to=reply_to, thread_id=thread, **content)
    )


def send_message(api: TelegramState, bot: Bot, params: Params) -> JSON:
    text, entities = read_text(params)
    return _post(api, bot, params, text=text, entities=entities).json(bot.id)


def _send_file(kind: str, name: str, mime: str) -> Any:
    def send(api: TelegramState, bot: Bot, params: Params) -> JSON:
        caption, entities = read_caption(params)
        file = _file(api, bot, params, params.fields.get(kind), kind, name, mime)
        return _post(api, bot, params, caption=caption, entities=entities, file=file).json(bot.id)

    return send


send_photo = _send_file("photo", "photo.jpg", "image/jpeg")
send_document = _send_file("document", "file.bin", "application/octet-stream")
send_voice = _send_file("voice", "voice.oga", "audio/ogg")
send_video = _send_file("video", "video.mp4", "video/mp4")


def _file(api: TelegramState, bot: Bot, params: Params, given: Any, kind: str, name: str, mime: str) -> StoredFile:
    """The file of a call: a part of its body, or the file_id of a file this bot has seen."""
    part = str(given).removeprefix("attach://") if given else kind
    upload = params.uploads.get(part)
    if upload is not None:
        return _keep(api, upload, kind, name, mime)
    if not given:
        raise bad_request(f"there is no {kind} in the request")
    known = api.file(bot, str(given))
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if known.kind != kind:
        raise bad_request(f"can't use file of type {known.kind.title()} as {kind.title()}")
    return known


def _keep(api: TelegramState, upload: Upload, kind: str, name: str, mime: str) -> StoredFile:
    size = len(upload.content)
    if not size:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        if size > MAX_PHOTO:
            raise bad_request(
                f"file of size {size} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes"
            )
        if not upload.content.startswith(_PICTURES):
            raise bad_request("IMAGE_PROCESS_FAILED")
    named = upload.name if kind in ("document", "video") else name
    return api.keep(kind, upload.content, named or name, (kind == "document" and upload.mime) or mime)


_MEDIA = {
    "photo": ("photo.jpg", "image/jpeg"),
    "document": ("file.bin", "application/octet-stream"),
    "video": ("video.mp4", "video/mp4"),
}


def send_media_group(api: TelegramState, bot: Bot, params: Params) -> list[JSON]:
    media = params.data("media")
    if not isinstance(media, list) or not all(isinstance(one, dict) for one in media):
        raise bad_request("can't parse media JSON object")
    if not 2 <= len(media) <= 10:
        raise bad_request("media group must contain 2-10 items")
    kinds = {one.get("type") for one in media}
    if not kinds <= _MEDIA.keys() or ("document" in kinds and len(kinds) > 1):
        raise bad_request("wrong media group content")
    parts = []
    for one in media:
        asked = Params({**one, "caption_entities": one.get("caption_entities")})
        caption, entities = read_caption(asked)
        name, mime = _MEDIA[one["type"]]
        parts.append((caption, entities, _file(api, bot, params, one.get("media"), one["type"], name, mime)))
    reply_to = _reply_to(room_of(api, bot, params), params)
    room, thread = _target(api, bot, params, len(parts))
    group, now = str(api.next_number()), int(time.time())
    return [
        room.add(
            Message(
                room,
                room.next_id(),
                bot.json,
                now,
                caption=caption,
                entities=entities,
                file=file,
                reply_to=reply_to,
                thread_id=thread,
                media_group_id=group,
            )
        ).json(bot.id)
        for caption, entities, file in parts
    ]


_COPIED = frozenset({"contact", "location"})


def copy_message(api: TelegramState, bot: Bot, params: Params) -> JSON:
    source = _visible(room_of(api, bot, params, "from_chat_id"), bot).find(params.number("message_id"))
    if source is None:
        raise bad_request("message to copy not found")
    if source.text is None and source.file is None and not source.extra.keys() & _COPIED:
        raise bad_request("message can't be copied")
    caption, entities = source.caption, source.entities
    if "caption" in params.fields and source.text is None:
        caption, entities = read_caption(params)
    content: JSON = {"text": source.text, "caption": caption, "entities": entities, "file": source.file}
    extra = {name: value for name, value in source.extra.items() if name in _COPIED}
    return {"message_id": _post(api, bot, params, extra=extra, **content).message_id}


def _visible(room: Conversation, bot: Bot) -> Conversation:
    if isinstance(room, Group) and room.status(bot.id) in ("left", "kicked"):
        raise not_found()
    return room


def _own(api: TelegramState, bot: Bot, params: Params) -> Message:
    """The message an edit names. Raises Telegram's refusals."""
    room = room_of(api, bot, params)
    if isinstance(room, Dialog) and room.blocked:
        raise ApiError(403, "Forbidden: bot was blocked by the user")
    if isinstance(room, Group):
        room.check_sending(bot, None)
    message = room.find(params.number("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender["id"] != bot.id or (message.text is None and message.file is None):
        raise bad_request("message can't be edited")
    return message


_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def _edit(
    api: TelegramState, bot: Bot, params: Params, message: Message, words: str | None, entities: list[JSON]
) -> JSON:
    markup = read_markup(params, private=message.conversation.private, inline_only=True)
    if (words or "") == message.words and entities == message.entities and markup == message.markup:
        raise bad_request(_SAME)
    if api.limits.edits:
        api.limits.spend(bot.id, message.conversation.id)
    reworded = (words or "") != message.words
    message.replace(words, entities, markup, int(time.time()))
    if reworded:
        message.conversation.touched(message)
    else:
        api.changed()
    return message.json(bot.id)


def edit_text(api: TelegramState, bot: Bot, params: Params) -> JSON:
    text, entities = read_text(params)
    message = _own(api, bot, params)
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    return _edit(api, bot, params, message, text, entities)


def edit_caption(api: TelegramState, bot: Bot, params: Params) -> JSON:
    caption, entities = read_caption(params)
    message = _own(api, bot, params)
    if message.file is None:
        raise bad_request("there is no caption in the message to edit")
    return _edit(api, bot, params, message, caption, entities)


def edit_markup(api: TelegramState, bot: Bot, params: Params) -> JSON:
    message = _own(api, bot, params)
    return _edit(api, bot, params, message, message.words, message.entities)


def delete_message(api: TelegramState, bot: Bot, params: Params) -> bool:
    room = _visible(room_of(api, bot, params), bot)
    message = room.find(params.number("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    mine = message.sender["id"] == bot.id
    if isinstance(room, Group) and not mine and room.status(bot.id) != "administrator":
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    room.unread.pop(message, None)
    api.changed()
    return True


def react(api: TelegramState, bot: Bot, params: Params) -> bool:
    message = _visible(room_of(api, bot, params), bot).find(params.number("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    given = params.data("reaction") or []
    if not isinstance(given, list) or len(given) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(one.get("type") != "emoji" or one.get("emoji") not in REACTIONS for one in given):
        raise bad_request("REACTION_INVALID")
    message.reactions[bot.id] = given
    api.changed()
    return True


_EMOJI = (
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 "
    "❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 "
    "👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
REACTIONS = frozenset(_EMOJI.split())
