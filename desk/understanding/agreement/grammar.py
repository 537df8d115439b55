"""Which sequences of classes agree, tell a finished story, or are mere courtesy: every word must find its place. Pure.

A message is cut into chunks, each of which matches a pattern of patterns.toml as a whole; `accounted` looks for a way
to cut it so that no word is left over. What the words may mean beside that does not matter: a word that no pattern has
a place for leaves the message unaccounted for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from desk.understanding.agreement.lexicon import ClassifiedPhrase, compiled, lexicon

MAX_PIECES = 60
"""Pieces of a message that is accounted for; nobody agrees at greater length."""
MAX_CHUNK = 14
"""Pieces of the longest chunk."""
CACHE_SIZE = 16384
"""Chunks of which it is remembered what they match: people say the same few things."""


class ChunkMeaning(StrEnum):
    """What a chunk of a message does."""

    MENDED = "mended"
    """What was out of order works again: also unasked."""
    WORKS = "works"
    """It works: closes where that was asked."""
    CLOSE = "close"
    """"Close it": closes whatever was asked."""
    AGREEMENT = "agreement"
    SERVICED = "serviced"
    """The provider has done all: closes where that was asked, and not whether an article helped."""
    PERMISSION = "permission"
    """Agrees where leave to close was asked for: "go ahead", "можно"."""
    CANCEL = "cancel"
    """The case is called off: closes only together with "works" or "mended"."""
    STEP = "step"
    """Something was done: no end of the story yet."""
    UNSURE = "unsure"
    """Told by somebody else, or hoped to last: nothing beside it closes but "close it"."""
    COURTESY = "courtesy"
    """Thanks, a greeting, joy: agrees to nothing, and does not stand against closing."""


_FILE = Path(__file__).with_name("patterns.toml")


@dataclass(frozen=True, slots=True)
class _Grammar:
    chunk: re.Pattern[str]
    whole: re.Pattern[str]
    never: re.Pattern[str]
    """"Is it", "have you" ask, though no sign says so; "не надо закрывать" calls nothing off."""
    not_before_step: str
    around_names: str
    but: str
    placed: frozenset[str]
    """The signs of the patterns: a class that is not among them has a place in none."""


_AROUND_NAMES = ("thanks", "greet", "name", "yes", "please", "close", "case")
"""Beside these, names and forms of address, and "nothing else", stand without a comma too."""


@cache
def _grammar() -> _Grammar:
    table, codes = tomllib.loads(_FILE.read_text("utf-8")), lexicon().codes
    patterns = [(kind, pattern) for kind, same in table["kinds"].items() for pattern in same]
    chunk = "|".join(f"(?P<{kind}{at}> {pattern})" for at, (kind, pattern) in enumerate(patterns))
    for name, part in reversed(table["parts"].items()):  # a part may have those before it
        chunk = chunk.replace("{" + name + "}", part)
    chunk = re.sub(r"(?<=[< ])number(?=[ >])", "number plenty enough", chunk)
    chunk = re.sub(r"(?<=[< ])me(?=[ >])", "me side", chunk)
    chunk = re.sub(r"(?<=[< ])now(?=[ >])", "now finally", chunk)
    chunk = re.sub(r"(?<=[< ])after(?=[ >])", "after since", chunk)
    chunk = re.sub(r"(?<=[< ])came(?=[ >])", "came rose", chunk)
    chunk = re.sub(r"(?<=[< ])into(?=[ >])", "into at", chunk)
    chunk = re.sub(r"(?<=[< ])powered(?=[ >])", "powered came_on switched_on", chunk)
    chunk = re.sub(r"(?<=[< ])favour(?=[ >])", "favour fixing praise", chunk)
    chunk = re.sub(r"(?<=[< ])person(?=[ >])", "person neighbour caller", chunk)
    chunk = re.sub(r"(?<=[< ])service(?=[ >])", "service screen ping", chunk)
    chunk = chunk.replace("service_only", "service").replace("number_only", "number")
    return _Grammar(
        compiled(chunk, codes),
        compiled(table["whole"]["agreement"], codes),
        compiled(table["whole"]["never"], codes),
        codes["be"] + codes["does"] + codes["was"],
        "".join(codes[name] for name in _AROUND_NAMES),
        codes["but"],
        frozenset(compiled(chunk + table["whole"]["agreement"], codes).pattern),
    )


_IN_THEIR_PLACE = {
    "state": ChunkMeaning.WORKS,
    "alone": ChunkMeaning.WORKS,
    "aside": ChunkMeaning.STEP,
    "named": ChunkMeaning.COURTESY,
    "listed": ChunkMeaning.STEP,
    "served": ChunkMeaning.SERVICED,
}
"""What chunks mean that may only stand in their place."""


def accounted(pieces: Sequence[ClassifiedPhrase], clause_starts: Sequence[bool]) -> frozenset[ChunkMeaning] | None:
    """What the chunks do that the pieces make, if no piece is left over; of several ways to cut the message, one that
    closes. ``clause_starts`` tells for each piece whether a sign of punctuation stands before it."""
    grammar = _grammar()
    codes = "".join(piece.code for piece in pieces)
    if not codes or len(codes) > MAX_PIECES or not grammar.placed.issuperset(codes) or grammar.never.search(codes):
        return None
    if grammar.whole.fullmatch(codes):
        return frozenset({ChunkMeaning.AGREEMENT})
    ways: list[set[frozenset[ChunkMeaning]]] = [{frozenset()}, *(set() for _ in codes)]
    for start, before in enumerate(ways[:-1]):
        if not before:
            continue
        for end in range(start + 1, min(len(codes), start + MAX_CHUNK) + 1):
            kind = _chunk(grammar, codes, clause_starts, start, end)
            if kind is not None:
                ways[end] |= {way | {kind} for way in before}
    return max(ways[-1], key=_weight, default=None)


_ORDER = tuple(ChunkMeaning)


def _weight(way: frozenset[ChunkMeaning]) -> int:
    return sum(1 << (len(_ORDER) - _ORDER.index(kind)) for kind in way)


def is_never_agreement(codes: str) -> bool:
    """Whether a sequence of classes stands there that asks, or speaks of others, though no sign says so."""
    return _grammar().never.search(codes) is not None


def chunks_anywhere(codes: str, clause_starts: Sequence[bool]) -> Iterator[tuple[int, int, ChunkMeaning]]:
    """Where chunks begin and end, whatever stands around them, and what they do."""
    grammar = _grammar()
    for start in range(len(codes)):
        for end in range(start + 1, min(len(codes), start + MAX_CHUNK) + 1):
            if codes[end - 1] not in grammar.placed:
                break
            kind = _chunk(grammar, codes, clause_starts, start, end)
            if kind is not None:
                yield start, end, kind


def _chunk(grammar: _Grammar, codes: str, clause_starts: Sequence[bool], start: int, end: int) -> ChunkMeaning | None:
    kind = _kind(codes[start - 1 : start], codes[start:end])
    if not kind or not _has_its_place(kind, grammar, codes, clause_starts, start, end):
        return None
    return _IN_THEIR_PLACE.get(kind) or ChunkMeaning(kind)


@lru_cache(maxsize=CACHE_SIZE)
def _kind(before: str, chunk: str) -> str:
    """The kind of pattern that a chunk matches behind the piece before it (none at the beginning); "" for none."""
    found = _grammar().chunk.fullmatch(before + chunk, len(before))
    return (found.lastgroup or "").rstrip("0123456789") if found else ""


def _has_its_place(
    kind: str, grammar: _Grammar, codes: str, clause_starts: Sequence[bool], start: int, end: int
) -> bool:
    """Whether a chunk of this kind may stand where it does: some are clauses of their own, or parts of one clause."""
    begins = start == 0 or clause_starts[start]
    ends = end == len(codes) or clause_starts[end]
    match kind:
        case "state":
            return not any(clause_starts[start + 1 : end])
        case "alone":
            return begins
        case "aside":
            return begins and (ends or codes[end - 1] == grammar.but)
        case "listed":
            return begins and ends
        case "named" | "served":
            around = grammar.around_names
            return (begins or codes[start - 1] in around) and (ends or codes[end] in around)
        case _:
            return not (kind == "step" and start and codes[start - 1] in grammar.not_before_step)
