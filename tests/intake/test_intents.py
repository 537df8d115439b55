"""Yes and no, and not knowing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.language.detect import language_of
from desk.language.intents import is_agreement, parse_yes_no, says_dont_know


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("да", True),
        ("Да!", True),
        ("да, спасибо, заработало", True),
        ("Помогло", True),
        ("спасибо большое, всё работает!", True),
        ("Всё хорошо", True),
        ("ура, интернет появился", True),
        ("нет проблем, всё ок", True),
        ("можно закрывать", True),
        ("yes", True),
        ("it works now", True),
        ("Works, thank you!", True),
        ("fixed, thanks", True),
        ("No problem, it's back", True),
        ("нет", False),
        ("Нет :(", False),
        ("не помогло", False),
        ("не работает", False),
        ("НЕ РАБОТАЕТ!!!", False),
        ("да нет, не помогло", False),
        ("да нет", False),
        ("да не работает ничего", False),
        ("нет, всё так же", False),
        ("всё так же", False),
        ("по-прежнему ничего", False),
        ("без изменений", False),
        ("ничего не заработало", False),
        ("опять пропал", False),
        ("не помогло, что делать?", False),
        ("no", False),
        ("nope", False),
        ("still down", False),
        ("it still doesn't work", False),
        ("not working", False),
        ("didn't help", False),
        ("no change", False),
        ("still not working", False),
        ("nothing works", False),
        ("интернета нет", False),
        ("к сожалению, нет", False),
        ("не закрывайте", False),
        ("still no internet", False),
        ("I can't connect", False),
        ("интернет есть, спасибо", True),
        ("it's up and running", True),
        ("да, но wi-fi нет", False),
        ("да, но медленно", None),
        ("", None),
        ("спасибо", None),
        ("не знаю", None),
        ("I don't know yet", None),
        ("а когда заработает?", None),
        ("работает?", None),
        ("нет, уже заработало", None),
        ("работает, но медленно", None),
        ("it works but slowly", None),
        ("интернет заработал, но wi-fi не работает", None),
        ("вчера работало", None),
        ("перезагружаю", None),
        ("договор 40-1187", None),
    ],
)
def test_whether_it_works_now(said: str, meant: bool | None) -> None:
    assert parse_yes_no(said) is meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ага", True),
        ("ну да", True),
        ("Да, перезагружал", True),
        ("нет ещё", False),
        ("пока нет", False),
        ("да нет", False),
        ("yep", True),
        ("not yet", False),
        ("никак", False),
        ("перезагружал", None),
        ("не знаю", None),
        ("дата", None),
        ("👍", None),
    ],
)
def test_a_plain_yes_or_no(said: str, meant: bool | None) -> None:
    assert is_agreement(said) is meant


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("нет интернета", "ru"),
        ("no internet", "en"),
        ("Wi-Fi не работает, LOS горит", "ru"),
        ("40-1187", ""),
        ("", ""),
        ("ok", "en"),
        ("ok да", ""),
        ("да", "ru"),
        ("не работает internet", ""),
        ("网络坏了", ""),
    ],
)
def test_the_language_is_told_by_its_letters(text: str, language: str) -> None:
    assert language_of(text) == language


def test_not_knowing_is_told_from_a_story_that_begins_so() -> None:
    assert says_dont_know("Не знаю.")
    assert says_dont_know("I'm not sure")
    assert not says_dont_know("не знаю почему, но со вчерашнего вечера не работает на всех устройствах")


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    assert parse_yes_no(text) in (True, False, None)
    assert language_of(text) in ("ru", "en", "")
