"""More who write to the desk: their line is slow, they correct their first words, or they have a second matter."""

from __future__ import annotations

from tests.people.persona import ANSWERS, HOME, NOT_HELPED, Edit, Expected, Persona

SLOW = {
    **HOME,
    "scope": "на всех устройствах",
    "connected": "кабелем",
    "measured": "30 из 300, спидтест с ноутбука",
    "hours": "по вечерам",
    "since": "с прошлой недели",
}
SLOW_EN = {
    "contract": "40-1187",
    "self_help": "no, still slow",
    "scope": "every device",
    "connected": "both, and both are slow",
    "measured": "20 out of 200, fast.com",
    "hours": "all the time",
    "since": "since yesterday",
    "address": "Ozyornaya 70, apt 70",
    "changed": "nothing changed",
}
_NO_LIGHTS = ("lights", "reboot", "neighbours")

SECOND_MATTERS = (
    Persona(
        "slow_by_cable_in_the_evenings",
        ("интернет медленный, договор 40-1187", NOT_HELPED, ANSWERS),
        Expected(
            dialog="slow_internet",
            values={"scope": "all", "connected": "cable", "hours": "evening"},
            queue="noc",
            asked_never=_NO_LIGHTS,
        ),
        SLOW,
    ),
    Persona(
        "slow_in_english",
        ("slow internet, contract 40-1187", NOT_HELPED, ANSWERS),
        Expected(
            dialog="slow_internet",
            values={"scope": "all", "connected": "both", "hours": "always"},
            language="en",
            asked_never=_NO_LIGHTS,
        ),
        SLOW_EN,
        language="en",
    ),
    Persona(
        "back_but_slow",
        ("нет интернета, договор 40-1187", "интернет появился, но медленный", ANSWERS),
        Expected(dialog="slow_internet", values={"hours": "evening"}, asked_never=_NO_LIGHTS),
        SLOW,
    ),
    Persona(
        "first_words_edited_to_another_trouble",
        ("нет интернета, договор 40-1187", Edit("списали деньги дважды, договор 40-1187"), NOT_HELPED, ANSWERS),
        Expected(dialog="billing", values={"kind": "charge", "amount": 500}, never=("нет интернета",)),
        {**HOME, "date": "вчера", "amount": "500"},
        channels=("telegram",),
    ),
    Persona(
        "first_words_edited_to_tell_more",
        (
            "нет интернета, договор 40-1187",
            Edit("нет интернета со вчерашнего вечера, договор 40-1187"),
            NOT_HELPED,
            ANSWERS,
        ),
        Expected(since="2026-11-29T20:00", asked_never=("since",), never=("договор 40-1187\\nнет",)),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "thanks_edited_to_a_trouble",
        ("спасибо", Edit("спасибо, но интернета нет, договор 40-1187"), NOT_HELPED, ANSWERS),
        Expected(dialog="no_internet", contract="40-1187"),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "two_matters_in_one_letter",
        ("Нет интернета, горит красный LOS, договор 40-1187. И ещё у меня списали деньги дважды", ANSWERS),
        Expected("", cases=2, dialog="billing", values={"kind": "charge"}, kept=("списали деньги дважды",)),
        {**HOME, "date": "вчера", "amount": "500"},
        channels=("mail",),
    ),
    Persona(
        "second_matter_beside_the_answers",
        (
            "нет интернета, договор 40-1187",
            NOT_HELPED,
            "1) на всех 2) вчера вечером 3) Лесная 5 4) нет. И ещё у меня списали деньги дважды",
            ANSWERS,
        ),
        Expected("", cases=2, dialog="billing", values={"kind": "charge"}, never=("нет. И ещё",)),
        {**HOME, "date": "вчера", "amount": "500"},
        channels=("mail",),
    ),
    Persona(
        "another_matter_first_by_letter",
        (
            "нет интернета, договор 40-1187",
            NOT_HELPED,
            "стоп, это потом. У меня вопрос по оплате: списали деньги дважды",
            ANSWERS,
        ),
        Expected("", cases=2, dialog="billing", values={"kind": "charge", "amount": 500}, never=("стоп",)),
        {**HOME, "date": "вчера", "amount": "500"},
        channels=("mail",),
    ),
)
