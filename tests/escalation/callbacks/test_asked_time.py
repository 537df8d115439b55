"""When somebody wants to be called, in their own words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from escalation.callbacks.asked_time import asked_time, words_of_call

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 30, 15, 10, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("перезвоните после 18", "30 18:00", "30 19:00"),
        ("перезвоните +7 900 123-45-67 после 18:30", "30 18:30", "30 19:30"),
        ("позвоните завтра с 10 до 12", "01 10:00", "01 12:00"),
        ("позвоните завтра", "01 09:00", "01 21:00"),
        ("позвоните в 6", "30 18:00", "30 18:30"),
        ("позвоните в 9 утра", "01 09:00", "01 09:30"),
        ("позвоните вечером", "30 18:00", "30 21:00"),
        ("наберите до 17", "30 15:10", "30 17:00"),
        ("call me at 7 pm", "30 19:00", "30 19:30"),
        ("please call me tomorrow between 10 and 11", "01 10:00", "01 11:00"),
        ("ring me after 5pm", "30 17:00", "30 18:00"),
        ("call me tomorrow morning", "01 09:00", "01 12:00"),
    ],
)
def test_a_time_is_understood(words: str, start: str, end: str) -> None:
    found = asked_time(words_of_call(words), NOW, MOSCOW)
    assert found is not None, words
    assert (f"{found.start:%d %H:%M}", f"{found.end:%d %H:%M}") == (start, end)


@pytest.mark.parametrize(
    "words",
    [
        "перезвоните мне",
        "перезвоните мне +7 000 555-00-01",
        "интернета нет с 9 утра. Позвоните мне, договор 40-1187",
        "нет интернета с утра, ничего не помогает, уже третий раз пишу вам об этом",
        "call me back on 020 7946 0958",
        "позвоните в 25",
    ],
)
def test_no_time_is_made_up(words: str) -> None:
    assert asked_time(words_of_call(words), NOW, MOSCOW) is None
