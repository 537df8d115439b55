"""How the value of a key (a contract, a serial, a phone) is compared. Pure.

`normalise` takes away what changes nothing: case, blanks, dashes, invisible characters, how a letter is composed, the
script of a digit. Two values with one normal form are one. `fold` takes further away what people mistake when they type
from paper: the look-alikes of `desk.language.look_alikes`. Two values with one folded form are perhaps one: a person is
asked, and nothing is taken.

An index keeps the folded form without a shape, which is the coarsest; `may_mean` then looks with the shape, so that
other settings need no other index.
"""

from __future__ import annotations

import re
import unicodedata

from desk.language.look_alikes import READ_ANYWHERE, READ_AS_DIGIT, READ_AS_LETTER, plain_width
from desk.language.unsafe_characters import without_invisible

KINDS = ("contract", "email", "phone", "login", "serial", "reference", "licence")
"""What an account can be found by."""

_NOT_DIGITS = re.compile(r"\D")
_NOT_LETTERS_OR_DIGITS = re.compile(r"[\W_]")
_BLANKS = re.compile(r"\s")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_EXTENSION = re.compile(r"(?:доб|вн|ext|x)\.?\s*\d{1,6}\s*$")
_PHONE_WITH_LETTERS = re.compile(r"(?=.*\d)[\d\W_oозli]*")
"""A number in which letters stand for digits, and no word such as "доб."."""
_SIGNS_COUNT = ("email", "login")
"""Kinds whose dots and dashes tell one value from another."""


def normalise(kind: str, value: str) -> str:
    """The normal form of a value: equal ones name the same. "" where nothing is left to compare.

    Phones are digits, a Russian 8 as 7, without an extension; addresses and logins keep their signs; all other kinds
    are letters and digits only, in small letters.
    """
    value = _small(value)
    if kind == "phone":
        return _phone_digits(value)
    if kind in _SIGNS_COUNT:
        return _BLANKS.sub("", plain_dashes(value))
    return unicodedata.normalize("NFC", _NOT_LETTERS_OR_DIGITS.sub("", value))


def fold(kind: str, value: str, shape: str | None = None) -> str:
    """The normal form with look-alikes made one, by place where a ``shape`` such as "A99999" fits it, else everywhere.

    A login's signs are left out here: "anna-k" and "annak" are asked about too.
    """
    if kind == "phone":
        small = _small(value)
        return _phone_digits(small.translate(READ_AS_DIGIT) if _PHONE_WITH_LETTERS.fullmatch(small) else small)
    normal = normalise(kind, value)
    if kind == "login":
        normal = _NOT_LETTERS_OR_DIGITS.sub("", normal)
    places = normalise_shape(shape) if shape else ""
    if len(places) != len(normal):
        return unicodedata.normalize("NFC", normal.translate(READ_ANYWHERE))
    digits, letters = normal.translate(READ_AS_DIGIT), normal.translate(READ_AS_LETTER)
    return "".join(digits[at] if place == "9" else letters[at] for at, place in enumerate(places))


def may_mean(kind: str, typed: str, kept: str, shape: str | None = None) -> bool:
    """Whether somebody who typed this may mean the value kept on file: the same but for look-alikes."""
    return fold(kind, typed, shape) == fold(kind, kept, shape) != ""


def is_same(kind: str, one: str, other: str) -> bool:
    """Whether both are one value."""
    return normalise(kind, one) == normalise(kind, other) != ""


def normalise_shape(shape: str) -> str:
    """A shape without its signs: a place for each letter or digit of a normal form; "9" is a digit, all else letters
    of either kind."""
    return _NOT_LETTERS_OR_DIGITS.sub("", shape)


def fits(kind: str, value: str, shape: str) -> bool:
    """Whether a value is of a shape: a digit at each of its digits' places."""
    places, normal = normalise_shape(shape), normalise(kind, value)
    return len(places) == len(normal) and all(
        char.isdecimal() == (place == "9") for place, char in zip(places, normal, strict=True)
    )


def plain_dashes(text: str) -> str:
    """The text with every dash as that of a keyboard."""
    return _DASHES.sub("-", text)


def _small(value: str) -> str:
    """Visible characters, composed, in small letters."""
    plain = plain_width(without_invisible(value))
    return plain_width(plain.casefold()).strip()


def _phone_digits(value: str) -> str:
    digits = _NOT_DIGITS.sub("", _EXTENSION.sub("", value))
    if len(digits) == 10 and digits[0] == "9":
        return "7" + digits
    return "7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else digits
