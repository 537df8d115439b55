"""More who write to the desk: they ask in between, name two contracts, come back, send a picture for a word."""

from __future__ import annotations

from tests.people.persona import ANSWER, ANSWERS, HELPED, HOME, NOT_HELPED, Expected, Later, Persona, Photo

DETOURS = (
    Persona(
        "one_red_among_green",
        ("интернет пропал, 40-1187", NOT_HELPED, "все горят зелененькие а одна красная", ANSWERS),
        Expected(values={"lights": "los"}, queue="field", asked_never=("lights",)),
        HOME,
    ),
    Persona(
        "charge_beside_an_open_case",
        ("нет интернета, договор 40-1187", "оператор", "за что списали 500 рублей?", NOT_HELPED, ANSWERS),
        Expected(cases=2, dialog="billing", values={"kind": "charge", "amount": 500}, asked_never=("kind", "amount")),
        {**HOME, "date": "вчера"},
        channels=("telegram",),
    ),
    Persona(
        "no_internet_beside_a_charge",
        ("за что списали 500 рублей? договор 40-1187", "оператор", "и интернета нет с утра"),
        Expected("", cases=2),
        channels=("telegram",),
    ),
    Persona(
        "asks_whether_it_can_be_called_off",
        ("нет интернета, договор 40-1187", NOT_HELPED, "а можно отменить заявку?", "нет, оставьте", ANSWERS),
        Expected(values={"scope": "all"}, never=("отменить", "оставьте")),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "second_contract_too",
        ("нет интернета", "40-1546", NOT_HELPED, "а второй договор 40-1187 тоже не работает", ANSWERS),
        Expected(contract="40-1546", kept=("второй договор 40-1187",), values={"scope": "all"}),
        {**HOME, "contract": "40-1546"},
        channels=("telegram",),
    ),
    Persona(
        "names_two_contracts",
        ("у меня два договора 40-1187 и 40-1546, интернета нет", "40-1546", NOT_HELPED, ANSWERS),
        Expected(contract="40-1546", values={"scope": "all"}),
        {**HOME, "contract": "40-1546"},
        channels=("telegram",),
    ),
    Persona(
        "asks_what_the_number_is_for",
        ("нет интернета", "а зачем вам номер договора?", "не скажу", NOT_HELPED, ANSWERS),
        Expected(dialog="no_internet", never=("зачем вам номер",)),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "same_words_with_another_number",
        ("нет интернета, договор 40-1187", NOT_HELPED, "нет интернета, договор 41-0003", ANSWERS),
        Expected(contract="41-0003", values={"scope": "all"}),
        {**HOME, "contract": "41-0003"},
        channels=("telegram",),
    ),
    Persona(
        "voice_first",
        (Photo(), "интернета нет", "40-1187", NOT_HELPED, ANSWERS),
        Expected(contract="40-1187", dialog="no_internet", never=("—",)),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "photo_instead_of_the_lamps",
        ("нет интернета на всех устройствах с утра, 40-1187", NOT_HELPED, ANSWER, Photo(), ANSWERS),
        Expected(asked_never=("photo_lights",), values={"photo_lights": True, "lights": None}),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "number_while_waiting",
        ("позовите человека", "интернет не работает, договор 40-1187"),
        Expected(contract="40-1187", kept=("интернет не работает",)),
    ),
    Persona(
        "call_me_at_this_number",
        ("перезвоните пожалуйста по номеру 89005550001, проблема с интернетом",),
        Expected(kept=("проблема с интернетом",)),
    ),
    Persona(
        "same_trouble_the_next_day",
        ("нет интернета 40-1187", HELPED, Later(22), "опять нет интернета", ANSWERS),
        Expected(cases=2, articles_at_most=1, values={"scope": "all"}),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "tried_in_the_evening",
        ("нет интернета 40-1187", "я на работе, вечером попробую", Later(8), "дома, попробовала, не помогает", ANSWERS),
        Expected(values={"scope": "all"}),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "firstly_and_secondly",
        (
            "во-первых не работает интернет со вчера, во-вторых хочу поменять тариф. договор 40-1187",
            NOT_HELPED,
            ANSWERS,
        ),
        Expected("", cases=0, kept=("поменять тариф", "не работает интернет")),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "paid_and_no_internet",
        ("я заплатила 25 числа, а интернета нет. договор 40-1370", NOT_HELPED, ANSWERS),
        Expected(dialog="billing", values={"kind": "payment"}, asked_never=("kind", "date"), queue="billing"),
        {**HOME, "amount": "650", "how_paid": "через банк"},
        channels=("telegram",),
    ),
    Persona(
        "address_is_in_the_contract",
        (
            "нет интернета на всех устройствах с утра, 40-1187",
            NOT_HELPED,
            "у вас же есть мой адрес в договоре",
            ANSWERS,
        ),
        Expected(values={"place": "on_file"}),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "wants_to_join",
        ("хочу подключить интернет", "Озёрная 70 кв 12"),
        Expected(articles_at_most=0, kept=("подключить интернет",)),
    ),
    Persona(
        "wrong_keyboard_layout",
        ("yt hf,jnftn bynthytn", "40-1187", "yt gjvjukj", ANSWERS),
        Expected(language="ru", values={"scope": "all"}),
        HOME,
        channels=("telegram",),
    ),
)
