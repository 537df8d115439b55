"""Moments that people name in their own words: "вчера в 18", "2 hours ago", "второй день", "с утра", "20.11 в 9:30".

A small grammar over both languages at once: atoms (a day, a part of the day, a clock's reading, a count of units before
now) are found wherever they stand, and neighbouring ones make one moment. What it does not know is no moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice

from desk.understanding.reading.normalized_message import Reading, read
from desk.understanding.slots import moment_words as words
from desk.understanding.slots.date_reckoning import PersonClock, TimeSpan, time_of

MAX_ATOMS = 20
"""Atoms of one kind that are looked at: nobody names more moments than that."""
_LONGEST = timedelta(days=3660)
_FEW = {
    words.MINUTE: (5, 30),
    words.HOUR: (2, 6),
    words.DAY: (2, 7),
    words.WEEK: (2, 5),
    words.MONTH: (2, 6),
}
_LEAD = re.compile(
    r"(?:\b(?:где-то|где то|примерно|приблизительно|около|почти|уже|вот|буквально|с|со|начиная|в|во|на|еще|это|к|"
    r"под|после|"
    r"самого|самой|рано|поздно|ближе|больше|более|ровно|цел(?:ую|ый|ые)|прошл(?:ой|ую|ый|ое)|эт(?:у|ой)|"
    r"последн\w{1,3}|"
    r"since|for|from|at|on|in|about|around|almost|already|the|last|this|past|over|late|early|more than|after|"
    r"some)\s+)+$"
)
_BEFORE_LEAD = re.compile(r"(?:this|the|это|вот)\s+(?=(?:for|since|from|с|со|уже)\b)")
"""What a lead begins with that belongs to the words before: "been like this for two weeks"."""
_TRAIL = re.compile(r"\s+(?:уже|как|подряд|now|already|or so|числа)\b")
_ONSET = re.compile(r"\b(?:с|со|уже|начиная|вот|последн\w+|since|for|from|already|past|last)\b")
_EXCLUDED = re.compile(
    r"\b(?:через|спустя|до|until|till|til|by|каждый|каждую|каждое|every|next|следующ\w+|будущ\w+|ближайш\w+|"
    r"within)\s+"
    r"(?:где-то |примерно |the |самого )?$"
)
_EXCLUDED_DURATION = re.compile(r"\b(?:раза? в|в|за|на|per|in|twice|once|к)\s+(?:один )?$")
_DEADLINE = re.compile(r"\bко?\s+$")
_BARE_LEAD = re.compile(
    r"(?:^|\b(?:уже|почти|около|примерно|где-то|где то|то|больше|более|цел(?:ую|ый)|вот|с|последн\w+|прошл\w+|"
    r"буквально|"
    r"for|almost|about|around|the|last|over|than|past|a))\s*$"
)
_BARE_TRAIL = re.compile(r"\s*(?:уже|как|примерно|наверное|где-то|где то|назад|ago|not?\b|не\b|нет)")
_GAP = re.compile(
    r"[\s,.\-]*(?:(?:в|во|с|со|на|около|примерно|где-то|где|то|часов|часа|к|ближе|после|самого|ровно|рано|поздно|так|"
    r"at|around|about|in|the|on|of|from|since|early|late|approximately|this|that|last|это|было|прошл(?:ой|ым))[\s,]+)*"
)
_CLAUSE_GAP = re.compile(r"[^.,;!?:\n]{0,30}")
_WORKING_HOURS = re.compile(
    r"\b(?:с|со|от|from) (?:\d{1,2}(?::\d\d)?|утра|понедельника|9|monday|morning)(?: утра)? (?:до|по|to|till|until) "
    r"(?:\d{1,2}(?::\d\d)?|вечера|ночи|пятницу|обеда|night|evening|friday)(?: вечера)?\b"
)
_OR = re.compile(r"\s*(?:или|либо|or|-)\s*(?:с |со |в )?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment named in a `Reading`, at ``reading.text[start:end]``.

    ``is_onset`` where its words say that something has lasted since then ("с", "уже", "назад", "второй день");
    ``is_duration`` where it is told by its length.
    """

    start: int
    end: int
    span: TimeSpan
    is_onset: bool = False
    is_duration: bool = False
    is_clock: bool = False
    """Whether it is a clock's reading and no more: "в 18:00"."""


