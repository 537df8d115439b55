"""Calendars as files that a person reviews: read, with what they include, and written.

A file says the place's zone, a week of hours, the dates that are closed and those that have hours of their own:

    zone = "Europe/Moscow"
    include = ["holidays_ru.toml"]

    [week]
    "mon-fri" = ["09:00-13:00", "14:00-18:00"]

    [closed]
    2027-01-01 = "Новый год"
    "2027-01-02/2027-01-08" = "Новогодние каникулы"

    [hours]
    2027-02-20 = ["09:00-18:00"]

An included file gives its closed dates and its special hours; what the file itself says of a date goes before, and
``work_on`` names included closed dates that are ordinary days here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from desk.language.operator_file_faults import FileFaults, InvalidFiles
from desk.language.translatable import sentence
from desk.model.calendars.business_calendar import BusinessCalendar, Intervals
from desk.model.calendars.typed_hours import (
    WEEKDAYS,
    InvalidHours,
    parse_days,
    parse_intervals,
    parse_week,
    written_interval,
)
from desk.model.toml_table import TomlTable, read_toml, toml_string

MOST_INCLUDES = 8
"""How deep files may include one another."""
LONGEST_CLOSURE = timedelta(days=366)


class InvalidCalendar(InvalidFiles):
    """What is wrong in a calendar's file, and where."""


@dataclass(slots=True)
class _Contents:
    """What a file says, before it is a calendar; ``zone`` is "" and ``weekly`` empty in one that is only included."""

    zone: str = ""
    name: str = ""
    known_until: int = 0
    weekly: dict[int, Intervals] = field(default_factory=dict)
    closed: dict[date, str] = field(default_factory=dict)
    special: dict[date, Intervals] = field(default_factory=dict)


def load_calendar(path: Path) -> BusinessCalendar:
    """The calendar of a file. Raises `InvalidCalendar`."""
    try:
        contents = _read(path, MOST_INCLUDES)
    except FileNotFoundError:
        raise InvalidCalendar(sentence("there is no file {path}", path=path.name)) from None
    if not contents.zone:
        raise InvalidCalendar(sentence('{file} needs a line zone = "Europe/Moscow"', file=path.name))
    return BusinessCalendar(
        ZoneInfo(contents.zone),
        contents.weekly,
        contents.closed,
        contents.special,
        contents.name or path.stem,
        contents.known_until,
    )


def _read(path: Path, depth: int) -> _Contents:
    values, source = read_toml(path, path.name, InvalidCalendar)
    faults = FileFaults(path.name, source)
    table = TomlTable(values, faults)
    included = _included(path, table, depth)
    contents = _Contents(_zone(table), table.text("name", ""), table.number("known_until", included.known_until))
    contents.weekly = {**_week(table.section("week")), **_typed_hours(table)}
    work_on = {day for text in table.texts("work_on") for day in _dates(table, "work_on", text)}
    closed = {
        day: str(why)
        for text, why in table.section("closed").take_rest().items()
        for day in _dates(table, "closed", text)
    }
    special = _special(table.section("hours"))
    contents.closed = {day: why for day, why in included.closed.items() if day not in work_on | special.keys()} | closed
    contents.special = {day: one for day, one in included.special.items() if day not in closed} | special
    table.report_unknown_keys()
    faults.raise_if_any(InvalidCalendar)
    return contents


def _included(path: Path, table: TomlTable, depth: int) -> _Contents:
    """The dates of all files that are included, in their order."""
    together = _Contents()
    for name in table.texts("include"):
        if depth <= 0:
            table.report(sentence("includes files in a circle"), "include")
            continue
        try:
            one = _read(path.parent / name, depth - 1)
        except FileNotFoundError:
            table.report(sentence("include names {name}, and there is no such file", name=repr(name)), "include")
            continue
        together.closed |= one.closed
        together.special |= one.special
        together.known_until = min(filter(None, (together.known_until, one.known_until)), default=0)
    return together


def _zone(table: TomlTable) -> str:
    name = table.text("zone", "")
    try:
        return ZoneInfo(name).key if name else ""
    except (ValueError, OSError, KeyError):
        table.report(sentence("there is no time zone {name}", name=repr(name)), "zone", 'write it as "Europe/Moscow"')
        return ""


def _typed_hours(table: TomlTable) -> Mapping[int, Intervals]:
    """The week in short, ``hours_of_week = "24x7"``."""
    text = table.text("hours_of_week", "")
    try:
        return parse_week(text) if text else {}
    except InvalidHours as error:
        table.report(str(error), "hours_of_week")
        return {}


def _week(table: TomlTable) -> Mapping[int, Intervals]:
    week: dict[int, Intervals] = {}
    for days, texts in table.take_rest().items():
        try:
            intervals = _intervals(texts)
            week.update(dict.fromkeys(parse_days(days), intervals))
        except InvalidHours as error:
            table.report(error.args[0], days)
    return week


def _special(table: TomlTable) -> dict[date, Intervals]:
    special: dict[date, Intervals] = {}
    for text, texts in table.take_rest().items():
        try:
            intervals = _intervals(texts)
        except InvalidHours as error:
            table.report(error.args[0], text)
            continue
        special.update(dict.fromkeys(_dates(table, text, text), intervals))
    return special


def _intervals(texts: object) -> Intervals:
    """Minutes of a list of texts, or of one text with commas."""
    if isinstance(texts, str):
        texts = texts.split(",")
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise InvalidHours(sentence('must be a list of hours: ["09:00-18:00"]'))
    return parse_intervals([one for one in texts if one.strip()])


def _dates(table: TomlTable, key: str, text: str) -> Iterator[date]:
    """The dates of "2027-01-01", or of "2027-01-02/2027-01-08" with both ends."""
    first, _, last = text.partition("/")
    try:
        day, end = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError:
        day, end = date.max, date.min
    if not day <= end <= day + LONGEST_CLOSURE:
        table.report(sentence("{typed} is no date: write 2027-01-01, or 2027-01-02/2027-01-08", typed=repr(text)), key)
        return
    while day <= end:
        yield day
        day += timedelta(days=1)


def written(calendar: BusinessCalendar, comments: Sequence[str] = ()) -> str:
    """The file of a calendar, with lines of comment above it."""
    lines = [f"# {one}".rstrip() for one in comments]
    lines += ["", f"zone = {toml_string(calendar.zone.key)}"]
    if calendar.name:
        lines.append(f"name = {toml_string(calendar.name)}")
    if calendar.known_until:
        lines.append(f"known_until = {calendar.known_until}  # the last year whose holidays stand here")
    lines += ["", "[week]"]
    for number, name in enumerate(WEEKDAYS):
        if intervals := calendar.weekly.get(number):
            lines.append(f"{name} = {_written_intervals(intervals)}")
    if calendar.closed:
        lines += ["", "[closed]", *(f"{day} = {toml_string(why)}" for day, why in sorted(calendar.closed.items()))]
    if calendar.special:
        lines += [
            "",
            "[hours]",
            *(f"{day} = {_written_intervals(one)}" for day, one in sorted(calendar.special.items())),
        ]
    return "\n".join(lines).lstrip("\n") + "\n"


def _written_intervals(intervals: Intervals) -> str:
    return "[" + ", ".join(toml_string(written_interval(*one)) for one in intervals) + "]"
