"""Finding a contract number in free text. An exact number identifies; a number that only looks like one never does.

A shape is written as "99-9999": 9 stands for a digit, A for a letter, anything else for itself. Digits of other
scripts count as digits, every dash as a dash, and blanks beside a dash as none. The letter O (of either alphabet) is
read as a zero only where a digit must stand and all other characters fit; no other letter is ever read as a digit or
as a letter of another alphabet. `contract_told` reads more than that: a number written without its signs, where its
place in the message says that it is a contract, and a slip that is corrected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from desk.language.translatable import sentence
from desk.language.unsafe_characters import INVISIBLE, without_invisible

MAX_LENGTH = 16_000
"""How much of a text is searched."""

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_FOREIGN_DIGITS = re.compile(r"[^\D0-9]")
_DIGIT = re.compile(r"\d")
_OTHERWISE_WRITTEN = re.compile(rf"{INVISIBLE.pattern}|{_DASHES.pattern}|{_FOREIGN_DIGITS.pattern}|[\uff01-\uff5e]")
"""Characters that stand for others, or for nothing: hardly a text has one."""
_BLANKS_AND_DASHES = re.compile("[ -]{2,}")
_ZEROES = frozenset("OoОо")  # Latin and Cyrillic
_CONTRACT_WORDS = ("договор", "дог.", "contract", "л/с", "лс", "лицевой счет", "лицевой счёт", "account", "абонент")
_CONTRACT_WORD = (
    r"(?:договор\w{0,3}|дог\b\.?|contract|л/с|\bлс\b|лицев\w+(?: сч[её]т\w?)?|account|абонент\w*|\bсч[её]т)"
)
_INTRODUCED = re.compile(
    rf"{_CONTRACT_WORD}(?:[\s:№#,.-]|номер\w?|number|no|is|мой|my|наш|у меня|вот|это|на|вроде|кажется){{0,8}}$", re.I
)
_FOLLOWED = re.compile(rf"[\s,(-]{{0,3}}(?:это )?{_CONTRACT_WORD}", re.I)
_NOT_A_CONTRACT = re.compile(
    r"\s{0,2}(?:руб|р\b|₽|\$|€|тенге|доллар|евро|dollar|euro|кбит|мбит|kbit|mbit|кб|мб|гб|гц|раз\b|шт|км|метр|"
    r"процент|%)",
    re.I,
)
_NOT_INTRODUCED = re.compile(
    r"(?:код\w?|смс|sms|code|индекс\w?|ошибк\w+|error|спис\w+|оплат\w+|заплат\w+|плат\w+|перев[её]л\w?|paid|"
    r"charged|карт\w+|телефон\w?|тел\.?|ip|инн|паспорт\w?|заявк\w+|модел\w+)[\s:№#.]{0,3}$",
    re.I,
)
_SLIP = re.compile(
    r"(?:\bой\b|\bупс\b|точнее|вернее|ошиб(?:ся|лась|очка)|перепутал|напутал|оговорил|хотя нет|правильн\w+|"
    r"исправ\w+|sorry|i mean|i meant|actually|correction|"
    r"oops|should be|wait|rather|[,.;!]\s?(?:не|нет|no)[\s,.!])[^0-9]{0,40}$",
    re.I,
)
_SURE_SLIP = re.compile(r"ошиб(?:ся|лась)|перепутал|напутал|оговорил|i meant", re.I)
_NEGATED = re.compile(r"\b(?:не|not)\s*(?:номер |договор )?$", re.I)
_FILLERS = re.compile(
    r"(?:\b(?:вот|это|номер|мой|моя|договора?|да|ок|вроде|кажется|наверное|наверно|it's|its|is|my|number|the|"
    r"here|i think|think|пожалуйста|please|здравствуйте|привет|hello|hi|"
    r"ой|ошибся|ошиблась|точнее|sorry|думаю)\b|[\W_])*",
    re.I,
)
_ONE_MORE = re.compile(
    rf"\b(?:втор\w+|друг\w+|ещ[её](?: один)?|также|second|another|other) {_CONTRACT_WORD}|"
    r"\b(?:тоже|также|too|as well)\b",
    re.I,
)
_JOINED = re.compile(r"\s*(?:и|and|или|or|\+|&)\s*", re.I)
_MAX_WORD_DISTANCE = 40  # characters between such a word and its number


@dataclass(frozen=True, slots=True)
class FoundContractNumber:
    """A number as its shape writes it, and where it stands: ``text[start:end]``."""

    number: str
    start: int
    end: int
    exact: bool = True


def find_contract(text: str, shape: str) -> str | None:
    """The one contract number of this shape in the text, written as the shape writes it, or None.

    Where several different ones stand, the one behind a word such as "договор" or "contract" counts; without it none
    does. A number inside a longer run of letters or digits is none. The shape must have at least three places of
    digits or letters; a ValueError says so otherwise.
    """
    found = _exact(_Searched.of(text), shape)
    return found.number if found else None


def contract_told(text: str, shapes: Sequence[str], asked: bool) -> FoundContractNumber | None:
    """The contract number that the writer means, of the first shape that fits.

    As `find_contract`; a number that corrects another counts alone ("40-9999, ой, 40-1546"), and one without the signs
    of its shape ("401187", "40 1187") counts where it is ``asked`` for, or stands behind "договор", or alone.
    """
    return _contract_told(text, tuple(shapes), asked)


@lru_cache(maxsize=512)
def _contract_told(text: str, shapes: tuple[str, ...], asked: bool) -> FoundContractNumber | None:
    """Remembers the last texts: who writes, what is meant and what is searched for are found in the same one."""
    if not _DIGIT.search(text, 0, MAX_LENGTH):
        shapes = tuple(shape for shape in shapes if "9" not in shape)
    searched = _Searched.of(text) if shapes else None
    return next((found for shape in shapes if searched and (found := _told(searched, shape, asked))), None)


@lru_cache(maxsize=512)
def contracts_named(text: str, shape: str) -> tuple[str, ...]:
    """All contract numbers of this shape in the text, each once, in their order."""
    return tuple(dict.fromkeys(one.number for one in _candidates(_Searched.of(text).text, shape) if one.exact))


def without_contracts(text: str, shapes: Iterable[str]) -> str:
    """The text without what is meant as a contract number of any of these shapes, and without the words that introduce
    it. A number of another kind stays."""
    for shape in shapes:
        while (found := contract_told(text, (shape,), False)) is not None:
            before = _INTRODUCED.sub("", text[: found.start])
            text = f"{before} {text[found.end :]}"
    return text


def adds_contract(text: str) -> bool:
    """Whether the writer speaks of one more contract, beside the one at hand: "а второй договор 40-1187 тоже"."""
    return bool(_ONE_MORE.search(text))


def check_contract_shape(shape: str) -> None:
    """Raises ValueError, with a sentence, for a shape that could not find contract numbers."""
    if not sum(char in "9A" for char in shape) >= 3 or len(shape) > 40 or shape != shape.strip():
        what = "the shape of contract numbers {shape} needs 3 to 40 places of 9 (a digit) or A (a letter)"
        raise ValueError(sentence(what, shape=repr(shape)))


@dataclass(frozen=True, slots=True)
class _Searched:
    """A text with invisible characters out, digits and dashes as ASCII, no blanks beside a dash between two letters or
    digits; ``places`` tells where each character stood."""

    text: str
    places: Sequence[int]
    length: int

    @classmethod
    def of(cls, text: str) -> _Searched:
        said = text[:MAX_LENGTH]
        places: Sequence[int] = range(len(said))
        if _OTHERWISE_WRITTEN.search(said):
            places = [at for at, char in enumerate(said) if without_invisible(char)]
            said = "".join(_ascii(said[at]) for at in places)
        said = "".join(" " if char.isspace() else char for char in said) if re.search(r"[^\S ]", said) else said
        if not _BLANKS_AND_DASHES.search(said):
            return cls(said, places, len(text))
        pieces: list[str] = []
        kept: list[int] = []
        at = 0
        for found in _BLANKS_AND_DASHES.finditer(said):
            put = "-" if found[0].count("-") == 1 and len(found[0]) <= 5 else found[0]
            pieces += (said[at : found.start()], put)
            kept += [*places[at : found.start()], *places[found.start() : found.start() + len(put)]]
            at = found.end()
        return cls("".join((*pieces, said[at:])), [*kept, *places[at:]], len(text))

    def placed(self, found: FoundContractNumber) -> FoundContractNumber:
        """The same at its place in the text itself."""
        return replace(found, start=self.places[found.start], end=self.places[found.end - 1] + 1)


def _ascii(char: str) -> str:
    if char.isascii():
        return char
    if _DASHES.match(char):
        return "-"
    if _FOREIGN_DIGITS.match(char):
        return str(unicodedata.decimal(char))
    return chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char


def _exact(searched: _Searched, shape: str) -> FoundContractNumber | None:
    check_contract_shape(shape)
    if "9" in shape and not any(map(str.isdecimal, searched.text)):
        return None
    found = _the_one(_candidates(searched.text, shape), searched.text)
    return searched.placed(found) if found else None


def _told(searched: _Searched, shape: str, asked: bool) -> FoundContractNumber | None:
    check_contract_shape(shape)
    text = searched.text
    candidates = _candidates(text, shape)
    loose = [one for one in _loose_candidates(text, shape) if not _overlaps(one, candidates)]
    for one in sorted((*candidates, *loose), key=lambda one: -one.start):
        is_mended = _SLIP.search(text[max(0, one.start - 60) : one.start]) and _is_number_before(text, one.start)
        if is_mended and not _NOT_A_CONTRACT.match(text, one.end):
            return searched.placed(one)
    kept = [one for one in candidates if not _NEGATED.search(text[max(0, one.start - 12) : one.start])]
    if found := _the_one(kept or candidates, text):
        return searched.placed(found)
    if candidates:
        return None
    fitting = [one for one in loose if _is_meant(text, one, asked)]
    return searched.placed(fitting[0]) if len({one.number for one in fitting}) == 1 else None


def _is_number_before(text: str, place: int) -> bool:
    return bool(re.search(r"\d", text[:place])) or bool(_SURE_SLIP.search(text[:place]))


def _overlaps(one: FoundContractNumber, others: Sequence[FoundContractNumber]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _the_one(candidates: Sequence[FoundContractNumber], text: str) -> FoundContractNumber | None:
    """The only number, or of several the one that a word introduces."""
    exact = [candidate for candidate in candidates if candidate.exact]
    meant = exact or list(candidates)
    numbers = {candidate.number for candidate in meant}
    if len({candidate.number for candidate in exact}) == 1 or len(numbers) == 1:
        return meant[0]
    ends = [0, *(candidate.end for candidate in candidates)]
    introduced: list[FoundContractNumber] = []
    for candidate, end in zip(candidates, ends, strict=False):
        before = text[max(end, candidate.start - _MAX_WORD_DISTANCE) : candidate.start]
        is_joined = bool(introduced) and introduced[-1].end == end and _JOINED.fullmatch(before)
        if candidate.number in numbers and (is_joined or _follows_contract_word(before)):
            introduced.append(candidate)
    return introduced[0] if len({candidate.number for candidate in introduced}) == 1 else None


def _is_meant(text: str, one: FoundContractNumber, asked: bool) -> bool:
    """Whether a number without its signs is meant as a contract."""
    before = text[max(0, one.start - _MAX_WORD_DISTANCE) : one.start]
    if _NOT_A_CONTRACT.match(text, one.end) or _NOT_INTRODUCED.search(before):
        return False
    if _INTRODUCED.search(before) or _FOLLOWED.match(text, one.end):
        return True
    if _FILLERS.fullmatch(text[: one.start]) and _FILLERS.fullmatch(text[one.end :]):
        return True
    return asked and len(text) <= 200


def _loose_candidates(text: str, shape: str) -> list[FoundContractNumber]:
    """Numbers with as many digits as the shape, without its signs, or with others."""
    if "A" in shape or "9" not in shape or re.fullmatch("9+", shape):
        return []
    found = []
    for one in _loose_pattern(shape).finditer(text):
        digits = iter(char for char in one.group() if char.isdecimal())
        before = re.search(r"[^\W\d_]+\.?$", text[: one.start()][-12:])
        if before and not _CONTRACT_WORD_AT_END.search(before.group()):
            continue
        number = "".join(next(digits) if place == "9" else place for place in shape)
        found.append(FoundContractNumber(number, one.start(), one.end(), exact=False))
    return found


_CONTRACT_WORD_AT_END = re.compile(rf"(?:{_CONTRACT_WORD}|[№n])$", re.I)


@lru_cache(maxsize=500)
def _loose_pattern(shape: str) -> re.Pattern[str]:
    """The digits of a shape, joined, or in its groups, or in pairs, with one sign or blank between; alone."""
    groups = [len(group) for group in re.findall("9+", shape)]
    joint = r"[ ./_\\-]{1,3}"
    grouped = joint.join(rf"\d{{{size}}}" for size in groups)
    count = sum(groups)
    pairs = joint.join([r"\d\d"] * (count // 2)) if count % 2 == 0 else grouped
    return re.compile(
        rf"(?<![\d@])(?<!\d[ .,/:-])(?<!\+)(?:\d{{{count}}}|{grouped}|{pairs})(?![\d@]|[ ./:-]\d|[.,]\d|[^\W\d_])"
    )


def _candidates(text: str, shape: str) -> list[FoundContractNumber]:
    candidates: list[FoundContractNumber] = []
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


def _candidate_at(text: str, start: int, shape: str) -> FoundContractNumber | None:
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
    if digits and read * 2 > digits:
        return None
    return FoundContractNumber("".join(characters), start, start + len(shape), exact)


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
