"""The condition language of dialogs and policies: the text behind every ``when``.

It knows names, strings, numbers, ``True`` and ``False``, ``== != < <= > >= in not in and or not`` and parentheses; a
list stands in parentheses or brackets after ``in``. Nothing is ever evaluated as Python. A name nobody has a value
for is *undecided*, and undecided travels by Kleene's strong three-valued logic (S. C. Kleene, Introduction to
Metamathematics, section 64): ``False and undecided`` is False, ``True and undecided`` is undecided.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeGuard

from desk.language.translatable import sentence

MAX_LENGTH = 1000
MAX_DEPTH = 20

Values = Mapping[str, object]
Literal = str | float | bool
Comparison = tuple[str, str, tuple[Literal, ...]]
"""A name, the operator, and the literals it is compared with."""


class InvalidCondition(ValueError):
    """What is wrong with a condition: its argument is a sentence for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class CompiledCondition:
    """A condition, compiled once. ``names`` are all the names it looks at."""

    source: str
    names: frozenset[str]
    _root: _Node

    @classmethod
    def of(cls, source: str) -> CompiledCondition:
        """Compiles a condition. Raises `InvalidCondition` when it is not one, too long or too deeply nested."""
        if len(source) > MAX_LENGTH:
            what = "a condition may have {most} characters, this one has {number}"
            raise InvalidCondition(sentence(what, most=MAX_LENGTH, number=len(source)))
        root = _Parser(source).parse()
        return cls(source, frozenset(root.names()), root)

    def test(self, values: Values) -> bool | None:
        """True, False, or None while it is undecided. An absent name and a value of None are both undecided.

        A text alone holds when it is not empty, a number when it is not zero. ``<`` and its kin compare numbers only
        and stay undecided on anything else. A value that is a list (several choices) can stand after ``in``.
        """
        return self._root.test(values)

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Every comparison of a name with literals; a name that stands alone has none."""
        return tuple(self._root.comparisons())


@dataclass(frozen=True, slots=True)
class _Name:
    name: str

    def value(self, values: Values) -> object:
        return values.get(self.name)

    def test(self, values: Values) -> bool | None:
        value = values.get(self.name)
        return None if value is None else bool(value)

    def names(self) -> Iterator[str]:
        yield self.name

    def comparisons(self) -> Iterator[Comparison]:
        return iter(())


@dataclass(frozen=True, slots=True)
class _Constant:
    constant: object

    def value(self, values: Values) -> object:
        return self.constant

    def test(self, values: Values) -> bool | None:
        return bool(self.constant)

    def names(self) -> Iterator[str]:
        return iter(())

    def comparisons(self) -> Iterator[Comparison]:
        return iter(())


_Term = _Name | _Constant


@dataclass(frozen=True, slots=True)
class _Compare:
    left: _Term
    symbol: str
    right: _Term

    def test(self, values: Values) -> bool | None:
        left, right = self.left.value(values), self.right.value(values)
        if left is None or right is None:
            return None
        return _OPERATORS[self.symbol](left, right)

    def names(self) -> Iterator[str]:
        yield from self.left.names()
        yield from self.right.names()

    def comparisons(self) -> Iterator[Comparison]:
        for name, other in ((self.left, self.right), (self.right, self.left)):
            if isinstance(name, _Name) and isinstance(other, _Constant):
                listed = other.constant if isinstance(other.constant, tuple) else (other.constant,)
                yield name.name, self.symbol, listed


@dataclass(frozen=True, slots=True)
class _Not:
    inner: _Node

    def test(self, values: Values) -> bool | None:
        result = self.inner.test(values)
        return None if result is None else not result

    def names(self) -> Iterator[str]:
        return self.inner.names()

    def comparisons(self) -> Iterator[Comparison]:
        return self.inner.comparisons()


@dataclass(frozen=True, slots=True)
class _AndOr:
    """``and`` and ``or``: one part equal to ``deciding_value`` decides; else one undecided part leaves it undecided."""

    parts: tuple[_Node, ...]
    deciding_value: bool

    def test(self, values: Values) -> bool | None:
        undecided = False
        for part in self.parts:
            result = part.test(values)
            if result is self.deciding_value:
                return self.deciding_value
            undecided = undecided or result is None
        return None if undecided else not self.deciding_value

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.names()

    def comparisons(self) -> Iterator[Comparison]:
        for part in self.parts:
            yield from part.comparisons()


_Node = _Name | _Constant | _Compare | _Not | _AndOr


def _equal(left: object, right: object) -> bool:
    """Equality in which True is not 1: an answer of yes is not a number."""
    return isinstance(left, bool) is isinstance(right, bool) and left == right


def _contained(left: object, right: object) -> bool:
    return isinstance(right, list | tuple | set | frozenset) and any(_equal(left, one) for one in right)


def _comparing_numbers(compare: Callable[[float, float], bool]) -> Callable[[object, object], bool | None]:
    def test(left: object, right: object) -> bool | None:
        return compare(left, right) if is_number(left) and is_number(right) else None

    return test


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


_OPERATORS: Mapping[str, Callable[[object, object], bool | None]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "in": _contained,
    "not in": lambda left, right: not _contained(left, right),
    "<": _comparing_numbers(operator.lt),
    "<=": _comparing_numbers(operator.le),
    ">": _comparing_numbers(operator.gt),
    ">=": _comparing_numbers(operator.ge),
}

# Each alternative begins with another character and none repeats a group, so reading is one pass.
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<string>'[^'\\\n]*'|"[^"\\\n]*")
      | (?P<number>-?[0-9]{1,15}(?:\.[0-9]{1,15})?)
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)""",
    re.VERBOSE,
)
_KEYWORDS = frozenset({"and", "or", "not", "in", "True", "False"})
_END = ("end", "")


