"""Detects personal data in a text: names, addresses, numbers, logins, codes. Pure.

There is no list of all names. The code knows what in a sentence about a problem is *not* personal: ordinary words,
brands, errors, short numbers. What is left over and looks like a name, an address or a secret counts as personal data.
A false alarm costs a phrase; a miss would cost somebody their privacy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TypeAlias

from desk.language.letter_model import load_word_list
from desk.language.unsafe_characters import without_invisible
from kb.search.background_corpus import background_sentences
from kb.search.tokenize import Vocabulary, normalise, tokens

IsOrdinaryWord: TypeAlias = Callable[[str], bool]
"""Whether a word (casefolded, ё as е) is an ordinary one."""

WORD_RE = re.compile(r"[^\W_]+(?:[-'’./+][^\W_]+){0,6}")
MIN_PERSONAL_DIGITS = 5
"""Digits from which on a number is personal: 691 or 1402 is an error, 40-1187 a contract."""
MIN_CODE_DIGITS = 4
"""Digits of an access code; a number this long stays only where it is an error's or a screen's."""

_BRANDS = frozenset(
    WORD_RE.findall("""
    wi-fi wifi lan wan los pon gpon onu ont dns dhcp ip ipv4 ipv6 vpn pppoe mac smtp imap pop3 tv hd 4k usb ping ssid
    windows android ios macos iphone ipad mac linux chrome safari firefox opera edge outlook thunderbird gmail google
    youtube telegram whatsapp viber vk steam netflix twitch discord zoom teams skype xbox playstation ps4 ps5 smart
    tp-link tplink asus keenetic zyxel mikrotik huawei zte d-link dlink xiaomi mi tenda netgear linksys cisco samsung
    lg sony apple яндекс яндекса вконтакте мегого иви кинопоиск ютуб ютьюб телеграм сбер
    """)
)
_PERSONAL_MARKERS_RE = re.compile(
    r"(?<!\w)(?:договор\w{0,4}|контракт\w{0,4}|лицев\w{0,4}|л/с|паспорт\w{0,4}|снилс|инн|по адресу|мой адрес|"
    r"прожива\w{0,4}|прописк\w{0,3}|улиц\w{0,4}|ул|проспект\w{0,4}|пр-т|переул\w{0,4}|бульвар\w{0,3}|шоссе|мкр|"
    r"микрорайон\w{0,3}|(?:дом\w{0,2}|д|кв|квартир\w{0,2}|подъезд\w{0,2}|корп\w{0,4})\.? ?(?:№|номер)? ?\d{1,4}|"
    r"\d{1,4}(?:-?[а-я]{1,3})? ?(?:дом\w{0,2}|кв|квартир\w{0,2}|подъезд\w{0,2}|корпус\w{0,2})|"
    r"зовут|фамили\w{0,4}|отчеств\w{0,3}|уважением|"
    r"contract|passport|my address|i live|lives at|street|avenue|(?:apt|flat|apartment|house)\.? ?(?:no\.? ?)?\d{1,4}|"
    r"my name|name is|name's|regards|sincerely|yours)(?!\w)",
    re.IGNORECASE,
)
_SPELLED_MAIL_RE = re.compile(
    r"\(at\)|\[at\]|(?<!\w)at(?!\w).{0,40}(?<!\w)dot(?!\w)|собак\w{0,2}.{0,60}точк\w{0,2}|"
    r"(?<!\w)(?:собака|эт) ?(?:mail|gmail|yandex|ya|bk|list|inbox|мэйл|мейл|майл|гмейл|джимейл|яндекс|рамблер)",
    re.IGNORECASE,
)
_SECRET_WORDS_RE = re.compile(
    r"(?<!\w)(?:парол\w{0,4}|пасс?ворд\w{0,3}|логин\w{0,3}|пин|пин-?код\w{0,3}|смс\w{0,3}|кодов\w{0,3} слов\w{0,3}|"
    r"карт\w{1,3}|никнейм\w{0,3}|ник|учетк\w{0,3}|password|passwd|passcode|passphrase|login|username|pin|sms|otp|cvv|cvc|card)(?!\w)",
    re.IGNORECASE,
)
_INTRODUCES_VALUE_RE = re.compile(r"(?<!\w)(?:is|это|такой|такая|вот)(?!\w)|[:=]|[\"'«»“”]", re.IGNORECASE)
"""How a secret is introduced: "my password is ...", "пароль: ..."."""
_ERROR_RE = re.compile(r"(?<!\w)(?:ошибк\w{0,3}|код ошибк\w{0,3}|error|err|код события)(?!\w)", re.IGNORECASE)
_MAC_ADDRESS_RE = re.compile(
    r"(?:[0-9a-f]{2}[:\-. ]){3}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}", re.IGNORECASE
)
_INTRODUCED_NAME_RE = re.compile(
    r"(?<!\w)(?:i am|i'm|im|this is|call me|ask for|я|пишет|беспоко\w{1,4}|спросит\w) ([^\W\d_]+)", re.IGNORECASE
)
_RELATION_NAME_RE = re.compile(
    r"(?<!\w)(?:абонент|клиент|гражд|сосед|подруг|друг|муж|жен[аеуы]|сын|доч|внук|внучк|бабушк|дедушк|мам|пап|брат|сестр|"
    r"subscriber|customer|neighbou?r|husband|wife|son|daughter|friend|mother|father|brother|sister)"
    r"(?:\w{0,5}|'s)? ([^\W\d_]+)|(?<!\w)(?:у|для|от|зовите|спросите) ([^\W\d_]+)",
    re.IGNORECASE,
)
_WELL_KNOWN_ADDRESSES = ("192.168.", "169.254.", "10.0.", "127.0.", "8.8.", "1.1.", "77.88.8.")
"""Addresses of any router or public resolver."""
_COMMON_NUMBERS = frozenset(("1000", "1080", "1440", "2160", "2400", "5000", "1920", "3840", "1500", "1492"))
_UNITS = frozenset(
    WORD_RE.findall("""
    дб дбм db dbm мбит мб мбс гб mbit mbps gb мин минут мс ms сек часа часов дня дней раз руб рублей
    """)
)
_PATRONYMIC_RE = re.compile(r"[а-я]{2,12}(?:ович|евич|овн|евн|иничн|ичн)(?:а|у|е|ем|ы|ой|ою)?")
_SURNAME_RE = re.compile(
    r"[а-я]{2,12}(?:(?:[оеё]в|ин|ын)(?:а|у|ым|е|ой|ы|ых|ыми)?|(?:[сц]к)(?:ий|ая|ого|ому|им|ой|ую|их|ие)|"
    r"енко|[чщ]ук(?:а|у|ом)?|дзе|швили|ян(?:а|у|ом)?)"
)
MIN_SPELLED_NUMERALS = 3
"""Numerals one after another from which on they spell a number out."""


def clean_text(text: str) -> str:
    """The text in one spelling of each character, without what cannot be seen or printed."""
    folded = unicodedata.normalize("NFKC", without_invisible(text))
    return "".join(char if char.isprintable() or char == "\n" else " " for char in folded)


def identifies_person(clause: str, identifying: Sequence[str] = (), is_ordinary: IsOrdinaryWord | None = None) -> bool:
    """Whether this clause (already passed through `clean_text`) could identify somebody. ``identifying`` are texts that
    name the person: their name, address, login, contract; ``is_ordinary`` knows more words than the packaged lists."""
    if "@" in clause or "://" in clause or "www." in clause or _PERSONAL_MARKERS_RE.search(clause):
        return True
    if has_personal_number(clause) or _MAC_ADDRESS_RE.search(clause) or _SPELLED_MAIL_RE.search(clause):
        return True
    words, is_known = WORD_RE.findall(clause), is_ordinary or is_ordinary_word
    if all(map(str.isdecimal, words)):
        return True  # a number on its own may be a house, or a part of a telephone number
    checks = (
        _has_own_data(words, identifying),
        _has_capitalised_name(words),
        _has_name(words, is_known),
        _has_place(words, is_known),
    )
    return any(checks) or _has_introduced_name(clause, is_known) or _has_secret(clause, words, is_known)


def is_brand(word: str) -> bool:
    """Whether the word may be capitalised without being a name."""
    return word.casefold() in _BRANDS or any(char.isdecimal() for char in word)


def has_personal_number(text: str) -> bool:
    """Whether digits, whatever stands between them, make up a personal number; or one is spelled out in words."""
    runs, digits = 0, sum(char.isdecimal() for char in text)
    for char in text:
        if char.isdecimal():
            runs += 1
        elif char.isalpha():
            runs = 0
        if runs >= MIN_PERSONAL_DIGITS:
            return not _only_well_known_addresses(text)
    return (digits > 2 * MIN_CODE_DIGITS and not _only_well_known_addresses(text)) or (
        _has_spelled_number(text) and not _ERROR_RE.search(text)
    )


def _only_well_known_addresses(text: str) -> bool:
    found = [one for word in text.split() if (one := word.strip('(),:/"«»'))[:1].isdecimal()]
    return all(one.startswith(_WELL_KNOWN_ADDRESSES) for one in found)


def _has_spelled_number(text: str) -> bool:
    run = 0
    for word in tokens(normalise(text), 400):
        run = run + 1 if _stem(word) in _numerals() or word.isdecimal() else 0
        if run >= MIN_SPELLED_NUMERALS:
            return True
    return False


def _has_own_data(words: Sequence[str], identifying: Sequence[str]) -> bool:
    """Whether a word is one of the person's own, endings aside."""
    own_words = [one for secret in identifying for one in WORD_RE.findall(_casefold(clean_text(secret)))]
    return any(_matches_inflected(_casefold(word), one) for word in words for one in own_words)


