"""Finding a contract number in free text. An exact number identifies; a number that only looks like one never does.

A shape is written as "99-9999": 9 stands for a digit, A for a letter, anything else for itself. Digits of other
scripts count as digits, every dash as a dash, and blanks beside a dash as none. At a digit's place O (of
either alphabet) is read as 0, З as 3, l and I as 1, where all other characters fit and most digits are digits; the
number is ``folded`` then, and whoever typed it is asked. At a letter's place any letter stands for itself: the table of
subscribers knows which alphabet it is of. `contract_told` reads more than that: a number written without its signs,
where its place in the message says that it is a contract, and a slip that is corrected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from desk.language.look_alikes import READ_AS_LETTER
from desk.language.unsafe_characters import INVISIBLE, without_invisible
from desk.model.key_shapes import KeyShape, check_pattern

MAX_LENGTH = 16_000
"""How much of a text is searched."""

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_FOREIGN_DIGITS = re.compile(r"[^\D0-9]")
_DIGIT = re.compile(r"\d")
_OTHERWISE_WRITTEN = re.compile(rf"{INVISIBLE.pattern}|{_DASHES.pattern}|{_FOREIGN_DIGITS.pattern}|[\uff01-\uff5e]")
"""Characters that stand for others, or for nothing: hardly a text has one."""
_BLANKS_AND_DASHES = re.compile("[ -]{2,}")
_READ_AS = {**dict.fromkeys("OoОо", "0"), **dict.fromkeys("Зз", "3"), **dict.fromkeys("lI", "1")}
"""Letters that are read as a digit at a digit's place."""
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
    """A number as its shape writes it, and where it stands: ``text[start:end]``. ``folded`` where a letter was read as
    the digit, or the letter of the shape, that it looks like."""

    number: str
    start: int
    end: int
    exact: bool = True
    folded: bool = False


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


def shaped_keys(text: str, shape: KeyShape) -> list[FoundContractNumber]:
    """All keys of this shape in the text whose check digit is right, each once, in their order."""
    searched = _Searched.of(text)
    found = {one.number: searched.placed(one) for one in _candidates(searched.text, shape.pattern)[::-1]}
    return [one for one in list(found.values())[::-1] if shape.is_valid(one.number)]


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


@dataclass(frozen=True, slots=True)
class _Searched:
    """A text with invisible characters out, digits and dashes as ASCII, no blanks beside a dash between two letters or
    digits; ``places`` tells where each character stood."""

    text: str
    places: Sequence[int]
    length: int

    @classmethod
    def of(cls, text: str) -> _Searched:
        said, places = _composed(text[:MAX_LENGTH])
        if _OTHERWISE_WRITTEN.search(said):
            seen = [at for at, char in enumerate(said) if without_invisible(char)]
            said, places = "".join(_ascii(said[at]) for at in seen), [places[at] for at in seen]
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


def _composed(said: str) -> tuple[str, Sequence[int]]:
    """The text with each letter as one character, as it is written on paper, and where each of them begins."""
    if unicodedata.is_normalized("NFC", said):
        return said, range(len(said))
    characters: list[str] = []
    places: list[int] = []
    for at, char in enumerate(said):
        joint = (
            unicodedata.normalize("NFC", characters[-1] + char) if characters and unicodedata.combining(char) else ""
        )
        if len(joint) == 1:
            characters[-1] = joint
        else:
            characters.append(char)
            places.append(at)
    return "".join(characters), places


def _ascii(char: str) -> str:
    if char.isascii():
        return char
    if _DASHES.match(char):
        return "-"
    if _FOREIGN_DIGITS.match(char):
        return str(unicodedata.decimal(char))
    return chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char


def _exact(searched: _Searched, shape: str) -> FoundContractNumber | None:
    check_pattern(shape)
    if "9" in shape and not any(map(str.isdecimal, searched.text)):
        return None
    found = _the_one(_candidates(searched.text, shape), searched.text)
    return searched.placed(found) if found else None


