"""A calendar made of a week of hours and the public holidays of a country, for a person to review.

The holidays, their names and the working days that they are moved to are data of the package ``holidays``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from desk.language.translatable import sentence
from desk.model.calendars.business_calendar import AROUND_THE_CLOCK, BusinessCalendar, Intervals

SATURDAY = 5


class NoSuchCountry(ValueError):
    """No holidays are known of the country or its part; the argument is a sentence."""


def make_calendar(
    zone: ZoneInfo,
    weekly: Mapping[int, Intervals],
    country: str = "",
    subdivision: str = "",
    years: range = range(0),
    language: str = "",
    shorter_by: timedelta = timedelta(),
    name: str = "",
) -> BusinessCalendar:
    """The calendar of a week with a country's holidays closed in ``years``.

    ``country`` and ``subdivision`` are codes of ISO 3166; ``language`` is that of the holidays' names, where the
    package has them in it. A weekend day that is worked in place of another has the hours of Friday, or of the last
    day that has some. The working day before a holiday ends earlier by ``shorter_by``. What is open around the clock
    on all days has no holidays. Raises `NoSuchCountry`.
    """
    bare = BusinessCalendar(zone, weekly, name=name, known_until=years[-1] if country and years else 0)
    if not country or all(weekly.get(day) == AROUND_THE_CLOCK for day in range(7)):
        return replace(bare, known_until=0)
    closed, worked = _holidays(country, subdivision, years, language)
    usual = next((weekly[day] for day in (4, 3, 2, 1, 0) if weekly.get(day)), ())
    special = {day: usual for day in worked if not weekly.get(day.weekday())}
    made = replace(bare, closed=closed, special=special)
    return replace(made, special=special | _short_days(made, closed, years, shorter_by)) if shorter_by else made


def _holidays(
    country: str, subdivision: str, years: range, language: str
) -> tuple[Mapping[date, str], tuple[date, ...]]:
    """Closed dates with their names, and the days of weekends that are worked."""
    import holidays  # noqa: PLC0415  a package of many countries; only this command needs it

    try:
        known = holidays.country_holidays(country.upper(), subdiv=subdivision or None, years=years)
    except NotImplementedError:
        where = f"{country} {subdivision}".strip()
        raise NoSuchCountry(
            sentence("no holidays are known of {where}: write a code such as RU, KZ, DE", where=where)
        ) from None
    in_language = next((one for one in known.supported_languages if language and one.startswith(language)), None)
    if in_language:
        known = holidays.country_holidays(
            country.upper(), subdiv=subdivision or None, years=years, language=in_language
        )
    return dict(sorted(known.items())), tuple(sorted(known.weekend_workdays))


def _short_days(
    calendar: BusinessCalendar, holidays_of_country: Mapping[date, str], years: range, shorter_by: timedelta
) -> dict[date, Intervals]:
    """The working days right before a holiday, each with its last interval ended earlier."""
    minutes = shorter_by // timedelta(minutes=1)
    short: dict[date, Intervals] = {}
    for day in (holiday - timedelta(days=1) for holiday in holidays_of_country):
        intervals = calendar.intervals_on(day)
        if day.year in years and day not in holidays_of_country and intervals:
            *others, (start, end) = sorted(intervals)
            short[day] = (*others, (start, max(start, end - minutes)))
    return short
