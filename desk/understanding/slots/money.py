"""An amount of money: a number with its currency, or a number where one was asked for."""

from __future__ import annotations

import re

from desk.understanding.reading.normalized_message import Reading
from desk.understanding.reading.observations import ObservedValue

_WORDS = {
    name: value
    for value, names in {
        10: "ten",
        20: "twenty",
        30: "thirty",
        50: "fifty|пятьдесят",
        100: "сто|a hundred|one hundred",
        200: "двести|two hundred",
        300: "триста|three hundred",
        400: "четыреста",
        500: "пятьсот|пятихатка|пятихатку|полтыщи|five hundred",
        600: "шестьсот",
        700: "семьсот",
        800: "восемьсот",
        900: "девятьсот",
        1000: "тысяча|тысячу|тыща|тыщу|косарь|штука|штуку|a thousand|one thousand",
        1500: "полторы тысячи|полторы тыщи",
        2000: "две тысячи|две тыщи|two thousand",
        3000: "три тысячи|три тыщи",
        4000: "четыре тысячи",
        5000: "пять тысяч",
        10000: "десять тысяч",
    }.items()
    for name in names.split("|")
}
_RUBLES = r"(?:руб(?:лей|ля|ль|лями|лях)?\b\.?|р\b\.?|рэ\b|₽|rub\b|rubles?\b|roubles?\b|деревянных)"
_CURRENCIES = (
    ("RUB", _RUBLES),
    ("USD", r"(?:\$|usd\b|dollars?\b|bucks\b|доллар\w*|баксов)"),
    ("EUR", r"(?:€|eur\b|euros?\b|евро\b)"),
    ("GBP", r"(?:£|gbp\b|pounds?\b|quid\b|фунт\w*)"),
    ("KZT", r"(?:₸|тенге\b)"),
    ("BYN", r"(?:byn\b)"),
)
_CURRENCY = "|".join(f"(?P<{code}>{pattern})" for code, pattern in _CURRENCIES)
_NUMBER = r"\d{1,3}(?:[  ]\d{3})+(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_THOUSANDS = r"(?:\s?(?P<thousands>тыс(?:яч[аиу]?)?\b\.?|т\.\s?(?=р)|к\b|k\b|thousand\b))?"
_WITH_CURRENCY = re.compile(
    rf"(?<![\d.,/-])(?P<number>{_NUMBER}){_THOUSANDS}\s?(?:{_CURRENCY})|"
    rf"(?P<sign>[$€£₽])\s?(?P<signed>{_NUMBER})(?![\d.,]*\d)"
)
_IN_WORDS = re.compile(rf"\b(?P<words>{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b(?:\s(?:{_CURRENCY}))?")
_NUMBER_ALONE = re.compile(rf"(?<![\w.,/:-])(?P<number>{_NUMBER}){_THOUSANDS}(?![\d:/-]|[.,]\d|[\w])")
_PAID = re.compile(
    r"\b(?:спис[аы]\w+|сн[яи](?:л|ли|то|мают)\w*|заплати\w+|оплати\w+|опла[тч]\w+|платеж\w*|внес\w*|внос\w+|"
    r"положи\w+|закину\w+|пополни\w+|перев[её]\w+|заплачен\w*|зачисл\w+|"
    r"charged?|paid|payment|debited|deposited|topped up|transferred|withdr\w+|took)\b"
)
_PRICE = re.compile(
    r"\b(?:тариф\w*|стои\w+|цен[ауы]|стоимость|абонент\w+ плат\w+|в месяц|за месяц стоит|штраф|per month|a month|"
    r"costs?|price|plan)\b"
)
_NOT_MONEY = re.compile(
    r"\s*(?:-?(?:го|е)\b|числ\w+|раз\w*|д[ен]\w+|дня|час\w*|мин\w*|недел\w+|месяц\w*|мес\b|январ\w*|феврал\w*|"
    r"март\w*|апрел\w*|мая|июн\w*|июл\w*|август\w*|сентябр\w*|октябр\w*|ноябр\w*|декабр\w*|"
    r"мбит\w*|гб|mb\w*|gb|устройств\w*|лет|год\w*|times|days?|hours?|(?:st|nd|rd|th)\b|процент\w*|%|утра|вечера|"
    r"этаж\w*)"
)


def amount(reading: Reading, asked: bool) -> ObservedValue | None:
    """The amount that was charged or paid."""
    for found in reading.matches(_WITH_CURRENCY):
        if asked or _is_told(reading, found):
            return _observed(reading, found, _number(found["number"] or found["signed"]) * _thousands(found))
    for found in reading.matches(_IN_WORDS):
        has_currency = any(found[code] for code, _ in _CURRENCIES)
        if (
            asked
            or (has_currency and _is_told(reading, found))
            or (found["words"][0] > "а" and len(found["words"]) > 3 and _is_paid(reading, found))
        ):
            return _observed(reading, found, _WORDS[found["words"]])
    numbers = [found for found in reading.matches(_NUMBER_ALONE) if not _NOT_MONEY.match(reading.text, found.end())]
    if asked and len(numbers) == 1 and not re.search(r"\b(?:от|до|from|between)\b", reading.text):
        return _observed(reading, numbers[0], _number(numbers[0]["number"]) * _thousands(numbers[0]))
    for found in numbers:
        if (
            _is_paid(reading, found)
            and _number(found["number"]) >= 10
            and not _PRICE.search(reading.clause_at(found.start()).text)
        ):
            return _observed(reading, found, _number(found["number"]) * _thousands(found))
    return None


def _is_told(reading: Reading, found: re.Match[str]) -> bool:
    clause = reading.clause_at(found.start())
    return bool(_PAID.search(clause.text)) or not (_PRICE.search(clause.text) or clause.asks)


def _is_paid(reading: Reading, found: re.Match[str]) -> bool:
    """Whether a payment stands before the number, near by."""
    clause = reading.clause_at(found.start())
    before = reading.text[max(clause.start, found.start() - 25) : found.start()]
    return bool(_PAID.search(before)) and not re.search(
        r"\b(?:за|до|на|в|по|from|until|in|№|договор\w*|номер\w*)\s*$", before
    )


def _observed(reading: Reading, found: re.Match[str], value: float) -> ObservedValue | None:
    currency = next((code for code, _ in _CURRENCIES if code in found.re.groupindex and found[code]), "")
    if "sign" in found.re.groupindex and found["sign"]:
        currency = {"$": "USD", "€": "EUR", "£": "GBP", "₽": "RUB"}[found["sign"]]
    end = found.start() + len(found.group().rstrip(" ."))
    known = int(value) if float(value).is_integer() else value
    return reading.value("amount", known, found.start(), end, {"currency": currency} if currency else {})


def _number(words: str) -> float:
    return float(re.sub(r"\s", "", words).replace(",", "."))


def _thousands(found: re.Match[str]) -> int:
    return 1000 if "thousands" in found.re.groupindex and found["thousands"] else 1
