"""More who write to the desk: what they say was once taken for something else."""

from __future__ import annotations

from tests.people.persona import (
    ANSWER,
    ANSWERS,
    EN,
    HELPED,
    HOME,
    NOT_HELPED,
    YESTERDAY_EVENING,
    Edit,
    Expected,
    Later,
    Persona,
    Photo,
)

_LOS_AT_ONCE = "нет интернета на всех устройствах, красный лос с утра, Озёрная 70 кв 70, договор 40-1187"
_NO_PAYMENT_QUESTIONS = ("kind", "date", "amount", "how_paid")

REPAIRS = (
    Persona(
        "finds_an_article_right",
        ("нет интернета, договор 40-1187", "всё верно", NOT_HELPED, ANSWERS),
        Expected(values={"scope": "all"}),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "all_is_dark",
        ("не горит ничего на роутере, интернета нет, 40-1187", NOT_HELPED, ANSWERS),
        Expected(values={"lights": "off"}, articles_at_most=1, asked_never=("lights", "reboot")),
        HOME,
    ),
    Persona(
        "television_beside_a_working_internet",
        ("телевизор не показывает, ошибка 34, интернет есть. 40-1187",),
        Expected(articles_at_most=0, kept=("ошибка 34",), queue="l1"),
    ),
    Persona(
        "all_works_but_television",
        ("нет интернета, договор 40-1187", "всё работает кроме тв"),
        Expected(kept=("кроме тв",), queue="l1", asked_never=("scope", "since", "lights")),
    ),
    Persona(
        "nothing_has_changed",
        ("нет интернета", "ничего не изменилось, 40-1187", NOT_HELPED, ANSWERS),
        Expected(dialog="no_internet", contract="40-1187", kept=("ничего не изменилось",)),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "why_was_it_charged_besides",
        ("нет интернета, договор 40-1187", NOT_HELPED, "и ещё: почему списали 500", ANSWERS),
        Expected(cases=2, dialog="billing", values={"kind": "charge", "amount": 500}, asked_never=("kind", "amount")),
        {**HOME, "date": "вчера"},
        channels=("telegram",),
    ),
    Persona(
        "gone_again_after_an_article",
        ("нет интернета, договор 40-1187", HELPED, Later(20), "опять пропал!", ANSWERS),
        Expected(cases=2, dialog="no_internet", kept=("опять пропал",), articles_at_most=1, values={"scope": "all"}),
        HOME,
    ),
    Persona(
        "paid_and_not_switched_on",
        ("оплатил вчера в 18:30 650 р через сбербанк онлайн, не включают, договор 40-1187", NOT_HELPED, ANSWERS),
        Expected(
            dialog="billing",
            values={"kind": "payment", "amount": 650, "how_paid": "bank"},
            asked_never=_NO_PAYMENT_QUESTIONS,
            queue="billing",
        ),
        {**HOME, "story": "нет"},
    ),
    Persona(
        "asks_for_the_hours_in_between",
        ("нет интернета, договор 40-1187", NOT_HELPED, "до скольки работаете?", ANSWERS, "вы в выходные работаете?"),
        Expected(values={"scope": "all"}, never=("до скольки",)),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "says_ok_to_every_question",
        ("нет интернета", "ОК", "40-1187", "хорошо", NOT_HELPED, "ок", ANSWER, "ладно", ANSWERS),
        Expected(values={"scope": "all"}, since="2026-11-29T20:00", never=("ладно",)),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "does_not_know_whether_to_go_on",
        ("нет интернета, договор 40-1187", NOT_HELPED, ANSWER, Later(26), "добрый день", "не знаю", ANSWERS),
        Expected(values={"scope": "all"}, since="2026-11-30T20:00"),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "tells_what_a_screen_says",
        ("no internet, message: call customer support, contract 40-1187", NOT_HELPED),
        Expected("asking", dialog="no_internet", kept=("call customer support",)),
        language="en",
        channels=("telegram",),
    ),
    Persona(
        "answers_a_letter_with_the_lamps_alone",
        ("нет интернета, договор 40-1187", NOT_HELPED, "лос красный горит", ANSWERS),
        Expected(values={"lights": "los", "place": "Озёрная 70, кв 70"}, since=YESTERDAY_EVENING, queue="field"),
        HOME,
        channels=("mail",),
    ),
    Persona(
        "numbers_the_lamps_as_something_else",
        ("нет интернета, договор 40-1187", NOT_HELPED, "4) ничего не горит", ANSWERS),
        Expected(values={"lights": "off"}, never=('"changed": {"value": "ничего не горит"', '"site"')),
        HOME,
        channels=("mail",),
    ),
    Persona(
        "tells_day_and_amount_in_one_breath",
        ("списали деньги, договор 40-1187", NOT_HELPED, "вчера 500 рублей", ANSWERS),
        Expected(dialog="billing", values={"amount": 500, "date": "вчера"}),
        HOME,
        channels=("mail",),
    ),
    Persona(
        "light_is_green_by_now",
        (_LOS_AT_ONCE, NOT_HELPED, ANSWERS, "лампочка уже зелёная"),
        Expected(values={"lights": "ok"}, kept=("лампочка уже зелёная",), never=("горит LOS (нет оптики)",)),
        HOME,
    ),
    Persona(
        "another_number_after_all",
        (_LOS_AT_ONCE, NOT_HELPED, ANSWERS, Edit(_LOS_AT_ONCE.replace("40-1187", "40-1546"))),
        Expected(contract="40-1187", kept=("договор 40-1546",), values={"lights": "los"}),
        HOME,
    ),
    Persona(
        "a_photo_and_nothing_else",
        (Photo(), "нет интернета со вчера, договор 40-1187"),
        Expected("", contract="40-1187", kept=("нет интернета со вчера",)),
        channels=("mail",),
    ),
    Persona(
        "charged_twice_and_no_internet_in_one_breath",
        ("деньги списали два раза и инет не работает 40-1187", NOT_HELPED, ANSWERS, ANSWERS),
        Expected("", cases=2, dialog="no_internet", kept=("списали два раза", "инет не работает")),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "technician_did_not_come",
        ("мастер обещал прийти вчера и не пришёл, 40-1187",),
        Expected(articles_at_most=0, kept=("не пришёл",)),
    ),
    Persona(
        "has_not_asked_the_neighbours",
        ("no internet, contract 40-1187", NOT_HELPED, ANSWERS),
        Expected(values={"neighbours": "unknown", "lights": "orange"}, never=("haven't asked\\nhaven't",)),
        {**EN, "lamps": "power is on, internet light is orange", "neighbours": "haven't asked"},
        language="en",
        channels=("telegram",),
    ),
)
