"""What the desk says is dressed as Bot API calls, each of them one that Telegram takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.render import render
from bots.split_text import entities, split_text, units
from desk.language.rich_text import RichText, TextSpan, parse_markdown
from desk.model.messages import Address, File, OutboundMessage, RedeliveryPolicy, RenderedButton, RenderedCall

CHANNEL = "telegram:desk"
ANNA = Address("telegram", CHANNEL, "42")
YES_NO = ((RenderedButton("yes", "Да"), RenderedButton("no", "Нет")),)


def rendered(text: str | RichText = "", **how: Any) -> tuple[RenderedCall, ...]:
    made = render(
        CHANNEL, OutboundMessage(**{"to": ANNA, "text": parse_markdown(text) if isinstance(text, str) else text, **how})
    )
    assert all(json.loads(json.dumps(one.body)) == one.body for one in made), "a call must survive the outbox"
    return made


def calls(text: str = "", **how: Any) -> list[str]:
    return [one.body["method"] for one in rendered(text, **how)]


def picture(number: int = 1, **more: Any) -> File:
    return File(**{"name": f"{number}.png", "kind": "photo", "media_type": "image/png", "size": 10,
                   "source": f"content:{number}.png", **more})  # fmt: skip


def test_a_topic_is_named_wherever_something_new_is_said() -> None:
    """An edit finds its message without; the lane is the chat's."""
    forum = Address("telegram", CHANNEL, "-100", 7)
    how: dict[str, Any] = {"to": forum, "files": (picture(1), picture(2)), "edits": "remote:5", "keeps": True}
    made = rendered("**Words**", **how, options=YES_NO)
    assert [(one.body["method"], one.body["params"].get("message_thread_id")) for one in made] == [
        ("editMessageReplyMarkup", None),
        ("sendMessage", 7),
        ("sendMediaGroup", 7),
    ]
    assert {one.lane for one in made} == {f"{CHANNEL}:-100"}
    (photo,) = rendered(to=forum, files=(picture(),))
    assert photo.body["params"]["message_thread_id"] == 7


def test_a_plain_text_is_one_message_without_link_previews() -> None:
    (one,) = rendered("Здравствуйте! http://evil.example")
    assert one.lane == f"{CHANNEL}:42"
    assert one.policy is RedeliveryPolicy.RETRY
    assert one.body["params"] == {
        "chat_id": 42,
        "text": "Здравствуйте! http://evil.example",
        "link_preview_options": {"is_disabled": True},
    }


def test_marks_become_entities_counted_in_utf16() -> None:
    (one,) = rendered("😀😀 **жирно** `код` [сайт](https://example.com)")
    assert one.body["params"]["text"] == "😀😀 жирно код сайт"
    assert one.body["params"]["entities"] == [
        {"type": "bold", "offset": 5, "length": 5},
        {"type": "code", "offset": 11, "length": 3},
        {"type": "text_link", "offset": 15, "length": 4, "url": "https://example.com"},
    ]
    assert "link_preview_options" not in one.body["params"]


def test_a_link_that_telegram_cannot_open_stays_plain_words() -> None:
    assert entities(parse_markdown("[a](javascript:x) **b**")) == [{"type": "bold", "offset": 2, "length": 1}]


def test_a_strangers_words_are_literal_and_nothing_asks_telegram_to_parse_them() -> None:
    hostile = '<a href="tg://user?id=1">x</a> </code> *_[ @agent'
    (one,) = rendered(text=RichText(hostile))
    assert one.body["params"]["text"] == hostile
    assert "parse_mode" not in one.body["params"]
    assert "entities" not in one.body["params"]


def test_buttons_say_which_case_and_which_prompt_they_belong_to() -> None:
    (one,) = rendered("Помогло?", options=YES_NO, case=51, prompt=3)
    assert one.body["params"]["reply_markup"] == {
        "inline_keyboard": [[{"text": "Да", "callback_data": "1k:3:yes"}, {"text": "Нет", "callback_data": "1k:3:no"}]]
    }


def test_a_button_that_does_not_fit_names_its_option() -> None:
    with pytest.raises(ValueError, match="ааааа"):
        rendered("x", options=((RenderedButton("а" * 31, "А"),),), case=1, prompt=1)


