"""The emulator of Telegram's Bot API does what Telegram does, as far as the desk can tell."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.peers.botapi import Bot, BotApi, User
from tests.peers.botapi.limits import Limits
from tests.peers.botapi.protocol import ApiError

JPEG = b"\xff\xd8\xff\xe0 a picture"
TOKEN = "42:secret"


class Caller:
    """A bot's program, without a library between it and the wire."""

    def __init__(self, url: str, session: aiohttp.ClientSession, token: str = TOKEN) -> None:
        self.url, self.session, self.token = url, session, token

    async def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        async with self.session.post(f"{self.url}/bot{self.token}/{method}", json=params) as response:
            answer: dict[str, Any] = await response.json()
        assert answer["ok"] or answer["error_code"] == response.status
        return answer

    async def result(self, method: str, **params: Any) -> Any:
        answer = await self(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refusal(self, method: str, **params: Any) -> str:
        answer = await self(method, **params)
        assert not answer["ok"], answer
        return f"{answer['error_code']} {answer['description']}"

    async def uploads(self, method: str, fields: dict[str, Any], **files: bytes) -> dict[str, Any]:
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        for name, content in files.items():
            form.add_field(name, io.BytesIO(content), filename=f"{name}.bin")
        async with self.session.post(f"{self.url}/bot{self.token}/{method}", data=form) as response:
            answer: dict[str, Any] = await response.json()
        return answer


@pytest.fixture
async def telegram() -> AsyncIterator[BotApi]:
    async with await BotApi.start(rate_limits=False) as emulator:
        yield emulator


@pytest.fixture
def bot(telegram: BotApi) -> Bot:
    return telegram.bot(TOKEN, "desk_bot")


@pytest.fixture
async def call(telegram: BotApi, bot: Bot) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as session:
        yield Caller(telegram.url, session)


@pytest.fixture
async def anna(telegram: BotApi, bot: Bot) -> User:
    """A person who has started the bot, and whose start is confirmed."""
    person = telegram.user(7, "Anna", language_code="ru")
    await person.starts(bot)
    bot.confirm(bot.next_update)
    return person


async def until(condition: Callable[[], bool]) -> None:
    """Lets the server go on until something is so."""
    while not condition():  # noqa: ASYNC110  (what is waited for happens in the server, which tells nobody)
        await asyncio.sleep(0.01)


# -- updates ----------------------------------------------------------------------------------------------------------


async def test_every_update_that_people_cause_is_one_that_aiogram_decodes(
    telegram: BotApi, bot: Bot, call: Caller
) -> None:
    from aiogram.types import Update

    bot.allowed = frozenset({"message", "edited_message", "callback_query", "my_chat_member", "message_reaction"})
    anna, boris = telegram.user(7, "Anna"), telegram.user(8, "Boris", username="boris")
    agents_group = telegram.group(-1001, "Staff", forum=True)
    topic = agents_group.open_topic(boris.json, "A case")
    await anna.starts(bot, "code1")
    said = await anna.says(bot, "нет интернета 😀")
    await anna.edits(said, "/help нет интернета")
    await anna.sends_photo(bot, JPEG, "роутер")
    await anna.sends_document(bot, b"%PDF", name="act.pdf", mime="application/pdf")
    await anna.sends_voice(bot, b"OggS")
    await anna.sends_video(bot, b"mp4")
    await anna.sends_sticker(bot)
    await anna.sends_location(bot, 55.7, 37.6)
    await anna.sends_album(bot, [JPEG, JPEG])
    await anna.shares_contact(bot, "+79990000000")
    origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1}
    await anna.sends(bot, {"text": "look", "forward_origin": origin})
    keyboard = {"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]}
    await call.result("sendMessage", chat_id=7, text="Помогло?", reply_markup=keyboard)
    await anna.presses(await anna.hears("помогло"), "Да")
    await anna.reacts(said, "👍")
    await boris.says(agents_group, "беру", thread=topic.id)
    await boris.says(agents_group, "аноним", anonymous=True)
    agents_group.close_topic(boris.json, topic)
    await agents_group.admits(bot)
    await agents_group.migrates(-1002)
    await anna.blocks(bot)
    await anna.unblocks(bot)

    kinds = {Update.model_validate(json.loads(raw)).event_type for raw in bot.batch(100)}
    assert kinds == bot.allowed
    assert [json.loads(raw)["update_id"] for raw in bot.batch(100)] == list(range(1, bot.next_update))


async def test_an_offset_confirms_everything_below_it_and_nothing_else_does(bot: Bot, call: Caller, anna: User) -> None:
    for number in range(120):
        await anna.says(bot, f"{number}")
    first = await call.result("getUpdates")
    assert len(first) == 100
    assert await call.result("getUpdates") == first
    rest = await call.result("getUpdates", offset=first[-1]["update_id"] + 1)
    assert [one["message"]["text"] for one in rest] == [str(number) for number in range(100, 120)]
    assert len(await call.result("getUpdates", offset=-3)) == 3
    assert len(bot.pending) == 3


async def test_a_long_poll_ends_when_something_arrives(bot: Bot, call: Caller, anna: User) -> None:
    poll = asyncio.create_task(call.result("getUpdates", timeout=30))
    await until(lambda: bot.waiting is not None)
    await anna.says(bot, "hello")
    (update,) = await poll
    assert update["message"]["text"] == "hello"
    assert update["message"]["from"]["language_code"] == "ru"


async def test_a_poll_whose_caller_was_killed_confirms_nothing_and_blocks_nobody(
    telegram: BotApi, bot: Bot, call: Caller, anna: User
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(telegram.url.rpartition(":")[2]))
    writer.write(f"GET /bot{TOKEN}/getUpdates?timeout=30 HTTP/1.1\r\nHost: telegram\r\n\r\n".encode())
    await until(lambda: bot.waiting is not None)
    writer.transport.abort()
    await asyncio.sleep(0.05)
    await anna.says(bot, "hello")
    (update,) = await call.result("getUpdates", timeout=30)
    assert update["message"]["text"] == "hello"
    assert [one.answered for one in telegram.calls("getUpdates")] == [False, True]


async def test_of_two_polls_the_earlier_is_ended_with_a_conflict(bot: Bot, call: Caller, anna: User) -> None:
    earlier = asyncio.create_task(call("getUpdates", timeout=30))
    await until(lambda: bot.waiting is not None)
    later = asyncio.create_task(call("getUpdates", timeout=30))
    conflict = await earlier
    assert (conflict["error_code"], conflict["description"][:9]) == (409, "Conflict:")
    await anna.says(bot, "hello")
    assert len((await later)["result"]) == 1


async def test_only_the_kinds_asked_for_come_and_the_choice_is_remembered(bot: Bot, call: Caller, anna: User) -> None:
    await call.result("getUpdates", allowed_updates=["edited_message"])
    await call.result("getUpdates")
    await anna.edits(await anna.says(bot, "one"), "two")
    (update,) = await call.result("getUpdates")
    assert update["edited_message"]["text"] == "two"


async def test_updates_are_injected_as_they_are_however_odd(bot: Bot, call: Caller, anna: User) -> None:
    bot.push_raw('{"update_id": 7, "message": {"nonsense": true}}')
    bot.push_raw({"message": {"text": "\ud83d"}})
    await anna.says(bot, "after it")
    updates = await call.result("getUpdates")
    assert updates[0] == {"update_id": 7, "message": {"nonsense": True}}
    assert updates[1] == {"update_id": 8, "message": {"text": "\ud83d"}}
    assert updates[2]["message"]["text"] == "after it"


async def test_a_webhook_gets_its_updates_in_order_and_again_until_it_takes_them(
    telegram: BotApi, bot: Bot, call: Caller, anna: User
) -> None:
    seen: list[tuple[str, str | None]] = []

    async def take(request: web.BaseRequest) -> web.Response:
        text = (await request.json())["message"]["text"]
        seen.append((text, request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.Response(status=500 if len(seen) == 1 else 200)

    telegram.webhooks.pause = 0.01
    runner = web.ServerRunner(web.Server(take))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    await anna.says(bot, "one")
    await call.result("setWebhook", url=f"http://{host}:{port}/hook", secret_token="s3cret")
    await anna.says(bot, "two")
    assert (await call.refusal("getUpdates")).startswith("409 Conflict: can't use getUpdates")
    await until(lambda: not bot.pending)
    assert seen == [("one", "s3cret"), ("one", "s3cret"), ("two", "s3cret")]
    info = await call.result("getWebhookInfo")
    assert "500" in info["last_error_message"]
    await call.result("deleteWebhook")
    await anna.says(bot, "three")
    assert len(await call.result("getUpdates")) == 1
    await runner.cleanup()


# -- what is refused --------------------------------------------------------------------------------------------------

SMILE = "😀"
BUTTON = {"text": "Да", "callback_data": "y"}


def _keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "a" * 4097}, "message is too long"),
        ({"text": SMILE * 2048 + "a"}, "message is too long"),
        ({"text": "a", "parse_mode": "HTML"}, "parse_mode is not supported"),
        ({"text": "a\ud83d"}, "must be encoded in UTF-8"),
        ({"text": "abc", "entities": [{"type": "bold", "offset": 0, "length": 4}]}, "ENTITY_BOUNDS_INVALID"),
        ({"text": "abc", "entities": [{"type": "bold", "offset": -1, "length": 1}]}, "ENTITY_BOUNDS_INVALID"),
        ({"text": SMILE, "entities": [{"type": "bold", "offset": 1, "length": 1}]}, "begins in a middle"),
        ({"text": SMILE, "entities": [{"type": "bold", "offset": 0, "length": 1}]}, "ends in a middle"),
        ({"text": "a", "entities": [{"type": "loud", "offset": 0, "length": 1}]}, "unknown type"),
        ({"text": "a", "entities": [{"type": "text_link", "offset": 0, "length": 1}]}, '"url" is missing'),
        ({"text": "a", "reply_markup": _keyboard({"text": "x", "callback_data": "я" * 33})}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": _keyboard({"text": "x", "callback_data": ""})}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": _keyboard({"text": "x"})}, "Text buttons are unallowed"),
        ({"text": "a", "reply_markup": _keyboard({**BUTTON, "url": "https://a.b"})}, "exactly one"),
        ({"text": "a", "reply_markup": _keyboard({"text": "x", "url": "javascript:1"})}, "is invalid"),
        ({"text": "a", "reply_markup": _keyboard(*[BUTTON] * 101)}, "REPLY_MARKUP_TOO_LONG"),
        ({"text": "a", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "a", "message_thread_id": 5}, "message thread not found"),
    ],
)
async def test_a_text_telegram_would_refuse_is_refused(
    call: Caller, anna: User, params: dict[str, Any], why: str
) -> None:
    assert why in await call.refusal("sendMessage", chat_id=7, **params)
    assert not anna.reads()


