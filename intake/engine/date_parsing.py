"""When it happened, from people's own words: "вчера в 18", "2 hours ago", "второй день", "с утра", "20.11 в 9:30".

A small grammar of its own, in both languages at once. What it does not understand stays text, and nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from desk.language.characters import without_invisible

ENOUGH = 200
"""More than this of an answer is a story: the beginning tells the time."""

_NUMBERS = {
    word: number
    for number, words in {
        1: "один одну одна one a an",
        2: "два две двое пару two couple",
        3: "три трое three",
        4: "четыре четверо four",
        5: "пять five",
        6: "шесть six",
        7: "семь seven",
        8: "восемь eight",
        9: "девять nine",
        10: "десять ten",
    }.items()
    for word in words.split()
}
_ORDINALS = {
    stem: number
    for number, stems in {
        1: "перв first",
        2: "втор second",
        3: "трет third",
        4: "четверт fourth",
        5: "пят fifth",
        6: "шест sixth",
        7: "седьм seventh",
        8: "восьм eighth",
        9: "девят ninth",
        10: "десят tenth",
    }.items()
    for stem in stems.split()
}
_UNITS = (
    (("минут", "мин", "minute", "min"), timedelta(minutes=1)),
    (("час", "hour", "hr"), timedelta(hours=1)),
    (("день", "дня", "дней", "дню", "сутк", "суток", "day"), timedelta(days=1)),
    (("недел", "week"), timedelta(days=7)),
    (("месяц", "month"), timedelta(days=30)),
)
_WEEKDAYS = (
    ("понедельник", "monday"),
    ("вторник", "tuesday"),
    ("сред", "wednesday"),
    ("четверг", "thursday"),
    ("пятниц", "friday"),
    ("суббот", "saturday"),
    ("воскресень", "sunday"),
)
_MONTHS = (
    ("январ", "jan"),
    ("феврал", "feb"),
    ("март", "mar"),
    ("апрел", "apr"),
    ("мая", "may"),
    ("июн", "jun"),
    ("июл", "jul"),
    ("август", "aug"),
    ("сентябр", "sep"),
    ("октябр", "oct"),
    ("ноябр", "nov"),
    ("декабр", "dec"),
)
_PARTS = (
    (("утр", "morning"), 6, 12),
    (("днем", "обед", "полдень", "afternoon", "noon"), 12, 18),
    (("вечер", "evening", "tonight"), 18, 24),
    (("ночь", "ночи", "night"), 0, 6),
)

_WORD = re.compile(r"[a-zа-я]{1,30}|[0-9]{1,4}")
_ISO = re.compile(r"\b(20[0-9]{2})-([01]?[0-9])-([0-3]?[0-9])\b")
_DOTTED = re.compile(r"(?<![0-9.:])([0-3]?[0-9])[./]([01]?[0-9])(?:[./]((?:20)?[0-9]{2}))?(?![0-9.:])")
_CLOCK = re.compile(r"(?<![0-9.:/-])([0-2]?[0-9])[:.]([0-5][0-9])(?![0-9./:-])(?: ?(am|pm))?")
_HOUR = re.compile(r"(?<![0-9.:/-])(?:(?:в|с|со|около|к|at|from|since|around|after|после) )([0-2]?[0-9])(?![0-9.:/-])")
_HOUR_SAID = re.compile(r"(?<![0-9.:/-])([0-2]?[0-9]) ?(?:час[а-я]{0,2} )?(утра|дня|вечера|ночи|am|pm)\b")
_NTH = re.compile(r"\b([0-9]{1,2})(?: ?-? ?(?:й|ый|ой|и|ий|е|ые|ю|ую)|st|nd|rd|th) (?=день|сутк|недел|day|week)")


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """From the earliest to the latest moment meant; both aware, equal where the moment is exact."""

    start: datetime
    end: datetime


def parse_when(text: str, now: datetime, zone: tzinfo = UTC) -> TimeSpan | None:
    """The stretch of time a person means, in UTC, or None where the words do not tell. Never later than ``now``.

    ``now`` is aware; ``zone`` is the person's, for "yesterday at six" is six on their own clock.
    """
    said = _Said(without_invisible(text[:ENOUGH]).casefold().replace("ё", "е"), now.astimezone(zone), zone)
    span = said.moment_ago() or said.lasting() or said.calendar()
    if span is None or span.start > now:
        return None
    return TimeSpan(span.start.astimezone(UTC), min(span.end, now).astimezone(UTC))


class _Said:
    def __init__(self, text: str, now: datetime, zone: tzinfo) -> None:
        self.text = text
        self.words = _WORD.findall(text)
        self.now = now
        self.zone = zone

    def has(self, *stems: str) -> bool:
        return any(word.startswith(stem) for word in self.words for stem in stems)

    def moment_ago(self) -> TimeSpan | None:
        """ "сейчас", "2 часа назад", "полчаса назад", "a week ago"."""
        if any(phrase in self.text for phrase in ("только что", "прямо сейчас", "just now", "right now")):
            return TimeSpan(self.now, self.now)
        if self.words in (["сейчас"], ["now"]):
            return TimeSpan(self.now, self.now)
        if not ("назад" in self.words or "ago" in self.words):
            return None
        end = self.words.index("назад" if "назад" in self.words else "ago")
        return self.back(self.words[max(0, end - 4) : end])

    def lasting(self) -> TimeSpan | None:
        """ "второй день", "уже три дня", "неделю", "for two hours"."""
        if nth := self.nth():
            count, unit = nth
            return self.day_span(self.now.date() - (count - 1) * unit) if unit >= timedelta(days=1) else None
        starts = [at for at, word in enumerate(self.words) if at == 0 or self.words[at - 1] in _SO_LONG]
        spans = (self.back(self.words[at:][:4]) for at in starts)
        return next((span for span in spans if span), None)

    def nth(self) -> tuple[int, timedelta] | None:
        found = _NTH.search(self.text)
        if found and (unit := _unit(self.text[found.end() :][:7])):
            return int(found.group(1)), unit
        for word, following in zip(self.words, self.words[1:], strict=False):
            number = next((number for stem, number in _ORDINALS.items() if word.startswith(stem)), None)
            unit = _unit(following)
            if number and unit and not word.startswith("пятниц"):
                return number, unit
        return None

    def back(self, words: list[str]) -> TimeSpan | None:
        """A count and a unit, so long before now."""
        if not words:
            return None
        if words[0].startswith(("полчас", "пол")) or words[:2] == ["half", "an"]:
            return self.instant(self.now - timedelta(minutes=30)) if "час" in words[0] or "hour" in words else None
        if words[-1].isdecimal():  # "минут 20 назад"
            words = [words[-1], *words[:-1]]
        if words[0] in ("a", "the") and words[1:2] == ["couple"]:
            words = words[1:]
        count = int(words[0]) if words[0].isdecimal() else _NUMBERS.get(words[0])
        rest = [word for word in (words[1:] if count is not None else words) if word not in ("of", "last")]
        unit = _unit(rest[0]) if rest else None
        if unit == timedelta(hours=1) and set(rest) & {"утра", "дня", "вечера", "ночи"}:
            return None  # "около 3 часов дня" is a clock's reading
        if unit is None or (count is None and rest[0] not in _ALONE):
            return None
        long = (count if count is not None else 1) * unit
        if long > timedelta(days=3660):
            return None
        then = self.now - long
        return self.instant(then) if unit < timedelta(days=1) else self.day_span(then.date())

    def calendar(self) -> TimeSpan | None:
        """A day, an hour, a part of the day, or several of these together."""
        day, part = self.day(), self.part()
        if self.has("позапрошл"):
            return None
        clock, unsure = self.clock(part)
        last_night = "last night" in self.text or ("ночь" in self.text and self.has("прошл", "этой", "эту"))
        if clock is not None:
            return self.at(day, clock, unsure)
        if last_night or (part is not None and part[0] == 0 and day == self.now.date() - timedelta(days=1)):
            yesterday = self.now.date() - timedelta(days=1)
            return TimeSpan(self.wall(yesterday, 21), self.wall(yesterday + timedelta(days=1), 6))
        if part is not None:
            span = self.part_span(day or self.now.date(), part)
            return span if day or span.start <= self.now else self.part_span(self.now.date() - timedelta(days=1), part)
        return self.day_span(day) if day else None

    def at(self, day: date | None, clock: time, unsure: bool) -> TimeSpan:
        """That moment; "at five", said without a part of the day, may be twelve hours later."""
        then = datetime.combine(day or self.now.date(), clock, self.zone)
        if day is None and then > self.now:
            then = datetime.combine(self.now.date() - timedelta(days=1), clock, self.zone)
        return TimeSpan(then, then + timedelta(hours=12)) if unsure else self.instant(then)

    def day(self) -> date | None:
        today = self.now.date()
        if self.has("позавчера") or "before yesterday" in self.text:
            return today - timedelta(days=2)
        if self.has("вчера", "yesterday"):
            return today - timedelta(days=1)
        if self.has("сегодня", "today", "tonight") or "this morning" in self.text:
            return today
        return self.written_day() or self.named_day()

    def written_day(self) -> date | None:
        """ "2026-11-20", "20.11", "20.11.2026", "20 ноября", "Nov 20"."""
        if found := _ISO.search(self.text):
            return self.past(int(found[3]), int(found[2]), int(found[1]))
        for found in _DOTTED.finditer(self.text):
            year = int(found[3]) % 100 + 2000 if found[3] else None
            if day := self.past(int(found[1]), int(found[2]), year):
                return day
        for before, word, after in zip(["", *self.words], self.words, [*self.words[1:], ""], strict=False):
            month = next((at for at, stems in enumerate(_MONTHS, 1) if word.startswith(stems)), None)
            number = before if before.isdecimal() else after
            if month and number.isdecimal() and len(number) <= 2:
                return self.past(int(number), month, None)
        return None

    def named_day(self) -> date | None:
        for at, stems in enumerate(_WEEKDAYS):
            if self.has(*stems):
                return self.now.date() - timedelta(days=(self.now.weekday() - at) % 7)
        return None

    def past(self, day: int, month: int, year: int | None) -> date | None:
        """That day; without a year the last one that is not in the future."""
        try:
            found = date(year or self.now.year, month, day)
            if not year and found > self.now.date():
                found = date(self.now.year - 1, month, day)
            # A day without a year that lies almost a year back is rather a slip of the finger.
            return found if year or self.now.date() - found < timedelta(days=300) else None
        except ValueError:
            return None

    def part(self) -> tuple[int, int] | None:
        return next(((start, end) for stems, start, end in _PARTS if self.has(*stems)), None)

    def clock(self, part: tuple[int, int] | None) -> tuple[time | None, bool]:
        """ "18:30", "в 18", "в 6 вечера", "6 pm"; and whether it is unsure which half of the day is meant."""
        for found in _CLOCK.finditer(self.text):
            if "." not in found.group() or not self.written_day():
                return _time(int(found[1]), int(found[2]), found[3] or "", part), False
        if said := _HOUR_SAID.search(self.text):
            return _time(int(said[1]), 0, said[2], part), False
        for found in _HOUR.finditer(self.text):
            following = _WORD.match(self.text[found.end() :].lstrip())
            word = following.group() if following else ""
            if not word.startswith(tuple(stem for stems in _MONTHS for stem in stems)) and _unit(word) in _CLOCK_UNITS:
                return _time(int(found[1]), 0, "", part), part is None and 0 < int(found[1]) < 12
        return None, False

    def part_span(self, day: date, part: tuple[int, int]) -> TimeSpan:
        last = day + timedelta(days=1) if part[1] == 24 else day
        return TimeSpan(self.wall(day, part[0]), self.wall(last, part[1] % 24))

    def day_span(self, day: date) -> TimeSpan:
        return TimeSpan(self.wall(day, 0), self.wall(day + timedelta(days=1), 0))

    def wall(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), self.zone)

    def instant(self, then: datetime) -> TimeSpan:
        return TimeSpan(then, then)


_SO_LONG = ("уже", "почти", "около", "примерно", "где", "то", "for", "almost", "about", "around", "the", "last")

_ALONE = ("час", "минуту", "сутки", "день", "неделю", "месяц", "hour", "day", "week", "month")
"""Units that mean one of themselves when no number stands before them: "уже неделю"."""

_CLOCK_UNITS = (None, timedelta(hours=1))
"""What may follow the hour of a clock: nothing known, or "часов". "с 2 дня" is no hour."""


def _unit(word: str) -> timedelta | None:
    return next((unit for stems, unit in _UNITS if word.startswith(stems)), None)


def _time(hour: int, minute: int, half: str, part: tuple[int, int] | None) -> time | None:
    """A clock's reading; "6 вечера" and "6 pm" are 18, and so is "вечером в 6"."""
    later = half in ("pm", "вечера", "дня") or (not half and part is not None and part[0] >= 12)
    if later and hour < 12:
        hour += 12
    elif half in ("am", "ночи") and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 else None


def iso_span(span: TimeSpan) -> dict[str, str]:
    """A span as JSON keeps it: ISO 8601 in UTC, keys "from" and "to"."""
    return {"from": span.start.isoformat(timespec="minutes"), "to": span.end.isoformat(timespec="minutes")}


def readable_span(spans: Iterable[str], zone: tzinfo = UTC) -> str:
    """The ends of a span for an agent, on the clock of ``zone``: "20.11.2026 18:00" or "... – ..."."""
    ends = [datetime.fromisoformat(one).astimezone(zone).strftime("%d.%m.%Y %H:%M") for one in spans]
    return " \u2013 ".join(dict.fromkeys(ends))