def test_a_long_text_is_cut_between_paragraphs_and_the_buttons_hang_on_the_last_part() -> None:
    first, second = "а" * 3000, "б" * 3000
    one, two = rendered(f"{first}\n\n{second}", options=YES_NO, answers="k1")
    assert (one.body["params"]["text"], two.body["params"]["text"]) == (first, second)
    assert "reply_markup" not in one.body["params"]
    assert "reply_markup" in two.body["params"]
    assert (one.body["answers"], two.body.get("answers")) == ("k1", None)


def test_a_mark_over_a_cut_goes_on_in_the_next_part() -> None:
    one, two = split_text(RichText("a " * 5, (TextSpan("bold", 0, 9),)), 6)
    assert (one.plain, two.plain) == ("a a a", "a a")
    assert [mark.end - mark.start for mark in (*one.marks, *two.marks)] == [5, 3]


@given(st.text(alphabet=st.characters(), max_size=200), st.integers(2, 40))
def test_no_part_is_too_long_and_nothing_but_white_space_is_lost(plain: str, limit: int) -> None:
    parts = split_text(RichText(plain), limit)
    assert all(0 < units(part.plain) <= limit for part in parts)
    assert all(len(part.plain.encode("utf-16-le")) == 2 * units(part.plain) for part in parts)
    kept = "".join("".join(part.plain.split()) for part in parts)
    sendable = "".join("\ufffd" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in plain)
    assert kept == "".join(sendable.split())


@given(st.text(alphabet="aя😀 \n*`[]()\\", max_size=120), st.integers(4, 30))
def test_entities_lie_inside_their_part_and_never_cut_a_pair_in_two(source: str, limit: int) -> None:
    for part in split_text(parse_markdown(source), limit):
        coded = part.plain.encode("utf-16-le")
        for entity in entities(part):
            stretch = coded[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])]
            assert len(stretch) == 2 * entity["length"] > 0
            stretch.decode("utf-16-le")


def test_one_picture_carries_the_text_as_its_caption_and_the_buttons() -> None:
    (one,) = rendered("**Роутер**", files=(picture(),), options=YES_NO)
    assert one.body["method"] == "sendPhoto"
    assert one.body["params"]["caption"] == "Роутер"
    assert one.body["params"]["caption_entities"] == [{"type": "bold", "offset": 0, "length": 6}]
    assert "reply_markup" in one.body["params"]
    assert one.body["files"] == [{"at": "photo", "source": "content:1.png", "id": "", "name": "1.png"}]


def test_a_text_too_long_for_a_caption_comes_before_the_picture() -> None:
    text, photo = rendered("а" * 1025, files=(picture(),), options=YES_NO)
    assert (text.body["method"], photo.body["method"]) == ("sendMessage", "sendPhoto")
    assert "reply_markup" not in text.body["params"]
    assert "reply_markup" in photo.body["params"]
    assert calls("а" * 1024, files=(picture(),)) == ["sendPhoto"]


def test_the_words_of_a_picture_stand_above_it() -> None:
    (photo,) = rendered("Вилка", files=(picture(),))
    assert photo.body["params"]["show_caption_above_media"] is True
    (document,) = rendered("Вилка", files=(picture(media_type="image/heic"),))
    assert "show_caption_above_media" not in document.body["params"]


def test_several_pictures_are_albums_of_ten_at_most_and_follow_the_text() -> None:
    many = tuple(picture(number) for number in range(1, 12))
    assert calls("x", files=many[:10]) == ["sendMessage", "sendMediaGroup"]
    assert calls("x", files=many) == ["sendMessage", "sendMediaGroup", "sendPhoto"]
    assert calls(files=many[:2], options=YES_NO) == ["sendMediaGroup", "sendMessage"]
    words, album = rendered("x", files=many[:2], options=YES_NO)
    assert "reply_markup" in words.body["params"], "an album can have no buttons"
    assert "reply_markup" not in album.body["params"]


