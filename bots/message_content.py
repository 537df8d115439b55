"""What a Telegram message holds, as readable text and files by reference. Imports aiogram: import this late.

Every kind of content leaves something a person can read: nothing a subscriber sends may vanish. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiogram.types import Audio, Document, Location, Message, PhotoSize, User, Video, VideoNote, Voice

from desk.language.unsafe_characters import one_line
from desk.model.media_types import OCTET_STREAM, file_ending
from desk.model.messages import File


@dataclass(frozen=True, slots=True)
class MessageContent:
    """``kind`` is Telegram's name of the content, "" for a service message ("someone joined").

    ``phone`` is a number shared as a contact, ``phone_is_own`` when it is surely the sender's.
    """

    kind: str = ""
    text: str = ""
    files: tuple[File, ...] = ()
    phone: str = ""
    phone_is_own: bool = False


def message_content(message: Message, bot: str) -> MessageContent:
    """Reads text, caption, files and everything else that people send. ``bot`` is the bot's name in the settings."""
    if message.text is not None:
        return MessageContent("text", message.text)
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return _with_file(message, bot, "photo", largest)
    for kind in _FILES:
        if kind != "photo" and (thing := getattr(message, kind)) is not None:
            return _with_file(message, bot, kind, thing)
    for kind, read in _IN_WORDS.items():
        if getattr(message, kind) is not None:
            return read(message)
    for kind in _NOT_SHOWN:
        if getattr(message, kind, None) is not None:
            return MessageContent(kind, message.caption or "")
    return MessageContent()


_FILES = {
    "photo": ("photo", "image/jpeg"),
    "document": ("file", OCTET_STREAM),
    "voice": ("voice", "audio/ogg"),
    "video": ("video", "video/mp4"),
    "video_note": ("video", "video/mp4"),
    "audio": ("file", "audio/mpeg"),
}
"""Content -> our kind, its usual type.

A GIF comes as animation and as document at once; as a document it can be sent on under the same file id.
"""


def _with_file(
    message: Message, bot: str, kind: str, thing: Audio | Document | PhotoSize | Video | VideoNote | Voice
) -> MessageContent:
    ours, usual = _FILES[kind]
    media_type = getattr(thing, "mime_type", None) or usual
    ending = file_ending(media_type) if media_type != OCTET_STREAM else ""
    name = file_name(getattr(thing, "file_name", None) or "") or f"{ours}-{message.message_id}{ending}"
    file = File(name, ours, media_type, thing.file_size or 0, f"telegram:{bot}:{thing.file_id}")
    return MessageContent(kind, message.caption or "", (file,))


def _contact(message: Message) -> MessageContent:
    """A shared phone. It is the sender's own only if Telegram says so and nobody forwarded it."""
    assert message.contact is not None  # noqa: S101 (the caller looked)
    contact, sender = message.contact, message.from_user
    name = one_line(f"{contact.first_name} {contact.last_name or ''}")
    own = sender is not None and contact.user_id == sender.id and message.forward_origin is None
    words = f"{name} {contact.phone_number}".strip()
    return MessageContent("contact", words, phone=contact.phone_number, phone_is_own=own)


def _venue(message: Message) -> MessageContent:
    assert message.venue is not None  # noqa: S101 (the caller looked)
    venue = message.venue
    return MessageContent("venue", f"{venue.title}, {venue.address} ({_point(venue.location)})")


def _location(message: Message) -> MessageContent:
    assert message.location is not None  # noqa: S101 (the caller looked)
    return MessageContent("location", _point(message.location))


def _sticker(message: Message) -> MessageContent:
    assert message.sticker is not None  # noqa: S101 (the caller looked)
    return MessageContent("sticker", message.sticker.emoji or "🖼")


def _poll(message: Message) -> MessageContent:
    assert message.poll is not None  # noqa: S101 (the caller looked)
    return MessageContent(
        "poll", "\n".join((message.poll.question, *(f"– {one.text}" for one in message.poll.options)))
    )


def _dice(message: Message) -> MessageContent:
    assert message.dice is not None  # noqa: S101 (the caller looked)
    return MessageContent("dice", f"{message.dice.emoji} {message.dice.value}")


_IN_WORDS: Mapping[str, Callable[[Message], MessageContent]] = {
    "contact": _contact,
    "venue": _venue,  # before location: a venue carries both
    "location": _location,
    "sticker": _sticker,
    "poll": _poll,
    "dice": _dice,
}

_NOT_SHOWN = ("story", "paid_media", "game", "invoice", "giveaway", "checklist")
"""A person sent it, but there is nothing in it that the desk can show."""


def _point(place: Location) -> str:
    """Latitude and longitude in degrees, as one would type them into a map."""
    return ", ".join(f"{degrees:.6f}".rstrip("0").rstrip(".") for degrees in (place.latitude, place.longitude))


def full_name(user: User | None) -> str:
    """A person's name as they typed it, without characters that could make it look like something else."""
    return one_line(f"{user.first_name} {user.last_name or ''}") if user else ""


def file_name(words: str) -> str:
    """A file's name without its folders and without characters that hide its ending; at most 120 characters."""
    name = one_line(words.replace("\\", "/").rpartition("/")[2])
    return name if len(name) <= 120 else name[:100] + name[-20:]
