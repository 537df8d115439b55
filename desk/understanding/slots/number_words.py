"""Numbers in words, or in words and digits: "тысяча двести", "2 тысячи 300", "twelve hundred", "полторы тыщи"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpelledNumber:
    """A number, and where it stands: ``text[start:end]``. ``value`` is None where nobody can tell which is meant."""

    value: float | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Part:
    """A word of a number. ``kind``: "add" (of this size), "times" (hundred, thousand), "half" or "digits"."""

    kind: str
    value: float
    size: int = 0
    is_plural: bool = False


_COUNTS = {
    1: "один одна одно одну одного одной one",
    2: "два две двух two",
    3: "три трех three",
    4: "четыре четырех four",
    5: "пять пяти five",
    6: "шесть шести six",
    7: "семь семи seven",
    8: "восемь восьми eight",
    9: "девять девяти nine",
    10: "десять десяти ten червонец десятка десятку",
    11: "одиннадцать одиннадцати eleven",
    12: "двенадцать двенадцати twelve",
    13: "тринадцать тринадцати thirteen",
    14: "четырнадцать четырнадцати fourteen",
    15: "пятнадцать пятнадцати fifteen",
    16: "шестнадцать шестнадцати sixteen",
    17: "семнадцать семнадцати seventeen",
    18: "восемнадцать восемнадцати eighteen",
    19: "девятнадцать девятнадцати nineteen",
    20: "двадцать двадцати twenty",
    30: "тридцать тридцати thirty",
    40: "сорок сорока forty fourty",
    50: "пятьдесят пятидесяти fifty полтинник полтос",
    60: "шестьдесят шестидесяти sixty",
    70: "семьдесят семидесяти seventy",
    80: "восемьдесят восьмидесяти eighty",
    90: "девяносто девяноста ninety",
    100: "сто ста сотня сотню сотка сотку стольник",
    200: "двести двухсот",
    300: "триста трехсот",
    400: "четыреста четырехсот",
    500: "пятьсот пятисот пятихатка пятихатку полтыщи полтысячи",
    600: "шестьсот шестисот",
    700: "семьсот семисот",
    800: "восемьсот восьмисот",
    900: "девятьсот девятисот",
}
_THOUSAND = "тысяча тысячу тыща тыщу тыс тыш косарь штука штуку к k thousand grand тысячей тыщей"
_THOUSANDS = "тысячи тысяч тыщи тыщ косаря косарей штуки штук thousands"
_PARTS = {
    **{
        word: _Part("add", value, 100 if value >= 100 else 10 if value >= 20 else 1)
        for value, words in _COUNTS.items()
        for word in words.split()
    },
    **{word: _Part("times", 1000) for word in _THOUSAND.split()},
    **{word: _Part("times", 1000, is_plural=True) for word in _THOUSANDS.split()},
    **{word: _Part("times", 100, is_plural=True) for word in ("сотни", "сотен", "соток")},
    "hundred": _Part("times", 100),
    "полторы": _Part("add", 1.5, 1),
    "полтора": _Part("add", 1.5, 1),
}
_TOKEN = re.compile(r"(?P<half>с половиной|and a half)\b|(?P<digits>\d{1,6}(?:[.,]\d{1,2})?)(?!\d)|(?P<word>[^\W\d_]+)")
_JOINT = re.compile(r"[ \u00a0-]*(?:and )?")
_VAGUE = re.compile(
    r"\s*(?:с (?:лишним|чем|хвостиком|копейками|небольшим|гаком)|или|либо|[-/]\s?\d|and (?:something|change)|"
    r"something|odd|or (?:so )?\w|plus)\b"
)
_VAGUE_BEFORE = re.compile(r"\b(?:couple|few|several|some|пару|пара|несколько)\s(?:of\s)?$")
_ORDINAL = re.compile(r"\s*(?:перв|втор|трет|четв|пят|шест|седьм|восьм|девят|десят|одинн|двен)\w*(?:го|ое|ой)\b")


def spelled_numbers(text: str) -> Iterator[SpelledNumber]:
    """The numbers that have a word at least; ``text`` in small letters. A run of words that no number is has no value:
    "двадцать тридцать", "тысяча с чем-то", "двадцать пятого"."""
    run: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if token.group() == "and":
            continue
        is_part = bool(token["digits"] or token["half"]) or token.group() in _PARTS
        if run and (not is_part or not _JOINT.fullmatch(text, run[-1].end(), token.start())):
            yield from _number_of(text, run)
            run = []
        if is_part:
            run.append(token)
    yield from _number_of(text, run)


def _number_of(text: str, run: Sequence[re.Match[str]]) -> Iterator[SpelledNumber]:
    if not any(token["word"] for token in run):
        return
    start, end = run[0].start(), run[-1].end()
    is_vague = _VAGUE.match(text, end) or _ORDINAL.match(text, end) or _VAGUE_BEFORE.search(text[:start])
    yield SpelledNumber(None if is_vague else _value([_part(token) for token in run]), start, end)


def _part(token: re.Match[str]) -> _Part:
    if token["half"]:
        return _Part("half", 0.5)
    if token["digits"]:
        return _Part("digits", float(token["digits"].replace(",", ".")))
    return _PARTS[token.group()]


def _value(parts: Sequence[_Part]) -> float | None:
    """The number; None where the parts make none."""
    if len(parts) == 2 and parts[0].is_plural and parts[1].kind == "add" and parts[1].size == 1:
        return parts[0].value * parts[1].value  # "тысячи две" is some two thousand
    total = group = 0.0
    smallest, thousands = 1000, False
    for part in parts:
        if part.kind == "times":
            if (not group and part.is_plural) or (part.value == 1000 and thousands) or group >= part.value:
                return None
            if part.value == 1000:
                total, group, thousands, smallest = (group or 1) * 1000, 0.0, True, 1000
            else:
                group, smallest = (group or 1) * 100, 100
        elif part.kind == "half":
            group += part.value
        elif part.kind == "digits":
            if group or (thousands and part.value >= 1000):
                return None
            group, smallest = part.value, 1
        else:
            is_teen = part.size == 1 and part.value >= 10
            if part.size >= smallest or (is_teen and smallest == 10):
                return None
            group, smallest = group + part.value, part.size
    value = total + group
    return None if value != int(value) and value < 1000 else value
