"""Whatever a subscriber sends becomes something a rule and a person can read."""

from __future__ import annotations

from typing import Any

import pytest

from desk.model.events import AgentsGroupChanged, DeliveryFailed, Event, NotForDesk, OpenedChat, Pressed, Reacted, Said
from desk.model.messages import Address, UnreadableMessage
from tests.bots.examples import ANNA, AT, BOT, CHANNEL, GROUP, PRIVATE, hears, inbound, message, press


def file(**more: Any) -> dict[str, Any]:
    return {"file_id": "F1", "file_unique_id": "u", "file_size": 10, **more}


def test_a_private_text_is_said_by_the_chat_it_came_from() -> None:
    one = inbound(**message(text="нет интернета, договор 40-1187"))
    assert (type(one.event), one.from_subscriber, one.text) == (Said, True, "нет интернета, договор 40-1187")
    assert one.sender == Address("telegram", CHANNEL, "42")
    assert (one.provider, one.at, one.message) == ("sever", AT, "5")
    assert (one.name, one.language) == ("Анна Петрова", "ru")
    assert one.reference.lane == f"{CHANNEL}:42"


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("/start", OpenedChat()),
        ("/start@desk_bot", OpenedChat()),
        ("/start  k7-abc", OpenedChat("k7-abc")),
        ("/starting", Said("/starting", "/starting")),
        ("/operator", Said("/operator", "/operator")),
        ("please /start", Said("please /start", "please /start")),
    ],
)
def test_only_start_is_a_start_and_other_commands_keep_their_words(text: str, event: Said | OpenedChat) -> None:
    assert inbound(**message(text=text)).event == event


def test_the_payload_of_a_deep_link_is_kept() -> None:
    assert inbound(**message(text="/start k7-abc")).event.payload == "k7-abc"


@pytest.mark.parametrize(
    ("content", "kind", "name", "media_type"),
    [
        (
            {"document": file(file_name="договор.pdf", mime_type="application/pdf")},
            "file",
            "договор.pdf",
            "application/pdf",
        ),
        ({"document": file()}, "file", "file-5", "application/octet-stream"),
        ({"voice": file(duration=3)}, "voice", "voice-5.ogg", "audio/ogg"),
        ({"video": file(width=1, height=1, duration=1)}, "video", "video-5.mp4", "video/mp4"),
        ({"video_note": file(length=1, duration=1)}, "video", "video-5.mp4", "video/mp4"),
        ({"audio": file(duration=1, file_name="a.mp3")}, "file", "a.mp3", "audio/mpeg"),
        (
            {
                "animation": file(width=1, height=1, duration=1),
                "document": file(file_name="a.gif.mp4", mime_type="video/mp4"),
            },
            "file",
            "a.gif.mp4",
            "video/mp4",
        ),
    ],
)
def test_every_kind_of_file_is_kept_by_reference(content: Any, kind: str, name: str, media_type: str) -> None:
    one = inbound(**message(caption="вот", **content))
    assert one.text == "вот"
    assert [(f.kind, f.name, f.media_type, f.size, f.source) for f in one.files] == [
        (kind, name, media_type, 10, "telegram:desk:F1")
    ]


def test_of_a_photo_the_largest_size_is_taken() -> None:
    sizes = [
        {"file_id": "small", "file_unique_id": "a", "width": 90, "height": 60},
        {"file_id": "large", "file_unique_id": "b", "width": 900, "height": 600},
        {"file_id": "medium", "file_unique_id": "c", "width": 300, "height": 200},
    ]
    one = inbound(**message(photo=sizes, media_group_id="77"))
    assert [f.source for f in one.files] == ["telegram:desk:large"]
    assert one.event.album == "77"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"location": {"latitude": 55.75, "longitude": 37.61}}, "55.75, 37.61"),
        ({"location": {"latitude": -33.868823, "longitude": 151.0}}, "-33.868823, 151"),
        (
            {"venue": {"location": {"latitude": 1, "longitude": 2}, "title": "Узел", "address": "Мира 5"}},
            "Узел, Мира 5 (1, 2)",
        ),
        ({"contact": {"phone_number": "+79001234567", "first_name": "Иван"}}, "Иван +79001234567"),
        (
            {
                "sticker": {
                    **file(),
                    "type": "regular",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                    "emoji": "😡",
                }
            },
            "😡",
        ),
        ({"dice": {"emoji": "🎲", "value": 4}}, "🎲 4"),
    ],
)
def test_what_is_no_text_is_put_into_words(content: Any, text: str) -> None:
    one = inbound(**message(**content))
    assert (type(one.event), one.text) == (Said, text)


def test_a_shared_phone_is_the_senders_own_only_if_telegram_says_so() -> None:
    def shared(**fields: Any) -> bool:
        said = inbound(**message(**fields)).event
        assert isinstance(said, Said)
        assert said.phone == "+7900"
        return said.phone_is_own

    own = {"phone_number": "+7900", "first_name": "Анна", "user_id": 42}
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    assert shared(contact=own) is True
    assert shared(contact={**own, "user_id": 43}) is False
    assert shared(contact={"phone_number": "+7900", "first_name": "Анна"}) is False
    assert shared(contact=own, forward_origin=origin) is False