@pytest.mark.parametrize(
    "params",
    [
        {"text": SMILE * 2048},
        {"text": f"{SMILE}a", "entities": [{"type": "bold", "offset": 2, "length": 1}]},
        {"text": "a", "reply_markup": _keyboard({"text": "x", "callback_data": "я" * 32})},
        {"text": "a", "reply_parameters": {"message_id": 999, "allow_sending_without_reply": True}},
    ],
)
async def test_a_text_at_the_very_limit_is_taken(call: Caller, anna: User, params: dict[str, Any]) -> None:
    await call.result("sendMessage", chat_id=7, **params)
    assert (await anna.hears()).text == params["text"]


async def test_white_space_is_trimmed_and_entities_move_along(call: Caller, anna: User) -> None:
    await call.result("sendMessage", chat_id=7, text="  bold  ", entities=[{"type": "bold", "offset": 2, "length": 6}])
    inbound = await anna.hears("bold")
    assert (inbound.text, inbound.entities) == ("bold", [{"type": "bold", "offset": 0, "length": 4}])


async def test_an_unknown_token_method_or_chat_is_refused(telegram: BotApi, call: Caller, anna: User) -> None:
    stranger = Caller(telegram.url, call.session, "43:other")
    assert await stranger.refusal("getMe") == "401 Unauthorized"
    assert (await call.refusal("sendTelepathy", chat_id=7)).startswith("404 Not Found")
    assert await call.refusal("sendMessage", chat_id=999, text="a") == "400 Bad Request: chat not found"
    assert await call.refusal("sendMessage", chat_id=-999, text="a") == "400 Bad Request: chat not found"
    assert await call.refusal("sendMessage", text="a") == "400 Bad Request: chat_id is empty"


