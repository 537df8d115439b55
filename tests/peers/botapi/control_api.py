"""The emulator's own HTTP channel, for those in another process: /_control/NAME, JSON in and out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.peers.botapi.protocol import JSON, ApiError, Params, encoded, read_params, refusal, respond

if TYPE_CHECKING:
    from tests.peers.botapi.bots import Bot
    from tests.peers.botapi.chats import Conversation
    from tests.peers.botapi.state import TelegramState
    from tests.peers.botapi.users import Place, User


async def control(api: TelegramState, request: web.BaseRequest, name: str) -> web.Response:
    """Serves one request of the control API. A body that makes no sense is answered with 400 and the reason.

    ``bots``, ``users``, ``groups``: make them. ``says``, ``presses``, ``blocks``: people act, many at once.
    ``raw``: queue updates as they are. ``faults``, ``faults/clear``, ``limits``: trouble.
    ``log``, ``messages``, ``state``: read.
    """
    try:
        params = await read_params(request)
        known = ACTIONS.get(name)
        if known is None:
            raise ApiError(404, f"Not Found: control knows {', '.join(sorted(ACTIONS))}")
        return respond(encoded(await known(api, params)))
    except ApiError as error:
        return refusal(error)
    except (KeyError, TypeError, ValueError, AssertionError) as error:
        return refusal(ApiError(400, f"{type(error).__name__}: {error}"))


async def _bots(api: TelegramState, params: Params) -> JSON:
    made = [api.bot(one["token"], one.get("username", "")) for one in params.fields["bots"]]
    return {"bots": [bot.json for bot in made]}


async def _users(api: TelegramState, params: Params) -> JSON:
    made = [_user(api, one) for one in params.fields["users"]]
    for one, user in zip(params.fields["users"], made, strict=True):
        for token in one.get("started", []):
            user.dialog(api.bots[token]).started = True
    return {"users": [user.json for user in made]}


async def _groups(api: TelegramState, params: Params) -> JSON:
    made = [
        api.group(one["id"], one.get("title", "Agents"), forum=one.get("forum", False))
        for one in params.fields["groups"]
    ]
    return {"groups": [group.chat for group in made]}


def _user(api: TelegramState, fields: JSON) -> User:
    more = {name: value for name, value in fields.items() if name in ("last_name", "username", "language_code")}
    return api.user(fields["id"], fields.get("first_name", "Anna"), **more)


def _actor(api: TelegramState, one: JSON) -> tuple[User, Place, Bot]:
    """Who acts, where, and the bot whose view is meant: {token, user: {id ...} or id, chat_id of a group}."""
    bot = api.bots[one["token"]]
    user = _user(api, one["user"] if isinstance(one["user"], dict) else {"id": one["user"]})
    return user, (api.groups[one["chat_id"]] if one.get("chat_id") else bot), bot


async def _says(api: TelegramState, params: Params) -> JSON:
    """{"messages": [{token, user, text, chat_id?, reply_to?, thread?}]}.

    The answer has for each its ids and the time.monotonic of its arrival, comparable with ``at`` in the log.
    """
    said = []
    for one in params.fields["messages"]:
        user, place, bot = _actor(api, one)
        reply_to = _room(api, bot, one.get("chat_id") or user.id).find(one.get("reply_to"))
        message = await user.says(place, one["text"], reply_to=reply_to, thread=one.get("thread"))
        said.append({"message_id": message.message_id, "update_id": bot.next_update - 1, "at": time.monotonic()})
    return {"messages": said}


async def _presses(api: TelegramState, params: Params) -> JSON:
    """{"presses": [{token, user, message_id, button, chat_id?}]}."""
    pressed = []
    for one in params.fields["presses"]:
        user, _, bot = _actor(api, one)
        message = _room(api, bot, one.get("chat_id") or user.id).find(one["message_id"])
        if message is None:
            raise ValueError(f"no message {one['message_id']}")
        query = await user.presses(message, one["button"], stale=one.get("stale", False))
        pressed.append({"id": query.id, "update_id": bot.next_update - 1})
    return {"presses": pressed}


async def _blocks(api: TelegramState, params: Params) -> JSON:
    """{"blocks": [{token, user, blocked}]}."""
    for one in params.fields["blocks"]:
        user, _, bot = _actor(api, one)
        await (user.blocks(bot) if one.get("blocked", True) else user.unblocks(bot))
    return {}


async def _raw(api: TelegramState, params: Params) -> JSON:
    """{"token", "updates": [...]}: each an object, or a string that goes out byte for byte."""
    bot = api.bots[params.fields["token"]]
    return {"update_ids": [bot.push_raw(update) for update in params.fields["updates"]]}


def _room(api: TelegramState, bot: Bot, chat_id: int) -> Conversation:
    return api.groups[chat_id] if chat_id < 0 else api.dialog(bot, api.users[chat_id])


async def _faults(api: TelegramState, params: Params) -> JSON:
    """{"faults": [{kind, method?, chat_id?, bot_id?, times?, after?, probability?, seconds?, code?, retry_after?}]}."""
    for fields in params.fields.get("faults", []):
        api.faults.order(fields)
    return {"faults": [{"kind": one.kind, "method": one.method, "hits": one.hits} for one in api.faults.ordered]}


async def _clear(api: TelegramState, params: Params) -> JSON:
    api.faults.clear()
    return {}


async def _limits(api: TelegramState, params: Params) -> JSON:
    """{"on": bool, "edits": bool}, both optional; answers what was refused."""
    api.limits.on = bool(params.fields.get("on", api.limits.on))
    api.limits.edits = bool(params.fields.get("edits", api.limits.edits))
    refused = [{"bot": bot, "chat": chat, "times": times} for (bot, chat), times in api.limits.violations.items()]
    return {"on": api.limits.on, "refused": refused}


async def _log(api: TelegramState, params: Params) -> JSON:
    """?since=N&method=M&limit=L: the calls from number N on, and the number to ask for next."""
    since, method = params.number("since") or 0, (params.text("method") or "").lower()
    limit = params.number("limit") or len(api.log)
    found: list[JSON] = []
    upto = since
    for call in api.log[since:]:
        if len(found) >= limit:
            break
        upto = call.number + 1
        if not method or call.method.lower() == method:
            found.append(call.json())
    return {"calls": found, "next": upto}


async def _messages(api: TelegramState, params: Params) -> JSON:
    """?token=T&chat_id=C: the messages of one chat, or of all private chats of the bot, as the bot sees them."""
    bot = api.bots[params.fields["token"]]
    chat_id = params.number("chat_id")
    rooms: list[Any] = (
        [room for (bot_id, _), room in api.dialogs.items() if bot_id == bot.id]
        if chat_id is None
        else [_room(api, bot, chat_id)]
    )
    shown = [
        {**message.json(bot.id), "deleted": message.deleted, "versions": 1 + len(message.edits)}
        for room in rooms
        for message in room.messages.values()
    ]
    return {"messages": shown}


async def _state(api: TelegramState, params: Params) -> JSON:
    bots = [
        {
            "token": bot.token,
            "pending": len(bot.pending),
            "next_update_id": bot.next_update,
            "webhook": bool(bot.webhook),
        }
        for bot in api.bots.values()
    ]
    return {"bots": bots, "calls": len(api.log), "refused": api.limits.refused}


ACTIONS = {
    "bots": _bots,
    "users": _users,
    "groups": _groups,
    "says": _says,
    "presses": _presses,
    "blocks": _blocks,
    "raw": _raw,
    "faults": _faults,
    "faults/clear": _clear,
    "limits": _limits,
    "log": _log,
    "messages": _messages,
    "state": _state,
}
