"""Whether somebody could be known by what is said: names, addresses, numbers, logins, codes. Pure.

Nothing here knows a person when it sees one. It knows what in a sentence about a trouble is *not* one: ordinary words,
brands, errors, short numbers. What is left over and has the looks of a name, of an address or of a secret counts as
one. Saying so of too much costs a phrase; saying so of too little would cost somebody their privacy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TypeAlias

from desk.language.characters import without_invisible
from kb.search.background_corpus import sentences
from kb.search.tokenize import Vocabulary, normalised, tokens
from kb.search.trigram_model import listed

Ordinary: TypeAlias = Callable[[str], bool]
"""Whether a word (casefolded, ё as е) is one that everybody uses."""

WORD = re.compile(r"[^\W_]+(?:[-'’./+][^\W_]+){0,6}")
MANY_DIGITS = 5
"""Digits from which a number is somebody's own: 691 or 1402 is an error, 40-1187 a contract."""
CODE_DIGITS = 4
"""Digits of a code that opens something; so long a number stays only where it is an error's or a screen's."""

_BRANDS = frozenset(
    WORD.findall("""
    wi-fi wifi lan wan los pon gpon onu ont dns dhcp ip ipv4 ipv6 vpn pppoe mac smtp imap pop3 tv hd 4k usb ping ssid
    windows android ios macos iphone ipad mac linux chrome safari firefox opera edge outlook thunderbird gmail google
    youtube telegram whatsapp viber vk steam netflix twitch discord zoom teams skype xbox playstation ps4 ps5 smart
    tp-link tplink asus keenetic zyxel mikrotik huawei zte d-link dlink xiaomi mi tenda netgear linksys cisco samsung
    lg sony apple яндекс яндекса вконтакте мегого иви кинопоиск ютуб ютьюб телеграм сбер
    """)
)
_MARKERS = re.compile(
    r"(?<!\w)(?:договор\w{0,4}|контракт\w{0,4}|лицев\w{0,4}|л/с|паспорт\w{0,4}|снилс|инн|по адресу|мой адрес|"
    r"прожива\w{0,4}|прописк\w{0,3}|улиц\w{0,4}|ул|проспект\w{0,4}|пр-т|переул\w{0,4}|бульвар\w{0,3}|шоссе|мкр|"
    r"микрорайон\w{0,3}|(?:дом\w{0,2}|д|кв|квартир\w{0,2}|подъезд\w{0,2}|корп\w{0,4})\.? ?(?:№|номер)? ?\d{1,4}|"
    r"\d{1,4}(?:-?[а-я]{1,3})? ?(?:дом\w{0,2}|кв|квартир\w{0,2}|подъезд\w{0,2}|корпус\w{0,2})|"
    r"зовут|фамили\w{0,4}|отчеств\w{0,3}|уважением|"
    r"contract|passport|my address|i live|lives at|street|avenue|(?:apt|flat|apartment|house)\.? ?(?:no\.? ?)?\d{1,4}|"
    r"my name|name is|name's|regards|sincerely|yours)(?!\w)",
    re.IGNORECASE,
)
_MAIL_IN_WORDS = re.compile(
    r"\(at\)|\[at\]|(?<!\w)at(?!\w).{0,40}(?<!\w)dot(?!\w)|собак\w{0,2}.{0,60}точк\w{0,2}|"
    r"(?<!\w)(?:собака|эт) ?(?:mail|gmail|yandex|ya|bk|list|inbox|мэйл|мейл|майл|гмейл|джимейл|яндекс|рамблер)",
    re.IGNORECASE,
)
_SECRETS = re.compile(
    r"(?<!\w)(?:парол\w{0,4}|пасс?ворд\w{0,3}|логин\w{0,3}|пин|пин-?код\w{0,3}|смс\w{0,3}|кодов\w{0,3} слов\w{0,3}|"
    r"карт\w{1,3}|никнейм\w{0,3}|ник|учетк\w{0,3}|password|passwd|passcode|passphrase|login|username|pin|sms|otp|cvv|cvc|card)(?!\w)",
    re.IGNORECASE,
)
_TOLD = re.compile(r"(?<!\w)(?:is|это|такой|такая|вот)(?!\w)|[:=]|[\"'«»“”]", re.IGNORECASE)
"""How a secret is introduced: "my password is ...", "пароль: ..."."""
_ERROR = re.compile(r"(?<!\w)(?:ошибк\w{0,3}|код ошибк\w{0,3}|error|err|код события)(?!\w)", re.IGNORECASE)
_HARDWARE = re.compile(r"(?:[0-9a-f]{2}[:\-. ]){3}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}", re.IGNORECASE)
_PRESENTED = re.compile(
    r"(?<!\w)(?:i am|i'm|im|this is|call me|ask for|я|пишет|беспоко\w{1,4}|спросит\w) ([^\W\d_]+)", re.IGNORECASE
)
_WHOSE = re.compile(
    r"(?<!\w)(?:абонент|клиент|гражд|сосед|подруг|друг|муж|жен[аеуы]|сын|доч|внук|внучк|бабушк|дедушк|мам|пап|брат|сестр|"
    r"subscriber|customer|neighbou?r|husband|wife|son|daughter|friend|mother|father|brother|sister)"
    r"(?:\w{0,5}|'s)? ([^\W\d_]+)|(?<!\w)(?:у|для|от|зовите|спросите) ([^\W\d_]+)",
    re.IGNORECASE,
)
_EVERYBODYS = ("192.168.", "169.254.", "10.0.", "127.0.", "8.8.", "1.1.", "77.88.8.")
"""Addresses that any router has, or that everybody asks."""
_SCREENS = frozenset(("1000", "1080", "1440", "2160", "2400", "5000", "1920", "3840", "1500", "1492"))
_UNITS = frozenset(
    WORD.findall("""
    дб дбм db dbm мбит мб мбс гб mbit mbps gb мин минут мс ms сек часа часов дня дней раз руб рублей
    """)
)
_PATRONYMIC = re.compile(r"[а-я]{2,12}(?:ович|евич|овн|евн|иничн|ичн)(?:а|у|е|ем|ы|ой|ою)?")
_SURNAME = re.compile(
    r"[а-я]{2,12}(?:(?:[оеё]в|ин|ын)(?:а|у|ым|е|ой|ы|ых|ыми)?|(?:[сц]к)(?:ий|ая|ого|ому|им|ой|ую|их|ие)|"
    r"енко|[чщ]ук(?:а|у|ом)?|дзе|швили|ян(?:а|у|ом)?)"
)
SPOKEN = 3
"""Numerals one after another from which they spell a number out."""


