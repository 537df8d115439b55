"""Who writes to the desk, how, and what a good human first line would have made of it.

A script is a list of moves. Words are said as they stand; a tuple are pieces sent within seconds of one another;
`ANSWERS` answers what the desk asks until it asks no more, `ANSWER` once. What a person answers stands in ``answers``
by the meaning of the question; everything else is "не знаю".
"""

from __future__ import annotations

from tests.people.persona import (
    ANSWER,
    ANSWERS,
    EN,
    HOME,
    NOT_HELPED,
    YESTERDAY_EVENING,
    Edit,
    Expected,
    Later,
    Persona,
    Photo,
    Press,
)
from tests.people.personas_by_hand import BY_HAND
from tests.people.personas_with_detours import DETOURS
from tests.people.personas_with_repairs import REPAIRS
from tests.people.personas_with_second_matters import SECOND_MATTERS

PERSONAS = (
    Persona(
        "elderly_in_pieces",
        (
            (
                "здравствуйте",
                "у меня инторнет неработает",
                "со вчерашнего вечера внучка приходила помогала неполучилось",
            ),
            "40-1187",
            NOT_HELPED,
            ANSWERS,
        ),
        Expected(
            since=YESTERDAY_EVENING,
            kept=("внучка",),
            contract="40-1187",
            values={"scope": "all"},
            asked_never=("since",),
        ),
        {**HOME, "scope": "нигде неработает"},
    ),
    Persona(
        "laconic",
        ("инет лёг", "40-1187", "нет", ANSWERS),
        Expected(dialog="no_internet", values={"scope": "all", "lights": "los"}, contract="40-1187"),
        {
            **HOME,
            "scope": "везде",
            "since": "час назад",
            "lamps": "лос",
            "rebooted": "да",
            "neighbours": "хз",
            "changed": "нет",
        },
    ),
    Persona(
        "says_everything_at_once",
        (
            "нет интернета с вечера вчера на всех устройствах, лос горит красным, роутер перезагружала, "
            "договор 40-1187",
            NOT_HELPED,
            ANSWERS,
        ),
        Expected(
            values={"scope": "all", "lights": "los", "reboot": True},
            since=YESTERDAY_EVENING,
            queue="field",
            asked_never=("scope", "since", "lights", "reboot"),
        ),
        HOME,
    ),
    Persona(
        "furious_in_capitals",
        (
            "ВТОРОЙ ДЕНЬ НЕТ ИНТЕРНЕТА!!! СКОЛЬКО МОЖНО!!!",
            "КРАСНАЯ ЛАМПОЧКА ГОРИТ, ПЕРЕЗАГРУЖАЛ ДЕСЯТЬ РАЗ, ДОГОВОР 40-1187!!!",
            ANSWERS,
        ),
        Expected(
            upset=True,
            values={"lights": "los", "reboot": True},
            contract="40-1187",
            articles_at_most=1,
            never=("СКОЛЬКО МОЖНО: ",),
        ),
        {**HOME, "scope": "ВЕЗДЕ НЕ РАБОТАЕТ", "address": "ДОМА БЛЯТЬ ГДЕ ЕЩЁ"},
    ),
    Persona(
        "furious_twice",
        ("да вы издеваетесь?! опять нет интернета!", "вы совсем обнаглели, я заплатила 25 числа!!!"),
        Expected(upset=True, kept=("заплатила 25 числа",)),
    ),
    Persona(
        "human_at_once",
        ("соедините с оператором",),
        Expected(),
    ),
    Persona(
        "human_in_the_middle",
        (
            "нет интернета, договор 40-1187",
            NOT_HELPED,
            ANSWER,
            "позовите уже живого человека",
        ),
        Expected(values={"scope": "all"}, never=("живого человека",)),
        HOME,
    ),
    Persona(
        "human_by_another_word",
        ("интернет не работает договор 40-1187", "вызовите мастера"),
        Expected(dialog="no_internet"),
    ),
    Persona(
        "call_me_back",
        ("нет интернета, договор 40-1187", "перезвоните мне +7 000 555-00-01"),
        Expected(dialog="no_internet"),
    ),
    Persona(
        "los_after_article",
        ("нет интернета, 40-1187", "горит LOS", ANSWERS),
        Expected(values={"lights": "los"}, articles_at_most=1),
        HOME,
    ),
    Persona(
        "patient_trier_whom_it_helps",
        ("нет интернета 40-1187", "ок", "спасибо, сейчас попробую", "перезагружаю", "ура, заработало!"),
        Expected("settled"),
    ),
    Persona(
        "helped_but_slow",
        ("нет интернета, договор 40-1187", "интернет появился, но медленный", ANSWERS),
        Expected(kept=("медленный",)),
        {**HOME, "lamps": "все горят как обычно"},
    ),
    Persona(
        "works_except_tv",
        ("нет интернета, договор 40-1187", "всё работает кроме тв", ANSWERS),
        Expected(kept=("кроме тв",)),
        HOME,
    ),
    Persona(
        "it_works_already",
        (
            "нет интернета, договор 40-1187",
            NOT_HELPED,
            ANSWER,
            "уже всё заработало, спасибо",
            Press("consent_yes", "да, закрывайте"),
        ),
        Expected("settled"),
        HOME,
    ),
    Persona(
        "cancels",
        ("нет интернета, договор 40-1187", NOT_HELPED, "не надо, отмените заявку"),
        Expected(""),
        HOME,
    ),
    Persona(
        "does_not_understand_the_question",
        ("нет интернета, договор 40-1187", NOT_HELPED, "чего?", ANSWERS),
        Expected(values={"scope": "all"}, never=("чего?",)),
        HOME,
    ),
    Persona(
        "asks_what_los_is",
        ("нет интернета на всех устройствах, 40-1187", NOT_HELPED, "что такое LOS?", ANSWERS),
        Expected(values={"lights": "los"}, never=("что такое LOS",)),
        HOME,
    ),
    Persona(
        "are_you_a_bot",
        ("нет интернета, договор 40-1187", NOT_HELPED, "вы бот?", ANSWERS),
        Expected(values={"scope": "all"}, never=("вы бот",)),
        HOME,
    ),
    Persona(
        "knows_nothing",
        ("интернет не работает", "не знаю номера", NOT_HELPED, "не знаю", "я в этом не разбираюсь", ANSWERS),
        Expected(),
    ),
    Persona(
        "corrects_herself",
        ("нет интернета, договор 40-1187", NOT_HELPED, "на всех устройствах", "ой, только на одном", ANSWERS),
        Expected(values={"scope": "one"}),
        {**HOME, "scope": "только на одном"},
    ),
    Persona(
        "corrects_the_time",
        (
            "нет интернета на всех устройствах, договор 40-1187",
            NOT_HELPED,
            "сегодня утром",
            "точнее, позавчера",
            ANSWERS,
        ),
        Expected(since="2026-11-28T12:00", values={"scope": "all"}),
        HOME,
    ),
    Persona(
        "wrong_number_corrected",
        ("нет интернета", "40-9999", "ой ошибся, 40-1546", NOT_HELPED, ANSWERS),
        Expected(contract="40-1546"),
        {**HOME, "contract": "40-1546"},
    ),
    Persona(
        "number_without_a_dash",
        ("нет интернета", "401187", NOT_HELPED, ANSWERS),
        Expected(contract="40-1187"),
        HOME,
    ),
    Persona(
        "has_no_number",
        ("нет интернета второй день", "нету под рукой", NOT_HELPED, ANSWERS),
        Expected(values={"scope": "all"}, never=("под рукой",)),
        HOME,
    ),
    Persona(
        "mothers_contract",
        ("у мамы нет интернета, её договор 40-1078", NOT_HELPED, ANSWERS),
        Expected(contract="40-1078", kept=("у мамы",)),
        {**HOME, "contract": "40-1078"},
    ),
    Persona(
        "other_matter_in_the_middle",
        (
            "нет интернета, договор 40-1187",
            NOT_HELPED,
            "стоп, это потом. У меня вопрос по оплате: списали деньги дважды",
            ANSWERS,
        ),
        Expected("", cases=0, kept=("списали деньги дважды",)),
        {
            **HOME,
            "kind": "списали лишнее",
            "date": "вчера",
            "amount": "500",
            "how_paid": "картой",
            "story": "списали дважды",
        },
    ),
    Persona(
        "a_question_beside",
        ("нет интернета, договор 40-1187", NOT_HELPED, "у меня ещё деньги списали лишние", ANSWERS),
        Expected("", cases=0, kept=("деньги списали лишние",)),
        HOME,
    ),
    Persona(
        "photo_only",
        (Photo(), "интернета нет, 40-1187", NOT_HELPED, "на всех устройствах", Photo(), ANSWERS),
        Expected(values={"scope": "all"}),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "photo_by_letter",
        (Photo(), "интернета нет, 40-1187", "на всех устройствах", Photo()),
        Expected(),
        channels=("mail",),
    ),
    Persona(
        "photo_for_the_lamps",
        ("нет интернета на всех устройствах со вчерашнего вечера, 40-1187", NOT_HELPED, ANSWER, Photo("вот"), ANSWERS),
        Expected(values={"scope": "all"}, since=YESTERDAY_EVENING),
        HOME,
    ),
    Persona(
        "english",
        (
            "Hi, my internet is down since yesterday evening, contract 40-1187",
            Press("not_helped", "no, still nothing"),
            ANSWERS,
        ),
        Expected(
            language="en", since=YESTERDAY_EVENING, values={"scope": "all", "lights": "los"}, asked_never=("since",)
        ),
        EN,
        language="en",
    ),
    Persona(
        "english_in_the_middle",
        ("нет интернета, договор 40-1187", NOT_HELPED, "sorry, can we speak English?", ANSWERS),
        Expected(language="en", values={"scope": "all"}),
        EN,
    ),
    Persona(
        "greets_only",
        ("Привет", "нет интернета, договор 40-1187", NOT_HELPED, ANSWERS),
        Expected(contract="40-1187", never=("Привет",), values={"scope": "all"}),
        HOME,
    ),
    Persona(
        "comes_back_next_day",
        (
            "нет интернета, договор 40-1187",
            NOT_HELPED,
            "на всех устройствах",
            Later(20),
            "добрый день",
            "да, продолжим",
            ANSWERS,
        ),
        Expected(values={"scope": "all"}, never=("добрый день: ", "продолжим")),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "commands",
        ("нет интернета, договор 40-1187", NOT_HELPED, "/start", "/cancel"),
        Expected("", never=("/start", "/cancel")),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "back_in_words",
        ("нет интернета, договор 40-1187", NOT_HELPED, "на всех устройствах", "назад", "на одном устройстве", ANSWERS),
        Expected(values={"scope": "one"}, never=("назад",)),
        {**HOME, "scope": "на одном"},
        channels=("telegram",),
    ),
    Persona(
        "edits_the_first_message",
        ("нет интернет", Edit("нет интернета, договор 40-1187"), NOT_HELPED, ANSWERS),
        Expected(contract="40-1187"),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "edits_an_answer",
        (
            "нет интернета на всех устройствах, договор 40-1187",
            NOT_HELPED,
            "вчера в 18",
            Edit("сегодня в 8 утра"),
            ANSWERS,
        ),
        Expected(since="2026-11-30T08:00"),
        HOME,
        channels=("telegram",),
    ),
    Persona(
        "forwards",
        (
            ("нет интернета", "Договор 40-1187", "Роутер Keenetic", "лампочка WAN не горит", "с 9 утра"),
            NOT_HELPED,
            ANSWERS,
        ),
        Expected(contract="40-1187", values={"lights": "nolink"}, since="2026-11-30T09:00", asked_never=("since",)),
        HOME,
    ),
    Persona(
        "rambling",
        (
            "Добрый вечер! Вы знаете, я у вас уже восемь лет, всегда платила вовремя, и вот сегодня с утра сижу с "
            "внуком, а мультики не включаются, и на телефоне тоже ничего не грузит, на роутере зелёные горят и одна "
            "красненькая мигает, договор 40-1187",
            NOT_HELPED,
            ANSWERS,
        ),
        Expected(
            values={"lights": "los"}, kept=("мультики",), asked_never=("since", "lights"), since="2026-11-30T09:00"
        ),
        HOME,
    ),
    Persona(
        "wifi_only",
        ("по вайфаю интернета нет, по кабелю работает, договор 40-1187", NOT_HELPED, ANSWERS),
        Expected(values={"scope": "wifi"}, asked_never=("scope",)),
        {**HOME, "lamps": "как обычно"},
    ),
    Persona(
        "layout_and_translit",
        ("ytn bynthytnf", "net interneta, dogovor 40-1187", NOT_HELPED, ANSWERS),
        Expected(contract="40-1187", dialog="no_internet", language="ru"),
        HOME,
    ),
    Persona(
        "tv_is_not_covered",
        ("не показывает телевидение, пропали каналы, договор 40-1187",),
        Expected("", articles_at_most=0, kept=("каналы",)),
    ),
    Persona(
        "wants_to_leave",
        ("хочу расторгнуть договор 40-1187",),
        Expected("", articles_at_most=0),
    ),
    Persona(
        "smoke",
        ("роутер дымится и пахнет горелым!",),
        Expected(kept=("дымится",), articles_at_most=0),
    ),
    Persona(
        "waits_and_asks",
        ("нет интернета, договор 40-1187", "оператор", "ну и где оператор?", "сколько ждать", "спасибо"),
        Expected(),
    ),
    Persona(
        "works_after_registration",
        (
            "нет интернета, договор 40-1187",
            "оператор",
            "всё заработало, отмените",
            Press("consent_yes", "да, закрывайте"),
        ),
        Expected("closed"),
    ),
    Persona(
        "second_matter_after_registration",
        ("нет интернета, договор 40-1187", "оператор", "и ещё вопрос: сколько стоит статический IP?"),
        Expected("", cases=2),
    ),
    Persona(
        "billing",
        ("за что списали 500 рублей вчера? договор 40-1187", NOT_HELPED, ANSWERS),
        Expected(dialog="billing", values={"kind": "charge", "amount": 500}, asked_never=("kind", "amount", "date")),
        {
            "self_help": "не помогло",
            "kind": "списали деньги, не понимаю за что",
            "date": "вчера",
            "amount": "500",
            "how_paid": "картой",
            "story": "просто списали",
        },
    ),
    Persona(
        "mail_set_up",
        ("не отправляются письма из аутлука, договор 40-1187", NOT_HELPED, ANSWERS),
        Expected(dialog="mail_setup"),
        {
            "self_help": "не помогло",
            "fails": "не отправляется",
            "program": "outlook",
            "device": "компьютер windows",
            "since": "с утра",
            "error": "не помню",
        },
    ),
    *DETOURS,
    *SECOND_MATTERS,
    *REPAIRS,
    *BY_HAND,
)