def test_an_edit_a_forward_and_an_answer_are_marked() -> None:
    edited = inbound("edited_message", **message(text="и телефон тоже", edit_date=1795253401))
    assert edited.event == Said("и телефон тоже", "и телефон тоже", edited=True)
    forwarded = inbound(**message(text="x", forward_origin={"type": "hidden_user", "date": 1, "sender_user_name": "y"}))
    assert forwarded.event == Said("x", "x", forwarded=True, origin="y")
    answer = inbound(**message(text="да", reply_to_message=message(message_id=4, text="Помогло?", **{"from": BOT})))
    assert answer.reference.reply_to == "4"


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        ({"story": {"chat": PRIVATE, "id": 3}}, "story", "[история]"),
        ({"paid_media": {"star_count": 1, "paid_media": []}}, "paid_media", "[платное фото или видео]"),
        ({"game": {"title": "g"}}, "game", "[игра]"),
        ({"web_app_data": {"data": "{}"}}, "web_app_data", "[данные мини-приложения]"),
        ({"holo_note": {"file_id": "z"}, "caption": "смотрите сюда"}, "holo_note", "[holo_note]\nсмотрите сюда"),
        (
            {"checklist": {"title": "Сделал", "tasks": [{"text": "кабель", "completion_date": 5}, {"text": "роутер"}]}},
            "checklist",
            "Сделал\n☑ кабель\n☐ роутер",
        ),
        ({"rich_message": {"blocks": [{"type": "p", "text": "не"}, {"text": "горит"}]}}, "rich_message", "не\nгорит"),
        ({"venue": {"title": "Узел"}}, "venue", "Узел"),
        ({"location": {"latitude": "x"}}, "location", "[точка на карте]"),
        ({"photo": "strange", "caption": "вот"}, "photo", "[фото]\nвот"),
    ],
)
def test_what_the_desk_cannot_show_is_still_heard_and_named(content: Any, kind: str, text: str) -> None:
    one = inbound(**message(**content))
    assert (one.event.content, one.text) == (kind, text)


@pytest.mark.parametrize(
    "strange",
    [
        {"forward_origin": {"type": "hidden_user", "date": 1700000000}},
        {"forward_origin": {"type": "mystery"}},
        {"forward_origin": 5},
        {"reply_to_message": "x"},
        {"entities": [{"type": 7, "offset": "a"}, 3]},
        {"entities": [{"type": "text_link", "offset": 900, "length": 9, "url": "https://x"}]},
        {"date": "yesterday"},
        {"date": 1 << 70},
        {"from": {**ANNA, "language_code": 5}},
        {"link_preview_options": [1]},
        {"media_group_id": 8},
        {"quote": "x", "external_reply": 7},
    ],
)
def test_one_strange_field_takes_nothing_from_the_words(strange: Any) -> None:
    one = inbound(**message(**{"text": "нет интернета", **strange}))
    assert (one.text, one.sender.value, one.name) == ("нет интернета", "42", "Анна Петрова")


def test_a_photo_that_does_not_tell_its_size_and_an_older_poll_are_read() -> None:
    photo = inbound(**message(photo=[{"file_id": "s"}, {"file_id": "l"}, {"file_id": 5}], caption="вот"))
    assert ([one.source for one in photo.files], photo.text) == (["telegram:desk:l"], "вот")
    assert inbound(**message(poll={"question": "Когда?", "options": [{"text": "Утро"}]})).text == "Когда?\n– Утро"


def test_what_was_forwarded_or_answered_is_told_with_the_words() -> None:
    channel = {"type": "channel", "chat": {"id": -1, "type": "channel", "title": "Сервис ЖКХ"}, "message_id": 7}
    one = inbound(**message(text="Плановые работы", forward_origin=channel)).event
    assert (one.text, one.origin, one.forwarded) == ("Плановые работы", "Сервис ЖКХ", True)
    two = inbound(**message(text="второе сделала", quote={"text": "проверьте кабель", "position": 25})).event
    assert (two.text, two.quote) == ("второе сделала", "проверьте кабель")


@pytest.mark.parametrize("place", [("text", "entities"), ("caption", "caption_entities")])
def test_a_link_keeps_its_address(place: tuple[str, str]) -> None:
    """Telegram counts in UTF-16 units: an emoji before the link is two of them."""
    words, marks = place
    link = [{"type": "text_link", "offset": 14, "length": 5, "url": "https://prnt.sc/abc"}]
    photo = {"photo": [{"file_id": "p"}]} if words == "caption" else {}
    one = inbound(**message(**{words: "😡 вот, скрин здесь!", marks: link, **photo}))
    assert one.text == "😡 вот, скрин здесь (https://prnt.sc/abc)!"


