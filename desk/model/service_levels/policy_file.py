"""Reads service levels out of a provider's policy.toml: [[sla]], [[sla_exception]], [[escalation]], [severity],
[releases]."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from desk.language.conditions import CompiledCondition, InvalidCondition
from desk.language.detect import LANGUAGES
from desk.language.translatable import sentence, write_instead
from desk.model.calendars.business_calendar import WorkingTime, around_the_clock
from desk.model.calendars.calendar_files import InvalidCalendar, load_calendar
from desk.model.calendars.versions import CalendarVersions
from desk.model.service_levels.clocks import ClockKind
from desk.model.service_levels.policy import (
    ALL,
    INCIDENT,
    ROUND_THE_CLOCK,
    Effect,
    EscalationStep,
    ServiceLevel,
    ServicePolicy,
    SeverityBounds,
    SlaException,
)
from desk.model.service_levels.targets import InvalidTarget, Target, parse_target
from desk.model.toml_table import TomlTable

SEVERITIES = ("critical", "major", "minor")
TICKET_TYPES = (INCIDENT, "service_request", "question", "complaint")
"""Ticket types that clocks may run for; change requests have windows (D6)."""
PROMISED = (
    ClockKind.ANSWER,
    ClockKind.FIRST_RESPONSE,
    ClockKind.NEXT_RESPONSE,
    ClockKind.ACCEPTANCE,
    ClockKind.RESOLUTION,
    ClockKind.CALLBACK,
)
"""Clocks that a policy may have a target for: those that something starts, and something fulfils."""
CALENDARS = "calendars"
"""The folder beside policy.toml, and that of the desk, in which calendars are looked for."""
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "level": ("+1", "L2", "L3"),
    "notify": ("agents", "lead", "oncall", "manager"),
}
"""What may be done, and its choices."""
_CLOCK_NAMES = tuple(kind.value for kind in ClockKind)


def read_service_policy(policy: TomlTable, folder: Path, zone: ZoneInfo) -> ServicePolicy:
    """The service levels of a provider whose files are in ``folder``; ``zone`` is the provider's own."""
    severity, releases = policy.section("severity"), policy.section("releases")
    calendars = {ROUND_THE_CLOCK: CalendarVersions.of(WorkingTime(around_the_clock(zone)))}
    levels = tuple(
        level
        for number, section in enumerate(policy.sections("sla"))
        if (level := _read_level(section, number, folder, calendars))
    )
    read = ServicePolicy(
        levels,
        tuple(_read_exception(one, number) for number, one in enumerate(policy.sections("sla_exception"))),
        tuple(_read_step(one, number) for number, one in enumerate(policy.sections("escalation"))),
        _read_severity(severity),
        calendars,
        tuple(sorted(_dates(releases, "dates"))),
    )
    for section in (severity, releases):
        section.report_unknown_keys()
    return read


def _read_level(
    section: TomlTable, place: int, folder: Path, calendars: dict[str, CalendarVersions]
) -> ServiceLevel | None:
    section.set_name(id := section.text("id"))
    calendar = section.text("calendar", ROUND_THE_CLOCK)
    _find_calendar(section, calendar, folder, calendars)
    title = section.take("title", id)
    titles = dict(title) if isinstance(title, dict) else dict.fromkeys(LANGUAGES, str(title))
    applies_to = section.texts("applies_to", (INCIDENT,))
    for strange in sorted(set(applies_to) - set(TICKET_TYPES)):
        what = sentence("applies_to names {type}, and no clock runs for that", type=repr(strange))
        section.report(what, "applies_to", write_instead(strange, TICKET_TYPES))
    level = ServiceLevel(
        id,
        titles,
        _condition(section, f"service_level == '{id}'"),
        calendar,
        {kind: targets for kind in PROMISED if (targets := _read_targets(section, kind))},
        applies_to,
        place=place,
    )
    section.report_unknown_keys()
    return level if id else None


def _find_calendar(section: TomlTable, name: str, folder: Path, calendars: dict[str, CalendarVersions]) -> None:
    """Loads the calendar of a name, from the provider's folder or from the desk's."""
    if name in calendars:
        return
    places = [folder / CALENDARS / name, folder.parent.parent / CALENDARS / name]
    path = next((one for one in places if one.is_file()), None)
    if path is None:
        what = sentence("calendar names {name}, and there is no such file in calendars/", name=repr(name))
        section.report(what, "calendar", sentence('write "24x7", or make it: firstline calendar make --help'))
        return
    try:
        calendars[name] = CalendarVersions.of(WorkingTime(load_calendar(path)))
    except InvalidCalendar as error:
        section.faults.found.extend(error.faults)


