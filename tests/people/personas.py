"""Who writes to the desk, how, and what a good human first line would have made of it.

A script is a list of moves. Words are said as they stand; a tuple are pieces sent within seconds of one another;
`ANSWERS` answers what the desk asks until it asks no more, `ANSWER` once. What a person answers stands in ``answers``
by the meaning of the question; everything else is "не знаю".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Press:
    """Presses a button; by letter, where there are none, the words are said instead."""

    option: str
    words: str


@dataclass(frozen=True, slots=True)
class Photo:
    """Sends a photo with these words under it."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Comes back after so many hours."""

    hours: float


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes the last message; by letter, writes another."""

    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Answers what is asked: ``once``, or until nothing is asked any more."""

    once: bool = False


ANSWER, ANSWERS = Answer(once=True), Answer()
Move = str | tuple[str, ...] | Press | Photo | Later | Edit | Answer

NOT_HELPED = Press("not_helped", "не помогло")
HELPED = Press("helped", "помогло")


@dataclass(frozen=True, slots=True)
class Expected:
    """What must have become of the matter at the end of the script.

    ``outcome`` is "registered" (a numbered case, open), "settled" (closed by consent, never numbered), "cancelled",
    "asking" (the desk still asks) or "" for any. ``values`` are answers by question id, of the last case; ``since`` is
    a local time that must lie within what was understood, as if it were 30 November ("2026-11-29T20:00"). ``kept`` are
    words that the description or the circumstances must have, ``never`` words that stand nowhere on the card. ``cases``
    is how many there are, 0 for any number.
    """

    outcome: str = "registered"
    values: Mapping[str, Any] = field(default_factory=dict)
    since: str = ""
    kept: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    contract: str = ""
    dialog: str = ""
    queue: str = ""
    language: str = ""
    cases: int = 1
    upset: bool | None = None
    articles_at_most: int = 2
    asked_never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Persona:
    """One person with one story."""

    id: str
    script: tuple[Move, ...]
    expected: Expected
    answers: Mapping[str, str] = field(default_factory=dict)
    language: str = "ru"
    channels: tuple[str, ...] = ("telegram", "mail")