class _Parser:
    """Recursive descent over the tokens; every call that nests is counted against `MAX_DEPTH`."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = [*_tokenize(source), _END]
        self.at = 0
        self.depth = 0

    def parse(self) -> _Node:
        if self.tokens == [_END]:
            raise InvalidCondition(sentence("a condition is empty: write True for one that always holds"))
        node = self.parse_or()
        if self.tokens[self.at] != _END:
            self.fail(sentence("{token} does not belong there", token=repr(self.tokens[self.at][1])))
        return node

    def parse_or(self) -> _Node:
        return self.parse_chain("or", self.parse_and, deciding_value=True)

    def parse_and(self) -> _Node:
        return self.parse_chain("and", self.parse_not, deciding_value=False)

    def parse_chain(self, word: str, part: Callable[[], _Node], deciding_value: bool) -> _Node:
        parts = [part()]
        while self.accept("word", word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else _AndOr(tuple(parts), deciding_value)

    def parse_not(self) -> _Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(sentence("it is nested deeper than {most}", most=MAX_DEPTH))
        node = _Not(self.parse_not()) if self.accept("word", "not") else self.parse_comparison()
        self.depth -= 1
        return node

    def parse_comparison(self) -> _Node:
        if self.accept("sign", "("):
            node = self.parse_or()
            self.expect(")")
            return node
        left = self.parse_term()
        symbol = self.parse_operator()
        if not symbol:
            if isinstance(left, _Constant) and not isinstance(left.constant, bool):
                self.fail(sentence("{value} alone is no condition: compare it with a name", value=repr(left.constant)))
            return left
        right = self.parse_list() if symbol.endswith("in") else self.parse_term()
        for side in (left, right):
            if symbol[0] in "<>" and isinstance(side, _Constant) and not is_number(side.constant):
                what = "{symbol} compares numbers, and {value} is none"
                self.fail(sentence(what, symbol=symbol, value=repr(side.constant)))
        return _Compare(left, symbol, right)

    def parse_operator(self) -> str:
        kind, text = self.tokens[self.at]
        if kind == "sign" and text in _OPERATORS:
            self.at += 1
            return text
        if self.accept("word", "in"):
            return "in"
        if (kind, text) == ("word", "not") and self.tokens[self.at + 1] == ("word", "in"):
            self.at += 2
            return "not in"
        return ""

    def parse_list(self) -> _Term:
        """A list of literals, or the name of an answer that may hold several choices."""
        closing = ")" if self.accept("sign", "(") else "]" if self.accept("sign", "[") else ""
        if not closing:
            term = self.parse_term()
            return term if isinstance(term, _Name) else self.fail(sentence("after 'in' comes a list: ('one', 'two')"))
        values: list[Literal] = []
        while not self.accept("sign", closing):
            if values:
                self.expect(",")
                if self.accept("sign", closing):
                    break
            values.append(self.parse_literal())
        if not values:
            self.fail(sentence("the list after 'in' is empty"))
        return _Constant(tuple(values))

    def parse_term(self) -> _Term:
        kind, text = self.tokens[self.at]
        if kind == "word" and text not in _KEYWORDS:
            self.at += 1
            return _Name(text)
        return _Constant(self.parse_literal())

    def parse_literal(self) -> Literal:
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "string":
            return text[1:-1]
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "word" and text in ("True", "False"):
            return text == "True"
        if not text:
            self.fail(sentence("it ends too early"))
        return self.fail(sentence("a value is missing before {token}", token=repr(text)))

    def accept(self, kind: str, text: str) -> bool:
        if self.tokens[self.at] != (kind, text):
            return False
        self.at += 1
        return True

    def expect(self, text: str) -> None:
        if not self.accept("sign", text):
            before = self.tokens[self.at][1]
            pattern = "{token} is missing before {before}" if before else "{token} is missing"
            self.fail(sentence(pattern, token=repr(text), before=repr(before)))

    def fail(self, why: str) -> NoReturn:
        what = "the condition {condition} cannot be read: {why}"
        raise InvalidCondition(sentence(what, condition=repr(self.source), why=why))


def _tokenize(source: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            why = sentence("{token} has no meaning there", token=repr(source[at]))
            what = "the condition {condition} cannot be read: {why}"
            raise InvalidCondition(sentence(what, condition=repr(source), why=why))
        at = found.end()
        if found.lastgroup and found.lastgroup != "space":
            yield found.lastgroup, found.group()
