"""The words of time in both languages, as patterns over a `desk.understanding.reading.normalized_message.Reading`."""

from __future__ import annotations

import re
from datetime import timedelta

NUMBERS = {
    word: number
    for number, words in {
        1.0: "один одну одна одни одного час день one a an",
        1.5: "полтора полторы полутора",
        2.0: "два две двое пару пара двух two couple",
        3.0: "три трое трех three",
        4.0: "четыре четверо четырех four",
        5.0: "пять пяти five",
        6.0: "шесть шести six",
        7.0: "семь семи seven",
        8.0: "восемь восьми eight",
        9.0: "девять девяти nine",
        10.0: "десять десяти ten",
        11.0: "одиннадцать одиннадцати eleven",
        12.0: "двенадцать двенадцати twelve",
        15.0: "пятнадцать пятнадцати fifteen",
        20.0: "двадцать двадцати twenty",
        30.0: "тридцать тридцати thirty",
        40.0: "сорок сорока forty",
        50.0: "пятьдесят fifty",
    }.items()
    for word in words.split()
    if word not in ("час", "день")
}
FEW = ("несколько", "нескольких", "few", "several", "some")
"""Numbers of nobody knows how many: two to six or seven."""

ORDINALS = {
    stem: number
    for number, stems in {
        1: "перв first",
        2: "втор second",
        3: "трет third",
        4: "четверт fourth",
        5: "пят fifth",
        6: "шест sixth",
        7: "седьм seventh",
        8: "восьм eighth",
        9: "девят ninth",
        10: "десят tenth",
    }.items()
    for stem in stems.split()
}
_DAYS_OF_MONTH = (
    "перв|втор|треть|четверт|пят|шест|седьм|восьм|девят|десят|одиннадцат|двенадцат|тринадцат|четырнадцат|пятнадцат|"
    "шестнадцат|семнадцат|восемнадцат|девятнадцат|двадцат"
)
DAY_OF_MONTH_STEMS = {stem: number for number, stem in enumerate(_DAYS_OF_MONTH.split("|"), 1)} | {"тридцат": 30}

MINUTE, HOUR, DAY, WEEK, MONTH = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=7),
    timedelta(days=30),
)
_UNITS = (
    (("мин", "min"), MINUTE),
    (("час", "hour", "hr"), HOUR),
    (("ден", "дня", "дне", "дню", "дни", "дн", "сутк", "суто", "сутк", "day"), DAY),
    (("недел", "week", "wk"), WEEK),
    (("месяц", "мес", "month"), MONTH),
)


def unit_of(word: str) -> timedelta | None:
    """The unit of time that a word names."""
    if word in ("ч", "h"):
        return HOUR
    return next((unit for stems, unit in _UNITS if word.startswith(stems)), None)


def number_of(word: str) -> float | None:
    """The number that a word or digits say."""
    return float(word) if word.isdecimal() else NUMBERS.get(word)


WEEKDAYS = (
    ("понедельник", "пн", "monday", "mon"),
    ("вторник", "вт", "tuesday", "tue"),
    ("сред", "ср", "wednesday", "wed"),
    ("четверг", "чт", "thursday", "thu"),
    ("пятниц", "пт", "friday", "fri"),
    ("суббот", "сб", "saturday", "sat"),
    ("воскресень", "вс", "sunday", "sun"),
)
MONTHS = (
    ("январ", "jan"),
    ("феврал", "feb"),
    ("март", "mar"),
    ("апрел", "apr"),
    ("мая", "may"),
    ("июн", "jun"),
    ("июл", "jul"),
    ("август", "aug"),
    ("сентябр", "sep"),
    ("октябр", "oct"),
    ("ноябр", "nov"),
    ("декабр", "dec"),
)
DAY_PARTS = (
    (("утр", "morning"), 6, 12),
    (("днем", "обед", "полдень", "полдня", "полудн", "afternoon", "noon", "lunch", "midday"), 12, 18),
    (("вечер", "evening", "tonight"), 18, 24),
    (("ноч", "полноч", "night", "nite", "midnight"), 0, 6),
)

_UNIT = (
    r"(?:минут(?:а|у|ы|ок|очек|ки)?|мин|часов|часа|часик(?:а|ов)?|час(?:ок|ика)?|ч|день|денек|дней|дня|дн|"
    r"сут(?:ки|ок)|"
    r"недел[яюиье]{1,2}|недельк[уи]|месяц(?:а|ев)?|мес|minutes?|mins?|hours?|hrs?|h|days?|weeks?|wks?|months?)"
)
_WORD_NUMBER = "|".join(sorted((*NUMBERS, *FEW), key=lambda word: -len(word)))
_NUMBER = rf"(?:\d{{1,8}}(?:[.,]5)?|{_WORD_NUMBER})"
_ENGLISH_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_MONTH = "|".join(f"{russian}[а-я]*" for russian, _ in MONTHS) + f"|{_ENGLISH_MONTHS}"
_WEEKDAY = "|".join(
    rf"{stem}[а-я]{{0,3}}|{full}s?" if stem != "сред" else rf"сред[уы]|{full}s?" for stem, _, full, _ in WEEKDAYS
)

