"""One stored update becomes one `Inbound`. Pure; no effect, no network, and without aiogram.

Every field is read by itself: what is strange is left out, and nobody is set aside for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bots.message_content import MessageContent, message_content
from bots.parse_agent_message import (
    CARD_BUTTONS,
    case_number,
    edited_operation,
    parse_agent_button,
    parse_agent_message,
)
from bots.update_fields import Fields, person_name
from desk.language.unsafe_characters import storable_tree
from desk.model.events import (
    AgentsGroupChanged,
    CaseReference,
    DeliveryFailed,
    Event,
    Inbound,
    NotForDesk,
    OpenedChat,
    OperationOrdered,
    Pressed,
    Reacted,
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
        """Reads one update. Raises `UnreadableMessage` for what is no update, or tells of no chat."""
        update = _decoded(arrival.body)
        for kind in ("message", "edited_message"):
            if update.has(kind):
                return self._message(arrival, _in_a_chat(update, kind), edited=kind == "edited_message")
        if update.has("callback_query"):
            return self._press(arrival, update.table("callback_query"))
        if update.has("my_chat_member"):
            return self._membership(arrival, _in_a_chat(update, "my_chat_member", "chat"))
        if update.has("message_reaction"):
            return self._reaction(arrival, _in_a_chat(update, "message_reaction"))
        return self._inbound(arrival, "", NotForDesk())

    def _message(self, arrival: ClaimedArrival, message: Fields, edited: bool) -> Inbound[Event]:
        chat, user = message.table("chat"), message.table("from")
        read = message_content(message, self.bot, _language(user))
        id, lane = str(message.number("message_id")), self._lane(arrival, chat.number("id"))
        reference = CaseReference(reply_to=_answered(message), lane=lane)
        written = _written(message)
        in_group = self._is_agents_group(chat.number("id"))
        if not read.kind or not (_a_person(message) or (in_group and _nameless(message))):
            return self._inbound(arrival, _whose(chat, user), NotForDesk(), message=id, reference=reference)
        if chat.words("type") == "private":
            payload = _start(read.text) if read.kind == "text" else None
            event = _said(message, read, edited) if payload is None else OpenedChat(payload)
            known: dict[str, Any] = {"message": id, "reference": reference, "written": written}
            return self._inbound(arrival, str(chat.number("id")), event, user, **known)
        if not in_group:
            return self._inbound(arrival, _whose(chat, user), NotForDesk(), user, message=id)
        return self._from_agents(arrival, message, read, reference, edited)

    def _from_agents(
        self, arrival: ClaimedArrival, message: Fields, read: MessageContent, reference: CaseReference, edited: bool
    ) -> Inbound[Event]:
        """An order, an edit of one, or what agents say among themselves. Nobody is known by a name that hides them."""
        command = parse_agent_message(read.text, read.files, replies=bool(reference.reply_to))
        operation = edited_operation(command, read.text, read.files) if edited else command.operation
        reference = _with_quoted(replace(reference, number=command.number), message)
        nameless = _nameless(message)
        event = OperationOrdered(operation, nameless=nameless) if operation else NotForDesk(agents=True)
        sender = "" if nameless else _whose(Fields(), message.table("from"))
        known: dict[str, Any] = {"message": str(message.number("message_id")), "reference": reference}
        return self._inbound(arrival, sender, event, message.table("from"), **known)

    def _press(self, arrival: ClaimedArrival, query: Fields) -> Inbound[Event]:
        shown, user, callback = query.table("message"), query.table("from"), query.words("id")
        chat = shown.table("chat")
        if not chat.number("id"):
            return self._inbound(arrival, str(user.number("id")), NotForDesk(), user, callback=callback)
        agents = self._is_agents_group(chat.number("id"))
        known: dict[str, Any] = {"callback": callback, "message": str(shown.number("message_id"))}
        sender = str(user.number("id") if agents else chat.number("id"))
        # A message too old to be shown comes without content, and with no date.
        press = _parsed(query.words("data"), on_media=bool(shown.number("date")) and not shown.has("text"))
        if press is None or not (agents or chat.words("type") == "private"):
            return self._inbound(arrival, sender, NotForDesk(agents), user, **known)
        lane = self._lane(arrival, chat.number("id"))
        known["reference"] = CaseReference(case_id=press.case_id, button=True, lane=lane)
        if not agents:
            return self._inbound(arrival, sender, press, user, **known)
        operation = parse_agent_button(press.option)
        event = OperationOrdered(operation, press.option) if operation else NotForDesk(agents)
        return self._inbound(arrival, sender, event, user, **known)

    def _membership(self, arrival: ClaimedArrival, change: Fields) -> Inbound[Event]:
        """Blocked or let back in: by the subscriber in a private chat, by an agent in their group; elsewhere it means
        nothing."""
        event: Event = NotForDesk()
        chat, user = change.table("chat"), change.table("from")
        left = change.table("new_chat_member").words("status") in ("kicked", "left")
        if self._is_agents_group(chat.number("id")):
            event = AgentsGroupChanged(present=not left)
        elif chat.words("type") == "private":
            event = DeliveryFailed(gone=True, by_person=True) if left else OpenedChat(returned=True)
        return self._inbound(arrival, _whose(chat, user), event, user)

    def _reaction(self, arrival: ClaimedArrival, reaction: Fields) -> Inbound[Event]:
        """An emoji set on one of the desk's messages in a private chat; one that was taken away means nothing."""
        chat, user = reaction.table("chat"), reaction.table("user")
        before = {_emoji(one) for one in reaction.tables("old_reaction")}
        new = [shown for one in reaction.tables("new_reaction") if (shown := _emoji(one)) not in before]
        said = bool(new) and chat.words("type") == "private"
        event: Event = Reacted(new[-1]) if said else NotForDesk()
        under = str(reaction.number("message_id"))
        reference = CaseReference(reply_to=under, lane=self._lane(arrival, chat.number("id")))
        return self._inbound(arrival, _whose(chat, user), event, user, message=under, reference=reference)

    def _is_agents_group(self, chat: int) -> bool:
        return chat in (self.agents_chat, self.moved_to) and chat != 0

    def _lane(self, arrival: ClaimedArrival, chat: int) -> str:
        """The lane of what the desk says into this chat: the agents' group keeps the name it has in the settings."""
        return f"{arrival.channel}:{self.agents_chat if self._is_agents_group(chat) else chat}"

    def _inbound(
        self, arrival: ClaimedArrival, sender: str, event: Event, user: Fields | None = None, **known: Any
    ) -> Inbound[Event]:
        return Inbound(
            channel=arrival.channel,
            sender=Address("telegram", arrival.channel, sender),
            at=arrival.received_at,
            event=event,
            provider=self.provider,
            name=person_name(user) if user else "",
            language=_language(user) if user else "",
            **known,
        )


