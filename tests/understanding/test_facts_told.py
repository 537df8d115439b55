"""Values in any message, asked or not. It is Monday, 30 November 2026, 15:00 in Moscow."""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.language.normalize import word_set
from desk.understanding.facts_told import facts_told
from desk.understanding.reading.observations import SAYS_LESS, Situation, TalkStage

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 30, 15, 0, tzinfo=MOSCOW)


def told(text: str, question: str = "", context: TalkStage = TalkStage.FIRST) -> dict[str, Any]:
    """By slot its value; a moment is the words that name it."""
    found = facts_told(text, Situation(context, question, NOW, MOSCOW, ("99-9999",)))
    return {one.slot: one.value for one in found}


def words(text: str, slot: str, question: str = "") -> str:
    """The words that a value comes from."""
    found = facts_told(text, Situation(TalkStage.FIRST, question, NOW, MOSCOW))
    return next((text[one.start : one.end] for one in found if one.slot == slot), "")


def test_one_message_may_answer_everything() -> None:
    assert told(
        "Здравствуйте! Третий день нет интернета на всех устройствах, роутер перезагружал, лос горит красным, "
        "у соседей тоже нет. Была гроза. Озёрная 12 кв 5"
    ) == {
        "since": "Третий день",
        "scope": "all",
        "lamps": "los",
        "rebooted": True,
        "neighbours": "no",
        "changed": "Была гроза",
        "place": "Озёрная 12 кв 5",
    }


@pytest.mark.parametrize(
    ("text", "slot", "question", "value"),
    [
        ("терминал не принимает карты с 10 утра, вы вообще работаете?!", "since", "", "с 10 утра"),
        ("Когда началось: вчера в 19:00. Лампочки: красный LOS.", "since", "", "вчера в 19:00"),
        ("been like this for about two weeks, no internet", "since", "", "for about two weeks"),
        ("8 this morning", "since", "since", "8 this morning"),
        ("в ноябре", "since", "since", "в ноябре"),
        ("Почему в ноябре сняли 1300 вместо 650?", "date", "", "в ноябре"),
        ("I was charged twice on 25 November, 650 each", "amount", "", 650),
        ("I was charged on 25 November", "amount", "", None),
        ("списали два раза по 650", "amount", "", 650),
        ("за ноябрь списано 890 вместо 650", "money_matter", "", "charge"),
        ("the telly and both laptops", "scope", "scope", "all"),
        ("оба телефона", "scope", "scope", "all"),
        ("ноутбук", "scope", "scope", "one"),
        ("1) везде, даже телевизор", "scope", "scope", "all"),
        ("лос", "lamps", "address", "los"),
        ("Что менялось: ничего не менялось", "changed", "", None),
        ("Has anything changed: nothing", "changed", "", None),
    ],
)
def test_words_as_a_stranger_wrote_them(text: str, slot: str, question: str, value: Any) -> None:
    context = TalkStage.QUESTION if question else TalkStage.FIRST
    assert told(text, question, context).get(slot) == value