async def test_nobody_is_written_to_who_does_not_want_it(telegram: BotApi, bot: Bot, call: Caller, anna: User) -> None:
    telegram.user(8, "Boris")
    never = await call.refusal("sendMessage", chat_id=8, text="a")
    assert never == "403 Forbidden: bot can't initiate conversation with a user"
    await anna.blocks(bot)
    assert await call.refusal("sendMessage", chat_id=7, text="a") == "403 Forbidden: bot was blocked by the user"
    (update,) = await call.result("getUpdates")
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    await anna.starts(bot)
    await call.result("sendMessage", chat_id=7, text="welcome back")
    anna.deactivated = True
    assert await call.refusal("sendMessage", chat_id=7, text="a") == "403 Forbidden: user is deactivated"


# -- the life of a message --------------------------------------------------------------------------------------------


async def test_a_card_is_edited_in_place_and_heard_again(call: Caller, anna: User) -> None:
    sent = await call.result("sendMessage", chat_id=7, text="Which lamp?", reply_markup=_keyboard(BUTTON))
    card = await anna.hears("lamp")
    here = {"chat_id": 7, "message_id": sent["message_id"]}
    assert "message is not modified" in await call.refusal(
        "editMessageText", **here, text="Which lamp?", reply_markup=_keyboard(BUTTON)
    )
    await call.result("editMessageText", **here, text="Thank you")
    assert await anna.hears("thank you") is card
    assert [version.words for version in card.edits] == ["Which lamp?"]
    assert card.buttons == []
    with pytest.raises(AssertionError, match="no button"):
        await anna.presses(card, "Да")
    await anna.presses(card, "Да", stale=True)


