"""Stretches of time are told as people say them, and told back by nobody as another day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.language.time_labels import time_labels
from desk.language.time_words import precision_of, short_span, span_in_words
from desk.understanding.slots.moments import parse_when

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 30, 18, 5, tzinfo=MOSCOW)  # a Monday


@pytest.mark.parametrize(
    ("said", "russian", "english", "figures"),
    [
        ("сейчас", "сегодня в 18:05", "today at 18:05", "30.11"),
        ("вчера вечером", "вчера вечером", "yesterday evening", "29.11 18–24"),
        ("сегодня утром", "сегодня утром", "this morning", "30.11 6–12"),
        ("вчера", "вчера", "yesterday", "29.11"),
        ("позавчера", "позавчера", "on Saturday", "28.11"),
        ("в субботу вечером", "позавчера вечером", "on Saturday evening", "28.11 18–24"),
        ("в пятницу", "в пятницу", "on Friday", "27.11"),
        ("в четверг в 9:30", "в четверг в 9:30", "on Thursday at 9:30", "26.11"),
        ("20 ноября вечером", "20 ноября вечером", "on the evening of 20 November", "20.11 18–24"),
        ("в октябре", "в октябре", "in October", "01.10–31.10"),
        ("last night", "этой ночью", "last night", "29.11–30.11"),
        ("в 5", "сегодня между 5:00 и 17:00", "today between 5:00 and 17:00", "30.11 5–17"),
    ],
)
def test_what_people_say_is_said_back(said: str, russian: str, english: str, figures: str) -> None:
    span = parse_when(said, NOW, MOSCOW)
    assert span is not None
    assert span_in_words(span.start, span.end, NOW, MOSCOW, "ru") == russian
    assert span_in_words(span.start, span.end, NOW, MOSCOW, "en") == english
    assert short_span(span.start, span.end, MOSCOW) == figures


@pytest.mark.parametrize(
    ("said", "russian", "english"),
    [
        ("час назад", "сегодня около 17:00", "today at about 17:00"),
        ("an hour ago", "сегодня около 17:00", "today at about 17:00"),
        ("полчаса назад", "сегодня около 17:30", "today at about 17:30"),
        ("пропал 20 минут назад", "сегодня около 17:45", "today at about 17:45"),
        ("2 hours ago", "сегодня около 16:00", "today at about 16:00"),
        ("уже 3 часа", "сегодня около 15:00", "today at about 15:00"),
        ("сегодня в 17 часов", "сегодня в 17:00", "today at 17:00"),
        ("с 16:05", "сегодня в 16:05", "today at 16:05"),
    ],
)
def test_what_is_counted_back_is_told_no_more_exactly_than_it_was_said(said: str, russian: str, english: str) -> None:
    span = parse_when(said, NOW, MOSCOW)
    assert span is not None
    assert span_in_words(span.start, span.end, NOW, MOSCOW, "ru", precision_of(said)) == russian
    assert span_in_words(span.start, span.end, NOW, MOSCOW, "en", precision_of(said)) == english


@given(
    st.integers(0, 400 * 24 * 12).map(lambda ago: NOW - timedelta(minutes=5 * ago)),
    st.sampled_from([0, 5, 6 * 60, 9 * 60, 24 * 60, 5 * 24 * 60]),
)
def test_the_words_are_understood_as_a_time_that_meets_the_one_they_tell(start: datetime, minutes: int) -> None:
    """Read again by the desk's own grammar; the year, which that does not read, and long stretches are left out."""
    span = (start, min(start + timedelta(minutes=minutes), NOW))
    for language in ("ru", "en"):
        words = span_in_words(*span, NOW, MOSCOW, language)
        assert words
        if start.year == NOW.year and minutes <= 5 and (NOW - start).days < 200:
            understood = parse_when(words, NOW, MOSCOW)
            assert understood is not None, words
            assert understood.start <= span[1] + timedelta(hours=6), words
            assert understood.end >= span[0], words


def test_a_date_of_a_promise_is_told_in_words() -> None:
    at = datetime(2026, 12, 5, 9, 0, tzinfo=UTC)
    assert time_labels(at, NOW, MOSCOW, "ru")["date"] == "5 декабря"
    assert time_labels(at, NOW, MOSCOW, "en")["date"] == "5 December"
    assert time_labels(at, NOW, MOSCOW)["date"] == "05.12.2026"
    assert time_labels(at.replace(year=2027), NOW, MOSCOW, "ru")["date"] == "5 декабря 2027 года"
