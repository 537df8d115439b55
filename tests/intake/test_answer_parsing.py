"""One answer to one question, as people give it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.model.messages import File
from intake.engine.answer_parsing import ON_FILE, ParsedAnswer, parse_answer, parse_number_at
from intake.engine.model import CommandOutputPattern
from tests.intake.examples import (
    LOG,
    MOSCOW,
    NO_INTERNET,
    NOW,
    PACKAGED,
    PHOTO,
    parsed,
    question,
    small_dialog,
    value_of,
)

LOST = "not understood"


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("1", "all"),
        ("2)", "one"),
        (" 3. ", "wifi"),
        ("№ 4", "site"),
        ("вариант 2", "one"),
        ("option 2", "one"),
        ("На всех устройствах", "all"),
        ("на всех", "all"),
        ("На всех, и телефон, и компьютер", "all"),
        ("везде", "all"),
        ("on every device", "all"),
        ("every device", "all"),
        ("только на одном", "one"),
        ("на одном устройстве", "one"),
        ("только по wi-fi", "wifi"),
        ("по вайфаю", "wifi"),
        ("Wi-Fi", "wifi"),
        ("по кабелю работает", "wifi"),
        ("не открывается один сайт", "site"),
        ("один сайт", "site"),
        ("website", "site"),
        ("не помогло", LOST),
        ("нет, не работает", LOST),
        # letters count only where both alphabets agree
        ("а", "all"),
        ("a", "all"),
        ("б", "one"),
        ("г", "site"),
        ("d", "site"),
        ("в", LOST),
        ("b", LOST),
        ("е", LOST),
        ("5", LOST),
        ("0", LOST),
        ("12", LOST),
        ("один", "one"),
        ("ну как сказать", LOST),
        ("на всех и только по wi-fi", LOST),
    ],
)
def test_a_choice_is_understood_by_number_label_or_part_of_one(words: str, option: str) -> None:
    assert value_of(question("scope"), words) == option


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("красный лос горит", "los"),
        ("LOS", "los"),
        ("LОS", "los"),  # with a Cyrillic О
        ("ничего", "off"),
        ("вообще ничего не горит", "off"),
        ("wan не горит", "nolink"),
        ("всё как обычно", "ok"),
        ("не знаю", "unknown"),
        ("LOS не горит", LOST),  # denied: this is not LOS
        ("the red LOS is not on", LOST),
        ("PON моргает зелёным", "pon"),
        ("пон не горит", "pon"),
        ("PON is flashing", "pon"),
        ("PON горит", LOST),
        ("мигает", LOST),
        ("оранжевая", LOST),
        ("питание красное", LOST),
        ("интернет горит красным", "orange"),
        ("power and wifi green, internet orange", "orange"),
        ("красного ничего нет, всё зелёное", "ok"),
    ],
)
def test_a_denied_label_is_not_chosen(words: str, option: str) -> None:
    assert value_of(question("lights"), words) == option


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("да", "yes"),
        ("Нет", "no"),
        ("нет, у них тоже", "no"),
        ("не знаю", "unknown"),
        ("yes they do", "yes"),
        ("у них всё работает", "yes"),
    ],
)
def test_options_called_yes_and_no_are_chosen_by_these_words(words: str, option: str) -> None:
    assert value_of(question("neighbours"), words) == option


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("да", True),
        ("Да, перезагружал", True),
        ("нет", False),
        ("ещё нет", False),
        ("no", False),
        ("1", True),
        ("2", False),
        ("3", None),
        ("не знаю", None),
        ("а зачем?", LOST),
    ],
)
def test_yes_no_and_not_knowing(words: str, value: object) -> None:
    assert value_of(question("reboot"), words) == value


def test_buttons_answer_by_their_ids() -> None:
    assert value_of(question("scope"), option="wifi") == "wifi"
    assert value_of(question("reboot"), option="no") is False
    assert value_of(question("place"), option="on_file") == ON_FILE
    assert value_of(question("since"), option="yesterday") == "yesterday"
    assert value_of(question("changed"), option="skip") is None


@pytest.mark.parametrize(
    ("name", "option"),
    [("scope", "skip"), ("scope", "mars"), ("reboot", "maybe"), ("since", "week_ago"), ("changed", "on_file")],
)
def test_a_button_the_question_does_not_have_is_no_answer(name: str, option: str) -> None:
    assert value_of(question(name), option=option) == LOST


def test_only_a_question_that_may_be_skipped_can_be() -> None:
    assert value_of(question("changed"), "пропустить") is None
    assert value_of(question("scope"), "пропустить") == LOST


def test_whoever_does_not_know_is_not_asked_again() -> None:
    assert value_of(question("scope"), "не знаю") is None
    assert value_of(question("since"), "не помню") is None


def test_nothing_is_no_answer() -> None:
    assert value_of(question("scope"), "  ") == LOST
    assert value_of(question("since"), "") == LOST


def test_a_moment_is_kept_in_words_and_as_a_span() -> None:
    found = parsed(parse_answer(question("since"), "вчера в 18", NOW, zone=MOSCOW))
    assert found.stored() == {
        "value": "вчера в 18",
        "text": "вчера в 18",
        "parsed": {"from": "2026-11-20T15:00+00:00", "to": "2026-11-20T15:00+00:00", "span": [0, 10]},
    }


@pytest.mark.parametrize(
    "words", ["после грозы", "добрый день", "когда придет мастер", "завтра", "назад", "вы тут?", "Озёрная 5", "LOS"]
)
def test_what_is_no_moment_is_no_answer_to_when(words: str) -> None:
    assert value_of(question("since"), words) == LOST


@pytest.mark.parametrize(
    "name", ["scope", "since", "place", "lights", "reboot", "neighbours", "changed", "photo_lights"]
)
def test_a_command_is_never_an_answer(name: str) -> None:
    assert value_of(question(name), "/cancel") == LOST


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("place", "ДОМА БЛЯТЬ ГДЕ ЕЩЁ"),
        ("place", "зеленые горят и одна красненькая мигает"),
        ("place", "не надо, отмените заявку"),
        ("place", "вы тут?"),
        ("changed", "чего?"),
        ("changed", "оператора!!"),
        ("changed", "добрый день"),
        ("scope", "я же писала со вчера вечера"),
        ("scope", "всё, заработало"),
        ("lights", "что такое LOS?"),
        ("reboot", "Ленина 5"),
        ("which_site", "чего?"),
    ],
)
def test_what_does_not_fit_the_question_is_no_answer(name: str, words: str) -> None:
    assert value_of(question(name), words) == LOST


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("scope", "только на телефоне, остальное работает", "one"),
        ("scope", "dtplt", "all"),
        ("lights", "три зелёных и одна красная", "los"),
        ("lights", "лампочка ван не горит", "nolink"),
        ("lights", "ничево не горит", "off"),
        ("reboot", "раз пять уже", True),
        ("reboot", "ytn", False),
        ("neighbours", "у них тоже нет", "no"),
        ("changed", "кот кабель погрыз", "кот кабель погрыз"),
        ("changed", "ничего не менялось", None),
        ("since", "вчера, ой нет, позавчера", "позавчера"),
    ],
)
def test_a_value_of_the_meaning_answers_in_any_words(name: str, words: str, value: object) -> None:
    assert value_of(question(name), words) == value


KIND = question("kind", PACKAGED.in_use["billing"])


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("платёж не пришол", "payment"),
        ("смена тарыфа", "plan"),
        ("cvtyf nfhbaf", "plan"),
        ("smena tarifa", "plan"),
        ("непанятное списание", "charge"),
    ],
)
def test_an_option_is_understood_with_slips_in_another_layout_and_by_ear(words: str, option: str) -> None:
    assert value_of(KIND, words) == option


@pytest.mark.parametrize("hour", [0, 3, 7, 23])
@pytest.mark.parametrize("button", ["now", "today_morning", "yesterday", "days_ago"])
def test_every_button_of_a_moment_means_something_at_any_hour(button: str, hour: int) -> None:
    now = NOW.replace(hour=hour)
    found = parsed(parse_answer(question("since"), "", now, option=button, zone=MOSCOW))
    assert found.parsed["from"] <= found.parsed["to"]


def test_the_address_on_file_is_confirmed_by_yes_and_corrected_by_words() -> None:
    assert value_of(question("place"), "да") == ON_FILE
    assert value_of(question("place"), "Да, верно") == ON_FILE
    assert value_of(question("place"), "Озёрная, 5") == "Озёрная, 5"


AMOUNT = question("amount", PACKAGED.in_use["billing"])


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("650", 650),
        ("650,50 руб.", 650.5),
        ("1 500 рублей", 1500),
        ("about 20.5", 20.5),
        ("не помню", None),
        ("много", LOST),
        ("от 5 до 10", LOST),
        ("-5", LOST),
        ("99999999999", LOST),
        ("", LOST),
    ],
)
def test_a_number_is_one_number_within_its_bounds(words: str, value: Any) -> None:
    assert value_of(AMOUNT, words) == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("8 (921) 555-00-01", "+79215550001"),
        ("+7 921 555 00 01", "+79215550001"),
        ("+44 7700 900002", "+447700900002"),
        ("555-00-01", "5550001"),
        ("12", LOST),
        ("позвоните мне", LOST),
        ("1234567890123456", LOST),
    ],
)
def test_a_phone_number_is_folded(words: str, value: str) -> None:
    phone = small_dialog(('type = "text"', 'type = "phone"')).questions[1]
    assert value_of(phone, words) == value


MULTI = small_dialog(('type = "choice"', 'type = "multi"'), ("scope == 'here'", "'here' in scope")).questions[0]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("1, 2", ["here", "there"]),
        ("1 2", ["here", "there"]),
        ("здесь и там", ["here", "there"]),
        ("там", ["there"]),
        ("2", ["there"]),
        ("здесь, на луне", LOST),
        ("1 1", ["here"]),
    ],
)
def test_several_choices(words: str, value: Any) -> None:
    assert value_of(MULTI, words) == value


def test_a_photo_is_wanted_and_a_text_is_none() -> None:
    photo = question("photo_lights")
    assert value_of(photo, files=[PHOTO]) is True
    assert value_of(photo, "вот", files=[LOG]) == LOST
    assert value_of(photo, files=[File("чек.pdf", "file", "application/pdf", 9, "")]) is True, "banks send these"
    assert value_of(photo, "сейчас пришлю") == LOST
    assert value_of(photo, "нет") is None
    assert value_of(photo, "не могу") is None
    assert parse_answer(photo, "пропустить", NOW) == ParsedAnswer(None)
    kept = parsed(parse_answer(photo, "вот", NOW, files=[PHOTO])).stored()
    assert kept["files"][0]["source"] == "telegram:bot:1"


@pytest.mark.parametrize("name", ["lights", "scope"])
def test_a_photo_is_no_choice_and_the_question_stays_open(name: str) -> None:
    assert value_of(question(name), files=[PHOTO]) == LOST


@pytest.mark.parametrize(
    ("output", "loss"),
    [
        ("20 packets transmitted, 17 received, 15% packet loss, time 19027ms", 15),
        ("20 packets transmitted, 20 packets received, 0.0% packet loss", 0),
        ("    (0% потерь)", 0),
        ("Пакетов: отправлено = 4, получено = 3, потеряно = 1\n (25 % потерь)", 25),
        ("Lost = 3 (12,5% loss)", 12.5),
        ("100% уверен", None),
        ("% loss", None),
        ("", None),
    ],
)
def test_the_loss_is_read_from_the_output_of_ping(output: str, loss: float | None) -> None:
    assert parse_number_at(output, question("ping").extract["loss_pct"]) == loss


def test_a_number_may_stand_after_its_word_too() -> None:
    assert parse_number_at("Average = 23ms", CommandOutputPattern(after=("average",))) == 23
    assert parse_number_at("Average: none", CommandOutputPattern(after=("average",))) is None


def test_the_output_of_a_command_is_text_or_a_picture() -> None:
    found = parsed(parse_answer(question("ping"), "17 received, 15% packet loss", NOW))
    assert (found.value, found.parsed) == (True, {"loss_pct": 15.0})
    assert value_of(question("ping"), files=[PHOTO]) is True
    assert value_of(question("ping"), "нет") is None


@given(
    st.sampled_from([one for dialog in PACKAGED.in_use.values() for one in (*dialog.questions, *dialog.requests)]),
    st.text(max_size=200),
)
def test_no_words_break_an_answer(one: Any, words: str) -> None:
    found = parse_answer(one, words, NOW + timedelta(minutes=1), zone=MOSCOW, number=1)
    assert found is not None


def test_the_examples_are_those_of_the_packaged_dialog() -> None:
    assert NO_INTERNET.max_questions == 8