@dataclass(frozen=True, slots=True)
class _Atom:
    """A piece of a moment: its place and one of what follows."""

    start: int
    end: int
    span: TimeSpan | None = None
    day: date | None = None
    part: tuple[int, int] | None = None
    clock: time | None = None
    is_ambiguous: bool = False
    has_half: bool = False
    """Whether the half of the day was said: "1:30 ночи"."""
    is_onset: bool = False
    is_duration: bool = False
    is_void: bool = False
    """Whether it is no moment though it looks like one: a greeting, opening hours."""


def parse_when(text: str, now: datetime, zone: tzinfo = UTC) -> TimeSpan | None:
    """The stretch of time a text names, in UTC, or None where the words do not tell. Never later than ``now``.

    ``now`` is aware; ``zone`` is the person's, for "yesterday at six" is six on their own clock.
    """
    found = moments_in(read(text), now, zone)
    return found[0].span if found else None


def moments_in(reading: Reading, now: datetime, zone: tzinfo) -> Sequence[Moment]:
    """All moments that are named, in order, in UTC; none of them later than ``now``."""
    return _Finder(reading.text, now.astimezone(zone), zone).moments()


def iso_span(span: TimeSpan) -> dict[str, str]:
    """A span as JSON keeps it: ISO 8601 in UTC, keys "from" and "to"."""
    return {"from": span.start.isoformat(timespec="minutes"), "to": span.end.isoformat(timespec="minutes")}


