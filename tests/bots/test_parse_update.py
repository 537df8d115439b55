"""Whatever a subscriber sends becomes something a rule and a person can read."""

from __future__ import annotations

from typing import Any

import pytest

from desk.model.events import DeliveryFailed, Event, NotForDesk, OpenedChat, Pressed, Said
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
    assert forwarded.event == Said("x", "x", forwarded=True)
    answer = inbound(**message(text="да", reply_to_message=message(message_id=4, text="Помогло?", **{"from": BOT})))
    assert answer.reference.reply_to == "4"


def test_what_the_desk_cannot_show_is_still_heard_and_named() -> None:
    one = inbound(**message(story={"chat": PRIVATE, "id": 3}))
    assert one.event == Said(content="story")


@pytest.mark.parametrize(
    "event",
    [
        message(pinned_message=message(text="x")),
        message(chat=GROUP, new_chat_members=[ANNA]),
        message(chat={"id": -5, "type": "group", "title": "x"}, text="hello"),
        message(chat=GROUP, text="x", sender_chat=GROUP),
    ],
)
def test_service_messages_strange_groups_and_anonymous_people_mean_nothing(event: dict[str, Any]) -> None:
    assert inbound(**event).event == NotForDesk()


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
        (GROUP, member("left"), member("member"), NotForDesk()),
        (GROUP, member("member"), member("kicked", until_date=0), NotForDesk()),
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
