"""Telephone numbers in free text, in their normal form: "+7" for a Russian 8, E.164 where the country is told."""

from __future__ import annotations

import re
from collections.abc import Sequence

_JOINT = r"[\s().\u00a0\u2010-\u2015-]{0,3}"
_RUSSIAN = rf"(?:\+\s?7|8|7){_JOINT}\d{{3}}{_JOINT}\d{{3}}{_JOINT}\d{{2}}{_JOINT}\d{{2}}"
_FOREIGN = r"\+\s?[1-9]\d{0,3}(?:[\s().-]{0,2}\d){6,12}"
_MOBILE = rf"9\d{{2}}{_JOINT}\d{{3}}{_JOINT}\d{{2}}{_JOINT}\d{{2}}"
_BRITISH_MOBILE = rf"07\d{{3}}{_JOINT}\d{{3}}{_JOINT}\d{{3}}"
_TRUNK = r"0[1-9](?:[\s().-]{0,2}\d){7,9}"
_LOCAL = r"\d{2,3}[\s-]\d{2}[\s-]\d{2}"
_BOUND = r"(?<![\w+@])(?<!\d[.,:/-])(?<!\d\s)"
_END = r"(?!\d|[.,:/-]\d|\s\d|[@_])"
_NUMBER = re.compile(
    rf"{_BOUND}(?:(?P<foreign>{_FOREIGN})|(?P<russian>{_RUSSIAN})|(?P<mobile>{_MOBILE})|{_BRITISH_MOBILE}|(?P<trunk>{_TRUNK})|"
    rf"(?P<local>{_LOCAL})){_END}"
)
_DIGITS_ASKED = re.compile(rf"{_BOUND}\+?(?:\d[\s().-]{{0,2}}){{6,14}}\d{_END}")
_WORD_BEFORE = re.compile(
    r"(?:тел\w*\.?|номер\w?|моб\w*\.?|сот\w*\.?|городской|домашний|звон\w+|набер\w+|связ\w+|whatsapp|ватсап\w?|"
    r"вайбер|phone|mobile|cell|call|ring|reach|tel)[^0-9\n]{0,25}$",
    re.IGNORECASE,
)
_OTHER_BEFORE = re.compile(
    r"(?:договор\w*|contract|л/с|лицев\w+|счет\w?|счёт\w?|карт\w+|card|инн|снилс|№|заявк\w+|руб\w*)[\s:№]{0,3}$",
    re.IGNORECASE,
)
_DATE = re.compile(r"^\d{1,2}[.-]\d{1,2}[.-](?:20)?\d\d$|^(?:20\d\d)[.-]\d\d[.-]\d\d$|^\d{1,3}(?:\.\d{1,3}){3}$")


def phones_told(text: str, asked: bool = False) -> Sequence[tuple[str, int, int]]:
    """Each number once with its place. Without a country, seven digits, ten, and those behind a trunk's 0 count only
    where a word such as "телефон" stands before them, or a number was ``asked`` for."""
    if sum(map(str.isdecimal, text[:4000])) < 6:
        return ()
    found: dict[str, tuple[str, int, int]] = {}
    for one in _NUMBER.finditer(text):
        before = text[max(0, one.start() - 40) : one.start()]
        is_introduced = asked or bool(_WORD_BEFORE.search(before))
        if (
            _DATE.search(one.group().strip())
            or _OTHER_BEFORE.search(before)
            or ((one["local"] or one["trunk"]) and not is_introduced)
        ):
            continue
        if one["mobile"] and not is_introduced and one.group().isdecimal() and len(text.strip()) > 12:
            continue
        number = normal_phone(one.group())
        found.setdefault(number, (number, *one.span()))
    if not found and asked:
        for one in _DIGITS_ASKED.finditer(text):
            if not _DATE.search(one.group().strip()) and not _OTHER_BEFORE.search(text[: one.start()]):
                found.setdefault(normal_phone(one.group()), (normal_phone(one.group()), *one.span()))
    return tuple(found.values())


def normal_phone(written: str) -> str:
    """The digits, with "+" and the country where that is known; a Russian 8 at the beginning of eleven is +7."""
    digits = re.sub(r"\D", "", written)
    has_plus = written.lstrip().startswith("+")
    if len(digits) == 11 and digits[0] in "78" and (digits[0] == "8" or has_plus or digits[1] in "9348"):
        return f"+7{digits[1:]}"
    if len(digits) == 10 and digits[0] == "9" and not has_plus:
        return f"+7{digits}"
    return f"+{digits}" if has_plus else digits


def spaced_phone(number: str) -> str:
    """A number as people read it: "+79005550001" as "+7 900 555-00-01". One of another country, or one that was written
    with spaces, stays as it is."""
    if re.fullmatch(r"\+7\d{10}", number):
        return f"+7 {number[2:5]} {number[5:8]}-{number[8:10]}-{number[10:]}"
    return number