def _told(searched: _Searched, shape: str, asked: bool) -> FoundContractNumber | None:
    check_pattern(shape)
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
    if "9" not in shape or re.fullmatch("9+", shape):
        return []
    if "A" in shape:
        return _loose_with_letters(text, shape)
    found = []
    for one in _loose_pattern(shape).finditer(text):
        digits = iter(char for char in one.group() if char.isdecimal())
        before = re.search(r"[^\W\d_]+\.?$", text[: one.start()][-12:])
        if before and not _CONTRACT_WORD_AT_END.search(before.group()):
            continue
        number = "".join(next(digits) if place == "9" else place for place in shape)
        found.append(FoundContractNumber(number, one.start(), one.end(), exact=False))
    return found


def _loose_with_letters(text: str, shape: str) -> list[FoundContractNumber]:
    """Numbers with letters without the signs of the shape, or with others: "М-14350", "7590 vhveg"."""
    bare = "".join(place for place in shape if place.isalnum())
    found = []
    for one in _loose_lettered_pattern(bare).finditer(text):
        if _LONE_SMALL_LETTER.match(one.group()):
            continue  # "в 12345" is no number that begins with a letter
        candidate = _candidate_at("".join(filter(str.isalnum, one.group())), 0, bare)
        if candidate:
            places = iter(candidate.number)
            number = "".join(next(places) if place.isalnum() else place for place in shape)
            found.append(FoundContractNumber(number, *one.span(), exact=False, folded=candidate.folded))
    return found


_LONE_SMALL_LETTER = re.compile(r"[^\W\d_](?<=[a-zа-яё])\s")


@lru_cache(maxsize=500)
def _loose_lettered_pattern(bare: str) -> re.Pattern[str]:
    """The places of a shape without signs; one sign or blank may stand between a letter and a digit."""
    kinds = ["[0-9" + "".join(sorted(_READ_AS)) + "]" if place == "9" else r"[^\W\d_]" for place in bare]
    pieces = [kinds[0]]
    for before, (place, kind) in zip(bare, zip(bare[1:], kinds[1:], strict=True), strict=False):
        pieces.append(("[ ./_-]?" if (place == "9") != (before == "9") else "") + kind)
    return re.compile(rf"(?<![\w@])(?<!\d[.,/:-]){''.join(pieces)}(?![\w@]|[.,/:-]\d)")


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
    is_bare = not shape.strip("9")
    for found in _shape_pattern(shape).finditer(text):
        start = found.start()
        if (
            _is_boundary(text, start - 1)
            and _is_boundary(text, start + len(shape))
            and (candidate := _candidate_at(text, start, shape))
            and not (is_bare and _is_of_another_kind(text, candidate))
        ):
            candidates.append(candidate)
    return candidates


def _is_of_another_kind(text: str, one: FoundContractNumber) -> bool:
    """Whether a number of digits alone is an amount, a code or the like: "2000 рублей", "код 2000"."""
    before = text[max(0, one.start - _MAX_WORD_DISTANCE) : one.start]
    return bool(_NOT_A_CONTRACT.match(text, one.end) or _NOT_INTRODUCED.search(before))


@lru_cache(maxsize=500)
def _shape_pattern(shape: str) -> re.Pattern[str]:
    """Wherever such a number may stand, and a few places more, which `_candidate_at` sorts out."""
    kinds = {"9": f"[0-9{''.join(sorted(_READ_AS))}]", "A": r"[^\W_]"}
    patterns = (kinds.get(one) or (re.escape(one) if one.isascii() and not one.isalpha() else ".") for one in shape)
    return re.compile(f"(?={''.join(patterns)})", re.DOTALL)


def _candidate_at(text: str, start: int, shape: str) -> FoundContractNumber | None:
    characters: list[str] = []
    read, folded = 0, False
    for place, char in zip(shape, text[start : start + len(shape)], strict=True):
        if place == "9" and char in _READ_AS:
            characters.append(_READ_AS[char])
            read += 1
        elif (place == "9" and char.isdecimal()) or (place == "A" and char.isalpha()):
            characters.append(char.upper())
        elif place in "9A" or not (place.casefold() == char.casefold() or _is_twin(place, char)):
            return None
        else:
            characters.append(place)
            folded = folded or place.casefold() != char.casefold()
    if read * 2 > shape.count("9"):
        return None
    folded = folded or read > 0
    return FoundContractNumber("".join(characters), start, start + len(shape), not folded, folded)


def _is_twin(one: str, other: str) -> bool:
    folded = one.casefold().translate(READ_AS_LETTER)
    return folded == other.casefold().translate(READ_AS_LETTER)


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
