"""Finding a contract number in free text. An exact number identifies; a number that only looks like one never does.

A shape is written as "99-9999": 9 stands for a digit, A for a letter, anything else for itself. Digits of other
scripts count as digits, every dash as a dash, and blanks beside a dash as none. The letter O (of either alphabet) is
read as a zero only where a digit must stand and all other characters fit; no other letter is ever read as a digit or
as a letter of another alphabet.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from desk.language.unsafe_characters import without_invisible

MAX_LENGTH = 16_000
"""How much of a text is searched."""

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_FOREIGN_DIGITS = re.compile(r"[^\D0-9]")
_FULLWIDTH = re.compile("[\uff01-\uff5e]")
_BLANKS = re.compile(r"\s")
_BLANKS_AND_DASHES = re.compile("[ -]{2,}")
_ZEROES = frozenset("OoОо")  # Latin and Cyrillic
_CONTRACT_WORDS = ("договор", "дог.", "contract", "л/с", "лс", "лицевой счет", "лицевой счёт", "account", "абонент")
_MAX_WORD_DISTANCE = 40  # characters between such a word and its number


@dataclass(frozen=True, slots=True)
class _Candidate:
    start: int
    number: str
    exact: bool


def find_contract(text: str, shape: str) -> str | None:
    """The one contract number of this shape in the text, written as the shape writes it, or None.

    Where several different ones stand, the one behind a word such as "договор" or "contract" counts; without it none
    does. A number inside a longer run of letters or digits is none. The shape must have at least three places of
    digits or letters; a ValueError says so otherwise.
    """
    check_contract_shape(shape)
    searched = text[:MAX_LENGTH]
    if "9" in shape and not any(map(str.isdecimal, searched)):
        return None
    normalized = _normalized(searched)
    candidates = _candidates(normalized, shape)
    exact = {candidate.number for candidate in candidates if candidate.exact}
    if len(exact) == 1:
        return exact.pop()
    numbers = exact or {candidate.number for candidate in candidates}
    if len(numbers) == 1:
        return numbers.pop()
    ends = [0, *(candidate.start + len(shape) for candidate in candidates)]
    introduced = {
        candidate.number
        for candidate, end in zip(candidates, ends, strict=False)
        if candidate.number in numbers
        and _follows_contract_word(normalized[max(end, candidate.start - _MAX_WORD_DISTANCE) : candidate.start])
    }
    return introduced.pop() if len(introduced) == 1 else None


def check_contract_shape(shape: str) -> None:
    """Raises ValueError, with a sentence, for a shape that could not find contract numbers."""
    if not sum(char in "9A" for char in shape) >= 3 or len(shape) > 40 or shape != shape.strip():
        raise ValueError(f"the shape of contract numbers {shape!r} needs 3 to 40 places of 9 (a digit) or A (a letter)")


def _normalized(text: str) -> str:
    """Invisible characters out, digits and dashes as ASCII, no blanks beside a dash between two letters or digits."""
    if not text.isascii():
        text = _DASHES.sub("-", without_invisible(text))
        text = _FOREIGN_DIGITS.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)
        text = _FULLWIDTH.sub(lambda wide: chr(ord(wide[0]) - 0xFEE0), text)
    return _BLANKS_AND_DASHES.sub(_without_blanks, _BLANKS.sub(" ", text))


def _without_blanks(match: re.Match[str]) -> str:
    return "-" if match[0].count("-") == 1 and len(match[0]) <= 5 else match[0]


def _candidates(text: str, shape: str) -> list[_Candidate]:
    candidates: list[_Candidate] = []
    for found in _shape_pattern(shape).finditer(text):
        start = found.start()
        if (
            _is_boundary(text, start - 1)
            and _is_boundary(text, start + len(shape))
            and (candidate := _candidate_at(text, start, shape))
        ):
            candidates.append(candidate)
    return candidates


@lru_cache(maxsize=500)
def _shape_pattern(shape: str) -> re.Pattern[str]:
    """Wherever such a number may stand, and a few places more, which `_candidate_at` sorts out."""
    kinds = {"9": f"[0-9{''.join(sorted(_ZEROES))}]", "A": r"[^\W_]"}
    patterns = (kinds.get(one) or (re.escape(one) if one.isascii() and not one.isalpha() else ".") for one in shape)
    return re.compile(f"(?={''.join(patterns)})", re.DOTALL)


def _candidate_at(text: str, start: int, shape: str) -> _Candidate | None:
    characters: list[str] = []
    exact = True
    for place, char in zip(shape, text[start : start + len(shape)], strict=True):
        if place == "9" and char in _ZEROES:
            characters.append("0")
            exact = False
        elif (place == "9" and char.isdecimal()) or (place == "A" and char.isalpha()):
            characters.append(char.upper())
        elif place in "9A" or place.casefold() != char.casefold():
            return None
        else:
            characters.append(place)
    digits = shape.count("9")
    read = sum(char in _ZEROES and place == "9" for place, char in zip(shape, text[start:], strict=False))
    return None if digits and read * 2 > digits else _Candidate(start, "".join(characters), exact)


def _is_boundary(text: str, at: int) -> bool:
    """Whether no letter or digit stands there, and no dash that would make the number a part of a longer one."""
    if not 0 <= at < len(text):
        return True
    if text[at] == "-":
        beyond = at - 1 if at and text[at - 1].isalnum() else at + 1
        return not (0 <= beyond < len(text) and text[beyond].isdecimal())
    return not text[at].isalnum()


def _follows_contract_word(before: str) -> bool:
    return any(word in before.casefold() for word in _CONTRACT_WORDS)
