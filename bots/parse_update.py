"""One stored update becomes one `Inbound`. Pure; no effect, no network. Imports aiogram: import this late."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiogram.types import CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User
from pydantic import ValidationError

from bots.agent_commands import AgentCommand, case_number, parse_agent_button, parse_agent_message
from bots.message_content import MessageContent, full_name, message_content
from desk.language.characters import storable_tree
from desk.model.messages import Address, Arrival, ButtonPress, Inbound, Role, UnreadableMessage, Verb
from desk.pipeline.reply_tokens import decode_number


@dataclass(frozen=True, slots=True)
class UpdateParser:
    """What hearing must know of a bot: its name, its channel's provider, and the agents' group.

    ``moved_to`` is where Telegram has moved that group, while the settings still have its old id.
    """

    bot: str
    provider: str
    agents_chat: int = 0
    moved_to: int = 0

    def hear(self, arrival: Arrival) -> Inbound:
        """Reads one update. Raises `UnreadableMessage` for what is not an update that Telegram could have sent."""
        update = _decoded(arrival.body)
        if event := update.message or update.edited_message:
            return self._message(arrival, event, edited=update.message is None)
        if update.callback_query:
            return self._press(arrival, update.callback_query)
        if update.my_chat_member:
            return self._membership(arrival, update.my_chat_member)
        return self._inbound(arrival, "", verb=Verb.NOTHING)

    def _message(self, arrival: Arrival, message: Message, edited: bool) -> Inbound:
        read = message_content(message, self.bot)
        detail = {
            **read.detail,
            "kind": read.kind,
            "lane": self._lane(arrival, message.chat.id),
            **_circumstances(message),
        }
        if edited:
            detail["edited"] = "1"
        said = _said(message, read, detail)
        chat, user = message.chat, message.from_user
        if not read.kind or not _a_person(message):
            return self._inbound(arrival, _whose(chat, user), verb=Verb.NOTHING, message=said["message"])
        if chat.type == "private":
            verb = Verb.SAY
            if read.kind == "text" and (payload := _start(read.text)) is not None:
                verb, detail["payload"] = Verb.START, payload
                said["text"] = said["full_text"] = ""
            return self._inbound(arrival, str(chat.id), user, verb=verb, **said)
        if self._is_agents_group(chat.id):
            order = parse_agent_message(read.text, has_files=bool(read.files), replies=bool(said["reply_to"]))
            detail |= _shown(message)
            return self._from_agents(arrival, user, order, said)
        return self._inbound(arrival, _whose(chat, user), user, verb=Verb.NOTHING)

    def _from_agents(self, arrival: Arrival, user: User | None, order: AgentCommand, said: dict[str, Any]) -> Inbound:
        said |= {"text": order.text, "full_text": order.text, "detail": {**said["detail"], **order.detail}}
        sender = _whose(None, user)
        return self._inbound(arrival, sender, user, role=Role.AGENT, verb=order.verb, number=order.number, **said)

    def _press(self, arrival: Arrival, query: CallbackQuery) -> Inbound:
        known: dict[str, Any] = {"callback": query.id}
        shown = query.message
        if shown is None:
            return self._inbound(arrival, str(query.from_user.id), query.from_user, verb=Verb.NOTHING, **known)
        known["message"] = str(shown.message_id)
        known["detail"] = {"lane": self._lane(arrival, shown.chat.id)}
        if isinstance(shown, Message) and shown.text is None:
            known["detail"]["media"] = "1"
        agents_group = self._is_agents_group(shown.chat.id)
        sender = str(query.from_user.id if agents_group else shown.chat.id)
        press = _parsed(query.data or "")
        if press is None or not (agents_group or shown.chat.type == "private"):
            return self._inbound(arrival, sender, query.from_user, verb=Verb.NOTHING, **known)
        if not agents_group:
            return self._inbound(arrival, sender, query.from_user, verb=Verb.PRESS, press=press, **known)
        order = parse_agent_button(press.option)
        known["detail"] |= order.detail
        return self._inbound(arrival, sender, query.from_user, role=Role.AGENT, verb=order.verb, press=press, **known)

    def _membership(self, arrival: Arrival, change: ChatMemberUpdated) -> Inbound:
        """Blocked or let back in. In a private chat that is the subscriber's doing; in groups it means nothing."""
        verb, detail = Verb.NOTHING, {}
        if change.chat.type == "private":
            if change.new_chat_member.status in ("kicked", "left"):
                verb, detail = Verb.UNDELIVERED, {"gone": "1"}
            else:
                verb, detail = Verb.START, {"returned": "1"}
        return self._inbound(arrival, _whose(change.chat, change.from_user), change.from_user, verb=verb, detail=detail)

    def _is_agents_group(self, chat: int) -> bool:
        return chat in (self.agents_chat, self.moved_to) and chat != 0

    def _lane(self, arrival: Arrival, chat: int) -> str:
        """The lane of what the desk says into this chat: the agents' group keeps the name it has in the settings."""
        return f"{arrival.channel}:{self.agents_chat if self._is_agents_group(chat) else chat}"

    def _inbound(self, arrival: Arrival, sender: str, user: User | None = None, **known: Any) -> Inbound:
        return Inbound(
            channel=arrival.channel,
            sender=Address("telegram", arrival.channel, sender),
            at=arrival.received_at,
            provider=self.provider,
            name=full_name(user),
            language=(user.language_code or "")[:2].lower() if user else "",
            **known,
        )


