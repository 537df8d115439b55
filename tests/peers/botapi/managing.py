"""The other methods: who is who, topics, commands, callback queries, files to download."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.peers.botapi.bots import MAX_COMMANDS, Bot, Webhook
from tests.peers.botapi.chats import Conversation, Dialog, Group, member_json
from tests.peers.botapi.protocol import JSON, Params, bad_request, forbidden
from tests.peers.botapi.sending import room_of
from tests.peers.botapi.validation import utf16_length

if TYPE_CHECKING:
    from tests.peers.botapi.state import TelegramState
    from tests.peers.botapi.users import User

MAX_DOWNLOAD = 20 * 1024 * 1024
_ACTION_NAMES = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note"
)
_ACTIONS = frozenset(_ACTION_NAMES.split())
_COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def get_me(api: TelegramState, bot: Bot, params: Params) -> JSON:
    return {
        **bot.json,
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(api: TelegramState, bot: Bot, params: Params) -> JSON:
    room = _met(room_of(api, bot, params), bot)
    return {
        **room.chat,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, True),
    }


_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def _met(room: Conversation, bot: Bot) -> Conversation:
    """The chat, if the bot has ever been in it. Raises the refusals of a stranger."""
    if isinstance(room, Dialog) and not room.started:
        raise bad_request("chat not found")
    if isinstance(room, Group):
        room.check_sending(bot, None)
    return room


def _group(api: TelegramState, bot: Bot, params: Params) -> Group:
    room = _met(room_of(api, bot, params), bot)
    if not isinstance(room, Group):
        raise bad_request("there are no administrators in the private chat")
    return room


def get_chat_member(api: TelegramState, bot: Bot, params: Params) -> JSON:
    room = _met(room_of(api, bot, params), bot)
    member_id = params.number("user_id") or 0
    known = api.users.get(member_id) or api.bot_by_id(member_id)
    if known is None:
        raise bad_request("invalid user_id specified")
    return member_json(known.json, room.status(member_id) if isinstance(room, Group) else "member")


def get_administrators(api: TelegramState, bot: Bot, params: Params) -> list[JSON]:
    group = _group(api, bot, params)
    everyone: list[User | Bot] = [*group.people.values(), *api.bots.values()]
    ranks = [(one, group.status(one.id)) for one in everyone]
    return [member_json(one.json, rank) for one, rank in ranks if rank in ("creator", "administrator")]


def set_commands(api: TelegramState, bot: Bot, params: Params) -> bool:
    commands = params.data("commands")
    if not isinstance(commands, list) or len(commands) > MAX_COMMANDS:
        raise bad_request("can't parse commands JSON object")
    for one in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(one.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16_length(str(one.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[_scope(params)] = commands
    return True


def get_commands(api: TelegramState, bot: Bot, params: Params) -> list[JSON]:
    return bot.commands.get(_scope(params), [])


def delete_commands(api: TelegramState, bot: Bot, params: Params) -> bool:
    bot.commands.pop(_scope(params), None)
    return True


def _scope(params: Params) -> tuple[str, str]:
    scope = params.data("scope") or {}
    return f"{scope.get('type', 'default')}:{scope.get('chat_id', '')}", params.text("language_code") or ""


def answer_query(api: TelegramState, bot: Bot, params: Params) -> bool:
    query = bot.queries.get(params.text("callback_query_id") or "")
    if query is None or query.expired:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = params.text("text")
    if text and utf16_length(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answered, query.text, query.alert = True, text, params.flag("show_alert")
    api.changed()
    return True


def send_action(api: TelegramState, bot: Bot, params: Params) -> bool:
    room = room_of(api, bot, params)
    room.check_sending(bot, params.number("message_thread_id"))
    if params.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def get_file(api: TelegramState, bot: Bot, params: Params) -> JSON:
    file = api.file(bot, params.text("file_id") or "")
    if file is None:
        raise bad_request("invalid file_id")
    if file.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": params.text("file_id"),
        "file_unique_id": f"AQAD{file.number}",
        "file_size": file.size,
        "file_path": file.path,
    }


def _forum(api: TelegramState, bot: Bot, params: Params) -> Group:
    room = room_of(api, bot, params)
    room.check_sending(bot, None)
    if not isinstance(room, Group) or not room.forum:
        raise bad_request("the chat is not a forum")
    if room.status(bot.id) != "administrator":
        raise bad_request("not enough rights to create a topic")
    return room


def create_topic(api: TelegramState, bot: Bot, params: Params) -> JSON:
    group, name = _forum(api, bot, params), params.text("name") or ""
    if not 1 <= utf16_length(name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_TOO_LONG")
    color = params.number("icon_color") or _COLORS[0]
    if color not in _COLORS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    api.limits.spend(bot.id, group.id)
    topic = group.open_topic(bot.json, name, color)
    return {"message_thread_id": topic.id, "name": name, "icon_color": color}


def edit_topic(api: TelegramState, bot: Bot, params: Params) -> bool:
    topic, name = _forum(api, bot, params).topic(params.number("message_thread_id")), params.text("name")
    if name is not None and utf16_length(name) > 128:
        raise bad_request("TOPIC_TITLE_TOO_LONG")
    if not name or name == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = name
    return True


def close_topic(api: TelegramState, bot: Bot, params: Params) -> bool:
    return _set_closed(api, bot, params, True)


def reopen_topic(api: TelegramState, bot: Bot, params: Params) -> bool:
    return _set_closed(api, bot, params, False)


def _set_closed(api: TelegramState, bot: Bot, params: Params, closed: bool) -> bool:
    group = _forum(api, bot, params)
    topic = group.topic(params.number("message_thread_id"))
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    group.close_topic(bot.json, topic, closed)
    return True


def delete_topic(api: TelegramState, bot: Bot, params: Params) -> bool:
    group = _forum(api, bot, params)
    group.delete_topic(group.topic(params.number("message_thread_id")))
    return True


def set_webhook(api: TelegramState, bot: Bot, params: Params) -> bool:
    """Real Telegram asks for https; here http is taken too, since all this is loopback."""
    url, secret = params.text("url") or "", params.text("secret_token")
    if not url:
        return delete_webhook(api, bot, params)
    if not url.startswith(("http://", "https://")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    allow(bot, params)
    _drop_if_asked(bot, params)
    bot.interrupt("setWebhook request")
    bot.webhook = Webhook(url, secret)
    api.webhooks.watch(bot)
    return True


def delete_webhook(api: TelegramState, bot: Bot, params: Params) -> bool:
    _drop_if_asked(bot, params)
    bot.webhook = None
    bot.arrived.set()
    return True


def _drop_if_asked(bot: Bot, params: Params) -> None:
    if params.flag("drop_pending_updates"):
        bot.pending.clear()


def webhook_info(api: TelegramState, bot: Bot, params: Params) -> JSON:
    hook = bot.webhook
    body: JSON = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.pending),
    }
    if hook and hook.last_error:
        body |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    if bot.allowed is not None:
        body["allowed_updates"] = sorted(bot.allowed)
    return body


def allow(bot: Bot, params: Params) -> None:
    """Remembers allowed_updates when given; an empty list means the default kinds."""
    allowed = params.data("allowed_updates")
    if isinstance(allowed, list):
        bot.allowed = frozenset(map(str, allowed)) or None


def leave_chat(api: TelegramState, bot: Bot, params: Params) -> bool:
    group = room_of(api, bot, params)
    if not isinstance(group, Group):
        raise forbidden("can't leave private chats")
    group.standing[bot.id] = "left"
    return True