GREETING = re.compile(
    r"\b(?:доб?р\w{2,3} (?:утр\w|ден[ья]|дня|вечер\w{0,3}|ноч\w|времени суток)|(?:спокойной|доброй) ночи|день "
    r"добрый|дня доброго|вечер добрый|утро доброе"
    r"|good (?:morning|afternoon|evening|night|day)|nice (?:day|evening|weekend)|хорошего (?:дня|вечера))\b"
)
JUST_NOW = re.compile(
    r"\b(?:только что|только щас|только сейчас|прямо сейчас|прям сейчас|прям щас|прямо щас|just now|right now|"
    r"сию минуту|"
    r"минуту назад|a moment ago)\b"
)
BARE_NOW = re.compile(r"\s*(?:сейчас|щас|щаз|счас|ща|now)[\s.!]*")
ORDINAL = re.compile(
    r"\b(?:(?P<digits>\d{1,2})\s?-?\s?(?:й|ый|ой|и|ий|е|ые|ю|ую|я|st|nd|rd|th)|"
    rf"(?P<word>(?:{'|'.join(ORDINALS)})(?:[а-я]{{0,4}})))\s+(?P<unit>день|сут(?:ки|ок)|недел[яюи]|месяц|час|"
    rf"days?|weeks?)\b"
)
HALF = re.compile(
    r"\b(?:полчас(?:а|ика)?|пол часа|half an hour|half hour)(?P<ago>\s+(?:тому\s+)?назад|\s+ago|\s+back)?\b"
)
_AGO = r"(?P<ago>\s+(?:(?:или|or) (?:около того|так|so)\s+)?(?:(?:тому\s+)?назад|ago|back))?"
COUNTED = re.compile(
    rf"(?<![\d.,:/-])\b(?:(?P<first>{_NUMBER})\s?(?:-|или|or|to)\s?)?(?:a )?(?P<number>{_NUMBER})\s?-?\s?(?:of |"
    rf"last |или две |с лишним |с небольшим )?"
    rf"(?P<unit>{_UNIT}){_AGO}\b(?!\s+(?:утра|вечера|ночи|дня\b))"
)
INVERTED = re.compile(
    r"\b(?P<unit>минут|часа|часов|дня|дней|недели|недель|суток|месяца)\s+(?:на |как |где-то |эдак |этак )?"
    rf"(?P<number>{_NUMBER})(?:\s?-\s?(?P<second>{_NUMBER}))?(?P<ago>\s+(?:тому\s+)?назад)?\b(?!\s*(?:утра|"
    rf"вечера|ночи|дня|[:.]\d))"
)
DAY_OR_TWO = re.compile(r"\b(?P<unit>день|час|недел[юя])\s?-?\s?(?:другой|два|две)(?P<ago>\s+назад)?\b")
BARE_UNIT = re.compile(
    r"\b(?P<unit>час|часик|минуту|минутку|сутки|день|неделю|недели|недельку|месяц|месяца|hour|day|week|"
    r"month)\b(?P<ago>\s+(?:тому\s+)?назад|\s+ago)?"
)
LAST_WEEK = re.compile(r"\b(?:прошл\w{2,3} недел\w|last week)\b")
LAST_MONTH = re.compile(r"\b(?:прошл\w{2,3} месяц\w?|last month)\b")
MONTH_ALONE = re.compile(
    r"\b(?:в|во|с|со|на|за|since|in|from|last|during)\s+(?:(?:прошл\w{2,3}|эт\w{2,3}|the)\s+)?"
    r"(?:(?P<third>начал[аеу]|середин[аеыу]|кон(?:ец|ца|це)|beginning of|start of|early|middle of|mid|end of|late)\s+)?"
    rf"(?P<month>{'|'.join(f'{russian}[а-я]*' for russian, _ in MONTHS if russian != 'мая')}|ма[яею]|"
    rf"{_ENGLISH_MONTHS})\b(?![\s,]*\d)"
)
"""A month without a day, or its beginning, middle or end: "в ноябре", "с конца октября", "since early May"."""
WEEKEND = re.compile(r"\b(?:выходны(?:х|е)|weekend)\b")
BEGINNING = re.compile(r"\b(?:начал[ае] (?P<what>недели|месяца)|beginning of the (?P<english>week|month))\b")
RECENT_DAYS = re.compile(r"\bна днях\b|\bнесколько дней\b|\bthe other day\b")

