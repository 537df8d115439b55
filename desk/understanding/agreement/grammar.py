"""Which sequences of classes agree, tell a finished story, or are mere courtesy: every word must find its place. Pure.

A message is cut into chunks, each of which matches one of the patterns below as a whole; `accounted` looks for a way to
cut it so that no word is left over. What the words may mean beside that does not matter: a word that no pattern has a
place for leaves the message unaccounted for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from desk.understanding.agreement.lexicon import Piece, compiled, lexicon

MAX_PIECES = 60
"""Pieces of a message that is accounted for; nobody agrees at greater length."""
MAX_CHUNK = 14
"""Pieces of the longest chunk."""


class Chunk(StrEnum):
    """What a chunk of a message does."""

    MENDED = "mended"
    """What was out of order works again: also unasked."""
    WORKS = "works"
    """It works: closes where that was asked."""
    CLOSE = "close"
    """"Close it": closes whatever was asked."""
    AGREEMENT = "agreement"
    PERMISSION = "permission"
    """Agrees where leave to close was asked for: "go ahead", "можно"."""
    CANCEL = "cancel"
    """The case is called off: closes only together with "works" or "mended"."""
    STEP = "step"
    """Something was done: no end of the story yet."""
    COURTESY = "courtesy"
    """Thanks, a greeting, joy: agrees to nothing, and does not stand against closing."""


_BODIES = {
    "NOUNS": "(?: <adjective new green all you me>* <action restart hardware cable service thing device did person>+ )",
    "ITEM": """(?: <now soon good all service you me very be pronoun please stable> | <new>+ <hardware cable>+
        | <after> {NOUNS} | <prep> (?! <cable device> ) {NOUNS} )""",
    "EVENT": """(?: <now soon good all service you me subject very be was has pronoun that he time action restart
        hardware cable adjective new green thing person name prep after into please> | <on> (?! <adjective all you me>*
        <service device> ) )""",
    "PART": """(?: <now soon all service you me subject very be was has pronoun that he time action restart hardware
        cable supply money adjective new green thing person name particle device into after>
        | <prep on> (?! <adjective all you me>* <service device> ) )""",
    "DONE": "<did made given arrived restart did_it>",
    "ABOUT": "(?: <now soon me subject you more very please after> | <prep on> <all pronoun that service you me>+ )",
    "FILL": "<please you me now good case trouble all pronoun that may can consents very>",
    "SAME": "<now soon me subject very be service all you please>",
    "IT": "<pronoun that>",
}
_PATTERNS: Sequence[tuple[str, str]] = (
    # It came to work, was mended, is solved; problems are gone.
    ("mended", "{EVENT}* {DONE}? {EVENT}* <came restored>+ (?: <ability back restored> | {EVENT})*"),
    ("mended", "(?: {EVENT} | <trouble>)* <mended>+ (?: {EVENT} | <trouble>)*"),
    ("mended", "(?: {EVENT} | <trouble case money>)* <solved>+ (?: {EVENT} | <trouble for>)*"),
    ("mended", "{ITEM}* <trouble> {EVENT}* <closed gone settled solve lost> {ITEM}*"),
    (
        "mended",
        "{EVENT}* <settled solve> {EVENT}* <trouble>? {ITEM}* | {ITEM}* <gone> <now me very>* <trouble> {ITEM}*",
    ),
    ("mended", "{EVENT}* <service> {EVENT}* <given>+ {EVENT}* | {EVENT}* <given>+ {EVENT}* <service> {EVENT}*"),
    (
        "mended",
        """{SAME}* <money>+ (?: {SAME} | <has was time>)* <given arrived came>+ (?: {SAME} | <time>)*
        | (?: {SAME} | <time has>)* <given arrived> (?: {SAME} | <time>)* <money>+ {SAME}*""",
    ),
    ("mended", "{EVENT}* <managed>+ <now>* <ability> {ITEM}*"),
    ("mended", "{ITEM}* <stopped> <misbehave> {ITEM}*"),
    ("mended", "{ITEM}* (?: <more> <not> | <not> <more>) {ITEM}* <misbehaves> {ITEM}*"),
    ("mended", "{ITEM}* <not> {ITEM}* <misbehaves> {ITEM}* <more>"),
    ("mended", "{ITEM}* <trouble> {ITEM}* (?: <more> <not> | <not> <more>) <have has misbehaves>+ {ITEM}*"),
    ("mended", "{ITEM}* <not> <worked_once> <service>* <now soon> <all service now>* <works> <good service>*"),
    (
        "mended",
        """<was>? <person name>+ <time now you me was did>*
        (?: <all> <time now you me>* <made> | <made> <time now you me>* <all>) {EVENT}*""",
    ),
    # It works. The verbless ones stand within one clause: "всё, хорошо" says nothing.
    ("works", "{ITEM}* <works>+ {ITEM}*"),
    (
        "works",
        """(?: {ITEM} | <that action restart did adjective hardware cable thing name>)* <worked>+
        (?: {ITEM} | <after> {NOUNS})*""",
    ),
    ("works", "(?: {IT} | {NOUNS}) <very now>* <did_it> <me now you>*"),
    ("works", "{ITEM}* <working>+ (?: {ITEM} | <back restored>)*"),
    ("works", "(?: {ITEM} | <subject>)+ <back>+ (?: {ITEM} | <back>)* | <back>+ <now>+"),
    (
        "works",
        """(?: {SAME} | <prep after> <action restart hardware cable>+)*
        (?: <service> <now me all>* <there> | <there> <now me all>* <service>) (?: {SAME} | <good>)*""",
    ),
    ("works", "(?: {SAME} | <more>)* <troubles>+ <more now have has>* <zero> {ABOUT}*"),
    ("works", "(?: {ABOUT} | <has>)* <zero> <more now>* <troubles>+ {ABOUT}*"),
    ("works", "{ABOUT}* <does>? <not> <have has>+ <more>? <troubles>+ {ABOUT}*"),
    ("works", "{ABOUT}* <troubles>+ {ABOUT}* <not> <have has> {ABOUT}*"),
    ("works", "<me subject now>* <can> <now>* <ability> <now good service>*"),
    ("works", "<me subject now>* <can_now> {ITEM}*"),
    ("state", "(?: {IT} <be>)? <now soon me very>* <all> {SAME}* <good stable> (?: {ITEM} | <good>)*"),
    ("state", "(?: <prep after> {NOUNS} )* {SAME}* <service> {SAME}* <good stable> {ITEM}*"),
    ("state", "<prep after> {NOUNS} {SAME}* <all> {SAME}* <good stable> {ITEM}*"),
    ("state", "<pronoun> <be> <very all>* <good> <very>* <now> <you me>* | <me subject> <be> <all>* <good> <now>"),
    # Agreement, and leave to close.
    ("close", "{FILL}* <close>+ {FILL}*"),
    ("close", "<me subject>* <yes agreed> <on>? <case>* <closing_noun> <case>*"),
    ("agreement", "<now me subject yes agreed good>* <yes agreed> <me now all you>?"),
    ("agreement", "<yes>+ <pronoun that all service you me subject> <very>* <be does was> <good now>*"),
    ("agreement", "<yes>* <pronoun that you all> <be>? <very all yes>* <right truth yes> | <yes>+ <truth>"),
    ("permission", "<please good>* <consents>+ <please now you all>*"),
    ("permission", "<please good case>* (?: <you>? <may> | <you> <can>) <please case>*"),
    (
        "cancel",
        """<please now you person more all case service>* <cancel needless>+
        <please now you person more case all me>*""",
    ),
    ("step", "{PART}* {DONE} (?: {PART} | {DONE} | <back>)*"),
    ("step", "{PART}* <was> {PART}* <person> {PART}* | {PART}* <person> {PART}* <was> {PART}*"),
    ("step", "{PART}* <hardware lamp> {PART}* <green> | {PART}* <green> <hardware lamp>"),
    ("courtesy", "<good mood>+ <you me all now>? | <please>+ | <all>? <mood>+ | \\A <right>"),
    (
        "courtesy",
        """<big very you me subject all now person name>* <thanks>+
        <big very you me good please all service person name him>*
        (?: <for> <favour ability you me all very big action service good him trouble mended hardware thing>+
        <now>* )?""",
    ),
    ("courtesy", "(?: <daypart>? <greet> <very you all good me daypart>*)+ | <you me> <greet>+ | <good> <daypart>"),
    ("named", "<name>+"),
)
"""The kinds of chunks, those first that say more; "state" is "works" without a verb."""
_WHOLE = """<greet name>* (?: <right truth> | <pronoun all> <be does> )
    (?: <big very>* <thanks> <you very big please name>* )*"""
_NEVER = r"""<be was does has> <pronoun that he> (?! \Z | <thanks you very> )
    | \A <be was does has> <all service pronoun that you me subject>
    | <needless> .{0,2} <close> | <close> .{0,2} <needless>"""


@dataclass(frozen=True, slots=True)
class _Grammar:
    chunk: re.Pattern[str]
    whole: re.Pattern[str]
    never: re.Pattern[str]
    """"Is it", "have you" ask, though no sign says so; "не надо закрывать" calls nothing off."""
    not_before_step: str
    around_names: str


@cache
def _grammar() -> _Grammar:
    codes = lexicon().codes
    chunk = "|".join(f"(?P<{kind}{at}> {pattern})" for at, (kind, pattern) in enumerate(_PATTERNS))
    for name, body in reversed(_BODIES.items()):
        chunk = chunk.replace("{" + name + "}", body)
    return _Grammar(
        compiled(chunk, codes),
        compiled(_WHOLE, codes),
        compiled(_NEVER, codes),
        codes["be"] + codes["does"] + codes["was"],
        codes["thanks"] + codes["greet"] + codes["name"],
    )


def accounted(pieces: Sequence[Piece], clause_starts: Sequence[bool]) -> frozenset[Chunk] | None:
    """What the chunks do that the pieces make, if no piece is left over; of several ways to cut the message, one that
    closes. ``clause_starts`` tells for each piece whether a sign of punctuation stands before it."""
    grammar = _grammar()
    codes = "".join(piece.code for piece in pieces)
    if not codes or len(codes) > MAX_PIECES or grammar.never.search(codes):
        return None
    if grammar.whole.fullmatch(codes):
        return frozenset({Chunk.AGREEMENT})
    ways: list[set[frozenset[Chunk]]] = [{frozenset()}, *(set() for _ in codes)]
    for start, before in enumerate(ways[:-1]):
        if not before:
            continue
        for end in range(start + 1, min(len(codes), start + MAX_CHUNK) + 1):
            kind = _chunk(grammar, codes, clause_starts, start, end)
            if kind is not None:
                ways[end] |= {way | {kind} for way in before}
    return max(ways[-1], key=_weight, default=None)


_ORDER = tuple(Chunk)


def _weight(way: frozenset[Chunk]) -> int:
    return sum(1 << (len(_ORDER) - _ORDER.index(kind)) for kind in way)


def _chunk(grammar: _Grammar, codes: str, clause_starts: Sequence[bool], start: int, end: int) -> Chunk | None:
    found = grammar.chunk.fullmatch(codes, start, end)
    if found is None or found.lastgroup is None:
        return None
    kind = found.lastgroup.rstrip("0123456789")
    if kind == "state":
        return None if any(clause_starts[start + 1 : end]) else Chunk.WORKS
    if kind == "named":
        before = start == 0 or clause_starts[start] or codes[start - 1] in grammar.around_names
        after = end == len(codes) or clause_starts[end] or codes[end] in grammar.around_names
        return Chunk.COURTESY if before and after else None
    if kind == "step" and start and codes[start - 1] in grammar.not_before_step:
        return None
    return Chunk(kind)
