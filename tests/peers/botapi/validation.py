"""What Telegram refuses: texts, captions, entities and keyboards, counted in UTF-16 units and bytes."""

from __future__ import annotations

from typing import Any

from tests.peers.botapi.protocol import JSON, Params, bad_request

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_BYTES = 64
MAX_BUTTONS = 100
MAX_ENTITIES = 100
"""Telegram silently ignores the entities after the hundredth."""

_TYPES = (
    "mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler "
    "blockquote expandable_blockquote code pre text_link text_mention custom_emoji date_time"
)
ENTITY_TYPES = frozenset(_TYPES.split())
NEEDED_FIELD = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}
_ACTIONS = (
    "url callback_data web_app login_url switch_inline_query switch_inline_query_current_chat "
    "switch_inline_query_chosen_chat copy_text callback_game pay"
)
BUTTON_ACTIONS = frozenset(_ACTIONS.split())
SPACE = " \n\r\t\v\f"


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, the unit of Telegram's limits and offsets."""
    return len(text) + sum(1 for letter in text if letter > "\uffff")


def _inside_pairs(text: str) -> frozenset[int]:
    """Offsets that fall between the two halves of a surrogate pair."""
    if text.isascii():
        return frozenset()
    found, at = set(), 0
    for letter in text:
        if letter > "\uffff":
            found.add(at + 1)
            at += 1
        at += 1
    return frozenset(found)


def check_entities(text: str, entities: Any) -> list[JSON]:
    """The entities, or a refusal: known types, whole letters, within the text."""
    if not entities:
        return []
    if not isinstance(entities, list) or not all(isinstance(entity, dict) for entity in entities):
        raise bad_request("can't parse entities JSON object")
    length, halves = utf16_length(text), _inside_pairs(text)
    for entity in entities:
        _check_entity(entity, length, halves)
    return entities[:MAX_ENTITIES]


def _check_entity(entity: JSON, length: int, halves: frozenset[int]) -> None:
    kind, offset, size = entity.get("type"), entity.get("offset"), entity.get("length")
    if kind not in ENTITY_TYPES:
        raise bad_request(f"can't parse MessageEntity: unknown type {kind!r}")
    if not isinstance(offset, int) or not isinstance(size, int):
        raise bad_request('can\'t parse MessageEntity: fields "offset" and "length" must be of type Number')
    if offset < 0 or size <= 0 or offset + size > length:
        raise bad_request("ENTITY_BOUNDS_INVALID")
    if offset in halves:
        raise bad_request(f"entity begins in a middle of a UTF-16 symbol at offset {offset}")
    if offset + size in halves:
        raise bad_request(f"entity ends in a middle of a UTF-16 symbol at offset {offset + size}")
    needed = NEEDED_FIELD.get(str(kind))
    if needed and not entity.get(needed):
        raise bad_request(f'can\'t parse MessageEntity: field "{needed}" is missing')


def _trimmed(text: str, entities: list[JSON]) -> tuple[str, list[JSON]]:
    """Telegram strips white space at both ends and moves the entities along."""
    kept = text.strip(SPACE)
    if len(kept) == len(text):
        return text, entities
    lead = len(text) - len(text.lstrip(SPACE))
    end = utf16_length(kept)
    moved = []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        stop = min(entity["offset"] - lead + entity["length"], end)
        if stop > start:
            moved.append({**entity, "offset": start, "length": stop - start})
    return kept, moved


def _no_parse_mode(params: Params) -> None:
    if params.text("parse_mode"):
        raise bad_request("parse_mode is not supported by this emulator, send entities")


def read_text(params: Params) -> tuple[str, list[JSON]]:
    """The text of a message: 1 to 4096 units after trimming."""
    _no_parse_mode(params)
    text = _unicode(params.text("text") or "")
    text, entities = _trimmed(text, check_entities(text, params.data("entities")))
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text, entities


def read_caption(params: Params) -> tuple[str | None, list[JSON]]:
    """The caption of a file: none, or up to 1024 units."""
    _no_parse_mode(params)
    caption = _unicode(params.text("caption") or "")
    caption, entities = _trimmed(caption, check_entities(caption, params.data("caption_entities")))
    if utf16_length(caption) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return caption or None, entities


def _unicode(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    return text


def read_markup(params: Params, *, private: bool, inline_only: bool = False) -> JSON | None:
    """The keyboard of a message, or a refusal."""
    markup = params.data("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"], private)
    if inline_only:
        raise bad_request("inline keyboard expected")
    if "keyboard" in markup:
        _reply_keyboard(markup["keyboard"], private)
    elif not markup.get("remove_keyboard") and not markup.get("force_reply"):
        raise bad_request("can't parse reply keyboard markup JSON object")
    return markup


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "keyboard" must be of type Array of Array')
    return rows


def _inline(rows: Any, private: bool) -> JSON | None:
    kept = [row for row in _rows(rows) if row]
    if sum(len(row) for row in kept) > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    for row in kept:
        for button in row:
            _inline_button(button, private)
    return {"inline_keyboard": kept} if kept else None


def _inline_button(button: Any, private: bool) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request('can\'t parse inline keyboard button: field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = BUTTON_ACTIONS & button.keys()
    if len(actions) != 1:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
            if not actions
            else "can't parse inline keyboard button: exactly one optional field must be used"
        )
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not str(button["url"]).startswith(("http://", "https://", "tg://")):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Unsupported URL protocol")
    if "web_app" in button and not private:
        raise bad_request("BUTTON_TYPE_INVALID")


def _reply_keyboard(rows: Any, private: bool) -> None:
    for row in _rows(rows):
        for button in row:
            label = button.get("text") if isinstance(button, dict) else button
            if not isinstance(label, str) or not label.strip():
                raise bad_request("keyboard button text must be non-empty")
            if isinstance(button, dict) and not private and (button.keys() & {"request_contact", "request_location"}):
                raise bad_request("phone number and location can be requested in private chats only")