@pytest.mark.parametrize(
    ("text", "says_less"),
    [
        ("телефон и планшет", True),
        ("оба телефона", True),
        ("ноутбук", True),
        ("только ноутбук", False),
        ("ноутбук, на телефоне работает", False),
        ("на всех: телефон и планшет", False),
    ],
)
def test_devices_that_are_named_say_nothing_of_the_others(text: str, says_less: bool) -> None:
    found = facts_told(text, Situation(TalkStage.QUESTION, "scope", NOW, MOSCOW))
    assert bool(next(one for one in found if one.slot == "scope").parsed.get(SAYS_LESS)) is says_less


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("перезагружал роутер, не помогло", "rebooted", True),
        ("роутер не перезагружал", "rebooted", False),
        ("I haven't rebooted it", "rebooted", False),
        ("зеленые горят и одна красненькая мигает", "lamps", "los"),
        ("все горят зелененькие а одна красная", "lamps", "los"),
        ("лампочки зелёные, красных нет", "lamps", "ok"),
        ("НИЧЕГО НЕ ГОРИТ", "lamps", "off"),
        ("лампочки все горят как обычно", "lamps", "ok"),
        ("wan не горит", "lamps", "nolink"),
        ("there are no lights on the router", "lamps", "off"),
        ("ВЕЗДЕ НЕ РАБОТАЕТ", "scope", "all"),
        ("ни на одном устройстве нет", "scope", "all"),
        ("только на телефоне не работает", "scope", "one"),
        ("по кабелю работает а вайфай нет", "scope", "wifi"),
        ("по вайфаю есть, а по проводу нет", "scope", "wired"),
        ("ютуб не открывается остальное работает", "scope", "site"),
        ("у соседей тоже нет", "neighbours", "no"),
        ("у соседа всё работает, а у меня нет", "neighbours", "yes"),
        ("списали 500 рублей", "amount", 500),
        ("I was charged $20 twice", "amount", 20),
        ("перезвоните на 8 921 555-00-01", "phone", "+79215550001"),
        ("нет интернета по адресу Садовая 15 кв 3", "place", "Садовая 15 кв 3"),
        ("ytn bynthytnf yf dct[ ecnhjqcndf[", "scope", "all"),
        ("net interneta vtoroi den", "since", "vtoroi den"),
    ],
)
def test_what_is_told_unasked_is_heard(text: str, slot: str, value: object) -> None:
    assert told(text).get(slot) == value


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("всё заработало", "scope"),
        ("надо ли перезагружать роутер?", "rebooted"),
        ("роутер сам перезагружается", "rebooted"),
        ("перезагружу вечером", "rebooted"),
        ("что такое LOS?", "lamps"),
        ("LOS не горит", "lamps"),
        ("ничего не работает", "lamps"),
        ("я вчера оплатил", "since"),
        ("жду уже час ответа", "since"),
        ("когда придет мастер", "since"),
        ("завтра уезжаю", "since"),
        ("вчера всё работало", "since"),
        ("буду дома после 18", "since"),
        ("соседи шумят", "neighbours"),
        ("ДОМА БЛЯТЬ ГДЕ ЕЩЁ", "place"),
        ("роутер Archer 6 мигает", "place"),
        ("хочу купить новый роутер", "changed"),
        ("когда закончите ремонт", "changed"),
        ("тариф за 500 рублей сколько скорость", "amount"),
        ("ошибка 651", "amount"),
        ("видел на ютубе как настроить", "site"),
        ("договор 40-1187", "phone"),
    ],
)
def test_what_is_not_told_is_not_heard(text: str, slot: str) -> None:
    assert slot not in told(text)


@pytest.mark.parametrize(
    ("question", "text", "slot", "value"),
    [
        ("since", "2 дня", "since", "2 дня"),
        ("rebooted", "да", "rebooted", True),
        ("rebooted", "нет", "rebooted", False),
        ("rebooted", "lf", "rebooted", True),
        ("scope", "на телефоне", "scope", "one"),
        ("scope", "on everything, the neighbours are off too", "scope", "all"),
        ("scope", "it's the same on everything", "scope", "all"),
        ("scope", "everything's affected", "scope", "all"),
        ("scope", "на телефоне и на компе", "scope", "all"),
        ("lamps", "красная", "lamps", "los"),
        ("neighbours", "работает", "neighbours", "yes"),
        ("address", "Озёрная 70-70", "place", "Озёрная 70-70"),
        ("amount", "500", "amount", 500),
        ("site", "школьный дневник", "site", "школьный дневник"),
        ("phone", "555-00-01", "phone", "5550001"),
    ],
)
def test_the_open_question_may_be_answered_tersely_and_no_other(
    question: str, text: str, slot: str, value: object
) -> None:
    assert told(text, question).get(slot) == value
    if slot not in ("since", "place"):
        assert slot not in told(text)


@pytest.mark.parametrize(
    "question", ["since", "scope", "lamps", "address", "rebooted", "changed", "neighbours", "site"]
)
@pytest.mark.parametrize(
    "text",
    [
        "назад",
        "добрый день",
        "вы тут?",
        "чего?",
        "оператора!!",
        "когда придет мастер",
        "/cancel",
        "не понимаю",
        "good morning",
        "what?",
        "спасибо",
    ],
)
def test_words_of_the_talk_answer_nothing(question: str, text: str) -> None:
    assert told(text, question, TalkStage.QUESTION) == {}


@pytest.mark.parametrize(
    ("question", "text", "slot", "value"),
    [
        ("since", "вчера, ой нет, позавчера", "since", "позавчера"),
        ("since", "не со вчера, а с пятницы", "since", "с пятницы"),
        ("", "роутер красный горит, то есть лос не горит, а wan не горит", "lamps", "nolink"),
        ("", "не везде, только на телефоне", "scope", "one"),
        ("address", "Садовая 5, ошибся, Садовая 15", "place", "Садовая 15"),
    ],
)
def test_a_correction_counts(question: str, text: str, slot: str, value: object) -> None:
    assert told(text, question).get(slot) == value


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("ой нет, горит красный los", {"lamps": "los"}),
        ("oh no, the los light is red", {"lamps": "los"}),
        ("ой нет, у них есть", {"neighbours": "yes"}),
        ("ой нет, у них тоже не работает", {"neighbours": "no"}),
        ("нет, у них тоже", {"neighbours": "no"}),
    ],
)
def test_the_no_that_begins_a_correction_answers_nothing(text: str, facts: dict[str, object]) -> None:
    assert told(text, "neighbours", TalkStage.QUESTION) == facts