async def test_what_cannot_be_edited_is_refused(bot: Bot, call: Caller, anna: User) -> None:
    own = await anna.says(bot, "mine")
    assert "message to edit not found" in await call.refusal("editMessageText", chat_id=7, message_id=99, text="a")
    assert "message can't be edited" in await call.refusal(
        "editMessageText", chat_id=7, message_id=own.message_id, text="a"
    )
    sent = await call.result("sendMessage", chat_id=7, text="a")
    here = {"chat_id": 7, "message_id": sent["message_id"]}
    assert "there is no caption" in await call.refusal("editMessageCaption", **here, caption="a")
    await call.result("editMessageReplyMarkup", **here, reply_markup=_keyboard(BUTTON))
    assert (await anna.hears("a")).labels == ["Да"]
    assert await call.result("deleteMessage", **here)
    assert "message to edit not found" in await call.refusal("editMessageText", **here, text="b")
    assert "message to delete not found" in await call.refusal("deleteMessage", **here)


async def test_a_press_carries_the_message_and_waits_for_its_answer(telegram: BotApi, call: Caller, anna: User) -> None:
    await call.result("sendMessage", chat_id=7, text="Did it help?", reply_markup=_keyboard(BUTTON))
    press = await anna.presses(await anna.hears("help"), "Да")
    (update,) = await call.result("getUpdates")
    query = update["callback_query"]
    assert query["data"] == "y"
    assert query["message"]["reply_markup"] == _keyboard(BUTTON)
    await call.result("answerCallbackQuery", callback_query_id=query["id"], text="Спасибо")
    assert await press.reply() == "Спасибо"
    press.expired = True
    for query_id in (query["id"], "12"):
        assert "query is too old" in await call.refusal("answerCallbackQuery", callback_query_id=query_id)