def test_a_reaction_is_a_reaction() -> None:
    def reaction(before: list[Any], after: list[Any]) -> Any:
        told: dict[str, Any] = {"chat": PRIVATE, "message_id": 8, "user": ANNA, "date": 1}
        return inbound("message_reaction", **told, old_reaction=before, new_reaction=after)

    thumb = {"type": "emoji", "emoji": "👍"}
    one = reaction([], [thumb])
    assert (one.event, one.reference.reply_to, one.from_subscriber) == (Reacted("👍"), "8", False)
    assert reaction([thumb], []).event == NotForDesk()


@pytest.mark.parametrize(
    "event",
    [
        message(pinned_message=message(text="x")),
        message(chat=GROUP, new_chat_members=[ANNA]),
        message(chat={"id": -5, "type": "group", "title": "x"}, text="hello"),
        message(text="x", sender_chat=GROUP),
        message(chat=GROUP, text="x", sender_chat={"id": -7}, is_automatic_forward=True),
    ],
)
def test_service_messages_strange_groups_and_channels_mean_nothing(event: dict[str, Any]) -> None:
    assert inbound(**event).event == NotForDesk()


def test_an_administrators_talk_in_the_groups_name_is_agents_talk() -> None:
    assert inbound(**message(chat=GROUP, text="x", sender_chat=GROUP)).event == NotForDesk(agents=True)


def test_a_button_names_its_case_prompt_and_option() -> None:
    one = inbound("callback_query", **press("1k:3:yes"))
    assert one.event == Pressed(51, 3, "yes")
    assert (one.callback, one.message, one.sender.value) == ("777", "8", "42")
    assert (one.reference.case_id, one.reference.button) == (51, True)


def test_a_button_under_a_picture_says_so() -> None:
    photo = [{"file_id": "p", "file_unique_id": "a", "width": 1, "height": 1}]
    one = inbound("callback_query", **press("1:1:yes", text=None, photo=photo))
    assert one.event.on_media is True


def test_a_button_under_a_message_too_old_to_be_shown_still_counts() -> None:
    query = press("1:1:yes") | {"message": {"chat": PRIVATE, "message_id": 8, "date": 0}}
    one = inbound("callback_query", **query)
    assert (one.event, one.message) == (Pressed(1, 1, "yes"), "8")


@pytest.mark.parametrize(
    "data", ["", "x", "1:2", "1:2:", "U:1:yes", "1:-1:yes", "1:²:yes", "1:99999999999:a", ":1:a", None]
)
def test_a_button_that_is_not_ours_means_nothing_but_is_acknowledged(data: str | None) -> None:
    one = inbound("callback_query", **press(data))
    assert (one.event, one.callback) == (NotForDesk(), "777")


def member(status: str, **more: Any) -> dict[str, Any]:
    return {"user": BOT, "status": status, **more}


@pytest.mark.parametrize(
    ("chat", "before", "after", "event"),
    [
        (PRIVATE, member("member"), member("kicked", until_date=0), DeliveryFailed(gone=True, by_person=True)),
        (PRIVATE, member("kicked", until_date=0), member("member"), OpenedChat(returned=True)),
        (GROUP, member("left"), member("member"), AgentsGroupChanged(present=True)),
        (GROUP, member("member"), member("kicked", until_date=0), AgentsGroupChanged(present=False)),
        ({**GROUP, "id": -7}, member("member"), member("kicked", until_date=0), NotForDesk()),
    ],
)
def test_blocking_the_bot_makes_a_person_unreachable_until_they_return(
    chat: Any, before: Any, after: Any, event: Event
) -> None:
    change = {"chat": chat, "from": ANNA, "date": 1, "old_chat_member": before, "new_chat_member": after}
    assert inbound("my_chat_member", **change).event == event


def test_characters_that_no_database_takes_are_replaced() -> None:
    one = inbound(**message(text="a\0b\ud800c"))
    assert one.text == "a\ufffdb\ufffdc"


def test_a_name_cannot_disguise_itself() -> None:
    one = inbound(
        **message(text="x", **{"from": {**ANNA, "first_name": "\u202eSupport\u2066", "last_name": "Te\u200bam\n"}})
    )
    assert one.name == "Support Team"


def test_a_file_name_shows_its_real_ending_and_no_folder() -> None:
    one = inbound(**message(document=file(file_name="..\\..\\etc/inv\u202efdp.exe")))
    assert one.files[0].name == "invfdp.exe"
    long = inbound(**message(document=file(file_name="a" * 300 + ".pdf"))).files[0].name
    assert (len(long), long[-4:]) == (120, ".pdf")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"null",
        b"[1]",
        b'{"update_id": 1, "message": {"message_id": "x"}}',
        b'{"update_id": 1, "message": 5}',
        b'{"update_id": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_update_is_unreadable_and_its_words_are_not_repeated(body: bytes) -> None:
    with pytest.raises(UnreadableMessage) as caught:
        hears(body)
    assert caught.value.__cause__ is None


def test_an_update_of_a_kind_nobody_asked_for_means_nothing() -> None:
    assert hears({"update_id": 1, "message_reaction_count": None}).event == NotForDesk()
    assert hears({"update_id": 1, "some_future_thing": {"a": 1}}).event == NotForDesk()