def clean(text: str) -> str:
    """The text in one spelling of each character, without what cannot be seen or printed."""
    folded = unicodedata.normalize("NFKC", without_invisible(text))
    return "".join(char if char.isprintable() or char == "\n" else " " for char in folded)


def tells(clause: str, secrets: Sequence[str] = (), ordinary: Ordinary | None = None) -> bool:
    """Whether somebody could be known by this clause (already `clean`). ``secrets`` are texts that name the person:
    their name, address, login, contract; ``ordinary`` knows more words than the packaged lists."""
    if "@" in clause or "://" in clause or "www." in clause or _MARKERS.search(clause):
        return True
    if has_number(clause) or _HARDWARE.search(clause) or _MAIL_IN_WORDS.search(clause):
        return True
    words, known = WORD.findall(clause), ordinary or is_ordinary
    if all(map(str.isdecimal, words)):
        return True  # a number on its own is as likely a house, or a piece of a telephone
    checks = (_own(words, secrets), _capitals(words), _names(words, known), _places(words, known))
    return any(checks) or _presented(clause, known) or _codes(clause, words, known)


def brand(word: str) -> bool:
    """Whether it is written in capitals without being anybody's name."""
    return word.casefold() in _BRANDS or any(char.isdecimal() for char in word)


def has_number(text: str) -> bool:
    """Whether digits, whatever stands between them, make up a number of somebody's own; or are spelt out in words."""
    runs, digits = 0, sum(char.isdecimal() for char in text)
    for char in text:
        if char.isdecimal():
            runs += 1
        elif char.isalpha():
            runs = 0
        if runs >= MANY_DIGITS:
            return not _private_network(text)
    return (digits > 2 * CODE_DIGITS and not _private_network(text)) or (_spoken(text) and not _ERROR.search(text))


