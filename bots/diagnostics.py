"""What `firstline check` tells about a bot: whether it can receive and send, and what to do where it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bots.bot_api_client import BotApiClient, BotApiError, webhook_url
from bots.update_to_raw_message import KINDS
from desk.model.check_findings import CheckFinding
from desk.model.settings import TelegramBotSettings

_PORTS = "443, 80, 88 or 8443"
_BACKLOG = 1000


async def check(settings: TelegramBotSettings) -> list[CheckFinding]:
    """Asks Telegram about the token, the webhook and the agents' group. Changes nothing."""
    where = settings.channel
    if not settings.token:
        return [CheckFinding("error", where, "there is no token", "get one from @BotFather and set token = env:NAME")]
    client = BotApiClient(settings)
    try:
        return await _asked(settings, client)
    except BotApiError as error:
        return [_failed(where, error)]
    finally:
        await client.close()


async def _asked(settings: TelegramBotSettings, client: BotApiClient) -> list[CheckFinding]:
    me = _table(await client.call("getMe"))
    found = [CheckFinding("ok", settings.channel, f"the token works: @{me.get('username', '?')}")]
    found += _webhook(settings, _table(await client.call("getWebhookInfo")))
    if not settings.agents_chat:
        todo = "make a group, add the bot, and write its id as agents_chat (a negative number)"
        return [
            *found,
            CheckFinding("warning", settings.channel, "there is no agents' group: agents see no cards", todo),
        ]
    return found + await _agents_group(settings, client, me)


def _failed(where: str, error: BotApiError) -> CheckFinding:
    if error.code in (401, 404):
        todo = "take the token anew from @BotFather and set it where firstline.toml says it is"
        return CheckFinding("error", where, "Telegram does not know this token", todo)
    return CheckFinding(
        "error", where, f"Telegram cannot be asked: {error.why}", "look at the network, and at api in firstline.toml"
    )


def _webhook(settings: TelegramBotSettings, info: Mapping[str, Any]) -> Iterator[CheckFinding]:
    where, known = settings.channel, str(info.get("url", ""))
    wanted = webhook_url(settings) if settings.webhook else ""
    if known and not wanted:
        what = f"a webhook is set ({known}), so Telegram gives nothing to polling"
        yield CheckFinding(
            "error", where, what, "write that webhook into firstline.toml, or remove it with deleteWebhook"
        )
    elif wanted and not wanted.startswith("https://"):
        yield CheckFinding(
            "error", where, "the webhook's address is not https", f"use an https address on port {_PORTS}"
        )
    elif wanted and known != wanted:
        what = f"the webhook is not {wanted} yet" if not known else f"another webhook is set ({known})"
        yield CheckFinding(
            "warning", where, what, "'firstline serve' sets it; if it comes back, two desks share one token"
        )
    else:
        yield CheckFinding("ok", where, "updates come by webhook" if wanted else "updates come by polling")
    if wanted and known == wanted:
        yield from _webhook_health(where, info)
    waiting = info.get("pending_update_count")
    if isinstance(waiting, int) and waiting > _BACKLOG:
        yield CheckFinding(
            "warning", where, f"{waiting} updates are waiting", "start 'firstline serve': Telegram keeps 24 hours"
        )


def _webhook_health(where: str, info: Mapping[str, Any]) -> Iterator[CheckFinding]:
    asked = info.get("allowed_updates")
    if isinstance(asked, list) and (missing := [kind for kind in KINDS if kind not in asked]):
        what = f"the webhook does not bring {', '.join(missing)}"
        yield CheckFinding("warning", where, what, "start 'firstline serve' once more: it asks for them")
    if problem := info.get("last_error_message"):
        what = f"Telegram's last try to deliver failed: {problem}"
        yield CheckFinding("warning", where, what, "look at the certificate, the proxy and listen in firstline.toml")


async def _agents_group(
    settings: TelegramBotSettings, client: BotApiClient, me: Mapping[str, Any]
) -> list[CheckFinding]:
    where, chat_id = settings.channel, settings.agents_chat
    try:
        chat = _table(await client.call("getChat", {"chat_id": chat_id}))
        member = _table(await client.call("getChatMember", {"chat_id": chat_id, "user_id": me.get("id", 0)}))
    except BotApiError as error:
        if error.code not in (400, 403):
            raise
        todo = "add the bot to the group, and compare agents_chat with the group's id"
        return [CheckFinding("error", where, f"the agents' group {chat_id} cannot be reached: {error.why}", todo)]
    return list(_rights(where, me, chat, member))


def _rights(
    where: str, me: Mapping[str, Any], chat: Mapping[str, Any], member: Mapping[str, Any]
) -> Iterator[CheckFinding]:
    status, name = member.get("status"), chat.get("title", chat.get("id"))
    if chat.get("type") not in ("group", "supergroup"):
        yield CheckFinding(
            "error", where, f"agents_chat is a {chat.get('type')}, not a group", "make a group for the agents"
        )
    elif status in ("left", "kicked"):
        yield CheckFinding("error", where, f"the bot is not in the agents' group {name}", "add it to the group")
    elif status == "restricted" and not member.get("can_send_messages"):
        yield CheckFinding("error", where, f"the bot may not write in the agents' group {name}", "let it send messages")
    elif status in ("administrator", "creator"):
        yield CheckFinding("ok", where, f"the agents' group is {name}; the bot is an administrator there")
    elif me.get("can_read_all_group_messages"):
        yield CheckFinding("ok", where, f"the agents' group is {name}; the bot reads all messages there")
    else:
        what = (
            f"in the agents' group {name} privacy mode hides what is not an answer to the bot, as #SN-2026-00012 text"
        )
        yield CheckFinding(
            "warning", where, what, "make the bot an administrator, or turn it off: @BotFather, /setprivacy"
        )


def _table(answer: object) -> Mapping[str, Any]:
    if not isinstance(answer, dict):
        raise BotApiError(200, "the answer is not what the Bot API gives (is api right?)")
    return answer
