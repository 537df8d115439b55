"""When it happened, from people's own words: "вчера в 18", "2 hours ago", "второй день", "с утра", "20.11 в 9:30".

A small grammar of its own, in both languages at once. What it does not understand stays text, and nobody guesses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from desk.language.unsafe_characters import without_invisible

MAX_LENGTH = 200
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
_DAY_PARTS = (
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
_HOUR_WITH_DAY_PART = re.compile(r"(?<![0-9.:/-])([0-2]?[0-9]) ?(?:час[а-я]{0,2} )?(утра|дня|вечера|ночи|am|pm)\b")
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
    phrase = _TimePhrase(without_invisible(text[:MAX_LENGTH]).casefold().replace("ё", "е"), now.astimezone(zone), zone)
    span = phrase.parse_ago() or phrase.parse_duration() or phrase.parse_calendar()
    if span is None or span.start > now:
        return None
    return TimeSpan(span.start.astimezone(UTC), min(span.end, now).astimezone(UTC))


class _TimePhrase:
    def __init__(self, text: str, now: datetime, zone: tzinfo) -> None:
        self.text = text
        self.words = _WORD.findall(text)
        self.now = now
        self.zone = zone

    def has_word(self, *stems: str) -> bool:
        return any(word.startswith(stem) for word in self.words for stem in stems)

    def parse_ago(self) -> TimeSpan | None:
        """ "сейчас", "2 часа назад", "полчаса назад", "a week ago"."""
        if any(phrase in self.text for phrase in ("только что", "прямо сейчас", "just now", "right now")):
            return TimeSpan(self.now, self.now)
        if self.words in (["сейчас"], ["now"]):
            return TimeSpan(self.now, self.now)
        if not ("назад" in self.words or "ago" in self.words):
            return None
        end = self.words.index("назад" if "назад" in self.words else "ago")
        return self.before_now(self.words[max(0, end - 4) : end])

    def parse_duration(self) -> TimeSpan | None:
        """ "второй день", "уже три дня", "неделю", "for two hours"."""
        if nth := self.ordinal():
            count, unit = nth
            return self.span_of_day(self.now.date() - (count - 1) * unit) if unit >= timedelta(days=1) else None
        starts = [at for at, word in enumerate(self.words) if at == 0 or self.words[at - 1] in _DURATION_LEADS]
        spans = (self.before_now(self.words[at:][:4]) for at in starts)
        return next((span for span in spans if span), None)

    def ordinal(self) -> tuple[int, timedelta] | None:
        found = _NTH.search(self.text)
        if found and (unit := _unit_of(self.text[found.end() :][:7])):
            return int(found.group(1)), unit
        for word, following in zip(self.words, self.words[1:], strict=False):
            number = next((number for stem, number in _ORDINALS.items() if word.startswith(stem)), None)
            unit = _unit_of(following)
            if number and unit and not word.startswith("пятниц"):
                return number, unit
        return None

    def before_now(self, words: list[str]) -> TimeSpan | None:
        """A count and a unit, so long before now."""
        if not words:
            return None
        if words[0].startswith(("полчас", "пол")) or words[:2] == ["half", "an"]:
            return self.exact_time(self.now - timedelta(minutes=30)) if "час" in words[0] or "hour" in words else None
        if words[-1].isdecimal():  # "минут 20 назад"
            words = [words[-1], *words[:-1]]
        if words[0] in ("a", "the") and words[1:2] == ["couple"]:
            words = words[1:]
        count = int(words[0]) if words[0].isdecimal() else _NUMBERS.get(words[0])
        rest = [word for word in (words[1:] if count is not None else words) if word not in ("of", "last")]
        unit = _unit_of(rest[0]) if rest else None
        if unit == timedelta(hours=1) and set(rest) & {"утра", "дня", "вечера", "ночи"}:
            return None  # "около 3 часов дня" is a clock's reading
        if unit is None or (count is None and rest[0] not in _UNITS_WITHOUT_NUMBER):
            return None
        duration = (count if count is not None else 1) * unit
        if duration > timedelta(days=3660):
            return None
        then = self.now - duration
        return self.exact_time(then) if unit < timedelta(days=1) else self.span_of_day(then.date())

    def parse_calendar(self) -> TimeSpan | None:
        """A day, an hour, a part of the day, or several of these together."""
        day, part = self.parse_day(), self.day_part()
        if self.has_word("позапрошл"):
            return None
        clock, is_ambiguous = self.parse_clock(part)
        is_last_night = "last night" in self.text or ("ночь" in self.text and self.has_word("прошл", "этой", "эту"))
        if clock is not None:
            return self.at_clock(day, clock, is_ambiguous)
        if is_last_night or (part is not None and part[0] == 0 and day == self.now.date() - timedelta(days=1)):
            yesterday = self.now.date() - timedelta(days=1)
            return TimeSpan(self.local_time(yesterday, 21), self.local_time(yesterday + timedelta(days=1), 6))
        if part is not None:
            span = self.span_of_part(day or self.now.date(), part)
            return (
                span if day or span.start <= self.now else self.span_of_part(self.now.date() - timedelta(days=1), part)
            )
        return self.span_of_day(day) if day else None

    def at_clock(self, day: date | None, clock: time, is_ambiguous: bool) -> TimeSpan:
        """That moment; "at five", said without a part of the day, may be twelve hours later."""
        then = datetime.combine(day or self.now.date(), clock, self.zone)
        if day is None and then > self.now:
            then = datetime.combine(self.now.date() - timedelta(days=1), clock, self.zone)
        return TimeSpan(then, then + timedelta(hours=12)) if is_ambiguous else self.exact_time(then)

    def parse_day(self) -> date | None:
        today = self.now.date()
        if self.has_word("позавчера") or "before yesterday" in self.text:
            return today - timedelta(days=2)
        if self.has_word("вчера", "yesterday"):
            return today - timedelta(days=1)
        if self.has_word("сегодня", "today", "tonight") or "this morning" in self.text:
            return today
        return self.parse_date() or self.parse_weekday()

    def parse_date(self) -> date | None:
        """ "2026-11-20", "20.11", "20.11.2026", "20 ноября", "Nov 20"."""
        if found := _ISO.search(self.text):
            return self.past_date(int(found[3]), int(found[2]), int(found[1]))
        for found in _DOTTED.finditer(self.text):
            year = int(found[3]) % 100 + 2000 if found[3] else None
            if day := self.past_date(int(found[1]), int(found[2]), year):
                return day
        for before, word, after in zip(["", *self.words], self.words, [*self.words[1:], ""], strict=False):
            month = next((at for at, stems in enumerate(_MONTHS, 1) if word.startswith(stems)), None)
            number = before if before.isdecimal() else after
            if month and number.isdecimal() and len(number) <= 2:
                return self.past_date(int(number), month, None)
        return None

    def parse_weekday(self) -> date | None:
        for at, stems in enumerate(_WEEKDAYS):
            if self.has_word(*stems):
                return self.now.date() - timedelta(days=(self.now.weekday() - at) % 7)
        return None

    def past_date(self, day: int, month: int, year: int | None) -> date | None:
        """That day; without a year the last one that is not in the future."""
        try:
            found = date(year or self.now.year, month, day)
            if not year and found > self.now.date():
                found = date(self.now.year - 1, month, day)
            # A day without a year that lies almost a year back is rather a slip of the finger.
            return found if year or self.now.date() - found < timedelta(days=300) else None
        except ValueError:
            return None

    def day_part(self) -> tuple[int, int] | None:
        return next(((start, end) for stems, start, end in _DAY_PARTS if self.has_word(*stems)), None)

    def parse_clock(self, part: tuple[int, int] | None) -> tuple[time | None, bool]:
        """ "18:30", "в 18", "в 6 вечера", "6 pm"; and whether it is unsure which half of the day is meant."""
        for found in _CLOCK.finditer(self.text):
            if "." not in found.group() or not self.parse_date():
                return _time_of(int(found[1]), int(found[2]), found[3] or "", part), False
        if phrase := _HOUR_WITH_DAY_PART.search(self.text):
            return _time_of(int(phrase[1]), 0, phrase[2], part), False
        for found in _HOUR.finditer(self.text):
            following = _WORD.match(self.text[found.end() :].lstrip())
            word = following.group() if following else ""
            if (
                not word.startswith(tuple(stem for stems in _MONTHS for stem in stems))
                and _unit_of(word) in _CLOCK_UNITS
            ):
                return _time_of(int(found[1]), 0, "", part), part is None and 0 < int(found[1]) < 12
        return None, False

    def span_of_part(self, day: date, part: tuple[int, int]) -> TimeSpan:
        last = day + timedelta(days=1) if part[1] == 24 else day
        return TimeSpan(self.local_time(day, part[0]), self.local_time(last, part[1] % 24))

    def span_of_day(self, day: date) -> TimeSpan:
        return TimeSpan(self.local_time(day, 0), self.local_time(day + timedelta(days=1), 0))

    def local_time(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), self.zone)

    def exact_time(self, then: datetime) -> TimeSpan:
        return TimeSpan(then, then)


_DURATION_LEADS = ("уже", "почти", "около", "примерно", "где", "то", "for", "almost", "about", "around", "the", "last")

_UNITS_WITHOUT_NUMBER = ("час", "минуту", "сутки", "день", "неделю", "месяц", "hour", "day", "week", "month")
"""Units that mean one of themselves when no number stands before them: "уже неделю"."""

_CLOCK_UNITS = (None, timedelta(hours=1))
"""What may follow the hour of a clock: nothing known, or "часов". "с 2 дня" is no hour."""


def _unit_of(word: str) -> timedelta | None:
    return next((unit for stems, unit in _UNITS if word.startswith(stems)), None)


def _time_of(hour: int, minute: int, day_half: str, part: tuple[int, int] | None) -> time | None:
    """A clock's reading; "6 вечера" and "6 pm" are 18, and so is "вечером в 6"."""
    later = day_half in ("pm", "вечера", "дня") or (not day_half and part is not None and part[0] >= 12)
    if later and hour < 12:
        hour += 12
    elif day_half in ("am", "ночи") and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 else None


def iso_span(span: TimeSpan) -> dict[str, str]:
    """A span as JSON keeps it: ISO 8601 in UTC, keys "from" and "to"."""
    return {"from": span.start.isoformat(timespec="minutes"), "to": span.end.isoformat(timespec="minutes")}
