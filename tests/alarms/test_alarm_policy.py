"""When an alarm is told: at once, then louder, once after any downtime, and when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.alarms.alarm_policy import CALM, PAUSE, POLICIES, Alarm, AlarmKind, KeptAlarm, telling_of
from desk.language.time_labels import age_labels

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def kept(kind: AlarmKind, **more: object) -> KeptAlarm:
    """An alarm that has stood since noon."""
    return replace(KeptAlarm(Alarm(kind, kind), NOON), **more)  # type: ignore[arg-type]


def told_in(kind: AlarmKind, *minutes: float) -> list[tuple[float, int]]:
    """When an alarm is told, and how loud, if it is looked at after so many minutes."""
    alarm, told = kept(kind), []
    for after in minutes:
        now = NOON + timedelta(minutes=after)
        if telling := telling_of(alarm, now):
            told.append((after, telling.step))
            alarm = replace(alarm, told_at=now, told_count=alarm.alarm.count, step=telling.step)
    return told


@pytest.mark.parametrize("kind", AlarmKind)
def test_every_kind_has_a_policy_whose_steps_grow(kind: AlarmKind) -> None:
    """Nothing waits unseen because somebody forgot to say when it is told."""
    again = POLICIES[kind].again
    assert list(again) == sorted(set(again))
    assert POLICIES[kind].after < again[0]


def test_it_is_told_at_once_then_louder_and_then_every_day() -> None:
    """Looked at every minute of three days."""
    day = 24 * 60
    told = told_in(AlarmKind.QUARANTINED, *range(3 * day + 1))
    assert told == [(0, 0), (60, 1), (480, 2), (day, 3), (2 * day, 4), (3 * day, 5)]


def test_a_server_that_is_started_anew_is_no_alarm() -> None:
    """A bot or mailbox is in trouble for a minute before anybody is told."""
    assert told_in(AlarmKind.CHANNEL, 0, 0.5) == []
    assert told_in(AlarmKind.CHANNEL, 0, 1, 2) == [(1, 0)]


@given(st.sampled_from(AlarmKind), st.integers(1, 60 * 24 * 30))
def test_after_any_downtime_there_is_one_catch_up(kind: AlarmKind, down: int) -> None:
    """Nobody looked for so many minutes: then it is told once, and not again within that minute."""
    told = told_in(kind, down, down + 0.5)
    assert len(told) <= 1


def test_what_has_become_more_is_told_again_but_not_message_by_message() -> None:
    """The count grows by one each minute: it is told every ten."""
    alarm, told = kept(AlarmKind.QUARANTINED), 0
    for minute in range(50):
        now = NOON + timedelta(minutes=minute)
        alarm = replace(alarm, alarm=replace(alarm.alarm, count=minute + 1))
        if telling := telling_of(alarm, now):
            told += 1
            alarm = replace(alarm, told_at=now, told_count=minute + 1, step=telling.step)
    assert told == 50 * timedelta(minutes=1) // PAUSE


def test_that_it_is_over_is_told_once_it_has_stayed_so() -> None:
    """To whom it was told before; what nobody heard of ends unsaid."""
    over = kept(AlarmKind.CHANNEL, over_at=NOON, told_at=NOON)
    assert telling_of(over, NOON + CALM / 2) is None
    ended = telling_of(over, NOON + CALM)
    assert ended is not None
    assert ended.over
    assert telling_of(replace(over, told_at=None), NOON + CALM) is None
    assert telling_of(kept(AlarmKind.QUARANTINED, over_at=NOON, told_at=NOON), NOON + CALM) is None


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0.5, ("minutes", "1")), (19, ("minutes", "19")), (150, ("hours", "2")), (3000, ("days", "2"))],
)
def test_an_alarm_tells_how_long_it_stands_and_not_a_rounded_wait(minutes: float, said: tuple[str, str]) -> None:
    assert dict([said]).items() <= age_labels(timedelta(minutes=minutes)).items()
