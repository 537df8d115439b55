"""The desk's sentences by the names of their templates, so that a test names what is said and better words break none.

A template becomes a pattern: its words stand as they are, a ``{{ name }}`` is any text, an ``{% if %}`` one of its
branches, a ``{% for %}`` any number of its bodies. A name whose value a test knows stands for that value, and decides
the conditions that ask for it. Questions of a dialog and titles of articles are found in the same way, by their ids.

White space counts for nothing, since channels wrap lines as they like; marks (``**bold**``) count for nothing either.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, nodes

import intake
import kb
import templates

TEMPLATES = Path(templates.__file__).parent
DIALOGS = Path(intake.__file__).parent / "dialogs"
ARTICLES = Path(kb.__file__).parent / "articles"

ENOUGH = 4
"""Letters that each form of a pattern must have of its own: what has fewer would be found in many a text."""
_MARKS = re.compile(r"\*\*|`|\\|^# ", re.MULTILINE)
_FACT = re.compile(r"\{\{?[^{}]*\}\}?")
"""A placeholder in a dialog's question, ``{service.address}``, or in the title of an article, ``{{ name }}``."""


class TooVague(ValueError):
    """A template that has too few words of its own to be known by. Name a value of it as well."""


@dataclass(frozen=True, slots=True)
class Text:
    """These characters."""

    characters: str


@dataclass(frozen=True, slots=True)
class Anything:
    """Any characters, or none: a value that the test does not know."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several sequences."""

    branches: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A sequence, any number of times."""

    body: tuple[Part, ...]


Part = Text | Anything | OneOf | Repeated


@dataclass(frozen=True)
class Pattern:
    """What is looked for in a text. ``name`` is told when it is not found."""

    name: str
    parts: tuple[Part, ...]

    def is_in(self, text: str) -> bool:
        """Whether it stands anywhere in the text.

        All places where a part may end are followed at once, so nothing is tried twice and nothing backtracks.
        """
        squeezed = squeeze(text)
        return all(one in squeezed for one in self._certain) and bool(
            _ends(self.parts, squeezed, frozenset(range(len(squeezed) + 1)))
        )

    @cached_property
    def _certain(self) -> tuple[str, ...]:
        """Texts that stand in every form of it: looked for first, since that is quick."""
        return tuple(part.characters for part in self.parts if isinstance(part, Text))

    def __str__(self) -> str:
        return self.name


def squeeze(text: str) -> str:
    """The text without white space and letter case."""
    return "".join(text.split()).casefold()


def words(text: str) -> Pattern:
    """Words that a person of the story chose: an agent's, or the subscriber's own."""
    return Pattern(repr(text), (Text(squeeze(text)),))


@cache
def template(name: str, language: str, known: tuple[tuple[str, str], ...] = ()) -> Pattern:
    """A sentence of the desk. Raises KeyError for a name that no template has, `TooVague`."""
    path = TEMPLATES / language / f"{name}.txt"
    if not path.is_file():
        raise KeyError(f"there is no template {language}/{name}.txt")
    tree = Environment(autoescape=False).parse(path.read_text("utf-8"))
    told = ", ".join(f"{key}={value!r}" for key, value in known)
    return _checked(Pattern(f"{name}({told})" if told else name, _merged(_parts(tree.body, dict(known)))))


@cache
def question(name: str, language: str) -> Pattern:
    """A question of a packaged dialog by its id: ``scope``, or ``no_internet.scope`` where several dialogs have it."""
    asked = list(_asked(name))
    if not asked:
        raise KeyError(f"no packaged dialog asks {name!r}")
    forms = [one[key][language] for one in asked for key in ("text", "text_unproved") if key in one]
    return _checked(Pattern(f"the question {name}", (OneOf(tuple(_merged(_filled(form)) for form in forms)),)))


@cache
def article(name: str, language: str) -> Pattern:
    """A packaged article by its id, known by its title."""
    head = (ARTICLES / name / f"{language}.md").read_text("utf-8").split("+++")[1]
    return _checked(Pattern(f"the article {name}", _merged(_filled(tomllib.loads(head)["title"]))))


def labels(option: str, language: str) -> list[str]:
    """The words that mean an option of that id, on the desk's own buttons and in the packaged dialogs."""
    button = TEMPLATES / language / f"button_{option}.txt"
    own = [button.read_text("utf-8").strip()] if button.is_file() else []
    found = [one[language] for ask in _asks() for one in ask.get("options", ()) if one["id"] == option]
    return list(dict.fromkeys([*own, *found]))


def label(asked: str, option: str, language: str) -> str:
    """The label of one question's option. Words that are no option's id are returned as they are."""
    found = [one[language] for ask in _asked(asked) for one in ask.get("options", ()) if one["id"] == option]
    return found[0] if found else option


