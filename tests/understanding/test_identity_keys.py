"""Keys of identity in what people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.understanding.contract_numbers import contract_told
from desk.understanding.identity_keys import identity_keys
from desk.understanding.reading.observations import Situation, TalkStage

SHAPES = ("99-9999",)


def keys(text: str, question: str = "", shapes: tuple[str, ...] = SHAPES) -> dict[str, str]:
    found = identity_keys(text, Situation(TalkStage.QUESTION, question, contract_shapes=shapes))
    return {one.kind: one.value for one in found}


@pytest.mark.parametrize(
    "text",
    [
        "40-1187",
        "401187",
        "40 1187",
        "40.1187",
        "договор40-1187",
        "договор 401187, нет интернета",
        "my contract number is 40 1187",
        "л/с 40_1187",
        "соседи 40-2203, мой договор 40-1187",
    ],
)
def test_a_contract_is_read_however_it_is_written(text: str) -> None:
    assert keys(text) == {"contract": "40-1187"}


@pytest.mark.parametrize(
    "text",
    [
        "2000 рублей",
        "списали 401187 рублей",
        "ошибка 401187 на экране",
        "код из смс 401187",
        "скорость 40 1187 кбит",
        "8 940-11-87",
        "20.11.2026",
        "карта 4000 1187 4011 8701",
        "пришло 401187 писем и всё не то",
    ],
)
def test_other_numbers_are_no_contract(text: str) -> None:
    assert "contract" not in keys(text)


@pytest.mark.parametrize(
    ("text", "contract"),
    [
        ("думаю 401187 вроде такой", "40-1187"),
        ("40 11 87 если не путаю", "40-1187"),
        ("4011", None),
        ("4011871", None),
        ("нет под рукой, телефон 8 921 555 00 01", None),
        ("списали 401187 рублей", None),
    ],
)
def test_a_bare_number_is_a_contract_where_one_was_asked_for(text: str, contract: str | None) -> None:
    assert keys(text, "contract").get("contract") == contract


@pytest.mark.parametrize(
    "text",
    [
        "40-9999, ой ошибся 40-1546",
        "40-9999, нет, 40-1546",
        "не 40-9999, а 40-1546",
        "contract 40-9999 sorry I meant 40-1546",
        "40-9999 точнее 401546",
        "ой ошибся 40-1546",
    ],
)
def test_a_corrected_number_is_the_one(text: str) -> None:
    assert keys(text)["contract"] == "40-1546"


def test_of_two_numbers_neither_is_guessed() -> None:
    assert "contract" not in keys("40-1187, 40-2203")
    assert "contract" not in keys("два договора, 40-1546 и 40-1547", "contract")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("8 921 555-00-01", "phone", "+79215550001"),
        ("мой телефон 9215550001", "phone", "+79215550001"),
        ("call +44 7700 900002 please", "phone", "+447700900002"),
        ("городской 555-00-01", "phone", "5550001"),
        ("почта Ivan.Petrov@Mail.example", "email", "ivan.petrov@mail.example"),
        ("что с заявкой sn-2026-000003-1?", "case", "SN-2026-000003-1"),
        ("логин sn401187", "login", "sn401187"),
        ("my username: anna-k2", "login", "anna-k2"),
        ("серийный номер SNGP0051BEEF", "serial", "SNGP0051BEEF"),
        ("s/n: sngp0051beef", "serial", "SNGP0051BEEF"),
    ],
)
def test_each_key_in_its_normal_form(text: str, kind: str, value: str) -> None:
    assert keys(text) == {kind: value}


@pytest.mark.parametrize(
    "text",
    [
        "логин и пароль не подходят",
        "какой у меня логин?",
        "login does not work",
        "sn401187",
        "SNGP0051BEEF",
        "серийный номер стёрся",
        "192.168.1.1",
        "2026-11-30",
        "нет интернета второй день",
        "нет собаки @ тут",
    ],
)
def test_what_is_not_introduced_is_no_key(text: str) -> None:
    assert keys(text) == {}


def test_the_words_of_a_key_are_those_of_the_message() -> None:
    text = "мой договор: 40 \u2013 1187, тел. 8 (921) 555-00-01."
    found = identity_keys(text, Situation(contract_shapes=SHAPES))
    assert {one.kind: text[one.start : one.end] for one in found} == {
        "contract": "40 \u2013 1187",
        "phone": "8 (921) 555-00-01",
    }


@given(st.text(max_size=200), st.booleans(), st.sampled_from(["99-9999", "A99999", "999999", "9.99/9"]))
def test_whatever_is_told_has_the_shape_and_a_place(text: str, asked: bool, shape: str) -> None:
    found = contract_told(text, (shape,), asked)
    if found is not None:
        assert len(found.number) == len(shape)
        assert 0 <= found.start < found.end <= len(text)


@given(st.text(alphabet="40- 18.7договор,ой", max_size=80))
def test_no_heap_of_digits_raises(text: str) -> None:
    for one in identity_keys(text, Situation(TalkStage.QUESTION, "contract", contract_shapes=SHAPES)):
        assert 0 <= one.start < one.end <= len(text)
