"""Sentences for operators that can be told in another language: each keeps its English pattern and what stands in it.

A `Sentence` is its English text. `translated` puts it into the words of a catalog, which maps English patterns to those
of the other language, as a message catalog of gettext does. Pure.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

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


def sentence(pattern: str, /, **values: object) -> Sentence:
    """A sentence that can be translated. A value may be a sentence itself."""
    return Sentence(pattern, values)


def counted(forms: str, number: int, /, **values: object) -> Sentence:
    """A number of something: "{number} bot|{number} bots|no bots"."""
    return Sentence(forms, {"number": number, **values}, number)


def translated(text: str, catalog: Catalog) -> str:
    """The text in the words of the catalog; as it is where it is no `Sentence`, or the catalog lacks its pattern."""
    if not isinstance(text, Sentence):
        return text
    values = {name: translated(one, catalog) if isinstance(one, str) else one for name, one in text.values.items()}
    return _filled(catalog.get(text.pattern, text.pattern), values, text.number)


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
