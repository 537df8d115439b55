"""Every call ends in exactly one fate, and what Telegram can be made to take is taken."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bots.channel import TelegramChannel
from desk.language.rich_text import parse_markdown
from desk.model.messages import (
    Address,
    ClaimedDeparture,
    File,
    OutboundMessage,
    Rejected,
    RenderedButton,
    ResultUnknown,
    RetryLater,
    SendResult,
    Sent,
)
from desk.model.settings import Secret, TelegramBotSettings
from tests.bots.conftest import TOKEN
from tests.bots.examples import AGENTS, CHANNEL
from tests.peers.botapi import Bot, BotApi, User

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
YES = ((RenderedButton("yes", "Yes"),),)
FILES = {
    "content:a.png": PNG,
    "content:b.png": PNG + b"b",
    "content:broken.png": b"no picture",
    "content:d.pdf": b"%PDF",
}


class Desk:
    """A channel, with the outbox played by hand."""

    def __init__(self, settings: TelegramBotSettings) -> None:
        self.channel = TelegramChannel(settings, self.open)
        self.remotes: dict[str, str] = {}
        self.attempts = 1

    async def open(self, source: str) -> bytes:
        if source.startswith("telegram:"):
            return await self.channel.fetch(source)
        return FILES[source]

    async def says(self, text: str, to: int = 42, key: str = "", **how: Any) -> list[SendResult]:
        """Dresses and sends; the last departure gets the key."""
        where = Address("telegram", CHANNEL, str(to), how.pop("topic", 0))
        outgoing = OutboundMessage(to=where, text=parse_markdown(text), **how)
        fates = []
        for call in self.channel.render(outgoing):
            departure = ClaimedDeparture(
                1, "k", "sever", CHANNEL, call.lane, call.kind, call.policy, call.body, 1, self.attempts
            )
            fates.append(await self.channel.send(departure, self.remotes))
        if key and isinstance(fates[-1], Sent):
            self.remotes[key] = fates[-1].remote
        return fates


@pytest.fixture
async def desk(settings: TelegramBotSettings) -> AsyncIterator[Desk]:
    made = Desk(settings)
    yield made
    await made.channel.close()


@pytest.fixture
async def started(anna: User, bot: Bot) -> User:
    """Anna, who has started the bot."""
    await anna.starts(bot)
    return anna


def picture(source: str = "content:a.png", **more: Any) -> File:
    return File(**{"name": "a.png", "kind": "photo", "media_type": "image/png", "size": 9, "source": source, **more})


async def test_a_text_arrives_with_its_marks_and_buttons(desk: Desk, started: User) -> None:
    (fate,) = await desk.says("😀 **Hello** [site](https://example.com)", options=YES, case=1, prompt=1)
    shown = await started.hears("Hello")
    assert fate == Sent(str(shown.message_id))
    assert shown.labels == ["Yes"]
    assert [(one["type"], one["offset"], one["length"]) for one in shown.entities] == [
        ("bold", 3, 5),
        ("text_link", 9, 4),
    ]


async def test_a_topic_that_is_closed_or_gone_is_left_for_the_group(desk: Desk, bot: Bot, api: BotApi) -> None:
    """What was meant for it is read all the same."""
    forum, agent = api.group(-1001, "Staff", forum=True), api.user(7, "Maria")
    await forum.admits(bot, admin=False)
    topic = forum.open_topic(agent.json, "Nights")
    await desk.says("in the topic", to=-1001, topic=topic.id)
    forum.close_topic(agent.json, topic)
    await desk.says("it is closed", to=-1001, topic=topic.id)
    await desk.says("there is none", to=-1001, topic=777)
    said = {one.words: one.thread_id for one in forum.messages.values() if one.words}
    assert said == {"in the topic": topic.id, "it is closed": None, "there is none": None}


async def test_a_picture_is_uploaded_with_its_caption(desk: Desk, started: User) -> None:
    await desk.says("Press *here*", files=(picture(),), options=YES)
    shown = await started.hears("Press")
    assert (shown.photo, shown.labels) == (PNG, ["Yes"])


async def test_our_own_pictures_are_uploaded_once(desk: Desk, started: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second person gets the picture by the id that Telegram gave it for the first, single or in an album."""
    await desk.says("", files=(picture("content:b.png"), picture()))
    opened: list[str] = []

    async def gone(source: str) -> bytes:
        opened.append(source)
        raise LookupError(source)

    monkeypatch.setattr(desk.channel._loaded.sender, "_open", gone)  # type: ignore[union-attr]
    await desk.says("Look at this", files=(picture(),))
    inbound = await started.hears("Look at this")
    assert inbound.photo == PNG
    assert not opened


