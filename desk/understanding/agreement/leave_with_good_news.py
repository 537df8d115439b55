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

from desk.understanding.agreement.closing_another_thing import closes_another_thing
from desk.understanding.agreement.grammar import ChunkMeaning, chunks_anywhere, is_never_agreement
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
_OF_LEAVE = ("close", "closed", "closed_as", "closing_noun", "finish", "consider")
_GOOD_CHUNKS = frozenset({ChunkMeaning.MENDED, ChunkMeaning.WORKS})
_NO_ACCOUNT = frozenset({ChunkMeaning.CANCEL, ChunkMeaning.UNSURE})
"""Chunks that leave their words as they are."""
_OF_A_PART = frozenset({"device"})
"""Classes that say of what it works: "on my phone" leaves the rest open."""
_OF_A_MEASURE = frozenset(
    {"on", "time", "number", "digit", "enough", "plenty", "unit", "ping", "coins", "stretch"}
    | {"contract", "money", "balance", "reason"}
)
"""Classes that may say how little it works, when or on what condition to close, or what else is wanted."""
_KNOWN_HARMLESS = frozenset({"heard", "worked_once"})
"""Classes of words_against.toml that say nothing against closing here."""


@cache
def _classes_against() -> frozenset[str]:
    table = tomllib.loads((_FOLDER / "words_against.toml").read_text("utf-8"))
    names = {name for section in ("words", "past", "nouns", "adjectives") for name in table.get(section, {})}
    return frozenset(
        code for name, code in lexicon().codes.items() if name in (names | _OF_A_MEASURE) - _KNOWN_HARMLESS
    )


@cache
def _holding_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """Whole words, and beginnings of words."""
    table = tomllib.loads((_FOLDER / "holding_words.toml").read_text("utf-8"))
    words = {word for text in table["words"].values() for word in text.split()}
    return frozenset(words), tuple(word for text in table["beginnings"].values() for word in text.split())


@cache
def _good_news() -> frozenset[str]:
    return frozenset(lexicon().codes[name] for name in _GOOD_NEWS.split())


@cache
def _leave_words() -> frozenset[str]:
    """Classes of which every leave to close has one."""
    return frozenset(lexicon().codes[name] for name in _OF_LEAVE)


def gives_leave_with_good_news(text: str, pieces: Sequence[ClassifiedPhrase], clause_starts: Sequence[bool]) -> bool:
    """Whether a text, whose classes are ``pieces``, gives leave to close beside good news, and nothing holds it.

    ``clause_starts`` tells for each piece whether a sign of punctuation stands before it. A word that would hold the
    message does not where the grammar accounts for it: "потерь нет", "телефон тоже работает".
    """
    codes = "".join(piece.code for piece in pieces)
    if _leave_words().isdisjoint(codes) or _good_news().isdisjoint(codes):
        return False
    if codes.count(UNKNOWN) > MAX_UNKNOWN or is_never_agreement(codes) or closes_another_thing(codes, clause_starts):
        return False
    if lexicon().codes["on"] + UNKNOWN in codes:  # "работает на балконе": there only
        return False
    if not all(_is_familiar(text, piece) for piece in pieces if piece.code == UNKNOWN):
        return False  # a slip may hide a word that holds it
    chunks = [one for one in chunks_anywhere(codes, clause_starts) if one[2] not in _NO_ACCOUNT]
    if all(kind != ChunkMeaning.CLOSE for _, _, kind in chunks):
        return False
    part = {lexicon().codes[name] for name in _OF_A_PART}
    held = [_is_held(text, piece) for piece in pieces]
    # What stands against it is excused by what is said in the same clause only.
    chunks = [
        (start, end, kind)
        for start, end, kind in chunks
        if not (any(held[start:end]) and any(clause_starts[start + 1 : end]))
    ]
    free = [not one and piece.code not in part for one, piece in zip(held, pieces, strict=True)]
    return _passes(codes, free, chunks)


def _is_familiar(text: str, piece: ClassifiedPhrase) -> bool:
    words = tokens(text[piece.start : piece.end])
    return all(lexicon().is_word(one.word) or is_ordinary(one.word) for one in words)


def _is_held(text: str, piece: ClassifiedPhrase) -> bool:
    """Whether the piece stands against closing, unless it is part of a chunk that is accounted for."""
    if piece.code in _classes_against():
        return True
    if piece.code in _good_news():  # "без лагов", "ничего не тормозит"
        return False
    words, beginnings = _holding_words()
    said = [token.word for token in tokens(_ONCE_MORE.sub(" ", text[piece.start : piece.end]))]
    return any(word in words or word.startswith(beginnings) for word in said) or bool(TROUBLE.search(" ".join(said)))


def _passes(codes: str, free: Sequence[bool], chunks: Sequence[tuple[int, int, ChunkMeaning]]) -> bool:
    """Whether the message can be cut into chunks and pieces that hold nothing, with leave to close and good news."""
    at: list[set[tuple[bool, bool]]] = [{(False, False)}, *(set() for _ in codes)]
    for start, code in enumerate(codes):
        if free[start]:
            good = code in _good_news()
            at[start + 1] |= {(leave, news or good) for leave, news in at[start]}
        for begin, end, kind in chunks:
            if begin != start:
                continue
            # What is to be closed must be known: "закрывайте глаза", "close the door".
            closing = kind == ChunkMeaning.CLOSE and codes[end : end + 1] != UNKNOWN
            good = kind in _GOOD_CHUNKS or (
                kind != ChunkMeaning.CLOSE and bool(_good_news().intersection(codes[begin:end]))
            )
            at[end] |= {(leave or closing, news or good) for leave, news in at[start]}
    return (True, True) in at[-1]
