"""Sentences for operators that can be told in another language: each keeps its English pattern and what stands in it.

A `Sentence` is its English text. `translated` puts it into the words of a catalog, which maps English patterns to those
of the other language, as a message catalog of gettext does. Pure.
"""

from __future__ import annotations

import difflib
import string
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

Catalog = Mapping[str, str]
"""Patterns in another language, by the English ones."""


class Sentence(str):
    """An English text that was made of ``pattern`` and ``values``, by `str.format`.

    Where ``number`` is given, the pattern has a form for each kind of number, with bars between: for one, for several
    and for none in English; for 1, 2 to 4, 5 to 20 and none in Russian.
    """

    __slots__ = ("number", "pattern", "values")
    pattern: str
    values: Mapping[str, object]
    number: int | None

    def __new__(cls, pattern: str, values: Mapping[str, object], number: int | None = None) -> Sentence:
        """The text of ``pattern`` with ``values`` in it."""
        made = super().__new__(cls, _filled(pattern, values, number))
        made.pattern, made.values, made.number = pattern, values, number
        return made

    def __reduce__(self) -> tuple[type[Sentence], tuple[str, Mapping[str, object], int | None]]:
        """So it is made again in another process."""
        return Sentence, (self.pattern, self.values, self.number)


def sentence(pattern: str, /, **values: object) -> Sentence:
    """A sentence that can be translated. A value may be a sentence itself."""
    return Sentence(pattern, values)


def counted(forms: str, number: int, /, **values: object) -> Sentence:
    """A number of something: "{number} bot|{number} bots|no bots"."""
    return Sentence(forms, {"number": number, **values}, number)


class KeptReason(str):
    """A reason that was stored: of the sentence that it was, only the English text is left."""

    __slots__ = ()


def translated(text: str, catalog: Catalog) -> str:
    """The text in the words of the catalog; as it is where it is no `Sentence`, or the catalog lacks its pattern."""
    if isinstance(text, KeptReason):
        return reason_in_words(text, catalog)
    if not isinstance(text, Sentence):
        return text
    told = {name: said_by(one) if isinstance(one, BaseException) else one for name, one in text.values.items()}
    values = {name: translated(one, catalog) if isinstance(one, str) else one for name, one in told.items()}
    return _filled(catalog.get(text.pattern, text.pattern), values, text.number)


def reason_in_words(text: str, catalog: Catalog) -> str:
    """A stored reason in the words of the catalog: the pattern that has most of its letters is the one that it was made
    of. What no pattern fits, as the words of a server, stays as it is."""
    fitting: tuple[int, str, Mapping[str, str]] | None = None
    for pattern in catalog:
        fixed = _fixed_letters(pattern)
        if fixed and (fitting is None or fixed > fitting[0]) and (values := _values_in(text, pattern)) is not None:
            fitting = fixed, pattern, values
    if fitting is None:
        return text
    return catalog[fitting[1]].format(**{name: reason_in_words(one, catalog) for name, one in fitting[2].items()})


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[tuple[str, str | None], ...]:
    """The fixed words of a pattern, each with the name that follows it; none for one that has forms for numbers."""
    return () if "|" in pattern else tuple((fixed, name) for fixed, name, _, _ in string.Formatter().parse(pattern))


@lru_cache(maxsize=4096)
def _fixed_letters(pattern: str) -> int:
    """How many characters of a pattern are fixed, without blanks."""
    return len("".join(fixed for fixed, _ in _parts(pattern)).replace(" ", ""))


def _values_in(text: str, pattern: str) -> Mapping[str, str] | None:
    """What stands in a text in the places of a pattern's names, the first as short as they can be; None where the text
    is not of that pattern."""
    parts, values, at, name = _parts(pattern), dict[str, str](), 0, None
    for place, (fixed, following) in enumerate(parts):
        last = place == len(parts) - 1 and following is None
        found = len(text) - len(fixed) if last and text.endswith(fixed) else text.find(fixed, at)
        if found < at or (last and found + len(fixed) != len(text)) or (name is None and found != at):
            return None
        if name is not None:
            values[name] = text[at:found]
        at, name = found + len(fixed), following
    if name is not None:
        values[name] = text[at:]
    return values if name is not None or at == len(text) else None


def one_after_another(sentences: Sequence[str]) -> str:
    """Names or sentences with commas between, still to be translated; "" where there are none."""
    told = sentences[0] if sentences else ""
    for one in sentences[1:]:
        told = sentence("{some}, {more}", some=told, more=one)
    return told


def one_below_the_other(sentences: Sequence[str]) -> str:
    """Sentences in lines of one text, still to be translated."""
    told = sentences[0] if sentences else ""
    for one in sentences[1:]:
        told = sentence("{some}\n{more}", some=told, more=one)
    return told


def said_by(error: BaseException) -> str:
    """What an error says, still to be translated where it was made of a sentence."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, str) and said else str(error)


def _filled(pattern: str, values: Mapping[str, object], number: int | None) -> str:
    if number is not None:
        pattern = form_for(pattern.split("|"), number)
    return pattern.format(**values) if values else pattern


def form_for(forms: Sequence[str], number: int) -> str:
    """The form of a number: of three for one, for several and for none; of four for 1, 2 to 4, 5 to 20 and none."""
    if number == 0 or len(forms) < 3:
        return forms[-1] if number != 1 else forms[0]
    if len(forms) == 3:
        return forms[0] if number == 1 else forms[1]
    if number % 10 == 1 and number % 100 != 11:
        return forms[0]
    return forms[1] if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else forms[2]


def meant(typed: str, among: Iterable[str]) -> str:
    """Which of some names a mistyped one was to be, "" where none is near."""
    near = difflib.get_close_matches(typed.casefold(), sorted(among), n=1, cutoff=0.6)
    return near[0] if near else ""


def write_instead(typed: str, among: Iterable[str]) -> str:
    """What to do about a name that nobody knows: write the one that was meant, or take it out."""
    if near := meant(typed, among):
        return sentence("write {near} instead of {typed}", near=near, typed=typed)
    return sentence("correct {typed}, or remove it", typed=typed)
