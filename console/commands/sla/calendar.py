"""``calendar``: files of working hours, made of a country's holidays and shown for a review."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from console.terminal.command_context import USAGE, json_option, print_json, refuse, tell, told
from desk.language.translatable import counted, sentence
from desk.model.calendars.business_calendar import BusinessCalendar
from desk.model.calendars.calendar_files import InvalidCalendar, load_calendar, written
from desk.model.calendars.make_calendar import NoSuchCountry, make_calendar
from desk.model.calendars.typed_hours import WEEKDAYS, InvalidHours, parse_week, written_interval

_YEARS = re.compile(r"(\d{4})(?:\s*[-–]\s*(\d{4}))?")
MOST_YEARS = 20
SHOWN_DAYS = 28


@click.group()
def calendar() -> None:
    """Calendars of working hours: made with a country's holidays, shown for a review.

    \b
    Examples:
      firstline calendar make --zone Europe/Moscow --hours 24xBD --country RU
      firstline calendar show calendars/office.toml --from 2026-12-28
    """


@calendar.command()
@click.option("--zone", required=True, help="The time zone of the place, such as Europe/Moscow.")
@click.option("--hours", required=True, help='"Mon-Fri 09:00-18:00; Sat 10:00-14:00", "24x7" or "24xBD".')
@click.option("--country", default="", help="Whose public holidays are closed: RU, KZ, DE ...")
@click.option("--subdivision", default="", help="The part of the country, such as BY of DE.")
@click.option("--years", default="", help="For which years: 2026 or 2026-2027; this year and the next if left out.")
@click.option("--shorter", type=click.IntRange(0, 480), default=0, help="Minutes the day before a holiday is shorter.")
@click.option("--language", default="", help="Of the holidays' names: ru, en ...")
@click.option("--name", default="", help="What people call this calendar.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write; never an old one.")
def make(
    zone: str,
    hours: str,
    country: str,
    subdivision: str,
    years: str,
    shorter: int,
    language: str,
    name: str,
    output: Path | None,
) -> None:
    """Make a calendar's file, to be reviewed by a person.

    24xBD is 24 hours on business days: the clock stands on weekends and holidays. Without --output the file is printed.

    \b
    Example:
      firstline calendar make --zone Europe/Moscow --hours 24xBD --country RU
    """
    try:
        made = make_calendar(
            ZoneInfo(zone),
            parse_week(hours),
            country,
            subdivision,
            _years(years),
            language,
            timedelta(minutes=shorter),
            name or f"{hours.strip()} {country.upper()}".strip(),
        )
    except (InvalidHours, NoSuchCountry) as error:
        refuse(error.args[0], USAGE)
    except (KeyError, ValueError, OSError):
        refuse(sentence("there is no time zone {name}", name=repr(zone)), USAGE)
    comments = [told(one) for one in _comments(made, country)]
    if output is None:
        click.echo(written(made, comments), nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(written(made, comments))
    except FileExistsError:
        refuse(sentence("{path} is there already: choose another name", path=output), USAGE)
    tell(sentence("Written: {path}. Review its dates before a contract names it.", path=output))


@calendar.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The first day shown: 2026-12-28; today if left out.",
)
@click.option("--days", type=click.IntRange(1, 400), default=SHOWN_DAYS, show_default=True, help="How many days.")
@json_option
def show(path: Path, first: datetime | None, days: int, as_json: bool) -> None:
    """Show the working hours of a calendar, day by day.

    \b
    Example:
      firstline calendar show calendars/office.toml --from 2026-12-28
    """
    try:
        shown = load_calendar(path)
    except InvalidCalendar as error:
        refuse("\n".join(error.problems), USAGE)
    begin = first.date() if first else datetime.now(UTC).astimezone(shown.zone).date()
    listed = [(day, _hours(shown, day), _why(shown, day)) for day in (begin + timedelta(days=n) for n in range(days))]
    if as_json:
        print_json([{"date": day.isoformat(), "hours": hours, "why": why} for day, hours, why in listed])
        return
    tell(sentence("{name}, {zone}", name=shown.name, zone=shown.zone.key))
    for day, hours, why in listed:
        click.echo(f"{day} {WEEKDAYS[day.weekday()]}  {', '.join(hours) or '-':32}  {why}".rstrip())
    if shown.known_until and listed[-1][0].year > shown.known_until:
        tell(sentence("Holidays are known until {year}: make the next years' in time.", year=shown.known_until))


def _hours(calendar_: BusinessCalendar, day: date) -> list[str]:
    return [written_interval(*one) for one in calendar_.intervals_on(day)]


def _why(calendar_: BusinessCalendar, day: date) -> str:
    """Why a day is unlike its weekday: the holiday's name, or that it has hours of its own."""
    if day in calendar_.special:
        return told(sentence("hours of this day alone"))
    return calendar_.closed.get(day, "")


def _years(text: str) -> range:
    this_year = datetime.now(UTC).year
    if not text.strip():
        return range(this_year, this_year + 2)
    found = _YEARS.fullmatch(text.strip())
    first = int(found[1]) if found else 0
    last = int(found[2] or found[1]) if found else 0
    if not found or not 1970 <= first <= last < first + MOST_YEARS:
        refuse(sentence("{typed} is no span of years: write 2026 or 2026-2028", typed=repr(text)), USAGE)
    return range(first, last + 1)


def _comments(made: BusinessCalendar, country: str) -> list[str]:
    if not made.known_until:
        return [sentence("Working hours without holidays.")]

    return [
        counted(
            "Holidays of {country} by the package holidays {version}: {number} date.|"
            "Holidays of {country} by the package holidays {version}: {number} dates.|no holidays",
            len(made.closed),
            country=country.upper(),
            version=version("holidays"),
        ),
        sentence("Review every date: what is decreed later, and what your contracts say otherwise, is not in it."),
    ]
