"""One update, as Telegram hands it over, becomes one `RawMessage`: its key and its lane, and nothing else is read.

Pure, and without aiogram: a poller must be able to store while aiogram is still being imported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from desk.model.messages import RawMessage

KINDS = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction")
"""The kinds of updates the desk asks Telegram for."""


LONG = 4000
"""Characters from which on a text may be the part of one that a program split: Telegram takes 4,096."""
_NO_PIECES = ("contact", "location", "venue", "pinned_message")


def raw_message_of(channel: str, update: object, at: datetime, quiet_ms: int = 0) -> RawMessage:
    """One element of a getUpdates answer, or one webhook body. It is kept in any case; what has no id is quarantined.

    The body is JSON in ASCII, so that lone surrogates, which no UTF-8 column can hold, survive for the reader. Free
    text and files wait ``quiet_ms`` for more of them; an album and a long text, whose rest comes, half as long again.
    """
    body = json.dumps(update).encode("ascii")
    number = update_id(update)
    if number is None:
        return quarantined_message_of(channel, body, "an update without an update_id", at)
    waits = int(quiet_ms * _pauses(update))
    raw = RawMessage(channel, str(number), lane(channel, number, update), body, at)
    return replace(raw, quiet_ms=waits, ends_wait=quiet_ms > 0 == waits)


def _pauses(update: object) -> float:
    """How many pauses it is worth waiting for more: none after a press, a command, or what is complete in itself."""
    message = _table(update, "message") or _table(update, "edited_message")
    text = message.get("text")
    if _table(message, "chat").get("type") != "private" or any(kind in message for kind in _NO_PIECES):
        return 0
    if isinstance(text, str):
        return 0 if text.lstrip().startswith("/") else 1.5 if len(text) >= LONG else 1
    return 1.5 if "media_group_id" in message else 1


def quarantined_message_of(channel: str, body: bytes, why: str, at: datetime, key: str = "") -> RawMessage:
    """Bytes that cannot be told apart by any id of theirs: kept under their own hash, for a person to look at."""
    key = key or "odd:" + hashlib.sha256(body).hexdigest()[:32]
    return RawMessage(channel, key, f"{channel}:update:{key}", body, at, problem=why)


def update_id(update: object) -> int | None:
    """The id that Telegram counts this bot's updates by, or None where there is none to be used."""
    number = update.get("update_id") if isinstance(update, dict) else None
    sound = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1 << 63
    return number if sound else None


def lane(channel: str, number: int, update: object) -> str:
    """Whose update it is: the private chat, or one person in a group; the update's own lane when nobody can tell."""
    for kind in KINDS:
        event = _table(update, kind)
        if not event:
            continue
        chat = _table(_table(event, "message") if kind == "callback_query" else event, "chat")
        chat_id, person = _number(chat, "id"), _number(_table(event, "from"), "id")
        if chat_id and chat.get("type") == "private":
            return f"{channel}:{chat_id}"
        if chat_id and person:
            return f"{channel}:{chat_id}:{person}"
    return f"{channel}:update:{number}"


def _table(holder: object, key: str) -> Mapping[str, Any]:
    value = holder.get(key) if isinstance(holder, Mapping) else None
    return value if isinstance(value, dict) else {}


def _number(holder: Mapping[str, Any], key: str) -> int:
    value = holder.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