async def test_an_album_arrives_as_an_album_below_its_text(desk: Desk, started: User) -> None:
    plugged = replace(picture("content:b.png"), shows="The plug is in")
    first, second = await desk.says("Two steps", files=(picture(), plugged), options=YES)
    text, one, two = started.reads()
    assert "The plug is in" in two.words
    assert (one.photo, two.photo) == (PNG, PNG + b"b")
    assert one.media_group_id == two.media_group_id
    assert (first, second) == (Sent(str(text.message_id)), Sent(str(one.message_id)))


async def test_what_a_subscriber_sent_goes_on_by_its_id_and_to_another_bot_by_its_bytes(
    api: BotApi, desk: Desk, bot: Bot, started: User, settings: TelegramBotSettings
) -> None:
    sent = await started.sends_document(bot, b"%PDF-1", name="bill.pdf", mime="application/pdf")
    assert sent.file is not None
    file = File("bill.pdf", "file", "application/pdf", 6, f"telegram:desk:{sent.file.id_for(bot.id)}")
    assert await desk.says("your file", files=(file,)) != []
    assert (await started.hears("your file")).document == b"%PDF-1"
    assert api.calls("getFile") == []
    other_token = "77:another"
    other = api.bot(other_token, "other_bot")
    await started.starts(other)
    elsewhere = Desk(replace(settings, name="other", token=Secret(other_token)))
    elsewhere.channel._open = desk.open
    outgoing = OutboundMessage(
        to=Address("telegram", "telegram:other", "42"), text=parse_markdown("the same"), files=(file,)
    )
    (call,) = elsewhere.channel.render(outgoing)
    departure = ClaimedDeparture(1, "k", "p", "telegram:other", call.lane, "file", call.policy, call.body, 1, 1)
    assert isinstance(await elsewhere.channel.send(departure, {}), Sent)
    assert (await started.hears("the same", bot=other)).document == b"%PDF-1"
    await elsewhere.channel.close()


async def test_a_photo_id_sent_as_something_else_is_fetched_and_uploaded(desk: Desk, bot: Bot, started: User) -> None:
    sent = await started.sends_photo(bot, PNG)
    assert sent.file is not None
    source = f"telegram:desk:{sent.file.id_for(bot.id)}"
    file = File("a.bin", "file", "application/octet-stream", 9, source)
    assert isinstance((await desk.says("as a file", files=(file,)))[0], Sent)
    assert (await started.hears("as a file")).document == PNG


async def test_a_picture_that_is_none_goes_as_a_document(desk: Desk, started: User) -> None:
    assert isinstance((await desk.says("look", files=(picture("content:broken.png"),)))[0], Sent)
    assert (await started.hears("look")).document == b"no picture"


async def test_a_file_that_is_gone_is_named_and_the_words_still_arrive(desk: Desk, started: User) -> None:
    (fate,) = await desk.says("**See** this", files=(picture("content:gone.png", name="map.png"),), options=YES)
    shown = await started.hears("See this")
    assert fate == Sent(str(shown.message_id))
    assert shown.text == "See this\n\n📎 map.png"
    assert (shown.labels, len(shown.entities)) == (["Yes"], 1)


async def test_a_file_too_large_for_telegram_is_named_and_the_words_still_arrive(
    api: BotApi, desk: Desk, started: User
) -> None:
    api.fails("sendDocument", "error", code=413, description="Request Entity Too Large")
    file = File("d.pdf", "file", "application/pdf", 4, "content:d.pdf")
    assert isinstance((await desk.says("the plan", files=(file,)))[0], Sent)
    assert (await started.hears("the plan")).text == "the plan\n\n📎 d.pdf"


async def test_an_edit_changes_the_message_in_place_and_repeating_it_is_no_fault(desk: Desk, started: User) -> None:
    await desk.says("new", key="card", options=YES)
    card = await started.hears("new")
    for _ in range(2):
        assert await desk.says("taken", edits="card") == [Sent(str(card.message_id))]
    assert (card.text, card.labels) == ("taken", [])