async def test_a_reply_keyboard_sends_its_label(bot: Bot, call: Caller, anna: User) -> None:
    keyboard = {"keyboard": [[{"text": "Оператор"}], [{"text": "Телефон", "request_contact": True}]]}
    await call.result("sendMessage", chat_id=7, text="Меню", reply_markup=keyboard)
    await anna.presses(await anna.hears("меню"), "Оператор")
    (update,) = await call.result("getUpdates")
    assert update["message"]["text"] == "Оператор"


async def test_files_go_both_ways_byte_for_byte(telegram: BotApi, bot: Bot, call: Caller, anna: User) -> None:
    await anna.sends_photo(bot, JPEG, "router")
    (update,) = await call.result("getUpdates")
    photo = update["message"]["photo"][-1]["file_id"]
    path = (await call.result("getFile", file_id=photo))["file_path"]
    async with call.session.get(f"{telegram.url}/file/bot{TOKEN}/{path}") as response:
        assert await response.read() == JPEG
    await call.result("sendPhoto", chat_id=7, photo=photo, caption="yours")
    assert (await anna.hears("yours")).photo == JPEG
    await call.uploads("sendDocument", {"chat_id": 7, "document": "attach://act", "caption": "act"}, act=b"%PDF")
    assert (await anna.hears("act")).document == b"%PDF"
    telegram.bot("43:other")
    other = Caller(telegram.url, call.session, "43:other")
    assert "invalid file_id" in await other.refusal("getFile", file_id=photo)


