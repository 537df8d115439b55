"""What may be kept of a person's own words: the trouble as they put it, and nothing that says who they are. Pure.

Words are taken clause by clause. A clause that holds a number somebody could be known by, an address of any kind, a
name given ("меня зовут ..."), a word of the person's own account, or a capital letter in its middle that is no known
brand's, is left out whole: what stays is the trouble, and leaving out too much costs one phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

SHORTEST, LONGEST = 8, 140
"""Characters of a phrase worth keeping."""
FEWEST, MOST = 2, 20
"""Words of it."""
LOOKED_AT = 1200
"""Characters of a description that are looked at: the trouble is told first."""

_CLAUSES = re.compile(r"(?<=[.!?…])\s+|[\n;]|,\s+|\s[-–—]\s|[.!?…]+$")
_WORD = re.compile(r"[^\W_]+(?:[-'’./+][^\W_]+){0,6}")
_SIGNED = re.compile(r"\n-- ?\n|\n[Сс] уважением|\n(?:Best|Kind) regards")
"""Where a letter's signature begins."""
_DIGITS = re.compile(r"\d")
_BRANDS = frozenset(
    _WORD.findall("""
    wi-fi wifi lan wan los pon gpon onu ont dns dhcp ip ipv4 ipv6 vpn pppoe mac smtp imap pop3 tv hd 4k usb ping ssid
    windows android ios macos iphone ipad mac linux chrome safari firefox opera edge outlook thunderbird gmail google
    youtube telegram whatsapp viber vk steam netflix twitch discord zoom teams skype xbox playstation ps4 ps5 smart
    tp-link tplink asus keenetic zyxel mikrotik huawei zte d-link dlink xiaomi mi tenda netgear linksys cisco samsung
    lg sony apple яндекс яндекса вконтакте мегого иви кинопоиск ютуб ютьюб телеграм сбер
    """)
)
_MARKERS = re.compile(
    r"(?<!\w)(?:договор\w{0,4}|контракт\w{0,4}|лицев\w{0,4}|л/с|паспорт\w{0,4}|по адресу|мой адрес|улиц\w{0,4}|ул|"
    r"проспект\w{0,4}|пр-т|переул\w{0,4}|мкр|(?:дом\w{0,2}|д|кв|квартир\w{0,2})\.? ?\d{1,4}|"
    r"зовут|фамили\w{0,4}|отчество|уважением|"
    r"contract|passport|my address|street|(?:apt|flat|apartment)\.? ?\d{1,4}|my name|name is|regards|sincerely)(?!\w)",
    re.IGNORECASE,
)
_HELLO = frozenset(
    _WORD.findall("""
    здравствуйте здрасте привет добрый доброе доброго день утро вечер времени суток дня пожалуйста спасибо помогите
    подскажите алло ау девушка коллеги уважаемые hello hi hey good morning afternoon evening dear please thanks thank
    you help sir madam
    """)
)
_EVERYBODYS = ("192.168.", "169.254.", "10.0.", "127.0.", "8.8.", "1.1.")
"""Addresses that any router has, or that everybody asks."""


def phrase(text: str, secrets: Sequence[str] = ()) -> str:
    """The person's trouble in their own words, in one line; "" when too little or too much of it is left."""
    unsigned = _SIGNED.split(text[:LOOKED_AT], maxsplit=1)[0]
    kept = [clause for clause in _clauses(unsigned) if not _polite(clause) and not _tells(clause, secrets)]
    said: list[str] = []
    for clause in kept:
        if len(", ".join((*said, clause))) > LONGEST:
            break
        said.append(clause)
    whole = ", ".join(said)
    words = _WORD.findall(whole)
    if len(whole) < SHORTEST or not FEWEST <= len(words) <= MOST:
        return ""
    if whole.isupper():
        return whole.lower()
    return whole[:1].lower() + whole[1:] if not _brand(words[0]) else whole


def without_people(text: str, secrets: Sequence[str] = ()) -> str:
    """A longer text without the clauses that could tell who it is about."""
    kept = [clause for clause in _clauses(text) if not _tells(clause, secrets)]
    return "; ".join(kept)


def _clauses(text: str) -> Iterable[str]:
    for clause in _CLAUSES.split(text):
        bare = " ".join(clause.split()).strip(" ,.!?…:-–—()\"'«»")
        if bare:
            yield bare


def _polite(clause: str) -> bool:
    return all(word.casefold() in _HELLO for word in _WORD.findall(clause))


def _tells(clause: str, secrets: Sequence[str]) -> bool:
    """Whether somebody could be known by this clause."""
    if "@" in clause or "://" in clause or "www." in clause or _MARKERS.search(clause):
        return True
    if _many_digits(clause):
        return True
    words = _WORD.findall(clause)
    if any(_named(word, secrets) or _secret(word) for word in words):
        return True
    if len(words) == 1 and words[0][0].isupper() and not _brand(words[0]):
        return True  # a lone word at the beginning of a sentence is as likely a name
    return any(word[0].isupper() and not _brand(word) and not word.isupper() for word in words[1:])


def _many_digits(clause: str) -> bool:
    """Five digits together, whatever stands between them: a contract or a telephone. 691 or 192.168 is none."""
    run = 0
    for char in clause:
        if char.isdecimal():
            run += 1
        elif char.isalpha() and run < 5:
            run = 0
        if run >= 5:
            return not _private_network(clause)
    return False


def _private_network(clause: str) -> bool:
    found = [word.strip("(),") for word in clause.split() if _DIGITS.search(word)]
    return all(one.startswith(_EVERYBODYS) for one in found)


def _named(word: str, secrets: Sequence[str]) -> bool:
    """Whether a word is one of the person's own (name, street, contract), endings aside."""
    bare = word.casefold().replace("ё", "е")
    for secret in secrets:
        for own in _WORD.findall(secret.casefold().replace("ё", "е")):
            stem = own if len(own) < 4 else own[: max(3, len(own) - 2)]
            if bare == own or (len(own) > 3 and bare.startswith(stem) and len(bare) <= len(own) + 3):
                return True
    return False


def _secret(word: str) -> bool:
    """Letters and digits in one: a password, a login, a serial number; short ones are models and errors."""
    digits = sum(char.isdecimal() for char in word)
    return len(word) > 5 and 0 < digits < len(word) and any(char.isalpha() for char in word) and not _model(word)


def _model(word: str) -> bool:
    return word.casefold() in _BRANDS or word.casefold().startswith(("ipv", "ieee", "802"))


def _brand(word: str) -> bool:
    return word.casefold() in _BRANDS or any(char.isdecimal() for char in word)