def _read_targets(section: TomlTable, kind: ClockKind) -> Mapping[str, Target]:
    """What one clock is to keep: one text for all severities, or a text for each."""
    written = section.take(kind.value, "")
    by_severity = written if isinstance(written, dict) else {ALL: written} if written else {}
    targets: dict[str, Target] = {}
    for severity, text in by_severity.items():
        if severity not in (ALL, *SEVERITIES):
            what = sentence("{key} names the severity {severity}", key=kind.value, severity=repr(severity))
            section.report(what, kind.value, write_instead(severity, SEVERITIES))
            continue
        try:
            targets[severity] = parse_target(str(text))
        except InvalidTarget as error:
            section.report(sentence("{key}: {why}", key=kind.value, why=error.args[0]), kind.value)
    return targets


def _read_exception(section: TomlTable, place: int) -> SlaException:
    effect, _, named = section.text("effect", "pause").partition(":")
    clocks = tuple(ClockKind(one) for one in named.split(",") if one in _CLOCK_NAMES)
    if effect == "none":
        effect = Effect.RUN
    if effect not in tuple(Effect) or (named and len(clocks) != len(named.split(","))):
        todo = sentence('write "pause:resolution" or "run:resolution"')
        section.report(sentence("effect {typed} is unknown", typed=repr(f"{effect}:{named}")), "effect", todo)
        effect = Effect.RUN
    read = SlaException(
        _condition(section, "False"),
        Effect(effect),
        clocks or (ClockKind.RESOLUTION,),
        _date(section, "valid_from", date.min),
        _date(section, "valid_to", date.max),
        section.text("author", ""),
        section.text("why", ""),
        place,
    )
    section.report_unknown_keys()
    return read


def _read_step(section: TomlTable, place: int) -> EscalationStep:
    at = section.take("at", 1.0)
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= 10:
        section.report(
            sentence("at is a share of the clock's time, from 0 to 10: 0.75 when three quarters are used"), "at"
        )
        at = 1.0
    read = EscalationStep(
        float(at),
        tuple(action for one in section.texts("do") if (action := _action(section, one))),
        _condition(section, "True"),
        ClockKind(section.choice("clock", _CLOCK_NAMES, ClockKind.RESOLUTION.value)),
        place,
    )
    section.report_unknown_keys()
    return read


def _action(section: TomlTable, text: str) -> tuple[str, str] | None:
    name, _, value = text.partition(":")
    known = ACTIONS.get(name)
    if known is None or (value not in known and not value.startswith(("queue:", "group:", "person:"))):
        choices = [f"{one}:{other}" for one, others in ACTIONS.items() for other in others]
        section.report(sentence("do names {action}", action=repr(text)), "do", write_instead(text, choices))
        return None
    return name, value


def _read_severity(section: TomlTable) -> SeverityBounds:
    usual = SeverityBounds()
    bounds = {}
    for name in ("critical", "major"):
        table = section.section(name)
        value = table.take("loss_min", getattr(usual, name))
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            table.report(sentence("loss_min is a share from 0 to 1, such as 0.2"), "loss_min")
            value = getattr(usual, name)
        bounds[name] = float(value)
        table.report_unknown_keys()
    return SeverityBounds(frozenset(section.texts("components")), **bounds)


def _condition(section: TomlTable, usual: str) -> CompiledCondition:
    try:
        return CompiledCondition.of(section.text("when", usual))
    except InvalidCondition as error:
        section.report(sentence("{key}: {why}", key="when", why=error.args[0]), "when")
        return CompiledCondition.of("False")


def _date(section: TomlTable, key: str, usual: date) -> date:
    value = section.take(key, usual)
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        section.report(sentence("{typed} is no date: write 2027-01-01", typed=repr(value)), key)
        return usual


def _dates(section: TomlTable, key: str) -> list[date]:
    values = section.take(key, [])
    found = []
    for value in values if isinstance(values, list) else [values]:
        try:
            found.append(value if isinstance(value, date) else date.fromisoformat(str(value)))
        except ValueError:
            section.report(sentence("{typed} is no date: write 2027-01-01", typed=repr(value)), key)
    return found