def _matches_inflected(bare: str, own: str) -> bool:
    stem = own if len(own) < 4 else own[: max(3, len(own) - 2)]
    return bare == own or (len(own) > 3 and bare.startswith(stem) and len(bare) <= len(own) + 3)


def _has_capitalised_name(words: Sequence[str]) -> bool:
    """Whether there is a capital letter inside a sentence, or on a lone word, which is as likely a name."""
    if len(words) == 1 and words[0][0].isupper() and not is_brand(words[0]):
        return True
    return any(word[0].isupper() and not is_brand(word) and not word.isupper() for word in words[1:])


def _has_name(words: Sequence[str], is_ordinary: IsOrdinaryWord) -> bool:
    """Whether there is a first name, or what ends like a patronymic or a surname and is no ordinary word."""
    folded = [part for word in words for part in _casefold(word).replace("'s", "").replace("’s", "").split("-")]
    return any(
        word in _first_names()
        or (not is_ordinary(word) and (_PATRONYMIC_RE.fullmatch(word) or _SURNAME_RE.fullmatch(word)))
        for word in folded
    )


def _has_place(words: Sequence[str], is_ordinary: IsOrdinaryWord) -> bool:
    """Whether there is a number beside a word that is not ordinary ("ленина 45"), or a word in another script."""
    for before, number, unit in zip(words, words[1:], (*words[2:], ""), strict=False):
        unknown = before.isalpha() and not is_ordinary(_casefold(before)) and not is_brand(before)
        if unknown and number[0].isdecimal() and unit.casefold() not in _UNITS:
            return True
    cyrillic = [word for word in words if word[0] > "\u0400"]
    latin = [word for word in words if word[0].isascii() and word.isalpha()]
    mixed = len(cyrillic) >= len(latin) > 0
    return mixed and any(
        not is_ordinary(_casefold(word)) and not is_brand(word) and not word.isupper() for word in latin
    )


