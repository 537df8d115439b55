"""An amount of money: a number with its currency, or a number where one was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from desk.understanding.reading.normalized_message import MAX_MATCHES, Reading
from desk.understanding.reading.observations import ObservedValue
from desk.understanding.slots.moment_words import NAMED_DATE
from desk.understanding.slots.number_words import SpelledNumber, spelled_numbers

SMALLEST = 10
"""An amount in words, or one that no currency and no question marks, is at least so much."""

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
_NUMBER = r"\d{1,3}(?:[  .,']\d{3})+(?!\d)(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_SEPARATED = re.compile(r"[  .,'](?=\d{3}(?!\d))")
_THOUSANDS = r"(?:\s?(?P<thousands>тыс(?:яч[аиу]?)?\b\.?|т\.\s?(?=р)|к\b|k\b|thousand\b))?"
_WITH_CURRENCY = re.compile(
    rf"(?<![\d.,/:-])(?P<number>{_NUMBER}){_THOUSANDS}\s?(?:{_CURRENCY})(?:\s?(?P<cents>\d{{1,2}})\s?коп\w*)?|"
    rf"(?P<sign>[$€£₽])\s?(?P<signed>{_NUMBER})(?![\d.,]*\d)"
)
_CURRENCY_NEXT = re.compile(rf"\s?(?:{_CURRENCY})")
_CURRENCY_BEFORE = re.compile(rf"(?:{_CURRENCY})\s?$")
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

_SEVERAL_TIMES = re.compile(r"\b(?:twice|times|дважды|трижды|раза?|payments|charges|списани\w+|платеж\w+)\b")
_EACH = re.compile(r"[\d.,\s]+(?:each|apiece|both times|every time|кажд\w+|оба раза)\b")
_BY_SO_MUCH = re.compile(
    r"\b(?:раза?|дважды|трижды|списани\w+|платеж\w+|times|twice|payments|charges)[\s,]+(?:по|of)\s+$"
)
_RANGE = re.compile(r"\b(?:от|до|или|либо|from|between|or)\b|\d\s?[-–]\s?\d")


def amount(reading: Reading, asked: bool) -> ObservedValue | None:
    """The amount that was charged or paid; none where several are, or where nobody can tell which is meant."""
    spelled = [
        found
        for found in islice(spelled_numbers(reading.text), MAX_MATCHES)
        if (found.value is None or found.value >= SMALLEST) and not _NOT_MONEY.match(reading.text, found.end)
    ]
    for found in reading.matches(_WITH_CURRENCY):
        is_part = any(one.start < found.end() and found.start() < one.end for one in spelled)
        if not is_part and not _is_taken_back(reading, found.start()) and (asked or _is_told(reading, found.start())):
            return _observed(reading, found, _number(found["number"] or found["signed"]) * _thousands(found))
    if in_words := _in_words(reading, spelled, asked):
        return in_words
    if spelled and asked:
        return None
    days = [found.span() for found in reading.matches(NAMED_DATE)]
    numbers = [
        found
        for found in reading.matches(_NUMBER_ALONE)
        if not any(start <= found.start() < end for start, end in days)
        and not _NOT_MONEY.match(reading.text, found.end())
        and not _is_taken_back(reading, found.start())
    ]
    if asked and len(numbers) == 1 and not _RANGE.search(reading.text):
        return _observed(reading, numbers[0], _number(numbers[0]["number"]) * _thousands(numbers[0]))
    for found in numbers:
        if (
            _is_paid(reading, found.start())
            and _number(found["number"]) >= SMALLEST
            and not any(one.start < found.end() and found.start() < one.end for one in spelled)
            and not _PRICE.search(reading.clause_at(found.start()).text)
        ):
            return _observed(reading, found, _number(found["number"]) * _thousands(found))
    return None


def _in_words(reading: Reading, spelled: Sequence[SpelledNumber], asked: bool) -> ObservedValue | None:
    """The amount that is told in words, or in words and digits."""
    told = []
    for found in spelled:
        after = _CURRENCY_NEXT.match(reading.text, found.end)
        currency = _currency(after or _CURRENCY_BEFORE.search(reading.text[: found.start]))
        is_told = (bool(currency) and _is_told(reading, found.start)) or (
            reading.text[found.start] >= "а" and _is_paid(reading, found.start)
        )
        if (asked or is_told) and not _is_taken_back(reading, found.start):
            told.append((found, currency, after.end() if after else found.end))
    if not told or (asked and (len({found.value for found, *_ in told}) > 1 or _RANGE.search(reading.text))):
        return None
    found, currency, end = told[0]
    if found.value is None:
        return None
    end = found.start + len(reading.text[found.start : end].rstrip(" ."))
    return reading.value("amount", _plain(found.value), found.start, end, {"currency": currency} if currency else {})


def _is_taken_back(reading: Reading, start: int) -> bool:
    """Whether the number is denied, and another one follows: "не 500, а 600"."""
    return bool(re.search(r"\b(?:не|not)\s+$", reading.text[:start])) and bool(
        re.search(r"\b(?:а|but)\b", reading.text[start:])
    )


def _is_told(reading: Reading, start: int) -> bool:
    clause = reading.clause_at(start)
    return bool(_PAID.search(clause.text)) or not (_PRICE.search(clause.text) or clause.asks)


def _is_paid(reading: Reading, start: int) -> bool:
    """Whether a payment stands before the number, near by; or what each of several was follows: "twice, 650 each"."""
    clause = reading.clause_at(start)
    if _SEVERAL_TIMES.search(reading.text[:start]) and (
        _EACH.match(reading.text, start) or _BY_SO_MUCH.search(reading.text[:start])
    ):
        return bool(_PAID.search(reading.text[:start]))
    before = reading.text[max(clause.start, start - 25) : start]
    return bool(_PAID.search(before)) and not re.search(
        r"\b(?:за|до|на|в|по|from|until|in|№|договор\w*|номер\w*)\s*$", before
    )


def _observed(reading: Reading, found: re.Match[str], value: float) -> ObservedValue | None:
    currency = _currency(found)
    if "sign" in found.re.groupindex and found["sign"]:
        currency = {"$": "USD", "€": "EUR", "£": "GBP", "₽": "RUB"}[found["sign"]]
    if "cents" in found.re.groupindex and found["cents"]:
        value += int(found["cents"]) / 100
    end = found.start() + len(found.group().rstrip(" ."))
    return reading.value("amount", _plain(value), found.start(), end, {"currency": currency} if currency else {})


def _currency(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    return next((code for code, _ in _CURRENCIES if code in found.re.groupindex and found[code]), "")


def _plain(value: float) -> float:
    return int(value) if float(value).is_integer() else round(value, 2)


def _number(words: str) -> float:
    return float(_SEPARATED.sub("", words).replace(",", "."))


def _thousands(found: re.Match[str]) -> int:
    return 1000 if "thousands" in found.re.groupindex and found["thousands"] else 1