def _private_network(text: str) -> bool:
    found = [one for word in text.split() if (one := word.strip('(),:/"«»'))[:1].isdecimal()]
    return all(one.startswith(_EVERYBODYS) for one in found)


def _spoken(text: str) -> bool:
    run = 0
    for word in tokens(normalised(text), 400):
        run = run + 1 if _stem(word) in _numerals() or word.isdecimal() else 0
        if run >= SPOKEN:
            return True
    return False


def _own(words: Sequence[str], secrets: Sequence[str]) -> bool:
    """Whether a word is one of the person's own, endings aside."""
    own = [one for secret in secrets for one in WORD.findall(_folded(clean(secret)))]
    return any(_same(_folded(word), one) for word in words for one in own)


def _same(bare: str, own: str) -> bool:
    stem = own if len(own) < 4 else own[: max(3, len(own) - 2)]
    return bare == own or (len(own) > 3 and bare.startswith(stem) and len(bare) <= len(own) + 3)


def _capitals(words: Sequence[str]) -> bool:
    """A capital letter where none is due: inside a sentence, or on a lone word, which is as likely a name."""
    if len(words) == 1 and words[0][0].isupper() and not brand(words[0]):
        return True
    return any(word[0].isupper() and not brand(word) and not word.isupper() for word in words[1:])


def _names(words: Sequence[str], known: Ordinary) -> bool:
    """First names, and what ends like a patronymic or a surname and is no word that everybody uses."""
    folded = [part for word in words for part in _folded(word).replace("'s", "").replace("’s", "").split("-")]
    return any(
        word in _people() or (not known(word) and (_PATRONYMIC.fullmatch(word) or _SURNAME.fullmatch(word)))
        for word in folded
    )


def _places(words: Sequence[str], known: Ordinary) -> bool:
    """A number beside a word that not everybody uses ("ленина 45"), or letters of another script amid a sentence."""
    for before, number, unit in zip(words, words[1:], (*words[2:], ""), strict=False):
        strange = before.isalpha() and not known(_folded(before)) and not brand(before)
        if strange and number[0].isdecimal() and unit.casefold() not in _UNITS:
            return True
    cyrillic = [word for word in words if word[0] > "\u0400"]
    latin = [word for word in words if word[0].isascii() and word.isalpha()]
    mixed = len(cyrillic) >= len(latin) > 0
    return mixed and any(not known(_folded(word)) and not brand(word) and not word.isupper() for word in latin)


def _presented(clause: str, known: Ordinary) -> bool:
    """Somebody says who they are, or whose it is: "this is ...", "у соседа ...", and a word that is no other."""
    said = (one for found in (_PRESENTED, _WHOSE) for match in found.finditer(clause) for one in match.groups(""))
    return any(not known(one) and not _telling(one) for one in map(_folded, said) if one)


def _verb(word: str) -> bool:
    """Whether it is rather what the person does or is: "я перезагружал", "i'm getting"."""
    return word.endswith(("л", "ла", "ли", "ю", "у", "усь", "юсь", "лся", "лась", "ing", "ed", "no", "not"))


def _telling(word: str) -> bool:
    """Whether it is rather how something is, or what it does: "неправильный", "слетел", "doesn't"."""
    adjective = word.endswith(
        ("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие", "ого", "ым", "ных", "ен", "ны", "но")
    )
    return adjective or _verb(word) or word.endswith(("т", "тся", "ть", "ться", "'t", "s", "ly"))


