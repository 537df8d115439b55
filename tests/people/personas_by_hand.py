"""More who write to the desk, as a reader who had never seen it wrote them: they look for a paper, fill in a form of
their own, change their mind, speak into the telephone, or answer a letter by typing into it."""

from __future__ import annotations

from tests.people.persona import (
    ANSWER,
    ANSWERS,
    EN,
    HELPED,
    HOME,
    NOT_HELPED,
    Answer,
    Expected,
    Later,
    Persona,
    Photo,
    Press,
)

_CHAT, _LETTERS = ("telegram",), ("mail",)

BY_HAND = (
    Persona(
        "grandmother_who_looks_for_the_paper",
        (
            ("добрый день милые", "это зинаида павловна", "у меня интырнет непаказывает", " с пятницы"),
            "щас найду бумагу",
            "40-1187",
            ANSWERS,
        ),
        Expected(values={"lights": "los", "scope": "all"}, contract="40-1187", asked_never=("since",)),
        {
            **HOME,
            "self_help": "ничево нипомогло",
            "scope": "нигде непоказывает ни в телевизоре ни в планшете",
            "lamps": "зеленинькие две а красненькая одна лос написано",
            "neighbours": "у Тамары с пятого этажа все работает",
            "changed": "да вроде ничево",
        },
        channels=_CHAT,
    ),
    Persona(
        "shop_that_stands_still",
        (
            "У МЕНЯ МАГАЗИН СТОИТ!!! ТЕРМИНАЛ НЕ ПРИНИМАЕТ КАРТЫ С 10 УТРА, ИНТЕРНЕТА НЕТ, ВЫ ВООБЩЕ РАБОТАЕТЕ?! "
            "договор 40-1546",
            "ЛОС КРАСНЫЙ. перезагружал три раза. Когда будет мастер??",
            ANSWERS,
            "я теряю деньги каждый час, кто это возместит?",
        ),
        Expected(
            upset=True,
            values={"lights": "los", "reboot": True},
            since="2026-11-30T10:00",
            contract="40-1546",
            asked_never=("since", "lights", "reboot"),
        ),
        {**HOME, "scope": "ВООБЩЕ НИГДЕ", "address": "Заводская 5, магазин Мясо"},
    ),
    Persona(
        "one_word_at_a_time",
        ("инет лёг", "401187", "неа", "везде", "утром", "лос", "Озёрная 70 кв 70", ANSWERS),
        Expected(values={"scope": "all", "lights": "los", "place": "Озёрная 70 кв 70"}, asked_never=("lights",)),
        HOME,
        channels=_CHAT,
    ),
    Persona(
        "yes_is_no_address",
        ("инет лёг", "401187", NOT_HELPED, "везде", "утром", "да", ANSWERS),
        Expected(values={"scope": "all", "place": None}, never=("on_file",)),
        {**HOME, "address": "да", "lamps": "хз"},
        channels=_CHAT,
    ),
    Persona(
        "story_of_a_weekend",
        (
            "Здравствуйте, меня зовут Геннадий Петрович. История такая: в субботу приезжал сын с семьёй, они "
            "подключали свой ноутбук, потом уехали, а в воскресенье около 9 вечера я хотел посмотреть футбол, и вижу, "
            "что интернет не идёт. Позвонил соседу Николаю, у него всё есть. Я выдернул вилку, подождал, воткнул, но "
            "без толку. На коробочке горит Power и моргает PON, а остальное не горит. Договор вроде бы 40-1187.",
            NOT_HELPED,
            ANSWERS,
        ),
        Expected(
            dialog="no_internet",
            values={"lights": "pon", "reboot": True, "neighbours": "yes"},
            contract="40-1187",
            queue="field",
            asked_never=("lights", "reboot", "neighbours", "ping"),
            articles_at_most=0,
            kept=("приезжал сын",),
        ),
        HOME,
    ),
    Persona(
        "two_matters_by_numbers",
        (
            "Добрый день. Две вещи: 1) интернет по вечерам тормозит, 2) в личном кабинете за ноябрь списано 890 вместо "
            "650. Договор 40-1187",
            NOT_HELPED,
            ANSWERS,
            ANSWERS,
        ),
        Expected("", cases=2, kept=("тормозит", "890"), never=("скорость нормальная",)),
        {**HOME, "connected": "по вайфаю", "measured": "не мерил"},
    ),
    Persona(
        "grandmothers_router",
        (
            "Здравствуйте! Пишу за бабушку, у неё пропал интернет, договор на неё оформлен, 40-1078",
            NOT_HELPED,
            "Не знаю она не разбирается",
            "она говорит что на роутере красный огонек",
            ANSWERS,
        ),
        Expected(contract="40-1078", values={"lights": "los", "scope": None}, kept=("за бабушку",)),
        {"contract": "40-1078", "since": "вчера днём", "address": "Садовая 3 квартира 8"},
        channels=_CHAT,
    ),
    Persona(
        "the_same_the_next_day",
        ("интернета нет, 40-1187", HELPED, Later(20), "опять не работает", "то же самое", ANSWERS),
        Expected(cases=2, contract="40-1187", values={"scope": "all"}, never=("то же самое: ",)),
        HOME,
        channels=_CHAT,
    ),
    Persona(
        "no_signal_on_the_box",
        ("приставка пишет нет сигнала, а интернет работает нормально. договор 40-1187", "когда починят?"),
        Expected(articles_at_most=0, kept=("нет сигнала",)),
    ),
    Persona(
        "charged_double_in_november",
        ("Почему в ноябре сняли 1300 вместо 650?", "40-1187", NOT_HELPED, ANSWERS),
        Expected(
            dialog="billing",
            values={"kind": "charge", "amount": 1300, "date": "в ноябре"},
            asked_never=("kind", "amount", "date"),
        ),
        {**HOME, "story": "сняли в два раза больше чем тариф"},
        channels=_CHAT,
    ),
    Persona(
        "speaks_into_the_telephone",
        (
            "здравствуйте меня зовут ольга у меня не работает интернет со вчерашнего дня часов с шести вечера на "
            "телефоне на компьютере нигде не работает роутер я перезагружала два раза лампочка лос горит красным",
            "номер договора 40-1187",
            ANSWERS,
        ),
        Expected(
            values={"scope": "all", "lights": "los", "reboot": True},
            since="2026-11-29T18:00",
            asked_never=("since", "lights", "reboot", "scope"),
        ),
        HOME,
        channels=_CHAT,
    ),
    Persona(
        "english_without_asking_for_it",
        (
            "нет интернета 40-1187",
            NOT_HELPED,
            "I don't speak Russian well, the internet is down on all my devices since Friday",
            ANSWERS,
        ),
        Expected(language="en", values={"scope": "all"}, asked_never=("since",)),
        EN,
        channels=_CHAT,
    ),
    Persona(
        "a_photo_and_two_words",
        (Photo("вот, смотрите"), "нет инета, договор 40-1187", NOT_HELPED, ANSWERS),
        Expected(contract="40-1187", dialog="no_internet", values={"scope": "all"}),
        HOME,
        channels=_CHAT,
    ),
    Persona(
        "asks_first_whether_it_is_a_bot",
        ("вы бот?", "нет интернета", "40-1187", "а человек там есть?"),
        Expected(contract="40-1187", kept=("нет интернета",), never=("вы бот",)),
        channels=_CHAT,
    ),
    Persona(
        "not_since_a_day_but_a_month",
        ("не работает интернет договор 40-1187", NOT_HELPED, "на всех", "в ноябре", ANSWERS),
        Expected(values={"scope": "all", "since": "в ноябре"}),
        HOME,
        channels=_CHAT,
    ),
    Persona(
        "fills_in_a_form_of_their_own",
        (
            "Не работает интернет. Договор: 40-1187. Где: на всех устройствах. Когда началось: вчера в 19:00. "
            "Лампочки: красный LOS. Что менялось: ничего не менялось",
            NOT_HELPED,
            ANSWERS,
        ),
        Expected(
            values={"scope": "all", "lights": "los"},
            since="2026-11-29T19:00",
            asked_never=("scope", "since", "lights", "changed"),
            never=('"circumstances": "Что менялось"',),
        ),
        HOME,
    ),
    Persona(
        "wifi_cut_short",
        ("Wifi не раб", "40-1187", NOT_HELPED, ANSWERS),
        Expected(dialog="no_internet", values={"scope": "wifi"}),
        {**HOME, "scope": "только wifi", "lamps": "все горят"},
        channels=_CHAT,
    ),
    Persona(
        "film_nights",
        (
            "Hiya, netflix keeps buffering every evening, been like this for about two weeks. Contract no 40-1187",
            Press("not_helped", "didn't help"),
            ANSWERS,
            "thanks, when will someone look at it?",
        ),
        Expected(
            dialog="slow_internet",
            language="en",
            values={"hours": "evening", "scope": "all"},
            asked_never=("since", "hours"),
            never=("на одном устройстве", "по кабелю не", "скорость нормальная"),
        ),
        {
            **EN,
            "scope": "the telly and both laptops",
            "connected": "wifi",
            "measured": "12 down, 3 up on speedtest",
            "changed": "nope",
            "self_help": "didn't help",
        },
        language="en",
    ),
    Persona(
        "hello_dear",
        (
            ("hello dear", "my interent has stoped working", "it was ok on sunday"),
            "40-1187",
            "i tried that and its no good",
            ANSWERS,
        ),
        Expected(language="en", dialog="no_internet", contract="40-1187", values={"lights": "los", "scope": "all"}),
        {
            **EN,
            "scope": "my tablet and the computer, nothing works",
            "since": "sunday night i think",
            "lamps": "there's a red one marked LOS",
            "neighbours": "Margaret next door says hers is fine",
        },
        language="en",
        channels=_CHAT,
    ),
    Persona(
        "third_time_this_month",
        (
            "THIS IS RIDICULOUS. Third time this month my internet is out. I work from home!! contract 40-1187",
            "LOS is red, I have rebooted it, don't ask me again",
            ANSWERS,
        ),
        Expected(
            language="en",
            upset=True,
            values={"lights": "los", "reboot": True},
            since="2026-11-30T08:00",
            asked_never=("lights", "reboot"),
        ),
        {**EN, "scope": "EVERYTHING", "since": "8 this morning"},
        language="en",
    ),
    Persona(
        "charged_twice_that_day",
        ("I was charged twice on 25 November, 650 each, contract 40-1187", Press("not_helped", "no"), ANSWERS),
        Expected(
            language="en",
            dialog="billing",
            values={"kind": "charge", "amount": 650},
            asked_never=("kind", "amount", "date"),
        ),
        {**EN, "story": "two payments of 650 on the same day"},
        language="en",
    ),
    Persona(
        "slow_and_then_nothing",
        ("my wifi is slow, contract 40-1187", "actually it has stopped completely now", ANSWERS),
        Expected(
            language="en",
            dialog="no_internet",
            values={"scope": "all", "lights": "los"},
            never=("every device is slow",),
        ),
        EN,
        language="en",
        channels=_CHAT,
    ),
    Persona(
        "it_comes_and_goes",
        ("нет интернета 40-1187", NOT_HELPED, "на всех", "подождите, заработало", "ой нет опять пропал", ANSWERS),
        Expected(values={"scope": "all"}, dialog="no_internet", kept=("опять пропал",)),
        HOME,
        channels=_CHAT,
    ),
    Persona(
        "waits_for_us",
        ("инет не работает 40-1187", NOT_HELPED, "Везде. С утра.", "лос красный", "Спасибо жду", ANSWERS),
        Expected(values={"scope": "all", "lights": "los"}, since="2026-11-30T09:00"),
        HOME,
    ),
    Persona(
        "needs_us_after_all",
        (
            "нет интернета 40-1187",
            NOT_HELPED,
            "ладно, сам разберусь, не надо ничего",
            "нет, всё-таки помогите",
            ANSWERS,
        ),
        Expected(cases=2, dialog="no_internet", kept=("нет интернета",), articles_at_most=2, values={"scope": "all"}),
        HOME,
        channels=_CHAT,
    ),
    Persona(
        "still_nothing_and_thanks",
        ("спасибо за быстрый ответ, но интернета всё равно нет 40-1187", NOT_HELPED, ANSWERS),
        Expected(contract="40-1187", dialog="no_internet", values={"scope": "all", "lights": "los"}),
        HOME,
    ),
    Persona(
        "types_into_the_letter",
        ("нет интернета, договор 40-1187", "не помогло", Answer(into_letter=True), ANSWERS),
        Expected(contract="40-1187", values={"scope": "all", "lights": "los"}, queue="field", never=("Подскажите",)),
        HOME,
        channels=_LETTERS,
    ),
    Persona(
        "one_letter_after_another",
        (
            "нет интернета договор 40-1187",
            NOT_HELPED,
            "адрес Озёрная 70 кв 70",
            "у соседей работает",
            "роутер мигает красным лос",
            "не работает на всех устройствах",
        ),
        Expected(values={"place": "Озёрная 70 кв 70", "neighbours": "yes", "lights": "los", "scope": "all"}),
        HOME,
        channels=_LETTERS,
    ),
    Persona(
        "adds_what_was_never_asked",
        ("нет интернета, договор 40-1187", "оператор", "лос красный", ANSWER),
        Expected(values={"lights": "los"}, kept=("лос красный",)),
        HOME,
    ),
)
