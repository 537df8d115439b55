"""What a provider's contracts promise: its service levels, their exceptions, and what follows when time runs out. Pure.

The file is policy.toml (`desk.model.service_levels.policy_file`); docs/service-levels.md tells how it is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from desk.language.conditions import CompiledCondition
from desk.model.calendars.versions import CalendarVersions
from desk.model.service_levels.clocks import ClockKind
from desk.model.service_levels.targets import Target

INCIDENT = "incident"
"""The ticket type that service levels are for where they say no other."""
CHANGE_REQUEST = "change_request"
"""Has windows that are agreed, and no clocks."""
ALL = ""
"""Stands for every severity."""
NOT_CLASSIFIED = "minor"
"""What a case counts as until somebody has said how bad it is; then its targets count from the same start (X3)."""
ROUND_THE_CLOCK = "24x7"
"""The calendar that needs no file."""


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """One [[sla]]: which cases it is for, and what each clock is to keep in them.

    It is for cases whose ticket type is in ``applies_to`` and for which ``when`` holds. ``targets`` are by clock and by
    severity, `ALL` for those that are not named. ``calendar`` names one of the policy's.
    """

    id: str
    titles: Mapping[str, str]
    when: CompiledCondition
    calendar: str
    targets: Mapping[ClockKind, Mapping[str, Target]]
    applies_to: tuple[str, ...] = (INCIDENT,)
    rca_calendar: str = ROUND_THE_CLOCK
    place: int = field(default=0, compare=False)

    def target(self, clock: ClockKind, severity: str) -> Target | None:
        """What a clock is to keep in a case of this severity ("" while nobody knows it); None: nothing is promised."""
        by_severity = self.targets.get(clock, {})
        return by_severity.get(severity or NOT_CLASSIFIED, by_severity.get(ALL))


class Effect(StrEnum):
    """What an exception does to a clock."""

    PAUSE = "pause"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class SlaException:
    """One [[sla_exception]] (B7): where ``when`` holds, the clocks stand, or run on though another would stop them.

    Of several that hold, the last in the file decides. It is valid on dates from ``valid_from`` to ``valid_to``, both
    included. ``author`` and ``why`` are told by `firstline sla explain`.
    """

    when: CompiledCondition
    effect: Effect
    clocks: tuple[ClockKind, ...] = (ClockKind.RESOLUTION,)
    valid_from: date = date.min
    valid_to: date = date.max
    author: str = ""
    why: str = ""
    place: int = field(default=0, compare=False)

    @property
    def id(self) -> str:
        """How the journal names it, counted from 1 in the file."""
        return f"sla_exception:{self.place + 1}"


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One [[escalation]] (D10): when a share of a clock's time is used up, these things are done, once.

    ``at`` is the share, 1.0 when it is due. ``actions`` are pairs such as ("level", "+1"), ("level", "L2"), ("notify",
    "lead").
    """

    at: float
    actions: tuple[tuple[str, str], ...]
    when: CompiledCondition
    clock: ClockKind = ClockKind.RESOLUTION
    place: int = field(default=0, compare=False)

    @property
    def id(self) -> str:
        """How a case remembers that it was taken: the same wherever in the file it stands."""
        actions = ",".join(map(":".join, self.actions))
        return f"{self.at:g}:{hashlib.sha256(f'{self.when.source} {actions}'.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class SeverityBounds:
    """From which share of a major component's users on a loss is critical or major; else it is minor (D7, D8)."""

    components: frozenset[str] = frozenset()
    critical: float = 0.20
    major: float = 0.02

    def severity(self, component: str, affected: int, total: int) -> str:
        """ "critical", "major" or "minor" by the share of those affected."""
        if total <= 0 or (self.components and component not in self.components):
            return "minor"
        share = affected / total
        return "critical" if share >= self.critical else "major" if share >= self.major else "minor"


@dataclass(frozen=True, slots=True)
class ServicePolicy:
    """All that a provider's policy says of service levels. Empty where it says nothing: then no clocks run.

    ``calendars`` are by the names that the levels use, `ROUND_THE_CLOCK` among them; ``releases`` the dates of the
    releases that are planned.
    """

    levels: tuple[ServiceLevel, ...] = ()
    exceptions: tuple[SlaException, ...] = ()
    steps: tuple[EscalationStep, ...] = ()
    severity: SeverityBounds = SeverityBounds()
    calendars: Mapping[str, CalendarVersions] = field(default_factory=dict)
    releases: tuple[date, ...] = ()

    def versions_of(self, calendar: str) -> CalendarVersions:
        """The calendar of a name; one that is not there any more counts round the clock."""
        return self.calendars.get(calendar) or self.calendars[ROUND_THE_CLOCK]

    def level(self, id: str) -> ServiceLevel | None:
        """The service level with this id."""
        return next((one for one in self.levels if one.id == id), None)

    def level_for(self, ticket_type: str, values: Mapping[str, object]) -> ServiceLevel | None:
        """The first service level that is for such a case; None where nothing is promised.

        ``values`` are those that conditions look at (`escalation.routing.routing_values`).
        """
        if ticket_type == CHANGE_REQUEST:
            return None
        kind = ticket_type or INCIDENT
        return next((one for one in self.levels if kind in one.applies_to and one.when.test(values)), None)

    def exception_for(self, clock: ClockKind, values: Mapping[str, object], on: date) -> SlaException | None:
        """The exception that decides about a clock on a day: the last one that holds; None where none does."""
        held = [
            one
            for one in self.exceptions
            if clock in one.clocks and one.valid_from <= on <= one.valid_to and one.when.test(values)
        ]
        return held[-1] if held else None

    def steps_of(self, clock: ClockKind) -> Iterator[EscalationStep]:
        """The steps of a clock, in the order of their shares."""
        yield from sorted((one for one in self.steps if one.clock is clock), key=lambda one: (one.at, one.place))


NO_SERVICE_POLICY = ServicePolicy()
