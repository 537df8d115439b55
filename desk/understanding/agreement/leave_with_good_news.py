"""Leave to close, given beside the news that it works, in a message of which not every word is known. Pure.

People tell what they see in words that no list has: "Netflix plays, email loads, I'm a happy bunny. Close the case!"
Such a message closes if it says both, that the case may be closed and that something works, and if nothing in it stands
against that: no word of the classes of words_against.toml, none of holding_words.toml (conditions, times to come,
doubts, neighbours, demands), no word of a fault.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from desk.understanding.agreement.grammar import closing_chunks, is_never_agreement
from desk.understanding.agreement.lexicon import UNKNOWN, ClassifiedPhrase, lexicon
from desk.understanding.agreement.tokens import tokens
from desk.understanding.reading.grammar_word_repair import is_ordinary
from desk.understanding.slots.works_or_not import TROUBLE

MAX_UNKNOWN = 8
"""Words that no class has; whoever needs more tells something else beside."""
_ONCE_MORE = re.compile(r"\bonce (?:more|again)\b", re.I)
_FOLDER = Path(__file__).parent
_GOOD_NEWS = (
    "works working worked loads appeared back came revived powered came_on switched_on mended solved there stable "
    "restored good settled given succeeded can_now"
)
_OF_A_PART = ("device",)
"""Classes that say of what it works: "on my phone" leaves the rest open."""
_KNOWN_HARMLESS = frozenset({"heard", "worked_once"})
"""Classes of words_against.toml that say nothing against closing here."""


@cache
def _classes_against() -> frozenset[str]:
    table = tomllib.loads((_FOLDER / "words_against.toml").read_text("utf-8"))
    names = {name for section in ("words", "past", "nouns", "adjectives") for name in table.get(section, {})}
    return frozenset(code for name, code in lexicon().codes.items() if name in {*names, *_OF_A_PART} - _KNOWN_HARMLESS)


@cache
def _holding_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """Whole words, and beginnings of words."""
    table = tomllib.loads((_FOLDER / "holding_words.toml").read_text("utf-8"))
    words = {word for text in table["words"].values() for word in text.split()}
    return frozenset(words), tuple(word for text in table["beginnings"].values() for word in text.split())


@cache
def _good_news() -> frozenset[str]:
    return frozenset(lexicon().codes[name] for name in _GOOD_NEWS.split())


def gives_leave_with_good_news(text: str, pieces: Sequence[ClassifiedPhrase]) -> bool:
    """Whether a text, whose classes are ``pieces``, gives leave to close beside good news, and nothing holds it."""
    codes = "".join(piece.code for piece in pieces)
    if codes.count(UNKNOWN) > MAX_UNKNOWN or _classes_against().intersection(codes) or is_never_agreement(codes):
        return False
    if lexicon().codes["on"] + UNKNOWN in codes:  # "работает на балконе": there only
        return False
    words, beginnings = _holding_words()
    unknown = [text[piece.start : piece.end] for piece in pieces if piece.code == UNKNOWN]
    if not all(lexicon().is_word(one.word) or is_ordinary(one.word) for part in unknown for one in tokens(part)):
        return False  # a slip may hide a word that holds it
    said = [token.word for token in tokens(_ONCE_MORE.sub(" ", text))]
    if any(word in words or word.startswith(beginnings) for word in said) or TROUBLE.search(" ".join(said)):
        return False
    # What is to be closed must be known: "закрывайте глаза", "close the door".
    return any(
        _good_news().intersection(codes[:start] + codes[end:])
        for start, end in closing_chunks(codes)
        if codes[end : end + 1] != UNKNOWN
    )
