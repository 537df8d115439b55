"""The receiver of webhooks: all bots of the desk on one address, ``POST /telegram/<name>``.

Telegram is answered 200 only after the update has been stored; until then it keeps it and tries again. The secret
header is the only thing that says the caller is Telegram. Bodies are never logged.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from bots.moved_groups import MovedGroups
from bots.update_to_raw_message import quarantined_message_of, raw_message_of
from desk.clock import Clock, now
from desk.model.channel_interface import StoreMessages
from desk.model.messages import RawMessage
from desk.model.settings import TelegramBotSettings

log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
_UNREADABLE = object()
_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """One bot's place: its name in the path, its channel, and the secret that was set with the webhook.

    Free text waits ``quiet_ms`` for more of it.
    """

    name: str
    channel: str
    secret: str = field(repr=False)
    quiet_ms: int = 0
    agents_chat: int = 0

    @classmethod
    def of(cls, settings: TelegramBotSettings, secret: str) -> WebhookTarget:
        """The hook of a configured bot. An empty secret raises ValueError: anybody could then speak as Telegram."""
        if not secret:
            raise ValueError(f"{settings.channel}: a webhook needs a secret")
        return cls(settings.name, settings.channel, secret, settings.wait_for_more_ms, settings.agents_chat)


def webhook_app(hooks: Iterable[WebhookTarget], accept: StoreMessages, clock: Clock = now) -> web.Application:
    """The web application that receives for all these bots."""
    known = {hook.name: hook for hook in hooks}

    async def receive(request: web.Request) -> web.Response:
        hook = known.get(request.match_info["name"])
        if hook is None or not _is_telegram(request, hook):
            return web.Response(status=401)
        body = await request.read()  # answers 413 by itself above the limit
        try:
            update = _decoded(body)
            moved = MovedGroups(hook.channel).noted([update], hook.agents_chat)
            await accept([_raw(hook, body, update, clock())], moved)
        except Exception as error:  # not stored, whatever the reason: Telegram shall keep it and come again
            log.warning(
                "%s: an update cannot be stored (%s); Telegram will try again", hook.channel, type(error).__name__
            )
            return web.Response(status=503, headers={"Retry-After": "5"})
        return web.Response()

    application = web.Application(client_max_size=LARGEST_BODY)
    application.router.add_post("/telegram/{name}", receive)
    return application


def _is_telegram(request: web.Request, hook: WebhookTarget) -> bool:
    """Exactly one secret header with the right secret, compared in constant time."""
    shown = request.headers.getall(_HEADER, [])
    if len(shown) != 1:
        return False
    # Compared as hashes: whatever bytes and whatever length the header has.
    theirs = hashlib.sha256(shown[0].encode("utf-8", "surrogateescape")).digest()
    return hmac.compare_digest(theirs, hashlib.sha256(hook.secret.encode()).digest())


def _decoded(body: bytes) -> object:
    """The update; `_UNREADABLE` where it is no JSON that can be read."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _UNREADABLE


def _raw(hook: WebhookTarget, body: bytes, update: object, at: datetime) -> RawMessage:
    if update is _UNREADABLE:
        return quarantined_message_of(hook.channel, body, "not JSON that can be read", at)
    return raw_message_of(hook.channel, update, at, hook.quiet_ms)
