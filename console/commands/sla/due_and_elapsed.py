"""``sla due`` and ``sla elapsed``: working time of a calendar, for one case or a file of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from console.terminal.command_context import USAGE, json_option, refuse, tell, told
from desk.language.translatable import sentence
from desk.language.typed_durations import InvalidDuration, parse_duration
from desk.model.calendars.business_calendar import BusinessCalendar, NeverDue, WorkingTime, due_with_pauses
from desk.model.calendars.calendar_files import InvalidCalendar, load_calendar
from desk.model.calendars.calendar_json import InvalidCalendarJson, calendar_of_json

_SECONDS = timedelta(seconds=1)
_file_option = click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON Lines to count, each its own.",
)
_calendar_option = click.option(
    "--calendar", type=click.Path(path_type=Path, dir_okay=False), help="The file of working hours."
)


@click.command()
@_calendar_option
@click.option("--start", help="When the clock starts, in ISO 8601; without an offset in the calendar's zone.")
@click.option("--in", "amount", help='Working time: "30m", "3h", "2d" (a day is 24 hours of it).')
@click.option("--pause", "pauses", multiple=True, help="FROM/TO: the clock stands; TO may be left out.")
@_file_option
@json_option
def due(
    calendar: Path | None,
    start: str | None,
    amount: str | None,
    pauses: tuple[str, ...],
    path: Path | None,
    as_json: bool,
) -> None:
    """Say when something is due that has so much working time.

    A line of --file has its calendar and what to count: "zone", "weekly" ({"0": [[540, 1080]]}, weekdays from 0 for
    Monday, minutes of the local day), "closed" dates, "special" dates with hours, "start", and "add_s", "end" or both.
    The line printed has "due" and "elapsed_s", or "error".

    \b
    Examples:
      firstline sla due --calendar office.toml --start 2026-03-27T23:00 --in 3h
      firstline sla due --file cases.jsonl --json
    """
    if path is not None:
        _print_lines(path)
        return
    working_time = _working_time(calendar, start, amount)
    zone = working_time.calendar.zone
    try:
        length = parse_duration(amount)
        spans = [_pause(one, zone) for one in pauses]
        at = due_with_pauses(working_time, _instant(start, zone), length, spans)
    except (InvalidDuration, _InvalidInstant) as error:
        refuse(error.args[0], USAGE)
    except NeverDue:
        refuse(_never(working_time.calendar), USAGE)
    if as_json:
        click.echo(json.dumps({"due": _written(at, zone), "stopped": at is None}))
    elif at is None:
        tell(sentence("stopped: the clock stands, nothing is due"))
    else:
        click.echo(_written(at, zone))


@click.command()
@_calendar_option
@click.option("--from", "start", help="The first instant, in ISO 8601; without an offset in the calendar's zone.")
@click.option("--to", "end", help="The second instant.")
@_file_option
@json_option
def elapsed(calendar: Path | None, start: str | None, end: str | None, path: Path | None, as_json: bool) -> None:
    """Say how much working time lies between two instants.

    \b
    Examples:
      firstline sla elapsed --calendar c.toml --from 2026-03-27 --to 2026-03-30
      firstline sla elapsed --file cases.jsonl --json
    """
    if path is not None:
        _print_lines(path)
        return
    working_time = _working_time(calendar, start, end)
    zone = working_time.calendar.zone
    try:
        seconds = working_time.elapsed(_instant(start, zone), _instant(end, zone)) / _SECONDS
    except _InvalidInstant as error:
        refuse(error.args[0], USAGE)
    if as_json:
        click.echo(json.dumps({"elapsed_s": _whole(seconds)}))
    else:
        click.echo(str(timedelta(seconds=seconds)))


class _InvalidInstant(ValueError):
    """What is no instant; the argument is a sentence."""


def _working_time(calendar: Path | None, *needed: str | None) -> WorkingTime:
    if calendar is None or None in needed:
        refuse(sentence("give --calendar and what to count from it, or --file FILE"), USAGE)
    try:
        return WorkingTime(load_calendar(calendar))
    except InvalidCalendar as error:
        refuse("\n".join(error.problems), USAGE)


def _instant(text: str | None, zone: ZoneInfo) -> datetime:
    """An instant in ISO 8601; one without an offset is the calendar's local time."""
    try:
        at = datetime.fromisoformat(str(text).strip())
    except ValueError:
        raise _InvalidInstant(
            sentence("{typed} is no instant: write it as 2026-03-27T23:00+01:00", typed=repr(text))
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _pause(text: str, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    first, slash, last = text.partition("/")
    paused, resumed = _instant(first, zone), _instant(last, zone) if last.strip() else None
    if not slash or (resumed is not None and resumed < paused):
        raise _InvalidInstant(sentence("{typed} is no pause: write FROM/TO, the earlier first", typed=repr(text)))
    return paused, resumed


def _never(calendar: BusinessCalendar) -> str:
    return sentence("the calendar {name} has not so much working time", name=repr(calendar.name))


def _print_lines(path: Path) -> None:
    """Prints an object for each line of a file; one that cannot be counted has its "error"."""
    calendars: dict[str, WorkingTime] = {}
    for line in _lines(path):
        click.echo(json.dumps(_counted(line, calendars), ensure_ascii=False))


def _lines(path: Path) -> Iterator[Any]:
    for raw in path.read_text(encoding="utf-8-sig").split("\n"):
        if raw.strip():
            try:
                yield json.loads(raw)
            except ValueError:
                yield None


def _counted(line: Any, calendars: dict[str, WorkingTime]) -> Mapping[str, Any]:
    """What a line asks for: "due" for "add_s", "elapsed_s" for "end"."""
    try:
        return _due_and_elapsed(line, _calendar_of(line, calendars))
    except (InvalidCalendarJson, _InvalidInstant) as error:
        return {"error": told(error.args[0])}


def _calendar_of(line: Any, calendars: dict[str, WorkingTime]) -> WorkingTime:
    """The calendar of a line; equal ones are built once."""
    if not isinstance(line, dict):
        raise InvalidCalendarJson(sentence("a line must be a JSON object"))
    key = json.dumps([line.get(one) for one in ("zone", "weekly", "closed", "special")], sort_keys=True)
    if key not in calendars:
        calendars[key] = WorkingTime(calendar_of_json(line))
    return calendars[key]


def _due_and_elapsed(line: Mapping[str, Any], working_time: WorkingTime) -> Mapping[str, Any]:
    zone = working_time.calendar.zone
    found: dict[str, float | str | None] = {}
    start = _instant(line.get("start"), zone)
    if line.get("end") is not None:
        found["elapsed_s"] = _whole(working_time.elapsed(start, _instant(line["end"], zone)) / _SECONDS)
    if line.get("add_s") is not None:
        pauses = [
            (_instant(one, zone), _instant(other, zone) if other else None) for one, other in line.get("pauses") or ()
        ]
        try:
            at = due_with_pauses(working_time, start, timedelta(seconds=line["add_s"]), pauses)
        except NeverDue:
            raise InvalidCalendarJson(sentence("the calendar has not so much working time")) from None
        except (TypeError, OverflowError):
            raise InvalidCalendarJson(sentence('"add_s" must be seconds, a number')) from None
        found["due"] = _written(at, zone)
    return found


def _written(at: datetime | None, zone: ZoneInfo) -> str | None:
    """An instant in ISO 8601, in the calendar's zone."""
    return at.astimezone(zone).isoformat() if at else None


def _whole(seconds: float) -> float:
    return int(seconds) if seconds == int(seconds) else seconds
