"""Calendars are files that a person can write, review and get wrong; every fault is named at once, with its line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desk.model.calendars.business_calendar import AROUND_THE_CLOCK
from desk.model.calendars.calendar_files import InvalidCalendar, load_calendar, written
from desk.model.calendars.calendar_json import InvalidCalendarJson, calendar_of_json
from desk.model.calendars.make_calendar import NoSuchCountry, make_calendar
from desk.model.calendars.typed_hours import InvalidHours, parse_week

HOLIDAYS = """
known_until = 2027
[closed]
2027-01-01 = "Новый год"
"2027-05-01/2027-05-03" = "Весна"
[hours]
2027-02-20 = ["09:00-18:00"]
"""
OFFICE = """
zone = "Europe/Moscow"
name = "Офис"
include = ["holidays.toml"]
work_on = ["2027-05-03"]
[week]
"mon-fri" = ["09:00-13:00", "14:00-18:00"]
"сб" = ["10-14"]
[closed]
2027-03-09 = "Переезд"
[hours]
2027-03-10 = ["22:00-06:00"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files, one of which includes the other."""
    (tmp_path / "holidays.toml").write_text(HOLIDAYS, "utf-8")
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    return tmp_path


def test_a_file_includes_the_holidays_of_another(folder: Path) -> None:
    """Its own dates go before, and it may work on a holiday."""
    office = load_calendar(folder / "office.toml")
    assert (office.name, office.zone.key, office.known_until) == ("Офис", "Europe/Moscow", 2027)
    assert office.intervals_on(date(2027, 1, 1)) == ()
    assert office.intervals_on(date(2027, 5, 2)) == ()
    assert office.intervals_on(date(2027, 5, 3)) == ((540, 780), (840, 1080))
    assert office.intervals_on(date(2027, 2, 20)) == ((540, 1080),)
    assert office.intervals_on(date(2027, 2, 27)) == ((600, 840),)
    assert office.intervals_on(date(2027, 3, 9)) == ()
    assert office.intervals_on(date(2027, 3, 10)) == ((1320, 1800),)


def test_what_is_written_reads_the_same(folder: Path) -> None:
    """A made calendar goes through its file unchanged."""
    made = make_calendar(ZoneInfo("Europe/Moscow"), parse_week("пн-пт 09:00-18:00"), "RU", "", range(2025, 2028), "ru")
    path = folder / "made.toml"
    path.write_text(written(made, ["Review it."]), "utf-8")
    read = load_calendar(path)
    assert (read.zone, read.weekly, read.closed, read.special) == (made.zone, made.weekly, made.closed, made.special)
    assert read.closed[date(2026, 1, 7)] == "Рождество Христово"


def test_all_faults_of_a_file_are_named_with_their_lines(folder: Path) -> None:
    """Eight slips are eight sentences."""
    path = folder / "broken.toml"
    path.write_text(
        'zone = "Europe/Moskow"\ninclude = ["nowhere.toml"]\nnmae = "x"\nhours_of_week = "always"\n[week]\n'
        'mon = ["9 to 5"]\nfunday = ["09:00-18:00"]\n[closed]\n2027-02-30 = "?"\n[hours]\n2027-03-01 = 9\n',
        "utf-8",
    )
    with pytest.raises(InvalidCalendar) as raised:
        load_calendar(path)
    told = "\n".join(raised.value.problems)
    assert len(raised.value.problems) == 8
    for word in ("Moskow", "nowhere.toml", "'nmae'", "always", "9 to 5", "funday", "2027-02-30", "list of hours"):
        assert word in told
    assert "line 1" in told


@pytest.mark.parametrize(
    ("text", "told"), [("[week]\nmon = ['09-18']", "zone"), ("zone = [", "cannot be read"), (None, "no file")]
)
def test_a_file_that_is_no_calendar_says_so(tmp_path: Path, text: str | None, told: str) -> None:
    """Without a zone, broken, or missing."""
    path = tmp_path / "one.toml"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(InvalidCalendar, match=told):
        load_calendar(path)


def test_files_that_include_each_other_end_in_a_sentence(tmp_path: Path) -> None:
    """They are not read for ever."""
    (tmp_path / "a.toml").write_text('zone = "UTC"\ninclude = ["b.toml"]\n', "utf-8")
    (tmp_path / "b.toml").write_text('include = ["a.toml"]\n', "utf-8")
    with pytest.raises(InvalidCalendar, match="circle"):
        load_calendar(tmp_path / "a.toml")


def test_the_working_day_before_a_holiday_may_be_shorter() -> None:
    """By an hour in Russia, where the contract says so; a day that is a holiday itself has none."""
    week = parse_week("Mon-Fri 09:00-18:00")
    made = make_calendar(ZoneInfo("Europe/Moscow"), week, "RU", "", range(2026, 2027), shorter_by=timedelta(hours=1))
    assert made.intervals_on(date(2026, 6, 11)) == ((540, 1020),)
    assert made.intervals_on(date(2026, 6, 12)) == ()
    assert made.intervals_on(date(2026, 6, 10)) == ((540, 1080),)


def test_round_the_clock_has_no_holidays_and_24xbd_has() -> None:
    """24 hours on business days of a country stand still on its holidays and weekends."""
    always = make_calendar(ZoneInfo("Europe/Berlin"), parse_week("24x7"), "DE", "", range(2026, 2027))
    assert (always.closed, always.known_until) == ({}, 0)
    business = make_calendar(ZoneInfo("Europe/Berlin"), parse_week("24хBD"), "DE", "BY", range(2026, 2027))
    assert business.intervals_on(date(2026, 1, 6)) == ()
    assert business.intervals_on(date(2026, 1, 7)) == AROUND_THE_CLOCK
    assert business.intervals_on(date(2026, 1, 10)) == ()
    with pytest.raises(NoSuchCountry, match="QQ"):
        make_calendar(ZoneInfo("UTC"), parse_week("24xBD"), "QQ", "", range(2026, 2027))


@pytest.mark.parametrize(
    "typed", ["", "Mon", "Mon-Fri", "Mon 9-25:30", "Mon 09:99-10:00", "Mon-Tue-Wed 9-10", "9-18", "Mon 9-50"]
)
def test_hours_that_are_none_are_refused(typed: str) -> None:
    """Each in a sentence that says how to write them."""
    if typed == "Mon 9-25:30":
        assert parse_week(typed) == {0: ((540, 1530),)}
        return
    with pytest.raises(InvalidHours, match="write"):
        parse_week(typed)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"zone": "Moon/Base"},
        {"zone": "UTC", "weekly": {"7": [[0, 60]]}},
        {"zone": "UTC", "weekly": {"0": [[60, 0]]}},
        {"zone": "UTC", "weekly": {"0": [[0]]}},
        {"zone": "UTC", "closed": ["2026-13-01"]},
        {"zone": "UTC", "special": {"2026-01-01": "09-18"}},
    ],
)
def test_json_that_is_no_calendar_is_refused(value: dict[str, object]) -> None:
    """In a sentence that shows what is meant."""
    with pytest.raises(InvalidCalendarJson):
        calendar_of_json(value)