def _decoded(body: bytes) -> Update:
    try:
        return Update.model_validate(storable_tree(json.loads(body)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise UnreadableMessage(f"not an update as Telegram makes them: {where}: {first['msg']}") from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise UnreadableMessage(f"not JSON that can be read: {type(error).__name__}") from None


def _said(message: Message, read: MessageContent, detail: Mapping[str, str]) -> dict[str, Any]:
    """The fields of `Inbound` that any message fills."""
    return {
        "text": read.text,
        "full_text": read.text,
        "files": read.files,
        "message": str(message.message_id),
        "reply_to": _answered(message),
        "detail": detail,
    }


def _shown(message: Message) -> dict[str, str]:
    """That a message of the desk is answered, and the case number at its head.

    An agent may be quicker than the record of what was just sent to the group: the number then tells what is meant.
    """
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or not replied.from_user.is_bot:
        return {}
    head = "".join((replied.text or replied.caption or "").split(maxsplit=1)[:1])
    # Only what we set in bold ourselves: the second half of a long message begins with a subscriber's words.
    marks = replied.entities or replied.caption_entities or ()
    ours = any(mark.type == "bold" and mark.offset == 0 and mark.length == len(head) for mark in marks)
    return {"to_desk": "1", "shown": case_number(head) if ours else ""}


def _answered(message: Message) -> str:
    """The id of the message this one answers. Inside a forum topic every message "answers" the topic's first."""
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created is not None:
        return ""
    if message.is_topic_message and replied.message_id == message.message_thread_id:
        return ""
    return str(replied.message_id)


def _circumstances(message: Message) -> dict[str, str]:
    found = {}
    if message.media_group_id:
        found["album"] = message.media_group_id
    if message.forward_origin is not None:
        found["forwarded"] = "1"
    return found


def _a_person(message: Message) -> bool:
    """Neither an anonymous administrator nor a channel nor a bot: nobody the desk could know by name."""
    return message.sender_chat is None and message.from_user is not None and not message.from_user.is_bot


def _whose(chat: Chat | None, user: User | None) -> str:
    if chat is not None and (chat.type == "private" or user is None):
        return str(chat.id)
    return str(user.id) if user else ""


def _start(text: str) -> str | None:
    """The payload of /start ("" without one), or None for any other text."""
    command, _, payload = text.strip().partition(" ")
    return payload.strip() if command.partition("@")[0].lower() == "/start" else None


def _parsed(data: str) -> ButtonPress | None:
    """A button's data as `bots.render` wrote it; None for anything else."""
    case, _, rest = data.partition(":")
    prompt, _, option = rest.partition(":")
    if not (option and prompt.isascii() and prompt.isdecimal() and len(prompt) <= 9):
        return None
    try:
        return ButtonPress(decode_number(case), int(prompt), option)
    except ValueError:
        return None
