"""What `firstline check` tells about a bot: whether it can receive and send, and what to do where it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bots.bot_api_client import BotApiClient, BotApiError, webhook_url
from bots.update_to_raw_message import KINDS
from desk.language.translatable import sentence
from desk.model.check_findings import CheckFinding
from desk.model.settings import TelegramBotSettings

_PORTS = "443, 80, 88 or 8443"
_BACKLOG = 1000


async def check(settings: TelegramBotSettings) -> list[CheckFinding]:
    """Asks Telegram about the token, the webhook and the agents' group. Changes nothing."""
    where = settings.channel
    if not settings.token:
        return [
            CheckFinding(
                "error",
                where,
                sentence("there is no token"),
                sentence("get one from @BotFather and set token = env:NAME"),
            )
        ]
    client = BotApiClient(settings)
    try:
        return await _asked(settings, client)
    except BotApiError as error:
        return [_failed(where, error)]
    finally:
        await client.close()


async def check_alarm_chat(settings: TelegramBotSettings, chat: int) -> list[CheckFinding]:
    """Asks Telegram whether this bot reaches the operator's chat for alarms. Changes nothing."""
    client = BotApiClient(settings)
    try:
        await client.call("getChat", {"chat_id": chat})
    except BotApiError as error:
        if error.code not in (400, 403):
            return []  # what is wrong with the bot itself is told by `check`
        what = sentence("the chat for alarms {chat} cannot be reached: {why}", chat=chat, why=error.why)
        todo = sentence("add the bot to that chat, or write to the bot first, and compare chat with its id")
        return [CheckFinding("error", settings.channel, what, todo)]
    finally:
        await client.close()
    return [CheckFinding("ok", settings.channel, sentence("alarms reach the chat {chat}", chat=chat))]


async def _asked(settings: TelegramBotSettings, client: BotApiClient) -> list[CheckFinding]:
    me = _table(await client.call("getMe"))
    found = [CheckFinding("ok", settings.channel, sentence("the token works: @{value}", value=me.get("username", "?")))]
    found += _webhook(settings, _table(await client.call("getWebhookInfo")))
    if not settings.agents_chat:
        todo = sentence("make a group, add the bot, and write its id as agents_chat (a negative number)")
        return [
            *found,
            CheckFinding("warning", settings.channel, sentence("there is no agents' group: agents see no cards"), todo),
        ]
    return found + await _agents_group(settings, client, me)


def _failed(where: str, error: BotApiError) -> CheckFinding:
    if error.code in (401, 404):
        todo = sentence("take the token anew from @BotFather and set it where firstline.toml says it is")
        return CheckFinding("error", where, sentence("Telegram does not know this token"), todo)
    return CheckFinding(
        "error",
        where,
        sentence("Telegram cannot be asked: {why}", why=error.why),
        sentence("look at the network, and at api in firstline.toml"),
    )


def _webhook(settings: TelegramBotSettings, info: Mapping[str, Any]) -> Iterator[CheckFinding]:
    where, known = settings.channel, str(info.get("url", ""))
    wanted = webhook_url(settings) if settings.webhook else ""
    if known and not wanted:
        what = sentence("a webhook is set ({known}), so Telegram gives nothing to polling", known=known)
        yield CheckFinding(
            "error", where, what, sentence("write that webhook into firstline.toml, or remove it with deleteWebhook")
        )
    elif wanted and not wanted.startswith("https://"):
        yield CheckFinding(
            "error",
            where,
            sentence("the webhook's address is not https"),
            sentence("use an https address on port {_PORTS}", _PORTS=_PORTS),
        )
    elif wanted and known != wanted:
        what = (
            sentence("the webhook is not {wanted} yet", wanted=wanted)
            if not known
            else sentence("another webhook is set ({known})", known=known)
        )
        yield CheckFinding(
            "warning", where, what, sentence("'firstline serve' sets it; if it comes back, two desks share one token")
        )
    else:
        yield CheckFinding(
            "ok", where, (sentence("updates come by webhook") if wanted else sentence("updates come by polling"))
        )
    if wanted and known == wanted:
        yield from _webhook_health(where, info)
    waiting = info.get("pending_update_count")
    if isinstance(waiting, int) and waiting > _BACKLOG:
        yield CheckFinding(
            "warning",
            where,
            sentence("{waiting} updates are waiting", waiting=waiting),
            sentence("start 'firstline serve': Telegram keeps 24 hours"),
        )


def _webhook_health(where: str, info: Mapping[str, Any]) -> Iterator[CheckFinding]:
    asked = info.get("allowed_updates")
    if isinstance(asked, list) and (missing := [kind for kind in KINDS if kind not in asked]):
        what = sentence("the webhook does not bring {names}", names=", ".join(missing))
        yield CheckFinding("warning", where, what, sentence("start 'firstline serve' once more: it asks for them"))
    if problem := info.get("last_error_message"):
        what = sentence("Telegram's last try to deliver failed: {problem}", problem=problem)
        yield CheckFinding(
            "warning", where, what, sentence("look at the certificate, the proxy and listen in firstline.toml")
        )


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
        todo = sentence("add the bot to the group, and compare agents_chat with the group's id")
        return [
            CheckFinding(
                "error",
                where,
                sentence("the agents' group {chat_id} cannot be reached: {why}", chat_id=chat_id, why=error.why),
                todo,
            )
        ]
    return list(_rights(where, me, chat, member))


def _rights(
    where: str, me: Mapping[str, Any], chat: Mapping[str, Any], member: Mapping[str, Any]
) -> Iterator[CheckFinding]:
    status, name = member.get("status"), chat.get("title", chat.get("id"))
    if chat.get("type") not in ("group", "supergroup"):
        yield CheckFinding(
            "error",
            where,
            sentence("agents_chat is a {value}, not a group", value=chat.get("type")),
            sentence("make a group for the agents"),
        )
    elif status in ("left", "kicked"):
        yield CheckFinding(
            "error",
            where,
            sentence("the bot is not in the agents' group {name}", name=name),
            sentence("add it to the group"),
        )
    elif status == "restricted" and not member.get("can_send_messages"):
        yield CheckFinding(
            "error",
            where,
            sentence("the bot may not write in the agents' group {name}", name=name),
            sentence("let it send messages"),
        )
    elif status in ("administrator", "creator"):
        yield CheckFinding(
            "ok", where, sentence("the agents' group is {name}; the bot is an administrator there", name=name)
        )
    elif me.get("can_read_all_group_messages"):
        yield CheckFinding(
            "ok", where, sentence("the agents' group is {name}; the bot reads all messages there", name=name)
        )
    else:
        what = sentence(
            "in the agents' group {name} privacy mode hides what is not an answer to the bot, as #SN-2026-00012 text",
            name=name,
        )
        yield CheckFinding(
            "warning", where, what, sentence("make the bot an administrator, or turn it off: @BotFather, /setprivacy")
        )


def _table(answer: object) -> Mapping[str, Any]:
    if not isinstance(answer, dict):
        raise BotApiError(200, "the answer is not what the Bot API gives (is api right?)")
    return answer