def _codes(clause: str, words: Sequence[str], known: Ordinary) -> bool:
    """Passwords, logins and codes: letters and digits in one, a number of four, what is said after "password is"."""
    about, error = _SECRETS.search(clause), _ERROR.search(clause)
    numbers = [word for word in words if word[0].isdecimal()]
    if any(map(_mixed, words)) or sum(map(_short_mixed, words)) > 1:
        return True
    if not error and any(len(digits) >= CODE_DIGITS for digits in _long(words)):
        return True
    if not about:
        return False
    beside = [one for pair in pairwise(words) if any(map(_SECRETS.fullmatch, pair)) for one in pair]
    strange = [one for one in map(_folded, beside) if not known(one) and not brand(one) and not _telling(one)]
    return bool((numbers and not error) or _TOLD.search(clause[about.end() :]) or any(map(_new, strange)))


def _new(word: str) -> bool:
    return not _SECRETS.fullmatch(word)


def _long(words: Sequence[str]) -> Iterator[str]:
    """The digits of numbers that are not a screen's, a router's, or a program's year."""
    for before, number in zip(("", *words), words, strict=False):
        digits = "".join(char for char in number if char.isdecimal())
        usual = digits in _SCREENS or number.startswith(_EVERYBODYS) or before.casefold() in _BRANDS
        if number[0].isdecimal() and not usual:
            yield digits


def _mixed(word: str) -> bool:
    """Letters and digits in one: a password, a login, a serial number; short ones are models and errors."""
    digits = sum(char.isdecimal() for char in word)
    letters = any(char.isalpha() for char in word)
    model = word.casefold() in _BRANDS or word.casefold().startswith(("ipv", "ieee", "802"))
    return len(word) > 5 and digits > 0 and letters and not model


def _short_mixed(word: str) -> bool:
    folded = word.casefold()
    mixed = any(char.isdecimal() for char in word) and any(char.isalpha() for char in word)
    return mixed and folded not in _BRANDS and folded not in listed("names")


def _folded(word: str) -> str:
    return word.casefold().replace("ё", "е")


def is_ordinary(word: str) -> bool:
    """Whether the packaged lists have this word, or another form of it."""
    return word in listed("names") or _stem(word) in _everybodys()


def ordinary_with(*texts: str) -> Ordinary:
    """What `is_ordinary`, and whatever stands in these texts: an article's own words are nobody's."""
    more = {_stem(word) for text in texts for word in tokens(normalised(text), 100_000)}
    return lambda word: is_ordinary(word) or _stem(word) in more


@cache
def _everybodys() -> frozenset[str]:
    lists = (*listed("ru"), *listed("en"), *(word for one in sentences() for word in tokens(normalised(one))))
    return frozenset(_stem(_folded(word)) for word in lists) | _numerals()


@cache
def _people() -> frozenset[str]:
    return frozenset(form for name in listed("people") for form in _forms(_folded(name)))


def _forms(name: str) -> Iterator[str]:
    """A Russian name in its cases; another one as it is."""
    yield name
    if name < "\u0400" or len(name) < 3:
        return
    if name[-1] in "ая":
        yield from (name[:-1] + end for end in ("ы", "и", "е", "у", "ю", "ой", "ей", "ою", "ею", "ин", "ина", "ино"))
    elif name[-1] in "йь":
        yield from (name[:-1] + end for end in ("я", "ю", "ем", "е", "и"))
    else:
        yield from (name + end for end in ("а", "у", "ом", "ем", "е"))


@cache
def _numerals() -> frozenset[str]:
    return frozenset(_stem(word) for word in listed("numerals"))


@cache
def _vernacular() -> Vocabulary:
    return Vocabulary({})


def _stem(word: str) -> str:
    return _vernacular().stem(word)