def _has_introduced_name(clause: str, is_ordinary: IsOrdinaryWord) -> bool:
    """Whether somebody introduces themselves, or says whose it is: "this is ...", "у соседа ...", and a word that is
    not ordinary."""
    said = (
        one
        for found in (_INTRODUCED_NAME_RE, _RELATION_NAME_RE)
        for match in found.finditer(clause)
        for one in match.groups("")
    )
    return any(not is_ordinary(one) and not _looks_like_predicate(one) for one in map(_casefold, said) if one)


def _looks_like_verb(word: str) -> bool:
    """Whether the word is rather what the person does or is: "я перезагружал", "i'm getting"."""
    return word.endswith(("л", "ла", "ли", "ю", "у", "усь", "юсь", "лся", "лась", "ing", "ed", "no", "not"))


def _looks_like_predicate(word: str) -> bool:
    """Whether the word is rather how something is, or what it does: "неправильный", "слетел", "doesn't"."""
    adjective = word.endswith(
        ("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие", "ого", "ым", "ных", "ен", "ны", "но")
    )
    return adjective or _looks_like_verb(word) or word.endswith(("т", "тся", "ть", "ться", "'t", "s", "ly"))


def _has_secret(clause: str, words: Sequence[str], is_ordinary: IsOrdinaryWord) -> bool:
    """Whether there are passwords, logins or codes: letters and digits in one word, a number of four digits, what
    follows "password is"."""
    secret_word, error = _SECRET_WORDS_RE.search(clause), _ERROR_RE.search(clause)
    numbers = [word for word in words if word[0].isdecimal()]
    if any(map(_is_mixed_code, words)) or sum(map(_is_short_mixed_code, words)) > 1:
        return True
    if not error and any(len(digits) >= MIN_CODE_DIGITS for digits in _unusual_numbers(words)):
        return True
    if not secret_word:
        return False
    beside = [one for pair in pairwise(words) if any(map(_SECRET_WORDS_RE.fullmatch, pair)) for one in pair]
    unknown = [
        one
        for one in map(_casefold, beside)
        if not is_ordinary(one) and not is_brand(one) and not _looks_like_predicate(one)
    ]
    return bool(
        (numbers and not error)
        or _INTRODUCES_VALUE_RE.search(clause[secret_word.end() :])
        or any(map(_is_value, unknown))
    )