def _decoded(body: bytes) -> Fields:
    try:
        update = storable_tree(json.loads(body))
    except (ValueError, RecursionError, OverflowError) as error:
        raise UnreadableMessage(f"not JSON that can be read: {type(error).__name__}") from None
    if not isinstance(update, dict) or not Fields(update).has("update_id"):
        raise UnreadableMessage("not an update as Telegram makes them: it has no update_id")
    return Fields(update)


def _in_a_chat(update: Fields, kind: str, *names: str) -> Fields:
    """The object of an update, with whatever says where it belongs. Raises `UnreadableMessage` without that."""
    told = update.table(kind)
    if not told.table("chat").number("id") or not (names or told.number("message_id")):
        raise UnreadableMessage(f"not an update as Telegram makes them: {kind} tells of no chat or message")
    return told


def _said(message: Fields, read: MessageContent, edited: bool) -> Said:
    return Said(
        text=read.text,
        full_text=read.text,
        files=read.files,
        edited=edited,
        forwarded=message.has("forward_origin"),
        origin=read.origin,
        quote=read.quote,
        content=read.kind,
        album=message.words("media_group_id"),
        phone=read.phone,
        phone_is_own=read.phone_is_own,
    )


def _with_quoted(reference: CaseReference, message: Fields) -> CaseReference:
    """With what the message itself shows of the one it answers: whether that is the desk's, the case number at its
    head, its words, and whether it is a case's card.

    An agent may be quicker than the record of what was just sent to the group: this then tells what is meant.
    """
    replied = message.table("reply_to_message")
    if not replied.table("from").flag("is_bot") or _nameless(replied):
        return reference
    text = replied.words("text") or replied.words("caption")
    # Only what we set in bold ourselves: the second half of a long message begins with a subscriber's words.
    marks = replied.tables("entities") or replied.tables("caption_entities")
    bold = (one.number("length") for one in marks if one.words("type") == "bold" and not one.number("offset"))
    number = case_number(text[: max(0, next(bold, 0))])
    return replace(reference, to_desk=True, quoted_number=number, quoted_text=text, to_card=_is_card(replied))


def _is_card(replied: Fields) -> bool:
    """Whether a message has the buttons that only the card of a case has."""
    rows = replied.table("reply_markup").plain().get("inline_keyboard")
    buttons = [Fields(one) for row in rows if isinstance(row, list) for one in row] if isinstance(rows, list) else []
    return any(one.words("callback_data").split(":", 2)[2:] in CARD_BUTTONS for one in buttons)


def _written(message: Fields) -> datetime | None:
    """When Telegram had the message, or what it was edited into: whole seconds."""
    seconds = message.number("edit_date") or message.number("date")
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 1 << 32 else None


def _answered(message: Fields) -> str:
    """The id of the message this one answers. Inside a forum topic every message "answers" the topic's first."""
    replied = message.table("reply_to_message")
    id = replied.number("message_id")
    if not id or replied.has("forum_topic_created"):
        return ""
    if message.flag("is_topic_message") and id == message.number("message_thread_id"):
        return ""
    return str(id)


def _a_person(message: Fields) -> bool:
    """Neither an anonymous administrator nor a channel nor a bot: nobody the desk could know by name."""
    user = message.table("from")
    return not message.has("sender_chat") and bool(user.number("id")) and not user.flag("is_bot")


def _nameless(message: Fields) -> bool:
    """Whether an administrator speaks in the group's name, or somebody in a channel's."""
    return message.has("sender_chat") and not message.flag("is_automatic_forward")


def _language(user: Fields) -> str:
    return user.words("language_code")[:2].lower()


def _emoji(reaction: Fields) -> str:
    """The emoji of a reaction; one of somebody's own making has none that could be written."""
    return reaction.words("emoji") or ("⭐" if reaction.words("type") == "paid" else "✨")


def _whose(chat: Fields, user: Fields) -> str:
    if chat and (chat.words("type") == "private" or not user):
        return str(chat.number("id"))
    return str(user.number("id")) if user else ""


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