RELATIVE_DAY = re.compile(
    r"\b(?:(?P<three>позапозавчера\w*)|(?P<two>позавчера\w*|(?:the )?day before yesterday)|(?P<one>вчера\w*|"
    r"yesterday|yday)"
    r"|(?P<zero>сегодня\w*|сёдня|седня|today)|(?P<whole>весь день|целый день|all day(?: long)?))\b"
)
ISO = re.compile(r"\b(20\d{2})-([01]?\d)-([0-3]?\d)\b")
DOTTED = re.compile(r"(?<![\d.:])([0-3]?\d)[./]([01]?\d)(?:[./]((?:20)?\d{2}))?(?![\d.:])")
NAMED_DATE = re.compile(
    rf"\b(?:(?P<before>\d{{1,2}})(?:-?(?:го|е|ого)|st|nd|rd|th)?\s(?:of )?(?P<month>{_MONTH})|"
    rf"(?P<english>{_ENGLISH_MONTHS})\s(?:the )?(?P<after>\d{{1,2}})(?:st|nd|"
    rf"rd|th)?)\b(?!:)"
)
WORDED_DATE = re.compile(
    rf"\b(?P<tens>двадцать |тридцать "
    rf")?(?P<day>(?:{'|'.join(sorted(DAY_OF_MONTH_STEMS, key=len, reverse=True))})(?:ого|его|ьего))"
    rf"(?:\s(?:числа|(?P<month>{_MONTH})))?\b"
)
DAY_OF_MONTH = re.compile(
    r"(?<![\d.:/-])(?:(\d{1,2})\s?-?\s?(?:го|ого)\b(?: числа)?|(\d{1,2})(?:-?е)? числ[аоу]|"
    r"(?:the )?\b(\d{1,2})(?:st|nd|rd|th)\b(?! (?:day|week|floor|street|st|ave|avenue|time|month|hour))|числа "
    r"(\d{1,2})\b)"
)
WEEKDAY = re.compile(rf"\b(?:{_WEEKDAY})\b")
SHORT_WEEKDAY = re.compile(
    r"(?<=\bв )(?:пн|вт|ср|чт|пт|сб|вс)\b|(?<=\bс )(?:пн|вт|чт|пт|сб|вс)\b|"
    r"(?:(?<=\bon )|(?<=\bsince )|(?<=\blast ))(?:mon|tue|wed|thu|fri|sat|sun)\b"
)
PART = re.compile(
    r"\b(?:утр(?:а|ом|у|о|ечка|ечком)|обед(?:а|у|ом)?|(?:после)?обеденн\w+|полдень|полудня|полдня|днем|вечер(?:а|"
    r"ом|ок|ка|ком|у)?|(?<=вчера )вечерам|(?<=сегодня )вечерам|"
    r"ноч(?:и|ь|ью)|полно(?:чь|чи)|mornings?|afternoon|noon|lunch(?:time)?|midday|evening|tonight|(?:last "
    r")?(?:night|nite)|midnight)\b"
)
CLOCK = re.compile(r"(?<![\d.:/-])([0-2]?\d)[:.]([0-5]\d)(?![\d/:-]|\.\d)(?: ?(am|pm|утра|дня|вечера|ночи)\b)?")
HOUR_WITH_HALF = re.compile(
    rf"(?<![\d.:/-])\b(?P<hour>[0-2]?\d|часу?|"
    rf"{'|'.join(word for word in NUMBERS if word not in ('a', 'an', 'couple', 'пару', 'пара'))})"
    r" ?(?:час(?:ов|а)? )?(?P<half>утра|дня|вечера|ночи|am|pm|a\.m|p\.m|in the (?:morning|evening|afternoon)|at "
    r"night)\b"
)
HOUR_BEFORE_A_PART = re.compile(
    r"(?<![\d.:/-])\b(?P<hour>[0-2]?\d)(?= (?:this|yesterday|last) (?:morning|afternoon|evening|night)\b)"
)
HOUR_ALONE = re.compile(
    r"(?<![\d.:/-])\b(?P<lead>в|с|со|к|ко|около|часов в|часа в|at|from|since|around|about|after|после|примерно в|"
    r"где-то в)"
    rf" (?P<hour>[0-2]?\d|{'|'.join(word for word in NUMBERS if len(word) > 2)})"
    r"(?: (?P<unit>час(?:а|ов)?|o'clock|oclock)\b)?(?![\d:/-]|[.,]\d)\b"
)
AFTER_AN_HOUR = re.compile(
    r"\s*(?:$|[.,;!?)\n-]|(?:не|нет|нету|ни|лег|где|дня|и|с|все|всё|или|примерно|ровно|у|no|not|it|the|on|and|or|"
    r"this|in|"
    r"last|tonight|my|we|i)\b|(?:пропал|отруб|выруб|выкл|отключ|отвал|упал|сломал|исчез|вчера|сегодня|позавчера|"
    r"утр|вечер|"
    r"интернет|инет|связь|перестал|погас|yesterday|today|internet|went)\w*)"
)