def _is_value(word: str) -> bool:
    return not _SECRET_WORDS_RE.fullmatch(word)


def _unusual_numbers(words: Sequence[str]) -> Iterator[str]:
    """The digits of numbers that are not a screen's, a router's, or a program's year."""
    for before, number in zip(("", *words), words, strict=False):
        digits = "".join(char for char in number if char.isdecimal())
        usual = digits in _COMMON_NUMBERS or number.startswith(_WELL_KNOWN_ADDRESSES) or before.casefold() in _BRANDS
        if number[0].isdecimal() and not usual:
            yield digits


def _is_mixed_code(word: str) -> bool:
    """Whether letters and digits are in one word: a password, a login, a serial number; short ones are models and
    errors."""
    digits = sum(char.isdecimal() for char in word)
    letters = any(char.isalpha() for char in word)
    model = word.casefold() in _BRANDS or word.casefold().startswith(("ipv", "ieee", "802"))
    return len(word) > 5 and digits > 0 and letters and not model


def _is_short_mixed_code(word: str) -> bool:
    folded = word.casefold()
    mixed = any(char.isdecimal() for char in word) and any(char.isalpha() for char in word)
    return mixed and folded not in _BRANDS and folded not in load_word_list("unchanging_words")


def _casefold(word: str) -> str:
    return word.casefold().replace("ё", "е")


def is_ordinary_word(word: str) -> bool:
    """Whether the packaged lists have this word, or another form of it."""
    return word in load_word_list("unchanging_words") or _stem(word) in _ordinary_stems()


def ordinary_word_check(*texts: str) -> IsOrdinaryWord:
    """What `is_ordinary_word` says, and true for any word of these texts: an article's own words identify nobody."""
    more = {_stem(word) for text in texts for word in tokens(normalise(text), 100_000)}
    return lambda word: is_ordinary_word(word) or _stem(word) in more


@cache
def _ordinary_stems() -> frozenset[str]:
    lists = (
        *load_word_list("ru"),
        *load_word_list("en"),
        *(word for one in background_sentences() for word in tokens(normalise(one))),
    )
    return frozenset(_stem(_casefold(word)) for word in lists) | _numerals()


@cache
def _first_names() -> frozenset[str]:
    return frozenset(form for name in load_word_list("first_names") for form in _inflected_name(_casefold(name)))


def _inflected_name(name: str) -> Iterator[str]:
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
    return frozenset(_stem(word) for word in load_word_list("numerals"))


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary({})


def _stem(word: str) -> str:
    return _vocabulary().stem(word)
