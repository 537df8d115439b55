"""Yes and no, a human please, and anger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.language.detect import language_of
from desk.language.intents import (
    is_agreement,
    is_only_thanks,
    is_upset,
    parse_yes_no,
    says_dont_know,
    wants_human,
    wants_to_skip,
)


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
    "said",
    [
        "оператор",
        "Оператор!",
        "позовите человека",
        "соедините с оператором, пожалуйста",
        "живой человек",
        "operator",
        "human",
        "human please",
        "I want to talk to a human",
        "can I speak with a real person?",
        "хочу поговорить с живым человеком",
        "третий день не работает, соедините меня с оператором",
        "Второй день нет инета. Оператор!",
        "дайте оператора",
        "не хочу с ботом общаться, позовите специалиста",
    ],
)
def test_a_person_asks_for_a_human(said: str) -> None:
    assert wants_human(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "мой оператор связи другой",
        "вчера оператор сказал ждать",
        "приходил ваш специалист и ушёл",
        "нет интернета",
        "human error",
        "the operator told me to restart",
        "я человек простой",
        "оператор связи МТС",
        "у меня три человека в семье",
    ],
)
def test_speaking_of_operators_asks_for_nobody(said: str) -> None:
    assert not wants_human(said)


@pytest.mark.parametrize(
    "said",
    [
        "СКОЛЬКО МОЖНО ЖДАТЬ",
        "верните интернет!!!",
        "это просто безобразие",
        "вы издеваетесь",
        "верните деньги",
        "задолбали уже",
        "this is unacceptable",
        "I am fed up with this",
        "WHERE IS MY INTERNET",
        "what the fuck",
    ],
)
def test_anger_is_noticed(said: str) -> None:
    assert is_upset(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "нет интернета",
        "горит LOS",
        "WAN LOS",
        "ОК",
        "Спасибо!",
        "помогите, пожалуйста!",
        "the WAN light is off",
        "судя по всему",
    ],
)
def test_calm_people_are_not_called_angry(said: str) -> None:
    assert not is_upset(said)


def test_leaving_a_question_out_and_not_knowing_are_told_apart() -> None:
    assert wants_to_skip("Пропустить")
    assert wants_to_skip("skip")
    assert wants_to_skip("-")
    assert not wants_to_skip("не знаю")
    assert says_dont_know("Не знаю.")
    assert says_dont_know("I'm not sure")
    assert not says_dont_know("не знаю почему, но со вчерашнего вечера не работает на всех устройствах")


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


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    assert parse_yes_no(text) in (True, False, None)
    assert wants_human(text) in (True, False)
    assert is_upset(text) in (True, False)
    assert language_of(text) in ("ru", "en", "")


@pytest.mark.parametrize(
    "said", ["спасибо", "Спасибо большое!", "ок, спасибо", "thanks a lot", "Thank you very much for your help", "👍"]
)
def test_thanks_alone_are_nothing_but_thanks(said: str) -> None:
    assert is_only_thanks(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "спасибо, но не работает",
        "ок",
        "спасибо, а когда?",
        "thanks, still down",
        "да, спасибо",
        "хорошо",
        "спасибо?",
    ],
)
def test_thanks_with_a_matter_are_more_than_thanks(said: str) -> None:
    assert not is_only_thanks(said)