def test_pictures_stand_below_their_words_and_the_question_with_its_buttons_below_them() -> None:
    words = "Здравствуйте! Вот шаги.\n\nПомогло?"
    place = words.index("\n\n")
    files = picture(1), picture(2)
    steps, album, question = rendered(words, files=files, file_places=(place, place), options=YES_NO)
    assert (steps.body["params"]["text"], question.body["params"]["text"]) == tuple(words.split("\n\n"))
    assert album.body["method"] == "sendMediaGroup"
    assert ["reply_markup" in one.body["params"] for one in (steps, album, question)] == [False, False, True]
    one, other = rendered("а" * 1000 + "\n\n" + "б" * 100, files=files[:1], file_places=(1000,), options=YES_NO)
    assert (one.body["method"], other.body["method"]) == ("sendPhoto", "sendMessage")
    assert one.body["params"]["caption"] == "а" * 1000


def test_each_picture_of_an_album_says_what_it_shows() -> None:
    _, album = rendered("x", files=(picture(1, shows="Вилка"), picture(2), picture(3, shows="з" * 2000)))
    captions = [one.get("caption", "") for one in album.body["params"]["media"]]
    assert (captions[:2], 1000 <= len(captions[2]) <= 1024) == (["Вилка", ""], True)
    _, alone = rendered("x" * 1025, files=(picture(1, shows="Вилка"),))
    assert alone.body["params"]["caption"] == "Вилка"


@pytest.mark.parametrize(
    ("file", "method"),
    [
        (picture(media_type="image/heic"), "sendDocument"),
        (picture(size=11 * 1024 * 1024), "sendDocument"),
        (File("v.ogg", "voice", "audio/ogg", 1, "content:v"), "sendVoice"),
        (File("v.mp4", "video", "video/mp4", 1, "content:v"), "sendVideo"),
        (File("v.avi", "video", "video/avi", 1, "content:v"), "sendDocument"),
        (File("a.mp3", "file", "audio/mpeg", 1, "content:a"), "sendAudio"),
        (File("d.pdf", "file", "application/pdf", 1, "arrival:1:2"), "sendDocument"),
    ],
)
def test_every_file_goes_by_the_method_that_takes_it(file: File, method: str) -> None:
    assert calls("x", files=(file,)) == [method]


def test_a_file_of_this_very_bot_goes_by_its_id_and_one_of_another_by_its_bytes() -> None:
    own, other = (
        rendered(files=(picture(source=f"telegram:{bot}:A:b"),))[0].body["files"][0] for bot in ("desk", "desk2")
    )
    assert (own["id"], other["id"]) == ("A:b", "")


def test_an_edit_changes_the_old_message_and_a_later_edit_may_take_its_place() -> None:
    (one,) = rendered("Взято", edits="k1", options=YES_NO)
    assert one.body["method"] == "editMessageText"
    assert (one.policy, one.supersedes, one.body["edits"]) == (RedeliveryPolicy.EDIT, "k1", "k1")
    assert "reply_markup" in one.body["params"]


def test_a_picture_instead_of_a_text_takes_the_old_buttons_off_and_follows_below() -> None:
    assert calls("x", edits="k1", files=(picture(),)) == ["editMessageReplyMarkup", "sendPhoto"]
    assert calls("x", edits="k1", keeps=True, options=YES_NO) == ["editMessageReplyMarkup", "sendMessage"]


def test_a_press_is_acknowledged_first_and_never_waits_behind_other_messages() -> None:
    ack, text = rendered("Хорошо", callback="777", alert="а" * 300)
    assert (ack.kind, ack.lane) == ("callback", f"{CHANNEL}:callback:777")
    assert ack.body["params"] == {"callback_query_id": "777", "text": "а" * 200}
    assert text.body["method"] == "sendMessage"


def test_a_press_with_nothing_to_say_is_only_acknowledged() -> None:
    assert calls(callback="777", alert="Эта кнопка устарела", edits="remote:8") == ["answerCallbackQuery"]


def test_nothing_to_say_is_nothing_to_send() -> None:
    assert calls(" \n ") == []


def test_a_group_is_addressed_by_its_number_and_a_public_one_by_its_name() -> None:
    group, public = (rendered("x", to=Address("telegram", CHANNEL, value))[0] for value in ("-100123", "@agents"))
    assert (group.body["params"]["chat_id"], public.body["params"]["chat_id"]) == (-100123, "@agents")