class _Finder(PersonClock):
    def __init__(self, text: str, now: datetime, zone: tzinfo) -> None:
        super().__init__(now, zone)
        self.text = text
        self.atoms: list[_Atom] = []

    def moments(self) -> Sequence[Moment]:
        for finder in (
            self.voids,
            self.fixed,
            self.dates,
            self.ordinals,
            self.clocks,
            self.relative_days,
            self.counts,
            self.days,
            self.parts,
        ):
            for atom in islice(finder(), MAX_ATOMS):
                if not any(atom.start < one.end and one.start < atom.end for one in self.atoms):
                    self.atoms.append(atom)
        atoms = sorted((one for one in self.atoms if not one.is_void), key=lambda one: one.start)
        found = [moment for group in self.groups(atoms) if (moment := self.moment_of(group))]
        return self.joined(found)

    def groups(self, atoms: Sequence[_Atom]) -> Iterator[list[_Atom]]:
        group: list[_Atom] = []
        for atom in atoms:
            if group and not self.belongs(group, atom):
                yield group
                group = []
            group.append(atom)
        if group:
            yield group

    def belongs(self, group: Sequence[_Atom], atom: _Atom) -> bool:
        """Whether an atom goes on with the moment before it."""
        if atom.span or group[-1].span or not self.is_joined(group, atom):
            return False
        days = [one.day for one in (*group, atom) if one.day]
        clocks = [one.clock for one in (*group, atom) if one.clock]
        return len(set(days)) <= 1 and len(clocks) <= 1

    def is_joined(self, group: Sequence[_Atom], atom: _Atom) -> bool:
        """Whether only filling words stand between; a clock's reading goes with a day farther off in its clause."""
        last = group[-1]
        if _GAP.fullmatch(self.text, last.end, atom.start):
            return True
        is_of_day = atom.clock and last.day and not last.is_duration
        return bool(is_of_day and _CLAUSE_GAP.fullmatch(self.text, last.end, atom.start))

    def moment_of(self, group: Sequence[_Atom]) -> Moment | None:
        first, last = group[0], group[-1]
        lead = _LEAD.search(self.text, max(0, first.start - 40), first.start)
        start = lead.start() if lead else first.start
        if beside := _BEFORE_LEAD.match(self.text, start):
            start = beside.end()
        before = self.text[max(0, start - 30) : start]
        is_duration = any(one.is_duration for one in group)
        if any(one.clock for one in group) and _DEADLINE.search(self.text[max(0, first.start - 6) : first.start]):
            return None
        if _EXCLUDED.search(self.text[max(0, first.start - 30) : first.start]) or _EXCLUDED.search(before):
            return None
        if is_duration and re.search(r"\bafter (?:about )?$", self.text[max(0, first.start - 14) : first.start]):
            return None
        if is_duration and _EXCLUDED_DURATION.search(self.text[max(0, first.start - 30) : first.start]):
            return None
        span = first.span or self.calendar_span(group)
        in_utc = span and TimeSpan(span.start.astimezone(UTC), span.end.astimezone(UTC))
        if in_utc is None or in_utc.start > self.instant:
            return None
        trail = _TRAIL.match(self.text, last.end)
        end = trail.end() if trail else last.end
        is_onset = bool(_ONSET.search(self.text, start, end)) or any(one.is_onset for one in group)
        in_utc = replace(in_utc, end=min(in_utc.end, self.instant))
        is_clock = all(one.clock and not one.has_half for one in group)
        return Moment(start, end, in_utc, is_onset, is_duration, is_clock)

    def joined(self, found: Sequence[Moment]) -> Sequence[Moment]:
        """ "вчера или позавчера" is one moment."""
        joined: list[Moment] = []
        for one in found:
            if joined and _OR.fullmatch(self.text, joined[-1].end, one.start):
                other = joined.pop()
                span = TimeSpan(min(one.span.start, other.span.start), max(one.span.end, other.span.end))
                joined.append(replace(other, end=one.end, span=span))
            else:
                joined.append(one)
        return joined

    # ---- atoms

    def voids(self) -> Iterator[_Atom]:
        for pattern in (words.GREETING, _WORKING_HOURS):
            for found in pattern.finditer(self.text):
                yield _Atom(*found.span(), is_void=True)

    def fixed(self) -> Iterator[_Atom]:
        """Moments of a name of their own."""
        text, today = self.text, self.today
        for found in words.JUST_NOW.finditer(text):
            yield _Atom(*found.span(), span=TimeSpan(self.now, self.now), is_onset=True)
        if bare := words.BARE_NOW.fullmatch(text):
            yield _Atom(*bare.span(), span=TimeSpan(self.now, self.now))
        monday = today - timedelta(days=today.weekday())
        for found in words.LAST_WEEK.finditer(text):
            yield _Atom(*found.span(), span=self.days_between(monday - timedelta(days=7), monday))
        for found in words.LAST_MONTH.finditer(text):
            last = today.replace(day=1) - timedelta(days=1)
            yield _Atom(*found.span(), span=self.days_between(last.replace(day=1), today.replace(day=1)))
        for found in words.MONTH_ALONE.finditer(text):
            first = self.last_month_of_year(_month_of(found["month"]))
            if self.today - first > timedelta(days=300):
                continue  # "в декабре", said in November, is still to come
            yield _Atom(*found.span(), span=self.days_between(*_third_of(first, found["third"] or "")))
        for found in words.WEEKEND.finditer(text):
            saturday = today - timedelta(days=(today.weekday() - 5) % 7)
            yield _Atom(*found.span(), span=self.days_between(saturday, saturday + timedelta(days=2)))
        for found in words.BEGINNING.finditer(text):
            of_week = (found["what"] or found["english"]) in ("недели", "week")
            day = monday if of_week else today.replace(day=1)
            yield _Atom(
                *found.span(), span=self.days_between(day, min(today, day + timedelta(days=2)) + timedelta(days=1))
            )
        for found in words.RECENT_DAYS.finditer(text):
            yield _Atom(*found.span(), span=self.days_between(today - timedelta(days=7), today - timedelta(days=1)))

    def dates(self) -> Iterator[_Atom]:
        """ "2026-11-20", "20.11", "20.11.2026", "20 ноября", "Nov 20", "двадцатого ноября"."""
        for found in words.ISO.finditer(self.text):
            if day := self.past_date(int(found[3]), int(found[2]), int(found[1])):
                yield _Atom(*found.span(), day=day)
        for found in words.DOTTED.finditer(self.text):
            year = int(found[3]) % 100 + 2000 if found[3] else None
            if day := self.past_date(int(found[1]), int(found[2]), year):
                yield _Atom(*found.span(), day=day)
        for found in words.NAMED_DATE.finditer(self.text):
            number = int(found["before"] or found["after"])
            if day := self.past_date(number, _month_of(found["month"] or found["english"]), None):
                yield _Atom(*found.span(), day=day)
        for found in words.WORDED_DATE.finditer(self.text):
            stem = next(
                stem
                for stem in sorted(words.DAY_OF_MONTH_STEMS, key=len, reverse=True)
                if found["day"].startswith(stem)
            )
            number = words.DAY_OF_MONTH_STEMS[stem] + {"двадцать ": 20, "тридцать ": 30}.get(found["tens"] or "", 0)
            month = _month_of(found["month"]) if found["month"] else None
            if not (month or found.group().endswith("числа") or words.AFTER_AN_HOUR.match(self.text, found.end())):
                continue  # "с первого этажа"
            if day := self.past_date(number, month, None) if month else self.last_of_number(number):
                yield _Atom(*found.span(), day=day)

    def ordinals(self) -> Iterator[_Atom]:
        """ "второй день", "3-и сутки", "third week"."""
        for found in words.ORDINAL.finditer(self.text):
            word = found["word"] or ""
            number = (
                int(found["digits"])
                if found["digits"]
                else next(number for stem, number in words.ORDINALS.items() if word.startswith(stem))
            )
            unit = words.unit_of(found["unit"])
            if unit is None or word.startswith("пятниц") or not number:
                continue
            if unit < words.DAY:
                yield _Atom(
                    *found.span(), span=self.before_now(number - 1, number, unit), is_onset=True, is_duration=True
                )
            elif (number - 1) * unit < _LONGEST:
                yield _Atom(*found.span(), day=self.today - (number - 1) * unit, is_onset=True, is_duration=True)

    def clocks(self) -> Iterator[_Atom]:
        """ "18:30", "в 6 вечера", "6 pm", "в 18"; the last may be twelve hours later where no half is said."""
        for found in words.CLOCK.finditer(self.text):
            if clock := time_of(int(found[1]), int(found[2]), found[3] or ""):
                yield _Atom(*found.span(), clock=clock, has_half=bool(found[3]))
        for found in words.HOUR_WITH_HALF.finditer(self.text):
            counts_days = found["half"] == "дня" and "час" not in found.group()
            if counts_days and not re.search(
                r"\b(?:в|с|со|к|около|часов|часа)\s$", self.text[max(0, found.start() - 8) : found.start()]
            ):
                continue  # "2 дня" are days
            hour = 1 if found["hour"].startswith("час") else int(words.number_of(found["hour"]) or 0)
            if clock := time_of(hour, 0, found["half"]):
                yield _Atom(*found.span(), clock=clock, has_half=True)
        for found in words.HOUR_BEFORE_A_PART.finditer(self.text):  # "8 this morning"
            if clock := time_of(int(found["hour"]), 0, ""):
                yield _Atom(*found.span(), clock=clock, is_ambiguous=0 < clock.hour < 12)
        for found in words.HOUR_ALONE.finditer(self.text):
            is_length = found["unit"] and found["lead"] in ("около", "about", "around", "after", "после")
            if is_length or not (found["unit"] or words.AFTER_AN_HOUR.match(self.text, found.end())):
                continue
            hour = int(words.number_of(found["hour"]) or 0)
            if found["lead"] not in ("к", "ко") and (clock := time_of(hour, 0, "")):
                yield _Atom(*found.span(), clock=clock, is_ambiguous=0 < hour < 12)

    def counts(self) -> Iterator[_Atom]:
        """ "2 часа назад", "полчаса", "дня три", "for two days", "уже неделю"."""
        for found in words.HALF.finditer(self.text):
            yield self.counted(found, 0.5, 0.5, words.HOUR)
        for found in words.DAY_OR_TWO.finditer(self.text):
            yield self.counted(found, 1, 2, words.unit_of(found["unit"]))
        for found in words.INVERTED.finditer(self.text):
            yield self.counted(found, *_range(found["number"], found["second"]), words.unit_of(found["unit"]))
        for found in words.COUNTED.finditer(self.text):
            yield self.counted(
                found, *_range(found["first"] or found["number"], found["number"]), words.unit_of(found["unit"])
            )
        for found in words.BARE_UNIT.finditer(self.text):
            lead = re.split(r"[.,!?;:\n(]", self.text[max(0, found.start() - 30) : found.start()])[-1]
            if found["ago"] or _BARE_LEAD.search(lead.lstrip()) or _BARE_TRAIL.match(self.text, found.end()):
                yield self.counted(found, 1, 1, words.unit_of(found["unit"]))

    def counted(self, found: re.Match[str], low: float, high: float, unit: timedelta | None) -> _Atom:
        """So many units before now; a day of the calendar where they are whole days."""
        is_ago = bool(found["ago"])
        is_a_moment = unit == words.MINUTE and high == 1 and not is_ago  # "одну минуту", "a minute"
        if unit is None or high * unit > _LONGEST or is_a_moment:
            return _Atom(*found.span(), is_void=True)
        if low < 0:
            low, high = _FEW[unit]
        if unit >= words.DAY and low == high:
            day = (self.now - high * unit).date()
            return _Atom(*found.span(), day=day, is_onset=is_ago, is_duration=True)
        return _Atom(*found.span(), span=self.before_now(low, high, unit), is_onset=is_ago, is_duration=True)

    def relative_days(self) -> Iterator[_Atom]:
        for found in words.RELATIVE_DAY.finditer(self.text):
            back = next(count for name, count in _DAYS_BACK.items() if found[name])
            yield _Atom(*found.span(), day=self.today - timedelta(days=back))

    def days(self) -> Iterator[_Atom]:
        for found in words.DAY_OF_MONTH.finditer(self.text):
            if day := self.last_of_number(int(found[1] or found[2] or found[3] or found[4])):
                yield _Atom(*found.span(), day=day)
        for pattern in (words.WEEKDAY, words.SHORT_WEEKDAY):
            for found in pattern.finditer(self.text):
                at = next(at for at, stems in enumerate(words.WEEKDAYS) if found.group().startswith(stems))
                yield _Atom(*found.span(), day=self.today - timedelta(days=(self.today.weekday() - at) % 7))

    def parts(self) -> Iterator[_Atom]:
        for found in words.PART.finditer(self.text):
            part = next((a, b) for stems, a, b in words.DAY_PARTS if any(stem in found.group() for stem in stems))
            day = self.today if found.group() == "tonight" else None
            yield _Atom(*found.span(), part=part, day=day)

    # ---- the calendar

    def calendar_span(self, group: Sequence[_Atom]) -> TimeSpan | None:
        """A day, an hour, a part of the day, or several of these together."""
        day = next((one.day for one in group if one.day), None)
        part = next((one.part for one in group if one.part), None)
        timed = next((one for one in group if one.clock), None)
        if timed and timed.clock:
            if (
                timed.is_ambiguous
                and timed.clock.hour > 4
                and part == (0, 6)
                and day is None
                and self.is_last_night(group)
            ):
                return self.at_clock(self.today - timedelta(days=1), timed.clock, (18, 24), True)
            return self.at_clock(day, timed.clock, part, timed.is_ambiguous)
        if part is None:
            return self.days_between(day, day + timedelta(days=1)) if day else None
        yesterday = self.today - timedelta(days=1)
        if part[0] == 0 and (day == yesterday or self.is_last_night(group)):
            return TimeSpan(self.at(yesterday, 21), self.at(self.today, 6))
        if part[0] == 0 and day and any(self.text[one.start : one.end] == "night" for one in group):
            part = (18, 24)  # "Friday night" is its evening
        if day == self.today and not self.names_today(group) and self.span_of_part(day, part).start > self.now:
            day -= timedelta(days=7)  # "sunday night", said on a Sunday at noon
        span = self.span_of_part(day or self.today, part)
        return span if day or span.start.astimezone(UTC) <= self.instant else self.span_of_part(yesterday, part)

    def names_today(self, group: Sequence[_Atom]) -> bool:
        """Whether the day is told as this one, and not by its name in the week."""
        return not any(words.WEEKDAY.fullmatch(self.text, one.start, one.end) for one in group if one.day)

    def is_last_night(self, group: Sequence[_Atom]) -> bool:
        said = self.text[max(0, group[0].start - 10) : group[-1].end]
        return bool(re.search(r"last ni(?:ght|te)|\b(?:прошл\w+|эт(?:ой|у)) ноч", said))


_DAYS_BACK = {"three": 3, "two": 2, "one": 1, "zero": 0, "whole": 0}


def _month_of(word: str) -> int:
    if word.startswith("ма") and not word.startswith("март"):
        return 5
    return next(at for at, stems in enumerate(words.MONTHS, 1) if word.startswith(stems))


def _third_of(first: date, third: str) -> tuple[date, date]:
    """The days of the month that begins on ``first``, or its beginning, middle or end, and the day after them."""
    following = (first + timedelta(days=31)).replace(day=1)
    if third.startswith(("нач", "beg", "start", "early")):
        return first, first.replace(day=11)
    if third.startswith(("сер", "mid")):
        return first.replace(day=10), first.replace(day=21)
    return (first.replace(day=20) if third else first), following


def _range(first: str, second: str | None) -> tuple[float, float]:
    """The lower and the higher of two numbers; -1 and 0 where nobody knows how many."""
    numbers = [number for word in (first, second or first) if (number := _count(word)) is not None]
    return (min(numbers), max(numbers)) if numbers else (-1, 0)


def _count(word: str) -> float | None:
    return float(word.replace(",", ".")) if word[0].isdecimal() else words.NUMBERS.get(word)
