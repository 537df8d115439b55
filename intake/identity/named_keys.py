"""Which keys of an account a message names, and for which providers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from desk.language.look_alikes import ANYWHERE, DIGIT_TWINS, READ_AS_DIGIT
from desk.model.provider_files import Provider
from desk.understanding.identity_keys import identity_keys
from desk.understanding.reading.observations import ObservedKey, Situation, TalkStage
from intake.identity.key_folding import plain_dashes

ORDER = ("contract", "licence", "serial", "login", "reference", "phone", "email")
"""Of several kinds in one message the first counts: it is the one that fewest accounts share."""
ANY = ""
"""The kind of an answer to "whose contract?" that has no known shape."""
_ONLY_ASKED = frozenset({"phone", "email"})
"""Kinds that people write for other reasons too, and that name an account only where it is asked for."""
_ONE_WORD = re.compile(rf"(?=\D*\d|[{''.join(DIGIT_TWINS)}]{{3,}}-)[^\W_][\w./-]{{3,39}}", re.I)
"""With a digit, or with a first group of letters that people write for digits."""
_LONG_WORD = re.compile(r"(?=(?:[^\W_]|-)*[^\W\d_])(?=(?:\D*\d){3})[^\W_][\w./-]{7,39}")
_BESIDE_DASH = re.compile(r"\s*-\s*")
_LIKE_LATIN = f"[a-z0-9{''.join(ANYWHERE)}]{{3,20}}"
_TWO_GROUPS = re.compile(rf"(?=\D*\d{{3}})({_LIKE_LATIN})\s({_LIKE_LATIN})", re.I)
_INTRODUCED = re.compile(
    r"(?:номер|договор\w?|дог|л/с|лицевой|сч[её]т|абонент|contract|account|no)[\s:№#.]{1,4}(?P<key>[^\s,;!?]+)", re.I
)


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A key in a message: of which kind, in its normal spelling, the words themselves, and the shape it has if any.

    ``folded`` where its spelling needed a letter to be read as a digit; ``of_any_kind`` where it has no known shape, so
    that it is looked for among the values of every kind.
    """

    kind: str
    value: str
    typed: str
    folded: bool = False
    shapes: tuple[str, ...] = ()
    of_any_kind: bool = False


def named_keys(text: str, providers: Iterable[Provider], asked: bool) -> Mapping[NamedKey, tuple[str, ...]]:
    """The keys of one kind that a text names, with the providers that may have given them out; empty if none.

    ``asked`` where the desk has asked whose account it is: then a phone, an address, or one word with digits counts
    too, and more spellings of a number do.
    """
    by_shapes: dict[tuple[tuple[str, ...], tuple[object, ...]], list[Provider]] = {}
    for one in providers:  # many providers number alike, and a front desk asks for all of them
        by_shapes.setdefault((one.contract_shapes, one.other_key_shapes), []).append(one)
    found: dict[NamedKey, list[str]] = {}
    for alike in by_shapes.values():
        first = alike[0]
        question = "contract" if asked else ""
        situation = Situation(
            TalkStage.QUESTION, question, contract_shapes=first.contract_shapes, key_shapes=first.other_key_shapes
        )
        for key in _one_kind(text, identity_keys(text, situation), first, asked):
            found.setdefault(key, []).extend(one.name for one in alike)
    kind = min((ORDER.index(one.kind) for one in found if one.kind != ANY), default=-1)
    wanted = ORDER[kind] if kind >= 0 else ANY
    return {key: tuple(names) for key, names in found.items() if key.kind == wanted}


def _one_kind(text: str, keys: Iterable[ObservedKey], provider: Provider, asked: bool) -> list[NamedKey]:
    named = [
        NamedKey(one.kind, one.value, text[one.start : one.end], one.folded, _shapes(provider, one.kind))
        for one in keys
        if one.kind in ORDER and (asked or one.kind not in _ONLY_ASKED)
    ]
    if named:
        kind = min(ORDER.index(one.kind) for one in named)
        return [one for one in named if one.kind == ORDER[kind]][:1]
    return _of_no_shape(text, provider, asked)


def _of_no_shape(text: str, provider: Provider, asked: bool) -> list[NamedKey]:
    """A word with digits that is the whole answer, or that stands behind "договор" where contracts have no shape.

    Where they have one, only a long word of letters and digits counts, or one that looks like that shape: a short
    number is a slip, and asked for again.
    """
    word = _one_word(text) if asked else ""
    if word and any("A" in shape and _looks_like(word, shape) for shape in provider.contract_shapes):
        return [NamedKey("contract", word.upper(), word, folded=True, shapes=provider.contract_shapes)]
    if provider.contract_shapes:
        return [NamedKey(ANY, word.upper(), word, of_any_kind=True)] if _LONG_WORD.fullmatch(word) else []
    if not _ONE_WORD.fullmatch(word):
        introduced = _INTRODUCED.search(plain_dashes(text[:2000]))
        word = _bare(introduced["key"]) if introduced else ""
    return [NamedKey("contract", word.upper(), word, of_any_kind=True)] if _ONE_WORD.fullmatch(word) else []


def _looks_like(word: str, shape: str) -> bool:
    """Whether a word has the shape once every letter at a digit's place is read as one: "OO4O-VHVEG"."""
    if len(word) != len(shape):
        return False
    read = word.casefold().translate(READ_AS_DIGIT)
    return all(
        digit.isdecimal() if place == "9" else letter.isalpha() if place == "A" else letter == place.casefold()
        for place, digit, letter in zip(shape, read, word.casefold(), strict=False)
    )


def _one_word(text: str) -> str:
    """An answer with plain dashes, without blanks beside them, and with a dash between two groups of one number."""
    word = _BESIDE_DASH.sub("-", plain_dashes(_bare(text)))
    return "-".join(groups.groups()) if (groups := _TWO_GROUPS.fullmatch(word)) else word


def _bare(text: str) -> str:
    return text.strip(" \t\r\n.,;:!?№#()\"'«»")


def _shapes(provider: Provider, kind: str) -> tuple[str, ...]:
    if kind == "contract":
        return provider.contract_shapes
    return tuple(one.pattern for one in provider.other_key_shapes if one.type == kind)
