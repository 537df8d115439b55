"""One stored update becomes one `Inbound`. Pure; no effect, no network. Imports aiogram: import this late."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aiogram.types import CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User
from pydantic import ValidationError

from bots.message_content import MessageContent, full_name, message_content
from bots.parse_agent_message import AgentCommand, case_number, parse_agent_button, parse_agent_message
from desk.language.unsafe_characters import storable_tree
from desk.model.events import (
    CaseReference,
    DeliveryFailed,
    Event,
    Inbound,
    NotForDesk,
    OpenedChat,
    OperationOrdered,
    Pressed,
    Said,
)
from desk.model.messages import Address, ClaimedArrival, UnreadableMessage
from desk.pipeline.reply_tokens import decode_number


@dataclass(frozen=True, slots=True)
class UpdateParser:
    """What parsing must know of a bot: its name, its channel's provider, and the agents' group.

    ``moved_to`` is where Telegram has moved that group, while the settings still have its old id.
    """

    bot: str
    provider: str
    agents_chat: int = 0
    moved_to: int = 0

    def hear(self, arrival: ClaimedArrival) -> Inbound[Event]:
        """Reads one update. Raises `UnreadableMessage` for what is not an update that Telegram could have sent."""
        update = _decoded(arrival.body)
        if event := update.message or update.edited_message:
            return self._message(arrival, event, edited=update.message is None)
        if update.callback_query:
            return self._press(arrival, update.callback_query)
        if update.my_chat_member:
            return self._membership(arrival, update.my_chat_member)
        return self._inbound(arrival, "", NotForDesk())

    def _message(self, arrival: ClaimedArrival, message: Message, edited: bool) -> Inbound[Event]:
        read, chat, user = message_content(message, self.bot), message.chat, message.from_user
        id, lane = str(message.message_id), self._lane(arrival, chat.id)
        reference = CaseReference(reply_to=_answered(message), lane=lane)
        written = _written(message)
        if not read.kind or not _a_person(message):
            return self._inbound(arrival, _whose(chat, user), NotForDesk(), message=id, reference=reference)
        if chat.type == "private":
            payload = _start(read.text) if read.kind == "text" else None
            event = _said(message, read, edited) if payload is None else OpenedChat(payload)
            known: dict[str, Any] = {"message": id, "reference": reference, "written": written}
            return self._inbound(arrival, str(chat.id), event, user, **known)
        if not self._is_agents_group(chat.id):
            return self._inbound(arrival, _whose(chat, user), NotForDesk(), user, message=id)
        command = parse_agent_message(read.text, read.files, replies=bool(reference.reply_to))
        to_desk, quoted = _quoted(message)
        reference = replace(reference, number=command.number, to_desk=to_desk, quoted_number=quoted)
        return self._from_agents(arrival, user, command, message=id, reference=reference)

    def _from_agents(
        self, arrival: ClaimedArrival, user: User | None, command: AgentCommand, **known: Any
    ) -> Inbound[Event]:
        event = OperationOrdered(command.operation) if command.operation else NotForDesk(agents=True)
        return self._inbound(arrival, _whose(None, user), event, user, **known)

    def _press(self, arrival: ClaimedArrival, query: CallbackQuery) -> Inbound[Event]:
        shown, user = query.message, query.from_user
        if shown is None:
            return self._inbound(arrival, str(user.id), NotForDesk(), user, callback=query.id)
        agents = self._is_agents_group(shown.chat.id)
        known: dict[str, Any] = {"callback": query.id, "message": str(shown.message_id)}
        sender = str(user.id if agents else shown.chat.id)
        press = _parsed(query.data or "", on_media=isinstance(shown, Message) and shown.text is None)
        if press is None or not (agents or shown.chat.type == "private"):
            return self._inbound(arrival, sender, NotForDesk(agents), user, **known)
        known["reference"] = CaseReference(case_id=press.case_id, button=True, lane=self._lane(arrival, shown.chat.id))
        if not agents:
            return self._inbound(arrival, sender, press, user, **known)
        operation = parse_agent_button(press.option)
        event = OperationOrdered(operation, press.option) if operation else NotForDesk(agents)
        return self._inbound(arrival, sender, event, user, **known)

    def _membership(self, arrival: ClaimedArrival, change: ChatMemberUpdated) -> Inbound[Event]:
        """Blocked or let back in. In a private chat that is the subscriber's doing; in groups it means nothing."""
        event: Event = NotForDesk()
        if change.chat.type == "private":
            left = change.new_chat_member.status in ("kicked", "left")
            event = DeliveryFailed(gone=True, by_person=True) if left else OpenedChat(returned=True)
        return self._inbound(arrival, _whose(change.chat, change.from_user), event, change.from_user)

    def _is_agents_group(self, chat: int) -> bool:
        return chat in (self.agents_chat, self.moved_to) and chat != 0

    def _lane(self, arrival: ClaimedArrival, chat: int) -> str:
        """The lane of what the desk says into this chat: the agents' group keeps the name it has in the settings."""
        return f"{arrival.channel}:{self.agents_chat if self._is_agents_group(chat) else chat}"

    def _inbound(
        self, arrival: ClaimedArrival, sender: str, event: Event, user: User | None = None, **known: Any
    ) -> Inbound[Event]:
        return Inbound(
            channel=arrival.channel,
            sender=Address("telegram", arrival.channel, sender),
            at=arrival.received_at,
            event=event,
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


def _said(message: Message, read: MessageContent, edited: bool) -> Said:
    return Said(
        text=read.text,
        full_text=read.text,
        files=read.files,
        edited=edited,
        forwarded=message.forward_origin is not None,
        content=read.kind,
        album=message.media_group_id or "",
        phone=read.phone,
        phone_is_own=read.phone_is_own,
    )


def _quoted(message: Message) -> tuple[bool, str]:
    """Whether a message of the desk is answered, and the case number at its head.

    An agent may be quicker than the record of what was just sent to the group: the number then tells what is meant.
    """
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or not replied.from_user.is_bot:
        return False, ""
    head = "".join((replied.text or replied.caption or "").split(maxsplit=1)[:1])
    # Only what we set in bold ourselves: the second half of a long message begins with a subscriber's words.
    marks = replied.entities or replied.caption_entities or ()
    ours = any(mark.type == "bold" and mark.offset == 0 and mark.length == len(head) for mark in marks)
    return True, case_number(head) if ours else ""


def _written(message: Message) -> datetime:
    """When Telegram had the message, or what it was edited into: whole seconds."""
    if message.edit_date:
        return datetime.fromtimestamp(message.edit_date, UTC)
    return message.date.astimezone(UTC)


def _answered(message: Message) -> str:
    """The id of the message this one answers. Inside a forum topic every message "answers" the topic's first."""
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created is not None:
        return ""
    if message.is_topic_message and replied.message_id == message.message_thread_id:
        return ""
    return str(replied.message_id)


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


def _parsed(data: str, on_media: bool) -> Pressed | None:
    """A button's data as `bots.render` wrote it; None for anything else."""
    case, _, rest = data.partition(":")
    prompt, _, option = rest.partition(":")
    if not (option and prompt.isascii() and prompt.isdecimal() and len(prompt) <= 9):
        return None
    try:
        return Pressed(decode_number(case), int(prompt), option, on_media)
    except ValueError:
        return None