async def test_what_can_no_longer_be_edited_is_said_anew(desk: Desk, started: User) -> None:
    await desk.says("new", key="card", options=YES)
    card = await started.hears("new")
    await started.deletes(card)
    (fate,) = await desk.says("taken", edits="card", options=YES)
    shown = await started.hears("taken")
    assert fate == Sent(str(shown.message_id)) != Sent(str(card.message_id))
    assert isinstance((await desk.says("unknown key", edits="never sent"))[0], Sent)
    await started.hears("unknown key")


async def test_a_press_under_a_picture_takes_its_buttons_and_answers_below(desk: Desk, bot: Bot, started: User) -> None:
    await desk.says("Did it help?", files=(picture(),), options=YES, case=1, prompt=1)
    shown = await started.hears("help")
    query = await started.presses(shown, "Yes")
    edits = f"remote:{shown.message_id}"
    fates = await desk.says("Glad!", callback=query.id, alert="ok", edits=edits, keeps=True)
    assert all(isinstance(fate, Sent) for fate in fates)
    assert (query.answered, query.text, shown.labels) == (True, "ok", [])
    await started.hears("Glad!")


async def test_taking_buttons_off_a_message_that_is_gone_is_done_already(desk: Desk, started: User) -> None:
    fates = await desk.says("x", edits="remote:9999", files=(picture(),))
    assert [isinstance(fate, Sent) for fate in fates] == [True, True]


async def test_an_acknowledgement_too_late_counts_as_done(api: BotApi, desk: Desk, started: User) -> None:
    assert await desk.says("", callback="12345") == [Sent()]
    assert not api.calls("answerCallbackQuery")[0].ok


async def test_an_answer_hangs_on_the_message_it_answers_if_that_is_still_there(desk: Desk, started: User) -> None:
    await desk.says("card", key="card")
    card = await started.hears("card")
    await desk.says("relay", answers="card")
    assert (await started.hears("relay")).reply_to is card
    await started.deletes(card)
    await desk.says("later", answers="card")
    assert (await started.hears("later")).reply_to is None