def names(language: str) -> list[str]:
    """Every packaged template."""
    return sorted(path.stem for path in (TEMPLATES / language).glob("*.txt"))


def _asked(name: str) -> Iterator[Mapping[str, Any]]:
    dialog, _, short = name.rpartition(".")
    yield from (one for one in _asks(dialog) if one["id"] == short)


@cache
def _asks(dialog: str = "") -> tuple[Mapping[str, Any], ...]:
    """The questions and requests of every packaged dialog, or of one."""
    found = [tomllib.loads(path.read_text("utf-8")) for path in sorted(DIALOGS.glob(f"{dialog or '*'}.toml"))]
    return tuple(one for each in found for key in ("ask", "request") for one in each.get(key, ()))


def _filled(text: str) -> list[Part]:
    """A text whose placeholders are filled with the provider's or the account's facts."""
    parts: list[Part] = []
    for place, piece in enumerate(_FACT.split(text)):
        parts += [Anything(), Text(_own(piece))] if place else [Text(_own(piece))]
    return parts


def _own(characters: str) -> str:
    return squeeze(_MARKS.sub("", characters))


def _parts(tree: Iterable[nodes.Node], known: Mapping[str, str]) -> list[Part]:
    return [part for node in tree for part in _part(node, known)]


def _part(node: nodes.Node, known: Mapping[str, str]) -> list[Part]:
    match node:
        case nodes.Output():
            return _parts(node.nodes, known)
        case nodes.TemplateData():
            return [Text(_own(node.data))]
        case nodes.Name():
            return [Text(squeeze(known[node.name]))] if node.name in known else [Anything()]
        case nodes.For():
            return [Repeated(_merged(_parts(node.body, known)))]
        case nodes.If():
            return _branches([(node.test, node.body), *((one.test, one.body) for one in node.elif_)], node.else_, known)
    raise TypeError(f"a template of this desk has no {type(node).__name__}")


def _branches(
    tests: Sequence[tuple[nodes.Node, list[nodes.Node]]], otherwise: list[nodes.Node], known: Mapping[str, str]
) -> list[Part]:
    """Every branch that may be taken, as far as the known values tell."""
    possible: list[tuple[Part, ...]] = []
    for test, body in tests:
        held = _holds(test, known)
        if held is not False:
            possible.append(_merged(_parts(body, known)))
        if held:
            break
    else:
        possible.append(_merged(_parts(otherwise, known)))
    return list(possible[0]) if len(possible) == 1 else [OneOf(tuple(possible))]


def _holds(test: nodes.Node, known: Mapping[str, str]) -> bool | None:
    """Whether a condition holds; None where a value decides that nobody knows."""
    match test:
        case nodes.Name():
            return bool(known[test.name]) if test.name in known else None
        case nodes.Not():
            held = _holds(test.node, known)
            return None if held is None else not held
        case nodes.Compare(expr=nodes.Name(name=name), ops=[nodes.Operand(op=sign, expr=nodes.Const(value=value))]):
            same = known[name] == value if name in known else None
            return same if same is None or sign == "eq" else not same
        case nodes.And() | nodes.Or():
            settling = isinstance(test, nodes.Or)
            sides = (_holds(test.left, known), _holds(test.right, known))
            return settling if settling in sides else None if None in sides else not settling
    return None


def _merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The same with neighbouring texts joined, so that as much as possible is looked for at once."""
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, Text) and isinstance(last, Text):
            merged[-1] = Text(last.characters + part.characters)
        elif part != Text(""):
            merged.append(part)
    return tuple(merged)


def _checked(pattern: Pattern) -> Pattern:
    if (letters := _fewest(pattern.parts)) < ENOUGH:
        raise TooVague(f"{pattern} can be said with {letters} letters of its own: too few to be known by")
    return pattern


def _fewest(parts: Iterable[Part]) -> int:
    """How many letters stand in every form at least."""
    fewest = 0
    for part in parts:
        if isinstance(part, Text):
            fewest += sum(map(str.isalnum, part.characters))
        elif isinstance(part, OneOf):
            fewest += min(map(_fewest, part.branches))
    return fewest


def _ends(parts: Iterable[Part], text: str, places: frozenset[int]) -> frozenset[int]:
    """Where the parts may end, when they begin at one of the places."""
    for part in parts:
        if not places:
            break
        if isinstance(part, Text):
            length = len(part.characters)
            places = frozenset(at + length for at in places if text.startswith(part.characters, at))
        elif isinstance(part, Anything):
            places = frozenset(range(min(places), len(text) + 1))
        elif isinstance(part, OneOf):
            places = frozenset().union(*(_ends(branch, text, places) for branch in part.branches))
        else:
            reached = places
            while new := _ends(part.body, text, reached) - places:
                places, reached = places | new, new
    return places
