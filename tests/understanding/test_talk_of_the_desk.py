"""What is said of the desk and of other services: its hours, and what works beside a television that does not."""

from __future__ import annotations

import pytest

from desk.understanding.opening_hours import asked_of_hours
from desk.understanding.working_but_for import works_but_for_other_service


@pytest.mark.parametrize(
    "text",
    [
        "до скольки работаете?",
        "вы до скольки сегодня работаете",
        "во сколько вы открываетесь?",
        "вы в воскресенье работаете?",
        "работаете в выходные?",
        "какие у вас часы работы",
        "режим работы",
        "what are your opening hours?",
        "are you open on sunday",
        "what time do you close?",
    ],
)
def test_a_question_of_hours_says_nothing_else(text: str) -> None:
    beside = asked_of_hours(text)
    assert beside is not None
    assert "работ" not in beside
    assert len(beside.split()) <= 3


@pytest.mark.parametrize(
    "text",
    [
        "когда заработает?",
        "вы вообще работаете?",
        "как работает роутер",
        "во сколько придёт мастер",
        "when will it work",
    ],
)
def test_other_questions_of_time_ask_for_no_hours(text: str) -> None:
    assert asked_of_hours(text) is None


def test_what_stands_beside_a_question_of_hours_is_kept() -> None:
    assert asked_of_hours("нет интернета, и до скольки вы работаете?") == "нет интернета, и"


@pytest.mark.parametrize(
    "text",
    [
        "всё работает кроме тв",
        "всё работает, кроме телевизора",
        "интернет появился, но телевизор не показывает",
        "интернет есть, только каналы не идут",
        "everything works except the tv",
        "internet is back but the telly isn't",
        "телевизор не показывает, интернет есть",
    ],
)
def test_television_fails_beside_an_internet_that_works(text: str) -> None:
    assert works_but_for_other_service(text)


@pytest.mark.parametrize(
    "text",
    [
        "работает на всех устройствах, кроме телевизора",
        "на телефоне всё работает, а на телевизоре нет",
        "всё работает",
        "интернет есть, но медленный",
        "не работает ни интернет, ни тв",
        "интернета нет, телевизор работает",
    ],
)
def test_a_television_among_devices_or_a_dead_internet_is_no_such_thing(text: str) -> None:
    assert not works_but_for_other_service(text)
