"""Updates as Telegram sends them, made short."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from bots.parse_update import UpdateParser
from desk.model.events import Inbound
from desk.model.messages import ClaimedArrival

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
CHANNEL = "telegram:desk"
AGENTS = -1001234567890
ANNA = {"id": 42, "is_bot": False, "first_name": "Анна", "last_name": "Петрова", "language_code": "ru-RU"}
OLEG = {"id": 7, "is_bot": False, "first_name": "Oleg", "language_code": "en"}
PRIVATE = {"id": 42, "type": "private", "first_name": "Анна"}
GROUP = {"id": AGENTS, "type": "supergroup", "title": "Agents"}
BOT = {"id": 99, "is_bot": True, "first_name": "Desk", "username": "desk_bot"}


def message(**fields: Any) -> dict[str, Any]:
    """A message of Anna's in her private chat, unless the fields say otherwise."""
    return {"message_id": 5, "date": 1795253400, "chat": PRIVATE, "from": ANNA, **fields}


def from_oleg(text: str = "", **fields: Any) -> dict[str, Any]:
    """A message of the agent Oleg in the agents' group."""
    return message(chat=GROUP, **{"from": OLEG, **({"text": text} if text else {}), **fields})


def answering(number: int = 3) -> dict[str, Any]:
    """What makes a message an answer to the bot's message with this id, in the agents' group."""
    return {"reply_to_message": message(message_id=number, chat=GROUP, text="card", **{"from": BOT})}


def press(data: str | None, by: dict[str, Any] = ANNA, **shown: Any) -> dict[str, Any]:
    """A button pressed under a message of the bot."""
    under = message(**{"message_id": 8, "from": BOT, "text": "Помогло?", **shown})
    return {"id": "777", "from": by, "chat_instance": "1", "message": under, "data": data}


def inbound(kind: str = "message", moved_to: int = 0, **event: Any) -> Inbound[Any]:
    """Hears one update of this kind."""
    return hears({"update_id": 1, kind: event}, moved_to)


def hears(update: object, moved_to: int = 0) -> Inbound[Any]:
    """Hears one update, as it lies in the inbox."""
    body = update if isinstance(update, bytes) else json.dumps(update).encode("ascii")
    return UpdateParser("desk", "sever", AGENTS, moved_to).hear(
        ClaimedArrival(1, CHANNEL, "1", f"{CHANNEL}:42", body, AT)
    )
