"""A stretch of time as people say it: "вчера вечером", "on Saturday morning", "20 ноября в 9:30". Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo

_IN_MONTH = "январе,феврале,марте,апреле,мае,июне,июле,августе,сентябре,октябре,ноябре,декабре".split(",")  # noqa: SIM905
_MONTHS: Mapping[str, Sequence[str]] = {
    "ru": "января,февраля,марта,апреля,мая,июня,июля,августа,сентября,октября,ноября,декабря".split(","),  # noqa: SIM905
    "en": "January,February,March,April,May,June,July,August,September,October,November,December".split(","),  # noqa: SIM905
}
_ON_WEEKDAY = {
    "ru": ["в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье"],
    "en": ["on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"],
}
_DAYS_AGO = {"ru": ("сегодня", "вчера", "позавчера"), "en": ("today", "yesterday")}
_PARTS: Mapping[str, Mapping[int, str]] = {
    "ru": {0: "ночью", 6: "утром", 12: "днём", 18: "вечером"},
    "en": {0: "night", 6: "morning", 12: "afternoon", 18: "evening"},
}
"""The parts of a day of six hours each, by the hour they begin with."""
_NEARBY_DAYS = 6
"""So many days back a day is called by its weekday."""


_BY_THE_CLOCK = re.compile(r"\b(?:в|во|с|со|к|после|at|since|from|by|after)\s+\d|\d[:.]\d\d")
_IN_MINUTES = re.compile(r"\b(?:мин\w*|min\w*)\b")
_IN_HOURS = re.compile(r"\b(?:пол)?(?:час\w*|hours?|hrs?)\b")


def precision_of(words: str) -> timedelta:
    """How exactly words name a moment that they count back from now: to five minutes where they count in minutes, to a
    quarter of an hour in hours ("час назад"). Zero where they name it by the clock, or in no such way."""
    said = words.casefold()
    if _BY_THE_CLOCK.search(said):
        return timedelta(0)
    if _IN_MINUTES.search(said):
        return timedelta(minutes=5)
    return timedelta(minutes=15) if _IN_HOURS.search(said) else timedelta(0)


def span_in_words(
    start: datetime,
    end: datetime,
    now: datetime | None,
    zone: tzinfo,
    language: str,
    precision: timedelta = timedelta(0),
) -> str:
    """The stretch from ``start`` to ``end`` (aware, equal where exact) as somebody in ``zone`` says it at ``now``.

    Without ``now`` days are called by their dates. An end that was cut off at the moment of speaking counts as whole.
    A moment that is only known to a ``precision`` is rounded to it, and told as "about".
    """
    first, last = start.astimezone(zone), end.astimezone(zone)
    today = now.astimezone(zone).date() if now else None
    day = _day(first.date(), today, language)
    if first == last:
        return _moment(first, today, language, precision)
    length = last.replace(tzinfo=None) - first.replace(tzinfo=None)
    if _begins_at(first, 21) and last.date() > first.date() and length <= timedelta(hours=9):
        return _night(first.date(), last.date(), today, language)
    if first.hour % 6 == 0 and _begins_at(first, first.hour) and length <= timedelta(hours=6):
        return _part_of_day(first, today, language)
    if _begins_at(first, 0) and length <= timedelta(days=1):
        return day
    if last.date() == first.date():
        between, and_ = ("между", "и") if language == "ru" else ("between", "and")
        return f"{day} {between} {_clock(first)} {and_} {_clock(last)}"
    return _between_days(first.date(), _last_day(last), language)


def short_span(start: datetime, end: datetime, zone: tzinfo) -> str:
    """The same in figures, on the clock of ``zone``: "29.11", "29.11 18–24", "24.11–28.11"; an exact moment's day."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    day, last_day = f"{first:%d.%m}", _last_day(last)
    if first == last:
        return day
    if last_day != first.date():
        return f"{day}\u2013{last_day:%d.%m}"
    hours = _hours(first), _hours(last) if last.date() == first.date() else "24"
    return day if hours[0] == "0" and hours[1] == "24" else f"{day} {hours[0]}\u2013{hours[1]}"


def date_in_words(day: date, today: date | None, language: str) -> str:
    """ "20 ноября", "20 November"; with the year where it is another than today's."""
    words = f"{day.day} {_MONTHS[language][day.month - 1]}"
    if today is None or day.year == today.year:
        return words
    return f"{words} {day.year} года" if language == "ru" else f"{words} {day.year}"


def _moment(moment: datetime, today: date | None, language: str, precision: timedelta) -> str:
    at, about = ("в", "около") if language == "ru" else ("at", "at about")
    told = _rounded(moment, precision) if precision else moment
    return f"{_day(told.date(), today, language)} {about if precision else at} {_clock(told)}"


def _rounded(moment: datetime, precision: timedelta) -> datetime:
    """To the nearest multiple of the precision since midnight; never into the day after."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    nearest = midnight + round((moment - midnight) / precision) * precision
    return nearest if nearest.date() == moment.date() else nearest - precision


def _day(day: date, today: date | None, language: str) -> str:
    back = (today - day).days if today else -1
    if 0 <= back < len(_DAYS_AGO[language]):
        return _DAYS_AGO[language][back]
    if 0 <= back <= _NEARBY_DAYS:
        return _ON_WEEKDAY[language][day.weekday()]
    words = date_in_words(day, today, language)
    return words if language == "ru" else f"on {words}"


def _part_of_day(first: datetime, today: date | None, language: str) -> str:
    day, part = _day(first.date(), today, language), _PARTS[language][first.hour]
    if language == "ru":
        return f"{day} {part}"
    if part == "night":
        return f"early {day}"
    if day == "today":
        return f"this {part}"
    is_nearby = today is not None and 0 < (today - first.date()).days <= _NEARBY_DAYS
    return f"{day} {part}" if is_nearby else f"on the {part} of {day.removeprefix('on ')}"


def _night(evening: date, morning: date, today: date | None, language: str) -> str:
    if today and morning == today:
        return "этой ночью" if language == "ru" else "last night"
    back = (today - morning).days if today else -1
    if 0 <= back <= _NEARBY_DAYS:
        named = _ON_WEEKDAY[language][(morning if language == "ru" else evening).weekday()].partition(" ")[2]
        return f"в ночь на {named}" if language == "ru" else f"on {named} night"
    if language == "ru":
        return f"в ночь на {date_in_words(morning, today, language)}"
    return f"on the night of {date_in_words(evening, today, language)}"


def _between_days(first: date, last: date, language: str) -> str:
    if first.day == 1 and first.month == last.month and (last + timedelta(days=1)).day == 1:
        return f"в {_IN_MONTH[first.month - 1]}" if language == "ru" else f"in {_MONTHS['en'][first.month - 1]}"
    words = [date_in_words(day, None, language) for day in (first, last)]
    if first.month == last.month:
        words[0] = str(first.day)
    return f"между {words[0]} и {words[1]}" if language == "ru" else f"between {words[0]} and {words[1]}"


def _last_day(end: datetime) -> date:
    """The day that a stretch still touches: one that ends at midnight ends with the day before."""
    return (end - timedelta(minutes=1)).date() if _begins_at(end, 0) else end.date()


def _begins_at(moment: datetime, hour: int) -> bool:
    return moment.hour == hour and moment.minute == 0


def _clock(moment: datetime) -> str:
    return f"{moment.hour}:{moment.minute:02d}"


def _hours(moment: datetime) -> str:
    return str(moment.hour) if moment.minute == 0 else _clock(moment)