@pytest.mark.parametrize(
    "text",
    [
        "я не дома, вечером посмотрю",
        "не дома, вечером проверю и отвечу",
        "I'll check tonight",
        "can check this evening",
        "давайте вечером",
    ],
)
def test_a_promise_is_no_onset(text: str) -> None:
    assert "since" not in told(text, "since", TalkStage.QUESTION)


def test_the_hours_of_each_day_are_no_onset() -> None:
    assert "since" not in told("вечером тормозит", context=TalkStage.QUESTION)
    assert "since" not in told("slow in the evening", context=TalkStage.QUESTION)
    assert told("с вечера тормозит")["since"] == "с вечера"
    assert told("вечером тормозит", "since", TalkStage.QUESTION)["since"] == "вечером"


def test_each_value_stands_at_its_words() -> None:
    text = "Ну вот, со вчерашнего вечера нет интернета, перезагружал; Озёрная 12, кв. 5!"
    assert words(text, "since") == "со вчерашнего вечера"
    assert words(text, "rebooted") == "перезагружал"
    assert words(text, "place") == "Озёрная 12, кв. 5"
    assert words("xnj-nj ytn bynthytnf cj dxthfiytuj dtxthf", "since") == "cj dxthfiytuj dtxthf"


def test_times_are_computed_on_the_clock_of_the_person() -> None:
    found = facts_told("со вчерашнего вечера", Situation(TalkStage.QUESTION, "since", NOW, MOSCOW))
    assert found[0].parsed == {"from": "2026-11-29T15:00+00:00", "to": "2026-11-29T21:00+00:00"}
    assert (
        facts_told("со вчерашнего вечера", Situation(TalkStage.QUESTION, "since")) == ()
    )  # nobody knows what day it is


def test_a_bare_time_after_registration_is_no_onset() -> None:
    assert "since" in told("вечером", context=TalkStage.FIRST)
    assert "since" not in told("вечером", context=TalkStage.WAITING)


@given(st.text(max_size=300), st.sampled_from(["", "since", "scope", "lamps", "address", "changed", "amount", "site"]))
def test_no_text_raises_and_every_span_lies_in_it(text: str, question: str) -> None:
    for one in facts_told(text, Situation(TalkStage.QUESTION, question, NOW, MOSCOW, ("99-9999",))):
        assert 0 <= one.start < one.end <= len(text)


WORDS = word_set(
    """
    не нет вчера утра лос горит красный роутер перезагружал соседей тоже всё кроме только на телефоне вайфай кабель
    Ленина 5 кв 12 500 рублей 8 921 гроза ремонт , . ? ой а и с в 18:00 назад день no internet since my phone red
    """
)


@given(
    st.lists(st.sampled_from(sorted(WORDS)), max_size=14), st.sampled_from(["", "since", "scope", "lamps", "address"])
)
def test_no_heap_of_such_words_raises(heap: list[str], question: str) -> None:
    text = " ".join(heap)
    for one in facts_told(text, Situation(TalkStage.QUESTION, question, NOW, MOSCOW)):
        assert 0 <= one.start < one.end <= len(text)


@pytest.mark.parametrize(
    "piece", ["красный ", "с 5 ", "не горит ", "ул. а ", "дом 1 ", "сосед ", "8 9", "1-", "los ", "а "]
)
def test_a_long_hostile_text_is_read_in_bounded_time(piece: str) -> None:
    begun = time.process_time()
    facts_told(piece * 2000, Situation(TalkStage.QUESTION, "address", NOW, MOSCOW))
    assert time.process_time() - begun < 5  # some tenths of a second; a pattern that tries everything takes minutes


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("тыщу двести", 1200),
        ("две с половиной тысячи", 2500),
        ("2 тысячи 300 рублей", 2300),
        ("1,200", 1200),
        ("twelve hundred", 1200),
        ("nine hundred and fifty", 950),
        ("350 р. 50 коп.", 350.5),
        ("тысячи две", 2000),
        ("не 500, а 600", 600),
        ("тысяча с чем-то", None),
        ("пятьсот или шестьсот", None),
        ("двадцать тридцать", None),
        ("a couple of hundred", None),
        ("двадцать пятого числа", None),
    ],
)
def test_an_amount_in_words_is_whole_or_none(text: str, amount: float | None) -> None:
    assert told(text, "amount", TalkStage.QUESTION).get("amount") == amount


