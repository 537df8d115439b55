"""The rulebook: stages of named rules, in an order that reads aloud; each stage says which events it hears.

For an arrival only the rules of stages that hear its event are asked, one after the other, until one ends the round. A
`Stage` asks its rules while its condition holds; a `RulesByKey` asks those that belong to one key: the kind of a
timer, the type of an operation, the owner of the open question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desk.model.acts import Consequence, Facts, Rule, RuleWithoutCase
from desk.model.case import Case
from desk.model.events import Event, Inbound, TimerFired

RuleCondition = Callable[[Case, Inbound[Any], Facts], bool]
Key = Callable[[Case, Inbound[Any]], object]


def always(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """The condition of a stage that has none."""
    return True


@dataclass(frozen=True, slots=True)
class Stage:
    """Rules asked in order for these kinds of events, as long as ``when`` holds: it is looked at before each rule."""

    name: str
    hears: tuple[type[Event], ...]
    rules: tuple[Rule, ...]
    when: RuleCondition = always

    def asked(self, case: Case, inbound: Inbound[Any], facts: Facts) -> Iterator[Rule]:
        """The rules to be asked now."""
        for rule in self.rules:
            if not self.when(case, inbound, facts):
                return
            yield rule


@dataclass(frozen=True, slots=True)
class RulesByKey:
    """Of ``rules`` only those under the key of this round are asked."""

    name: str
    hears: tuple[type[Event], ...]
    key: Key
    rules: Mapping[Any, tuple[Rule, ...]]
    when: RuleCondition = always

    def asked(self, case: Case, inbound: Inbound[Any], facts: Facts) -> Iterator[Rule]:
        """The rules to be asked now."""
        if not self.when(case, inbound, facts):
            return
        key = self.key(case, inbound)
        for rule in self.rules.get(key, ()):
            if not self.when(case, inbound, facts):
                return
            yield rule


class Rulebook:
    """All stages in their order, sorted once by the events they hear."""

    def __init__(
        self,
        stages: Sequence[Stage | RulesByKey],
        without_case: Sequence[RuleWithoutCase] = (),
        consequences: Sequence[Consequence] = (),
    ) -> None:
        """``without_case`` are asked, in order, for arrivals that belong to no case; ``consequences`` at the end of
        each round that changes one."""
        self.stages = tuple(stages)
        self.without_case = tuple(without_case)
        self.consequences = tuple(consequences)
        self._by_event: dict[type, tuple[Stage | RulesByKey, ...]] = {}

    def asked(self, case: Case, inbound: Inbound[Any], facts: Facts) -> Iterator[Rule]:
        """The rules to be asked for this arrival, one at a time: which come next may depend on what was decided."""
        kind = type(inbound.event)
        if kind not in self._by_event:
            self._by_event[kind] = tuple(stage for stage in self.stages if issubclass(kind, stage.hears))
        for stage in self._by_event[kind]:
            yield from stage.asked(case, inbound, facts)


def timer_kind(case: Case, inbound: Inbound[TimerFired]) -> object:
    """The key of timers."""
    return inbound.event.kind


def operation_type(case: Case, inbound: Inbound[Any]) -> object:
    """The key of agents' orders."""
    return type(inbound.event.operation)


def expectation_owner(case: Case, inbound: Inbound[Any]) -> object:
    """The key of answers: whose question is open."""
    return case.expecting.owner


def rule_name(rule: Callable[..., object]) -> str:
    """A rule or act filter as the journal names it: its package and function, such as "intake.greet"."""
    return f"{rule.__module__.partition('.')[0]}.{rule.__name__}"
