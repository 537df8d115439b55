"""Keys of identity in free text: a contract number, a phone, an email address, a login, a serial, a case number, and
whatever else has a shape among the provider's settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from desk.understanding.contract_numbers import FoundContractNumber, contract_told, shaped_keys
from desk.understanding.phone_numbers import phones_told
from desk.understanding.reading.observations import ObservedKey, Situation

_EMAIL = re.compile(
    r"(?<![\w.+%-])[A-Za-z0-9_][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![\w@])"
)
_DASH = "[-\u2010-\u2015\u2212]"
_CASE = re.compile(rf"(?<![\w-])([A-Za-z]{{1,8}}){_DASH}(20\d\d){_DASH}(\d{{6}}){_DASH}(\d)(?![\w-])")
_LOGIN = re.compile(
    r"(?<!\w)(?:логин|пппое|pppoe|ppoe|login|log-in|username|user name|user id|имя пользователя)(?:\s+(?:мой|my|"
    r"is|это|у меня|от кабинета|пппое|pppoe|логин|login|для входа))*[\s:=-]{1,3}(?:is\s+)?"
    r"(?P<value>[A-Za-z0-9][A-Za-z0-9._-]{2,39})(?![\w@])",
    re.IGNORECASE,
)
_SERIAL = re.compile(
    r"(?<!\w)(?:сер(?:ийн\w+|\.)?(?:\s*(?:номер\w?|№))?|серийник\w?|s/n|sn|serial(?:\s*(?:number|no|nr|num))?|"
    r"(?:gpon|pon|ont)[ -]sn)\.?(?:\s+(?:is|это|роутера|терминала|модема|устройства))*[\s:=#№-]{1,3}"
    r"(?P<value>[A-Za-z0-9][A-Za-z0-9-]{5,29})(?![\w-])",
    re.IGNORECASE,
)


def identity_keys(text: str, situation: Situation) -> tuple[ObservedKey, ...]:
    """The keys in the text, each once, with the words they come from."""
    if not _may_hold_keys(text, situation):
        return ()
    found = _without_overlaps((*_shaped(text, situation), *_keys(text)))
    phones = tuple(
        ObservedKey("phone", number, start, end)
        for number, start, end in phones_told(text, asked=situation.question == "phone")
        if not any(start < other.end and other.start < end for other in found)
    )
    contract = contract_told(text, situation.contract_shapes, asked=situation.question == "contract")
    if contract and not _is_part_of(contract, (*found, *phones)):
        number = ObservedKey("contract", contract.number, contract.start, contract.end, contract.folded)
        return tuple(sorted((number, *found, *phones), key=lambda key: key.start))
    return tuple(sorted((*found, *phones), key=lambda key: key.start))


def without_keys(text: str) -> str:
    """The text without the values of logins and serials; the words that introduce them stay."""
    for key in reversed(identity_keys(text, Situation())):
        if key.kind in ("login", "serial"):
            text = f"{text[: key.start]} {text[key.end :]}"
    return text


def _shaped(text: str, situation: Situation) -> Iterator[ObservedKey]:
    """Keys that the provider's settings describe."""
    for shape in situation.key_shapes:
        for one in shaped_keys(text, shape):
            yield ObservedKey(shape.type, one.number, one.start, one.end, one.folded)


def _without_overlaps(keys: Sequence[ObservedKey]) -> tuple[ObservedKey, ...]:
    """The keys, but of those that share characters the first."""
    kept: list[ObservedKey] = []
    for key in keys:
        if not any(key.start < other.end and other.start < key.end for other in kept):
            kept.append(key)
    return tuple(kept)


def _may_hold_keys(text: str, situation: Situation) -> bool:
    """Whether it is worth looking: most messages hold no digit, no "@" and no word for a login."""
    if any(char.isdecimal() or char == "@" for char in text):
        return True
    folded = text.casefold()
    return (
        "логин" in folded
        or "login" in folded
        or "user" in folded
        or not all("9" in one for one in situation.contract_shapes)
        or not all("9" in one.pattern for one in situation.key_shapes)
    )


def _is_part_of(contract: FoundContractNumber, keys: tuple[ObservedKey, ...]) -> bool:
    """Whether the digits belong to a longer key: a phone, a case number, an address of mail."""
    return any(
        contract.start < key.end and key.start < contract.end and key.end - key.start > contract.end - contract.start
        for key in keys
    )


def _keys(text: str) -> Iterator[ObservedKey]:
    for found in _EMAIL.finditer(text):
        yield ObservedKey("email", found.group().lower(), *found.span())
    for found in _CASE.finditer(text):
        yield ObservedKey("case", "-".join(found.groups()).upper(), *found.span())
    for found in _LOGIN.finditer(text):
        if re.search(r"[\d._-]", found["value"].strip(".-")) or _is_name(found["value"], text):
            value = found["value"].rstrip(".-")
            yield ObservedKey("login", value, found.start("value"), found.start("value") + len(value))
    for found in _SERIAL.finditer(text):
        if sum(char.isdecimal() for char in found["value"]) >= 3 and not _CASE.search(text, found.start()):
            yield ObservedKey("serial", found["value"].upper(), *found.span("value"))


def _is_name(value: str, text: str) -> bool:
    """Whether letters alone behind "логин" are one: Latin ones in a Russian sentence, or behind "is" or a sign."""
    is_russian = bool(re.search("[а-яА-Я]", text))
    return is_russian or (
        bool(re.search(rf"(?:[:=]\s*|\bis\s+){re.escape(value)}$", text[: text.index(value) + len(value)]))
        and not re.match(
            r"(?:wrong|not|invalid|incorrect|broken|blocked|lost|forgotten|the|on|in|a|always|refused|failing|"
            r"unknown)$",
            value,
            re.IGNORECASE,
        )
    )
