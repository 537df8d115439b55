"""What a Telegram message holds, as readable text and files by reference. Pure.

Every kind of content leaves something a person can read: nothing a subscriber sends may vanish. A kind without words is
named in square brackets, in the language of its sender's program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bots.update_fields import Fields, person_name, with_addresses
from desk.language.unsafe_characters import one_line
from desk.model.media_types import OCTET_STREAM, file_ending
from desk.model.messages import File


@dataclass(frozen=True, slots=True)
class MessageContent:
    """``kind`` is Telegram's name of the content, "" for a service message ("someone joined").

    ``phone`` is a number shared as a contact, ``phone_is_own`` when it is surely the sender's. ``origin`` says who
    wrote what was forwarded, as far as that is told; ``quote`` is the part of an earlier message that is answered.
    """

    kind: str = ""
    text: str = ""
    files: tuple[File, ...] = ()
    phone: str = ""
    phone_is_own: bool = False
    origin: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class _Reader:
    """One message being read: of which bot, and in which language what has no words is named."""

    message: Fields
    bot: str
    language: str = "en"
    caption: str = field(default="")

    def content(self) -> MessageContent:
        message = self.message
        if text := message.words("text"):
            return MessageContent("text", with_addresses(text, message.tables("entities")))
        for kind in _FILES:
            if file := self._file(kind):
                return MessageContent(kind, self.caption, (file,))
        for kind, read in _IN_WORDS.items():
            if message.has(kind) and (found := read(message)).text:
                return replace(found, text=_lines(found.text, self.caption))
        return self._named()

    def _named(self) -> MessageContent:
        """What cannot be shown is named, and its caption read; a service message is neither."""
        kind = next((one for one in self.message if one not in _ABOUT and self.message.has(one)), "")
        if not kind or kind in _SERVICE:
            return MessageContent("text", self.caption) if self.caption else MessageContent()
        russian, english = _NAMES.get(kind, (kind, kind))
        return MessageContent(kind, _lines(f"[{russian if self.language == 'ru' else english}]", self.caption))

    def _file(self, kind: str) -> File | None:
        thing = _largest(self.message.tables(kind)) if kind == "photo" else self.message.table(kind)
        if kind == "live_photo":
            thing = _largest(thing.tables("photo"))
        if not (file_id := thing.words("file_id")):
            return None
        ours, usual = _FILES[kind]
        media_type = thing.words("mime_type") or usual
        ending = file_ending(media_type) if media_type != OCTET_STREAM else ""
        name = file_name(thing.words("file_name")) or f"{ours}-{self.message.number('message_id')}{ending}"
        return File(name, ours, media_type, max(thing.number("file_size"), 0), f"telegram:{self.bot}:{file_id}")


def message_content(message: Fields, bot: str, language: str = "en") -> MessageContent:
    """Reads text, caption, files and everything else that people send. ``bot`` is the bot's name in the settings,
    ``language`` that of the sender's program."""
    caption = with_addresses(message.words("caption"), message.tables("caption_entities"))
    read = _Reader(message, bot, language, caption).content()
    origin, quote = _origin(message), message.table("quote").words("text").strip()
    return replace(read, origin=origin, quote=quote) if origin or quote else read


_FILES = {
    "photo": ("photo", "image/jpeg"),
    "live_photo": ("photo", "image/jpeg"),
    "document": ("file", OCTET_STREAM),
    "voice": ("voice", "audio/ogg"),
    "video": ("video", "video/mp4"),
    "video_note": ("video", "video/mp4"),
    "audio": ("file", "audio/mpeg"),
    "animation": ("video", "video/mp4"),
}
"""Content -> our kind, its usual type.

A GIF comes as animation and as document at once; as a document it can be sent on under the same file id.
"""


def _largest(sizes: list[Fields]) -> Fields:
    """Of a photo the largest size; Telegram gives them in rising order, should they not tell how large they are."""
    ranked = [(one.number("width") * one.number("height"), at) for at, one in enumerate(sizes) if one.words("file_id")]
    return sizes[max(ranked)[1]] if ranked else Fields()


def _contact(message: Fields) -> MessageContent:
    """A shared phone. It is the sender's own only if Telegram says so and nobody forwarded it."""
    contact, sender = message.table("contact"), message.table("from")
    phone = contact.words("phone_number")
    own = 0 != contact.number("user_id") == sender.number("id") and not message.has("forward_origin")
    return MessageContent("contact", f"{person_name(contact)} {phone}".strip(), phone=phone, phone_is_own=own)


def _venue(message: Fields) -> MessageContent:
    venue = message.table("venue")
    place = _point(venue.table("location"))
    words = ", ".join(filter(None, (venue.words("title"), venue.words("address"))))
    return MessageContent("venue", f"{words} ({place})" if place else words)


def _location(message: Fields) -> MessageContent:
    return MessageContent("location", _point(message.table("location")))


def _sticker(message: Fields) -> MessageContent:
    return MessageContent("sticker", message.table("sticker").words("emoji") or "🖼")


def _poll(message: Fields) -> MessageContent:
    poll = message.table("poll")
    return MessageContent("poll", _lines(poll.words("question"), *_listed(poll.tables("options"))))


def _checklist(message: Fields) -> MessageContent:
    """A list to be ticked off: its title, and its lines with what is done."""
    checklist = message.table("checklist")
    tasks = [f"{'☑' if one.number('completion_date') else '☐'} {_text(one)}" for one in checklist.tables("tasks")]
    return MessageContent("checklist", _lines(checklist.words("title"), *tasks))