async def test_a_group_that_has_moved_is_followed_and_its_agents_are_still_agents(
    api: BotApi, desk: Desk, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    old = api.group(AGENTS)
    new = await old.migrates(-1009)
    first, second = await desk.says("card", to=AGENTS) + await desk.says("next", to=AGENTS)
    assert isinstance(first, Sent)
    assert isinstance(second, Sent)
    await new.hears("card")
    await new.hears("next")
    assert len(api.calls("sendMessage", ok=False)) == 1
    assert f"the group {AGENTS} has become -1009" in caplog.text


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (
            {"kind": "error", "code": 429, "retry_after": 17, "description": "Too Many Requests"},
            RetryLater(17.0, "", too_many=True),
        ),
        ({"kind": "error", "code": 502, "description": "Bad Gateway"}, RetryLater(2.0, "")),
        ({"kind": "error", "code": 401, "description": "Unauthorized"}, RetryLater(60.0, "", whole_channel=True)),
        ({"kind": "error", "code": 404, "description": "Not Found"}, RetryLater(60.0, "", whole_channel=True)),
        (
            {"kind": "error", "code": 403, "description": "Forbidden: bot was blocked by the user"},
            Rejected("", gone=True),
        ),
        ({"kind": "error", "code": 400, "description": "Bad Request: chat not found"}, Rejected("", gone=True)),
        ({"kind": "error", "code": 400, "description": "Bad Request: TOPIC_CLOSED"}, Rejected("")),
        ({"kind": "error", "code": 418, "description": "I'm a teapot"}, Rejected("")),
        ({"kind": "close"}, ResultUnknown("")),
        ({"kind": "accept_then_close"}, ResultUnknown("")),
        ({"kind": "garbage"}, ResultUnknown("")),
    ],
)
async def test_fates(
    api: BotApi,
    desk: Desk,
    started: User,
    fault: dict[str, Any],
    expected: SendResult,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    api.fails("sendMessage", **fault)
    (fate,) = await desk.says("x")
    assert not isinstance(fate, Sent)
    assert fate.why
    assert replace(fate, why="") == expected


async def test_a_flood_answer_to_a_call_without_a_chat_rests_the_whole_channel(api: BotApi, desk: Desk) -> None:
    api.fails("answerCallbackQuery", "error", code=429, retry_after=5, description="Too Many Requests")
    (fate,) = await desk.says("", callback="1")
    assert isinstance(fate, RetryLater)
    assert fate.whole_channel


async def test_people_who_left_are_gone(desk: Desk, bot: Bot, started: User) -> None:
    await started.blocks(bot)
    assert [getattr(fate, "gone", None) for fate in await desk.says("x")] == [True]
    await started.unblocks(bot)
    started.deactivated = True
    assert [getattr(fate, "gone", None) for fate in await desk.says("x")] == [True]
    assert [getattr(fate, "gone", None) for fate in await desk.says("x", to=404)] == [True]


async def test_entities_that_telegram_will_not_have_are_left_out(api: BotApi, desk: Desk, started: User) -> None:
    api.fails("sendMessage", "error", code=400, description="Bad Request: can't parse entities: offset is wrong")
    assert isinstance((await desk.says("**bold**"))[0], Sent)
    assert (await started.hears("bold")).entities == []


async def test_where_nobody_listens_it_is_later_with_growing_waits(settings: TelegramBotSettings) -> None:
    desk = Desk(replace(settings, api="http://127.0.0.1:9"))
    waits = []
    for desk.attempts in (1, 2, 3, 50):
        (fate,) = await desk.says("x", to=desk.attempts)
        assert isinstance(fate, RetryLater)
        waits.append(fate.seconds)
    assert all(0.7 * most <= wait <= most for wait, most in zip(waits, (2.0, 4.0, 8.0, 300.0), strict=True))
    await desk.channel.close()


async def test_our_own_limits_hold_a_chat_back_without_counting_as_a_try(desk: Desk, api: BotApi) -> None:
    api.group(AGENTS)
    fates = [fate for _ in range(21) for fate in await desk.says("x", to=AGENTS)]
    assert all(isinstance(fate, Sent) for fate in fates[:20])
    assert isinstance(fates[20], RetryLater)
    assert not fates[20].tried
    assert fates[20].seconds > 30


async def test_a_file_is_fetched_and_one_too_large_or_unknown_is_a_lookup_error(
    desk: Desk, bot: Bot, started: User
) -> None:
    small = await started.sends_document(bot, b"hello")
    large = await started.sends_document(bot, b"hello", size=21 * 1024 * 1024)
    assert small.file is not None
    assert large.file is not None
    assert await desk.channel.fetch(f"telegram:desk:{small.file.id_for(bot.id)}") == b"hello"
    for source in (f"telegram:desk:{large.file.id_for(bot.id)}", "telegram:desk:nonsense"):
        with pytest.raises(LookupError):
            await desk.channel.fetch(source)


@pytest.mark.parametrize("kind", ["close", "garbage", "error"])
async def test_trouble_while_fetching_says_that_it_may_work_later(
    api: BotApi, desk: Desk, bot: Bot, started: User, kind: Any
) -> None:
    sent = await started.sends_document(bot, b"hello")
    assert sent.file is not None
    api.fails("getFile", kind, code=500)
    with pytest.raises(ConnectionError):
        await desk.channel.fetch(f"telegram:desk:{sent.file.id_for(bot.id)}")


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:9", "http://no-such-host.invalid", "http://[::1", "http://127.0.0.1:port", "ftp://x", ""]
)
async def test_the_token_is_in_no_fate_no_log_and_no_exception(
    settings: TelegramBotSettings, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk = Desk(replace(settings, api=base))
    said = repr(await desk.says("x", files=(picture("telegram:desk2:F"),))) + repr(await desk.says("y"))
    for source in ("telegram:desk:F",):
        with pytest.raises((ConnectionError, LookupError)) as caught:
            await desk.channel.fetch(source)
        said += repr(caught.value) + repr(caught.value.__cause__) + str(caught.getrepr(chain=True))
    await desk.channel.close()
    assert "CANARY" not in said
    assert "CANARY" not in caplog.text
    assert "CANARY" not in repr(vars(desk.channel))


async def test_telegram_repeating_the_token_is_not_repeated_by_us(
    api: BotApi, desk: Desk, started: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = ""
    for code in (400, 401, 403, 404, 418, 429, 500):
        api.fails("sendMessage", "error", code=code, description=f"/bot{TOKEN}/", retry_after=1)
        said += repr(await desk.says("x"))
    assert "<token>" in said
    assert "CANARY" not in said + caplog.text


@pytest.mark.parametrize("token", ["", "no-colon", "x:y", "1: 2"])
async def test_a_token_that_is_none_loses_no_message(settings: TelegramBotSettings, token: str) -> None:
    desk = Desk(replace(settings, token=Secret(token)))
    (fate,) = await desk.says("x")
    assert isinstance(fate, RetryLater)
    await desk.channel.close()
