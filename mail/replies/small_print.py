"""Small print: what phones, programs, scanners, lists and lawyers put below a letter, told from what a person wrote.

A sentence that speaks of the matter, of its author or gives a reason is never small print.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mail.replies.line_features import DASHES, has_address, is_separator_line
from mail.replies.phrase_search import compile_phrases
from mail.replies.phrase_tables import get_phrase_pattern, get_phrase_tuple, get_phrases, get_substrings, normalize_line

PERSONAL_WORDS = frozenset({
    "я", "мне", "меня", "мной", "мой", "моя", "моё", "мое", "мои", "мою", "моего", "моей", "проверил", "проверила",
    "проверили", "проверяли", "помогите", "i", "i'm", "i've", "i'd", "me", "my", "ich", "mir", "mein", "je", "mon",
    "yo",
})  # fmt: skip
"""A person speaks of himself; what machines and lawyers put below a letter does not."""
REASONS = frozenset({
    "не", "нет", "not", "потому", "поскольку", "но", "чтобы", "пока", "уже", "вам", "because", "but", "since",
    "yet", "mine", "you", "weil", "aber", "nicht", "kein", "keine", "parce", "mais", "pas", "porque", "pero", "bo",
    "ale", "nie", "çünkü", "бо", "але", "немає", "perché", "non", "mas", "não",
})  # fmt: skip
"""Words that no advertisement of a phone or a program has: it gives no reasons and denies nothing."""
MAX_MATTER_LENGTH = 300
"""Characters of a paragraph that may speak of the matter; small print is longer, and has every word in it."""
_MATTER = compile_phrases((
    "интернет", "роутер", "услуг", "счёт", "счет", "тариф", "договор", "оплат", "мастер", "кабел", "отпишите", "прошу",
    "уберите", "отключите", "подключи", "не работает", "не открывается", "не приходит", "не могу", "нашёл вирус",
    "нашел вирус", "подтверд", "internet", "router", "invoice", "bill", "tariff", "contract", "technician", "modem",
    "please do", "does not work", "doesn't work", "cannot", "can't", "found a virus", "virus was found", "a virus",
    "says", "my address", "rechnung", "vertrag", "techniker", "funktioniert nicht", "facture", "contrat", "technicien",
    "factura", "no funciona", "umow", "faktur", "nie działa", "fatura", "çalışmıyor", "рахунок", "послуг", "не працює",
))  # fmt: skip
"""What subscribers write about, and how they ask; a seal of a scanner and the foot of a list do not."""
SITE = re.compile(
    r"(?:https?://|www\.)[^\s]{3,200}|\b[\w-]{2,60}\.(?:ru|com|net|org|de|su|ua|by|kz|fr|it|es|eu|io|uk|pl)\b"
)
_SEAL_MARK = re.compile(r"<#[0-9a-f-]{36}>")
"""What is left of the picture that Avast puts below a letter."""
_LINK = re.compile(r" ?[<(\[]https?://[^\s>)\]]{1,300}[>)\]]?")


def is_advertisement(line: str) -> bool:
    """Whether a line is what a phone or a program adds by itself: "Sent from my iPhone"."""
    if len(line) > 300:
        return False
    said = _LINK.sub(" ", normalize_line(line))
    said = said.strip(" .!,[]()<>\"'«»" + DASHES).removeprefix("com os").strip()
    if not said or len(said) > 140 or "?" in said:
        return False
    words = said.split()
    count = len(words)
    if not REASONS.isdisjoint(word.strip(",.:;") for word in words):
        return False
    advert = said.startswith(get_phrase_tuple("advert"))
    first = said.startswith(get_phrase_tuple("sent")) and any(
        _begins_with_word(said, word) for word in get_phrases("sent")
    )
    last = count <= 6 and said.endswith(get_phrase_tuple("sent_last"))
    if advert and count <= 6 and _names_program(line):
        return True
    return count <= 16 and (advert or first or last) and contains_phrase(said, "device")


def _names_program(line: str) -> bool:
    """Whether a word behind the first is a name: "Sent from Boomerang", "Отправлено из Почты"."""
    words = [word.strip("<([\"'«") for word in line.split()[1:]]
    return any(not word[0].islower() for word in words if word)


def _begins_with_word(said: str, word: str) -> bool:
    return said.startswith(word) and (word in get_substrings("sent") or not said[len(word) : len(word) + 1].isalpha())


def contains_phrase(said: str, key: str) -> bool:
    """Whether any phrase of a key stands in what was normalized."""
    return get_phrase_pattern(key).search(said) is not None


def speaks_of_oneself(said: str) -> bool:
    """Whether somebody says "I" in words of lower case."""
    return not PERSONAL_WORDS.isdisjoint(word.strip(",.:;!?()\"'«»") for word in said.split())


def _is_seal(said: str) -> bool:
    """Whether a scanner says that it looked, or left the mark that its picture had."""
    if _SEAL_MARK.fullmatch(said):
        return True
    looked = contains_phrase(said, "scanned") or (SITE.search(said) and ("вирусов нет" in said or "без вирус" in said))
    return len(said) < 200 and contains_phrase(said, "scanner") and bool(looked)


def is_small_print(paragraph: Sequence[str]) -> bool:
    """Whether a paragraph is a legal notice, a scanner's seal or the foot of a list."""
    said = " ".join(normalize_line(line) for line in paragraph)[:4000]
    if speaks_of_oneself(said):
        return False
    if len(said) < MAX_MATTER_LENGTH and _MATTER.search(said):
        return False
    if contains_phrase(said, "lists") and (is_separator_line(paragraph[0]) or SITE.search(said) or has_address(said)):
        return True
    if _is_seal(said):
        return True
    if len(said) < 50 or "?" in said or not contains_phrase(said, "private"):
        return False
    return sum(word in said for word in get_phrases("private")) >= 2