async def test_files_over_the_limits_are_refused(
    bot: Bot, call: Caller, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await anna.sends_document(bot, b"x", size=20 * 1024 * 1024 + 1)
    (update,) = await call.result("getUpdates")
    assert "file is too big" in await call.refusal("getFile", file_id=update["message"]["document"]["file_id"])
    huge = await call.uploads("sendPhoto", {"chat_id": 7}, photo=JPEG + bytes(10 * 1024 * 1024))
    assert "too big for a photo" in huge["description"]
    monkeypatch.setattr("tests.peers.botapi.protocol.MAX_UPLOAD", 1000)
    large = await call.uploads("sendDocument", {"chat_id": 7}, document=bytes(200_000))
    assert large == {"ok": False, "error_code": 413, "description": "Request Entity Too Large"}
    text = await call.uploads("sendPhoto", {"chat_id": 7}, photo=b"not a picture")
    assert "IMAGE_PROCESS_FAILED" in text["description"]
    assert "caption is too long" in await call.refusal("sendPhoto", chat_id=7, photo="x", caption="a" * 1025)


async def test_an_album_arrives_as_one_group_of_messages(call: Caller, anna: User) -> None:
    media = [{"type": "photo", "media": "attach://one", "caption": "two"}, {"type": "photo", "media": "attach://two"}]
    answer = await call.uploads("sendMediaGroup", {"chat_id": "7", "media": media}, one=JPEG, two=JPEG + b"2")
    assert len({one["media_group_id"] for one in answer["result"]}) == 1
    assert [one.photo for one in anna.reads()] == [JPEG, JPEG + b"2"]


async def test_a_copy_has_the_content_and_no_trace_of_its_sender(
    telegram: BotApi, bot: Bot, call: Caller, anna: User
) -> None:
    agents_group = telegram.group(-100, "Staff")
    said = await anna.sends_photo(bot, JPEG, "look")
    await call.result("copyMessage", chat_id=-100, from_chat_id=7, message_id=said.message_id)
    copy = await agents_group.hears("look")
    assert (copy.photo, copy.sender["id"]) == (JPEG, bot.id)
    assert "message to copy not found" in await call.refusal("copyMessage", chat_id=-100, from_chat_id=7, message_id=99)


async def test_what_a_client_makes_clickable_is_known(call: Caller, anna: User) -> None:
    words = "😀 @agent t.me/x and /start"
    await call.result("sendMessage", chat_id=7, text=words)
    assert (await anna.hears()).live == ["@agent", "t.me/x", "/start"]
    await call.result("sendMessage", chat_id=7, text=words, entities=[{"type": "code", "offset": 0, "length": 27}])
    assert (await anna.hears()).live == []


# -- groups -----------------------------------------------------------------------------------------------------------


async def test_an_agent_replies_in_a_group_and_presses_its_buttons(telegram: BotApi, bot: Bot, call: Caller) -> None:
    agents_group, agent = telegram.group(-1001, "Staff"), telegram.user(9, "Oleg")
    await call.result("sendMessage", chat_id=-1001, text="Case 7", reply_markup=_keyboard(BUTTON))
    card = await agents_group.hears("case 7")
    await agent.presses(card, "Да")
    await agent.says(agents_group, "Hello", reply_to=card)
    press, reply = await call.result("getUpdates")
    assert press["callback_query"]["message"]["chat"] == {"id": -1001, "type": "supergroup", "title": "Staff"}
    assert reply["message"]["reply_to_message"]["message_id"] == card.message_id
    await call.result(
        "setMessageReaction",
        chat_id=-1001,
        message_id=reply["message"]["message_id"],
        reaction=[{"type": "emoji", "emoji": "👌"}],
    )
    assert list(agents_group.messages.values())[-1].emoji == ["👌"]
    assert "REACTION_INVALID" in await call.refusal(
        "setMessageReaction", chat_id=-1001, message_id=1, reaction=[{"type": "emoji", "emoji": "🧦"}]
    )


async def test_privacy_mode_hides_what_is_not_meant_for_the_bot(telegram: BotApi, bot: Bot, call: Caller) -> None:
    agents_group, agent = telegram.group(-1001, "Staff"), telegram.user(9, "Oleg")
    await agents_group.admits(bot, admin=False)
    bot.confirm(bot.next_update)
    await agent.says(agents_group, "between us")
    await agent.says(agents_group, "/take 7")
    (update,) = await call.result("getUpdates")
    assert update["message"]["text"] == "/take 7"


async def test_a_topic_is_opened_written_to_closed_and_deleted(telegram: BotApi, call: Caller) -> None:
    agents_group = telegram.group(-1001, "Staff", forum=True)
    topic = await call.result("createForumTopic", chat_id=-1001, name="Case 7")
    there = {"chat_id": -1001, "message_thread_id": topic["message_thread_id"]}
    await call.result("sendMessage", **there, text="inside")
    assert (await agents_group.hears("inside", thread=topic["message_thread_id"])).thread_id == topic[
        "message_thread_id"
    ]
    await call.result("editForumTopic", **there, name="Case 7, taken")
    assert await call.result("closeForumTopic", **there)
    assert "TOPIC_NOT_MODIFIED" in await call.refusal("closeForumTopic", **there)
    assert "TOPIC_CLOSED" in await call.refusal("sendMessage", **there, text="a")
    assert await call.result("deleteForumTopic", **there)
    assert "message thread not found" in await call.refusal("sendMessage", **there, text="a")
    telegram.group(-1003, "Plain")
    assert "not a forum" in await call.refusal("createForumTopic", chat_id=-1003, name="a")


async def test_a_bot_is_told_when_its_group_is_lost_or_moved(telegram: BotApi, bot: Bot, call: Caller) -> None:
    old = telegram.group(-5, "Staff")
    await old.migrates(-1005)
    answer = await call("sendMessage", chat_id=-5, text="a")
    assert answer["parameters"] == {"migrate_to_chat_id": -1005}
    await call.result("sendMessage", chat_id=-1005, text="a")
    await telegram.groups[-1005].kicks(bot)
    kicked = await call.refusal("sendMessage", chat_id=-1005, text="a")
    assert kicked == "403 Forbidden: bot was kicked from the supergroup chat"
    moved = [update["message"] for update in await call.result("getUpdates") if "message" in update]
    assert [one.get("migrate_to_chat_id") for one in moved] == [-1005, None]


async def test_rights_and_members_are_told(telegram: BotApi, bot: Bot, call: Caller) -> None:
    from aiogram.types import ChatFullInfo, ChatMemberAdministrator, ChatMemberMember

    agents_group = telegram.group(-1001, "Staff")
    agents_group.has(telegram.user(9, "Oleg"), "creator")
    agents_group.has(telegram.user(10, "Olga"))
    me = await call.result("getChatMember", chat_id=-1001, user_id=bot.id)
    assert ChatMemberAdministrator.model_validate(me).can_manage_topics
    assert ChatMemberMember.model_validate(await call.result("getChatMember", chat_id=-1001, user_id=10))
    ranks = await call.result("getChatAdministrators", chat_id=-1001)
    assert {(one["user"]["id"], one["status"]) for one in ranks} == {(9, "creator"), (bot.id, "administrator")}
    assert ChatFullInfo.model_validate(await call.result("getChat", chat_id=-1001)).title == "Staff"


# -- limits and faults ------------------------------------------------------------------------------------------------


def _sent(limits: Limits, chat_id: int, times: int) -> int:
    """How many of so many sends pass."""
    before = limits.refused
    for _ in range(times):
        with contextlib.suppress(ApiError):
            limits.spend(42, chat_id)
    return times - (limits.refused - before)


def test_a_private_chat_takes_one_message_a_second_after_a_small_burst() -> None:
    now = [0.0]
    limits = Limits(clock=lambda: now[0])
    assert _sent(limits, 7, 10) == 3
    now[0] += 2.0
    assert _sent(limits, 7, 10) == 2
    assert limits.refused == 15


def test_a_group_takes_twenty_messages_in_any_minute() -> None:
    now = [0.0]
    limits = Limits(clock=lambda: now[0])
    assert _sent(limits, -7, 21) == 20
    now[0] += 59.9
    assert _sent(limits, -7, 1) == 0
    now[0] += 0.1
    assert _sent(limits, -7, 30) == 20


def test_a_bot_sends_thirty_messages_a_second_over_all_chats() -> None:
    now = [0.0]
    limits = Limits(clock=lambda: now[0])
    assert sum(_sent(limits, chat, 1) for chat in range(1, 50)) == 30
    now[0] += 1.0
    assert sum(_sent(limits, chat, 1) for chat in range(50, 100)) == 30


async def test_a_flood_is_answered_with_429_and_the_seconds_to_wait(telegram: BotApi, call: Caller, anna: User) -> None:
    telegram.limits.on = True
    answers = [await call("sendMessage", chat_id=7, text="a") for _ in range(5)]
    assert answers[-1]["error_code"] == 429
    assert answers[-1]["parameters"] == {"retry_after": 1}
    assert telegram.limits.violations[42, 7] == sum(not one["ok"] for one in answers)


async def test_an_answer_can_be_lost_after_the_call_was_served(telegram: BotApi, call: Caller, anna: User) -> None:
    telegram.fails("sendMessage", "accept_then_close")
    with pytest.raises(aiohttp.ClientError):
        await call("sendMessage", chat_id=7, text="once")
    await anna.hears("once")
    (lost,) = telegram.calls("sendMessage")
    assert (lost.ok, lost.answered, lost.fault) == (True, False, "accept_then_close")


async def test_a_connection_can_be_cut_before_anything_is_done(telegram: BotApi, call: Caller, anna: User) -> None:
    telegram.fails("sendMessage", "close", chat_id=7)
    with pytest.raises(aiohttp.ClientError):
        await call("sendMessage", chat_id=7, text="never")
    assert not anna.reads()
    await call.result("sendMessage", chat_id=7, text="again")


async def test_errors_are_made_to_order_for_some_calls_and_not_for_others(
    telegram: BotApi, call: Caller, anna: User
) -> None:
    telegram.fails("sendMessage", "error", after=1, times=2, code=429, description="Too Many Requests", retry_after=9)
    telegram.fails(None, "delay", seconds=0.01, times=None)
    answers = [await call("sendMessage", chat_id=7, text=f"{number}") for number in range(4)]
    assert [one.get("error_code") for one in answers] == [None, 429, 429, None]
    assert answers[1]["parameters"] == {"retry_after": 9}
    assert [one.text for one in anna.reads()] == ["0", "3"]


async def test_a_download_can_fail_and_an_outage_can_be_lifted(
    telegram: BotApi, bot: Bot, call: Caller, anna: User
) -> None:
    said = await anna.sends_document(bot, b"log")
    assert said.file
    address = f"{telegram.url}/file/bot{TOKEN}/{said.file.path}"
    telegram.fails("file", "error", code=502)
    async with call.session.get(address) as response:
        assert response.status == 502
    async with call.session.get(address) as response:
        assert await response.read() == b"log"
    outage = telegram.fails(None, "close", times=None)
    for _ in range(3):
        with pytest.raises(aiohttp.ClientError):
            await call("getMe")
    telegram.faults.lift(outage)
    assert outage.hits >= 3
    assert await call.result("getMe")
    assert [one.code for one in telegram.calls("file")] == [502, 200]


async def test_an_answer_can_be_garbage(telegram: BotApi, call: Caller, anna: User) -> None:
    telegram.fails("getMe", "garbage")
    with pytest.raises(ValueError, match="utf-8"):
        await call("getMe")
    assert (await call.result("getMe"))["username"] == "desk_bot"


async def test_whoever_hears_nothing_is_told_what_there_was(call: Caller, anna: User) -> None:
    await call.result("sendMessage", chat_id=7, text="something else")
    with pytest.raises(AssertionError, match="something else"):
        await anna.hears("what I want", timeout=0.01)
    with pytest.raises(AssertionError, match="silence"):
        await anna.hears_nothing(seconds=0.01)


# -- in a process of its own ------------------------------------------------------------------------------------------


async def test_another_process_is_driven_over_its_control_channel(call: Caller) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.peers.botapi", "--tokens", "1:a", "--rate-limits", "off"),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout
        url = (await process.stdout.readline()).decode().strip()

        async def control(name: str, **body: Any) -> Any:
            async with call.session.post(f"{url}/_control/{name}", json=body) as response:
                return await response.json()

        there = Caller(url, call.session, "1:a")
        people = [{"token": "1:a", "user": {"id": 100 + n, "first_name": "N"}, "text": f"{n}"} for n in range(50)]
        assert len((await control("says", messages=people))["messages"]) == 50
        await control("raw", token="1:a", updates=[{"message": {"nonsense": True}}])
        assert len(await there.result("getUpdates")) == 51
        await control("faults", faults=[{"kind": "error", "method": "sendMessage", "code": 500}])
        assert (await there("sendMessage", chat_id=100, text="a"))["error_code"] == 500
        sent = await there.result("sendMessage", chat_id=100, text="b", reply_markup=_keyboard(BUTTON))
        press = {"token": "1:a", "user": 100, "message_id": sent["message_id"], "button": "Да"}
        assert len((await control("presses", presses=[press]))["presses"]) == 1
        log = await control("log", method="sendMessage")
        assert [(one["ok"], one["params"]["text"]) for one in log["calls"]] == [(False, "a"), (True, "b")]
        messages = (await control("messages", token="1:a", chat_id=100))["messages"]
        assert [one["text"] for one in messages] == ["0", "b"]
        assert (await control("state"))["bots"][0]["pending"] == 52
        assert "KeyError" in (await control("says", messages=[{"token": "nobody"}]))["description"]
    finally:
        process.terminate()
        await process.wait()