_HOME = {
    "contract": "40-1187",
    "self_help": "не помогло",
    "scope": "на всех устройствах",
    "since": "вчера вечером",
    "address": "Озёрная 70, кв 70",
    "lamps": "лос красный горит",
    "rebooted": "да, перезагружала, не помогло",
    "neighbours": "у соседей тоже нет",
    "changed": "ничего не менялось",
}
_EN = {
    "contract": "40-1187",
    "self_help": "no, still nothing",
    "scope": "every device",
    "since": "since yesterday evening",
    "address": "Ozyornaya 70, apt 70",
    "lamps": "the LOS light is red",
    "rebooted": "yes, twice",
    "neighbours": "no idea",
    "changed": "nothing changed",
}
YESTERDAY_EVENING = "2026-11-29T20:00"


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
        {**_HOME, "scope": "нигде неработает"},
    ),
    Persona(
        "laconic",
        ("инет лёг", "40-1187", "нет", ANSWERS),
        Expected(dialog="no_internet", values={"scope": "all", "lights": "los"}, contract="40-1187"),
        {
            **_HOME,
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
        _HOME,
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
        {**_HOME, "scope": "ВЕЗДЕ НЕ РАБОТАЕТ", "address": "ДОМА БЛЯТЬ ГДЕ ЕЩЁ"},
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
        _HOME,
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
        _HOME,
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
        {**_HOME, "lamps": "все горят как обычно"},
    ),
    Persona(
        "works_except_tv",
        ("нет интернета, договор 40-1187", "всё работает кроме тв", ANSWERS),
        Expected(kept=("кроме тв",)),
        _HOME,
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
        _HOME,
    ),
    Persona(
        "cancels",
        ("нет интернета, договор 40-1187", NOT_HELPED, "не надо, отмените заявку"),
        Expected(""),
        _HOME,
    ),
    Persona(
        "does_not_understand_the_question",
        ("нет интернета, договор 40-1187", NOT_HELPED, "чего?", ANSWERS),
        Expected(values={"scope": "all"}, never=("чего?",)),
        _HOME,
    ),
    Persona(
        "asks_what_los_is",
        ("нет интернета на всех устройствах, 40-1187", NOT_HELPED, "что такое LOS?", ANSWERS),
        Expected(values={"lights": "los"}, never=("что такое LOS",)),
        _HOME,
    ),
    Persona(
        "are_you_a_bot",
        ("нет интернета, договор 40-1187", NOT_HELPED, "вы бот?", ANSWERS),
        Expected(values={"scope": "all"}, never=("вы бот",)),
        _HOME,
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
        {**_HOME, "scope": "только на одном"},
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
        _HOME,
    ),
    Persona(
        "wrong_number_corrected",
        ("нет интернета", "40-9999", "ой ошибся, 40-1546", NOT_HELPED, ANSWERS),
        Expected(contract="40-1546"),
        {**_HOME, "contract": "40-1546"},
    ),
    Persona(
        "number_without_a_dash",
        ("нет интернета", "401187", NOT_HELPED, ANSWERS),
        Expected(contract="40-1187"),
        _HOME,
    ),
    Persona(
        "has_no_number",
        ("нет интернета второй день", "нету под рукой", NOT_HELPED, ANSWERS),
        Expected(values={"scope": "all"}, never=("под рукой",)),
        _HOME,
    ),
    Persona(
        "mothers_contract",
        ("у мамы нет интернета, её договор 40-1078", NOT_HELPED, ANSWERS),
        Expected(contract="40-1078", kept=("у мамы",)),
        {**_HOME, "contract": "40-1078"},
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
            **_HOME,
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
        _HOME,
    ),
    Persona(
        "photo_only",
        (Photo(), "интернета нет, 40-1187", NOT_HELPED, "на всех устройствах", Photo(), ANSWERS),
        Expected(values={"scope": "all"}),
        _HOME,
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
        _HOME,
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
        _EN,
        language="en",
    ),
    Persona(
        "english_in_the_middle",
        ("нет интернета, договор 40-1187", NOT_HELPED, "sorry, can we speak English?", ANSWERS),
        Expected(language="en", values={"scope": "all"}),
        _EN,
    ),
    Persona(
        "greets_only",
        ("Привет", "нет интернета, договор 40-1187", NOT_HELPED, ANSWERS),
        Expected(contract="40-1187", never=("Привет",), values={"scope": "all"}),
        _HOME,
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
        _HOME,
        channels=("telegram",),
    ),
    Persona(
        "commands",
        ("нет интернета, договор 40-1187", NOT_HELPED, "/start", "/cancel"),
        Expected("", never=("/start", "/cancel")),
        _HOME,
        channels=("telegram",),
    ),
    Persona(
        "back_in_words",
        ("нет интернета, договор 40-1187", NOT_HELPED, "на всех устройствах", "назад", "на одном устройстве", ANSWERS),
        Expected(values={"scope": "one"}, never=("назад",)),
        {**_HOME, "scope": "на одном"},
        channels=("telegram",),
    ),
    Persona(
        "edits_the_first_message",
        ("нет интернет", Edit("нет интернета, договор 40-1187"), NOT_HELPED, ANSWERS),
        Expected(contract="40-1187"),
        _HOME,
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
        _HOME,
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
        _HOME,
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
        _HOME,
    ),
    Persona(
        "wifi_only",
        ("по вайфаю интернета нет, по кабелю работает, договор 40-1187", NOT_HELPED, ANSWERS),
        Expected(values={"scope": "wifi"}, asked_never=("scope",)),
        {**_HOME, "lamps": "как обычно"},
    ),
    Persona(
        "layout_and_translit",
        ("ytn bynthytnf", "net interneta, dogovor 40-1187", NOT_HELPED, ANSWERS),
        Expected(contract="40-1187", dialog="no_internet"),
        _HOME,
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
        Expected(dialog="billing", values={"amount": 500}, asked_never=("amount", "date")),
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
)
