"""Which method is served by which function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.peers.botapi import managing, sending
from tests.peers.botapi.bots import Bot
from tests.peers.botapi.protocol import Params
from tests.peers.botapi.state import TelegramState

Method = Callable[[TelegramState, Bot, Params], Any]

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
"""By their names in small letters: Telegram does not mind the case of a method."""
