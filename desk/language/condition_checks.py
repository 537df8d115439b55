"""What is wrong with a condition that can be read: values that a name never has, and conditions that never hold. Pure.

A condition is tried with every value that matters of each of its names; that is exact, since nothing but comparisons
stands in it. One with more combinations than `MAX_COMBINATIONS` is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, pairwise, product
from math import prod
from typing import Literal

from desk.language.conditions import CompiledCondition
from desk.language.translatable import sentence, write_instead

MAX_COMBINATIONS = 20_000
_OTHER = "\0"
"""Stands for all texts that no condition names."""


@dataclass(frozen=True, slots=True)
class NameDomain:
    """What a name may be. ``kind`` is "text", "flag", "number" (between ``low`` and ``high``), or "list" of texts.

    ``known`` are all its texts; None where any text may come. "" is always one of them: it stands for no value.
    """

    kind: Literal["text", "flag", "number", "list"] = "text"
    known: frozenset[str] | None = None
    low: float = float("-inf")
    high: float = float("inf")


Domains = Mapping[str, NameDomain]
ANYTHING = NameDomain()


def condition_faults(condition: CompiledCondition, domains: Domains) -> list[tuple[str, str]]:
    """What is wrong, and what to do about it. A name that is not in ``domains`` may be anything."""
    found = list(_strange_values(condition, domains))
    if not found and not _can_hold([condition], domains):
        what = sentence("{condition} can never hold", condition=repr(condition.source))
        found.append((what, sentence("correct the condition, or remove its line")))
    return found


def is_reached(conditions: Sequence[CompiledCondition], domains: Domains) -> bool:
    """Whether the last of some conditions, of which the first that holds counts, ever comes to count."""
    return _can_hold(conditions, domains)


def _strange_values(condition: CompiledCondition, domains: Domains) -> Iterator[tuple[str, str]]:
    for name, _, values in condition.comparisons:
        domain = domains.get(name, ANYTHING)
        for value in values:
            if domain.kind == "flag" and not isinstance(value, bool):
                what = sentence("{name} is True or False, never {value}", name=name, value=repr(value))
                yield what, sentence("write {name}, or not {name}", name=name)
            elif domain.kind == "number" and (isinstance(value, bool) or not isinstance(value, int | float)):
                what = sentence("{name} is a number, never {value}", name=name, value=repr(value))
                yield what, sentence("write the number without quotes")
            elif domain.known is not None and value not in domain.known | {""}:
                known = ", ".join(sorted(domain.known))
                what = sentence("{name} is never {value}: there is {known}", name=name, value=repr(value), known=known)
                yield what, write_instead(str(value), domain.known)


def _can_hold(conditions: Sequence[CompiledCondition], domains: Domains) -> bool:
    names = sorted(frozenset[str]().union(*(one.names for one in conditions)))
    named = {name: set[object]() for name in names}
    for one in conditions:
        for name, _, values in one.comparisons:
            named[name].update(values)
    choices = [list(_values_that_matter(domains.get(name, ANYTHING), named[name])) for name in names]
    if prod(map(len, choices)) > MAX_COMBINATIONS:
        return True
    for combination in product(*choices):
        tried = dict(zip(names, combination, strict=True))
        if conditions[-1].test(tried) is True and not any(one.test(tried) is True for one in conditions[:-1]):
            return True
    return False


def _values_that_matter(domain: NameDomain, named: set[object]) -> Iterator[object]:
    """One of each kind that the conditions can tell apart."""
    if domain.kind == "flag":
        yield from (False, True)
    elif domain.kind == "number":
        yield from _numbers(domain, named)
    elif domain.kind == "list":
        texts = sorted(str(one) for one in named)[:8]
        yield from (
            [*some] for some in chain.from_iterable(combinations(texts, size) for size in range(len(texts) + 1))
        )
    elif domain.known is not None:
        told_apart = (domain.known & named) | {""}
        rest = domain.known - told_apart
        yield from told_apart
        yield from sorted(rest)[:1]
    else:
        yield from named | {"", _OTHER}
        # A value of an open kind may also be a number or a yes: an answer, or a column of the table.
        yield from (True, False)
        yield from _numbers(domain, named)


def _numbers(domain: NameDomain, named: set[object]) -> Iterator[float]:
    """Each number named, and one on either side of it."""
    near = {float(one) for one in named if isinstance(one, int | float) and not isinstance(one, bool)}
    ordered = sorted(near)
    between = {(one + other) / 2 for one, other in pairwise(ordered)}
    outside = {ordered[0] - 1, ordered[-1] + 1} if ordered else {0.0, 1.0}
    bounds = {one for one in (domain.low, domain.high) if abs(one) != float("inf")}
    yield from (one for one in near | between | outside | bounds if domain.low <= one <= domain.high)