def _dice(message: Fields) -> MessageContent:
    dice = message.table("dice")
    return MessageContent("dice", f"{dice.words('emoji')} {dice.number('value')}")


def _rich_message(message: Fields) -> MessageContent:
    """A text made of blocks: the words of all of them, one block a line."""
    return MessageContent("rich_message", "\n".join(_words_within(message.table("rich_message").plain())))


_IN_WORDS: Mapping[str, Callable[[Fields], MessageContent]] = {
    "contact": _contact,
    "venue": _venue,  # before location: a venue carries both
    "location": _location,
    "sticker": _sticker,
    "poll": _poll,
    "dice": _dice,
    "checklist": _checklist,
    "rich_message": _rich_message,
}

_NAMES = {
    "contact": ("контакт", "contact"),
    "location": ("точка на карте", "place on the map"),
    "venue": ("место", "place"),
    "poll": ("опрос", "poll"),
    "checklist": ("список дел", "checklist"),
    "photo": ("фото", "photo"),
    "document": ("файл", "file"),
    "voice": ("голосовое сообщение", "voice message"),
    "video": ("видео", "video"),
    "video_note": ("видеосообщение", "video message"),
    "audio": ("запись", "recording"),
    "animation": ("анимация", "animation"),
    "story": ("история", "story"),
    "paid_media": ("платное фото или видео", "paid photo or video"),
    "game": ("игра", "game"),
    "invoice": ("счёт в Telegram", "invoice in Telegram"),
    "successful_payment": ("платёж в Telegram", "payment in Telegram"),
    "refunded_payment": ("возврат платежа в Telegram", "refund in Telegram"),
    "giveaway": ("розыгрыш", "giveaway"),
    "giveaway_winners": ("итоги розыгрыша", "winners of a giveaway"),
    "gift": ("подарок", "gift"),
    "unique_gift": ("подарок", "gift"),
    "web_app_data": ("данные мини-приложения", "data of a mini app"),
    "users_shared": ("чужой контакт", "somebody's contact"),
    "chat_shared": ("чужой чат", "somebody's chat"),
    "rich_message": ("сообщение с оформлением", "formatted message"),
}
"""What a person sent and the desk cannot show. What is in no list is called as Telegram calls it."""

_ABOUT = frozenset(
    """
    message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot
    sender_tag date business_connection_id chat forward_origin forward_from forward_from_chat forward_date
    forward_from_message_id forward_signature forward_sender_name is_topic_message is_automatic_forward
    reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id reply_to_poll_option_id
    via_bot edit_date has_protected_content is_from_offline is_paid_post media_group_id author_signature
    paid_star_count text entities link_preview_options suggested_post_info effect_id caption caption_entities
    show_caption_above_media has_media_spoiler reply_markup guest_query_id
    """.split()  # noqa: SIM905 - a list of ninety names is read as prose
)
"""What a message tells beside its content."""
_SERVICE = frozenset(
    """
    new_chat_members new_chat_participant new_chat_member left_chat_member left_chat_participant new_chat_title
    new_chat_photo delete_chat_photo group_chat_created supergroup_chat_created channel_chat_created
    message_auto_delete_timer_changed migrate_to_chat_id migrate_from_chat_id pinned_message connected_website
    write_access_allowed passport_data proximity_alert_triggered boost_added chat_background_set chat_owner_left
    chat_owner_changed checklist_tasks_done checklist_tasks_added direct_message_price_changed
    forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened general_forum_topic_hidden
    general_forum_topic_unhidden giveaway_created giveaway_completed paid_message_price_changed
    suggested_post_approved suggested_post_approval_failed suggested_post_declined suggested_post_paid
    suggested_post_refunded video_chat_scheduled video_chat_started video_chat_ended
    video_chat_participants_invited
    """.split()  # noqa: SIM905 - a list of ninety names is read as prose
)
"""What Telegram tells by itself: nobody said it."""


def _origin(message: Fields) -> str:
    """Who wrote what was forwarded: a person, a group or a channel; of an answer to another chat, of what is
    answered."""
    origin = message.table("forward_origin") or message.table("external_reply").table("origin")
    names = (
        person_name(origin.table("sender_user")),
        origin.words("sender_user_name"),
        origin.table("chat").words("title"),
        origin.table("sender_chat").words("title"),
    )
    return next((shown for name in names if (shown := one_line(name)[:80])), "")


def _listed(options: list[Fields]) -> list[str]:
    return [f"– {_text(one)}" for one in options if _text(one)]


def _text(one: Fields) -> str:
    return one.words("text").strip()


def _words_within(value: object, depth: int = 0) -> list[str]:
    """The texts of a tree of blocks, in order; what lies very deep is left out."""
    if isinstance(value, dict) and depth < 12:
        own = value.get("text")
        found = [own] if isinstance(own, str) and own.strip() else []
        return found + [one for key, held in value.items() if not isinstance(held, str) for one in
                        _words_within(held, depth + 1)]  # fmt: skip
    if isinstance(value, list) and depth < 12:
        return [one for held in value for one in _words_within(held, depth + 1)]
    return []


def _lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def _point(place: Fields) -> str:
    """Latitude and longitude in degrees, as one would type them into a map; "" where they are not told."""
    degrees = (place.degrees("latitude"), place.degrees("longitude"))
    if None in degrees:
        return ""
    return ", ".join(f"{one:.6f}".rstrip("0").rstrip(".") for one in degrees)


def file_name(words: str) -> str:
    """A file's name without its folders and without characters that hide its ending; at most 120 characters."""
    name = one_line(words.replace("\\", "/").rpartition("/")[2])
    return name if len(name) <= 120 else name[:100] + name[-20:]