@pytest.mark.parametrize(
    "address",
    [
        "Apartment 5, 9 River Street",
        "деревня Ивановка, Полевая 3",
        "пр-т Победы 33/2 - 17",
        "7 Church Lane, Oakham",
        "Unit 4, Mill House, 3 Water Lane",
        "12-14 High Street",
        "пос. Лесной, ул. Мира, 5",
        "Озёрная 12-5-33",
        "г Тверь, пр. Чайковского 19а, кв 40, 3 подъезд",
        "Озёрная 70 70",
    ],
)
def test_an_address_is_not_cut(address: str) -> None:
    assert told(address, "address", TalkStage.QUESTION)["place"] == address


@pytest.mark.parametrize(
    "text",
    [
        "медленный 40-1187",
        "реально 8",
        "показывает 12",
        "but get 7",
        "плачу за 100 получаю 7",
        "8 из 100",
        "обещали 100 а 8",
        "у меня 7",
        "instead of 100 i have 7",
    ],
)
def test_a_measured_speed_is_no_address(text: str) -> None:
    assert "place" not in told(text, "address", TalkStage.QUESTION)
    assert "place" not in told(text)


@pytest.mark.parametrize("address", ["Тестовская 5", "Приютская 5", "Мира 5", "7 Payne Street", "Уют 5"])
def test_a_street_that_begins_like_a_measure_is_one(address: str) -> None:
    assert told(address, "address", TalkStage.QUESTION)["place"] == address


@pytest.mark.parametrize(
    ("text", "lamps", "option"),
    [
        ("PON моргает зелёным", "nolink", "pon"),
        ("лос не горит, пон моргает", "nolink", "pon"),
        ("power and wifi green, internet orange", "nolink", "orange"),
        ("WAN красный", "nolink", "orange"),
        ("wan не горит", "nolink", None),
        ("красного ничего нет, всё зелёное", "ok", None),
        ("одна зелёная горит, остальные не горят", None, None),
        ("питание красное", None, None),
        ("горит оранжевая", None, None),
        ("мигает зелёная", None, None),
        ("зелёные, ничего не мигает", None, None),
    ],
)
def test_a_lamp_is_the_one_that_was_named(text: str, lamps: str | None, option: str | None) -> None:
    found = facts_told(text, Situation(TalkStage.QUESTION, "lamps", NOW, MOSCOW))
    seen = next((one for one in found if one.slot == "lamps"), None)
    assert (seen and seen.value, seen and seen.parsed.get("option")) == (lamps, option)


def test_who_has_none_has_none() -> None:
    assert told("they have none", "neighbours", TalkStage.QUESTION) == {"neighbours": "no"}
    assert told("фчера вечерам", "since", TalkStage.QUESTION) == {"since": "фчера вечерам"}
    assert told("piregruzil", "rebooted", TalkStage.QUESTION) == {"rebooted": True}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("горит красный лос с утра, озёрная 70 кв 70", "озёрная 70 кв 70"),
        ("с понедельника, ул мира 10", "ул мира 10"),
        ("с. Ивановка, мира 10", "с. Ивановка, мира 10"),
    ],
)
def test_since_when_is_no_part_of_an_address(text: str, address: str) -> None:
    assert words(text, "place") == address


def test_ones_own_device_says_nothing_of_the_neighbours() -> None:
    assert told("не работает только на телефоне", "neighbours", TalkStage.QUESTION) == {"scope": "one"}
    assert told("не работает", "neighbours", TalkStage.QUESTION)["neighbours"] == "no"


def test_a_red_light_may_be_told_in_two_words() -> None:
    for said in ("its red", "it's red!", "он красный", "горит красным"):
        assert told(said, context=TalkStage.HELPED)["lamps"] == "los"


def test_a_number_before_a_street_and_a_flat_are_an_address() -> None:
    assert words("LOS is red. 70 Ozyornaya, flat 70. Contract 40-1187.", "place") == "70 Ozyornaya, flat 70"


def test_who_has_not_asked_the_neighbours_does_not_know() -> None:
    for said in ("haven't asked", "не спрашивала"):
        assert told(said, "neighbours", TalkStage.QUESTION)["neighbours"] == "unknown"
        assert "neighbours" not in told(said)
