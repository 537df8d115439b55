"""When it happened, in people's own words. It is Saturday, 21 November 2026, 15:40 in Moscow."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.understanding.slots.moments import parse_when

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 21, 15, 40, tzinfo=MOSCOW)


def span(text: str) -> str:
    found = parse_when(text, NOW, MOSCOW)
    if found is None:
        return ""
    ends = [one.astimezone(MOSCOW).strftime("%d.%m %H:%M") for one in (found.start, found.end)]
    return " - ".join(dict.fromkeys(ends))


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("вчера в 18", "20.11 18:00"),
        ("вчера в 18:30.", "20.11 18:30"),
        ("в ноябре", "01.11 00:00 - 21.11 15:40"),
        ("с октября", "01.10 00:00 - 01.11 00:00"),
        ("где-то в конце октября", "20.10 00:00 - 01.11 00:00"),
        ("since early november", "01.11 00:00 - 11.11 00:00"),
        ("in the middle of october", "10.10 00:00 - 21.10 00:00"),
        ("в мае", "01.05 00:00 - 01.06 00:00"),
        ("в декабре", ""),
        ("20 ноября", "20.11 00:00 - 21.11 00:00"),
        ("8 this morning", "21.11 08:00"),
        ("7 yesterday evening", "20.11 19:00"),
        ("saturday night", "14.11 18:00 - 15.11 00:00"),
        ("вчера в 18:30", "20.11 18:30"),
        ("Вчера, где-то в 18.30", "20.11 18:30"),
        ("вчера вечером", "20.11 18:00 - 21.11 00:00"),
        ("вчера вечером в 7", "20.11 19:00"),
        ("вчера с полудня", "20.11 12:00 - 20.11 18:00"),
        ("вчера", "20.11 00:00 - 21.11 00:00"),
        ("со вчерашнего дня", "20.11 00:00 - 21.11 00:00"),
        ("позавчера", "19.11 00:00 - 20.11 00:00"),
        ("2 hours ago", "21.11 13:40"),
        ("two hours ago", "21.11 13:40"),
        ("a couple of hours ago", "21.11 13:40"),
        ("два часа назад", "21.11 13:40"),
        ("часа 2 назад", "21.11 13:40"),
        ("час назад", "21.11 14:40"),
        ("полчаса назад", "21.11 15:10"),
        ("минут 20 назад", "21.11 15:20"),
        ("второй день", "20.11 00:00 - 21.11 00:00"),
        ("Здравствуйте, второй день нет интернета", "20.11 00:00 - 21.11 00:00"),
        ("2-й день", "20.11 00:00 - 21.11 00:00"),
        ("третьи сутки", "19.11 00:00 - 20.11 00:00"),
        ("third day", "19.11 00:00 - 20.11 00:00"),
        ("уже 3 дня", "18.11 00:00 - 19.11 00:00"),
        ("неделю", "14.11 00:00 - 15.11 00:00"),
        ("с прошлой недели", "09.11 00:00 - 16.11 00:00"),
        ("на выходных", "21.11 00:00 - 21.11 15:40"),
        ("часа три как", "21.11 12:40"),
        ("2-3 дня", "18.11 00:00 - 20.11 00:00"),
        ("день-два", "19.11 00:00 - 21.11 00:00"),
        ("с 18 числа", "18.11 00:00 - 19.11 00:00"),
        ("двадцатого ноября", "20.11 00:00 - 21.11 00:00"),
        ("dxthf dtxthjv", "20.11 18:00 - 21.11 00:00"),  # the other keyboard layout
        ("vchera vecherom", "20.11 18:00 - 21.11 00:00"),
        ("вчира", "20.11 00:00 - 21.11 00:00"),
        ("for two days", "19.11 00:00 - 20.11 00:00"),
        ("с утра", "21.11 06:00 - 21.11 12:00"),
        ("today morning", "21.11 06:00 - 21.11 12:00"),
        ("this morning", "21.11 06:00 - 21.11 12:00"),
        ("в обед", "21.11 12:00 - 21.11 15:40"),  # never later than now
        ("last night", "20.11 21:00 - 21.11 06:00"),
        ("сегодня ночью", "21.11 00:00 - 21.11 06:00"),
        ("вечером", "20.11 18:00 - 21.11 00:00"),  # this evening is still to come
        ("в 23", "20.11 23:00"),
        ("в 6 утра", "21.11 06:00"),
        ("около 3 часов дня", "21.11 15:00"),
        ("с 9 часов", "21.11 09:00 - 21.11 15:40"),  # nine or twenty-one: the words do not tell
        ("yesterday around 5", "20.11 05:00 - 20.11 17:00"),
        ("6pm yesterday", "20.11 18:00"),
        ("at 6 pm", "20.11 18:00"),
        ("on monday", "16.11 00:00 - 17.11 00:00"),
        ("с понедельника", "16.11 00:00 - 17.11 00:00"),
        ("в пятницу вечером", "20.11 18:00 - 21.11 00:00"),
        ("20.11", "20.11 00:00 - 21.11 00:00"),
        ("20.11 в 9:30", "20.11 09:30"),
        ("20 ноября в 18:00", "20.11 18:00"),
        ("Nov 20", "20.11 00:00 - 21.11 00:00"),
        ("2026-11-20 18:00", "20.11 18:00"),
        ("только что", "21.11 15:40"),
        ("now", "21.11 15:40"),
    ],
)
def test_words_give_a_stretch_of_time(words: str, meant: str) -> None:
    assert span(words) == meant


@pytest.mark.parametrize(
    "words",
    [
        "",
        "давно",
        "не знаю",
        "после грозы",
        "завтра",
        "25.12",
        "31.02",
        "99999999 дней назад",
        "в 27",
        "добрый день",
        "назад",
        "через 2 часа",
        "каждый вечер",
        "maybe 6 of them",
        "mark 5",
        "за неделю",
        "до 18",
        "с 9 до 18",
        "третий раз",
    ],
)
def test_what_is_not_understood_is_not_guessed(words: str) -> None:
    assert span(words) == ""


@given(st.text(max_size=250))
def test_no_text_raises_and_no_moment_lies_in_the_future(words: str) -> None:
    found = parse_when(words, NOW, MOSCOW)
    assert found is None or (found.start <= found.end <= NOW and found.start.tzinfo is UTC)


PIECES = [
    "вчера",
    "сегодня",
    "в",
    "18",
    "25",
    "00",
    "31",
    "12",
    "назад",
    "2",
    "часа",
    "дня",
    "ночи",
    "утра",
    ".",
    ":",
    "-",
]


@given(
    st.lists(
        st.sampled_from([*PIECES, "ago", "last", "night", "pm", "half", "an", "a", "couple", "уже", "for"]), max_size=9
    )
)
def test_no_heap_of_time_words_raises(words: list[str]) -> None:
    found = parse_when(" ".join(words), NOW, MOSCOW)
    assert found is None or found.start <= found.end <= NOW
