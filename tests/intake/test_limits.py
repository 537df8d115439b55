"""The budgets of a public desk, counted exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.model.provider_files import InvalidProvider, load
from desk.model.provider_sections.limits_and_promises import AbuseLimits
from intake.identity.guess_budget import CountedGuess, GuessBudget, is_lookup_allowed, next_guess
from intake.limits.rate_limiter import RateLimiter

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
USUAL = GuessBudget.of(AbuseLimits())


def looked_up(guessers: int, guesses: int, within: timedelta) -> int:
    """How many of so many guesses reach the source, evenly, by so many people."""
    tried: list[CountedGuess] = []
    for number in range(guesses):
        at, who = NOW + number * within / guesses, f"telegram:main:{number % guessers}"
        if is_lookup_allowed(tried, {who}, USUAL, at):
            guess = next_guess(tried, who, {who}, USUAL, at)
            tried.append(CountedGuess(guess.number, who, at))
    assert len({one.number for one in tried}) == len(tried), "each has a number of its own"
    return len(tried)


def test_of_ten_thousand_guesses_no_more_than_the_budget_reach_the_source() -> None:
    assert looked_up(1, 10_000, timedelta(hours=20)) == 5
    assert looked_up(2000, 10_000, timedelta(minutes=50)) == 20


def test_when_many_honest_people_write_some_of_them_may_mistype() -> None:
    """Two found for each that was not, and nobody is turned away; one who guesses has no more for that."""
    assert [GuessBudget.of(AbuseLimits(), found).all for found in (0, 39, 40, 400)] == [20, 20, 40, 220]
    assert GuessBudget.of(AbuseLimits(), 400).person == 5


def test_another_address_of_the_same_person_has_no_budget_of_its_own() -> None:
    tried = [CountedGuess(number, "mail:sever:a@b.test", NOW) for number in range(1, 6)]
    assert not is_lookup_allowed(tried, {"telegram:main:7", "mail:sever:a@b.test"}, USUAL, NOW)
    assert is_lookup_allowed(tried, {"telegram:main:8"}, USUAL, NOW)
    assert is_lookup_allowed(tried, {"mail:sever:a@b.test"}, USUAL, NOW + timedelta(days=1))


def test_the_guess_that_spends_a_budget_is_told_apart() -> None:
    tried: list[CountedGuess] = []
    last = []
    for number in range(6):
        guess = next_guess(tried, "a", {"a"}, GuessBudget(person=3, all=6), NOW)
        tried.append(CountedGuess(guess.number, "a" if number < 3 else "b", NOW))
        last.append(guess.last)
    assert last == ["", "", "person", "person", "person", "all"]


def test_a_burst_is_heard_at_once_and_then_one_after_the_other() -> None:
    """A hundred messages a second for a minute: forty at once, and one every two seconds; others wait for nothing."""
    pace = RateLimiter()
    turns = [at for at in (NOW + number * SECOND / 100 for number in range(6000)) if not pace.wait_for_turn("a", at)]
    assert sum(at < NOW + SECOND for at in turns) == 40
    assert len(turns) in (69, 70)
    assert not pace.wait_for_turn("b", NOW)
    assert (pace.is_hurrying("a", turns[-1]), pace.is_hurrying("b", NOW)) == (True, False)
    assert not pace.wait_for_turn("a", turns[-1] + timedelta(minutes=2))


def test_nobody_is_told_twice_within_an_hour() -> None:
    """A message that has to be decided once more is still the one they are told with."""
    pace = RateLimiter()
    told = [
        pace.was_told("a", NOW + minutes * 60 * SECOND, arrival)
        for minutes, arrival in ((0, 1), (0, 1), (59, 2), (60, 3))
    ]
    assert told == [False, False, True, False]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("waiting = 0", "from 1 to 100000"),
        ("waiting = true", "must be a whole number"),
        ('silent_after = "5m"', "an hour at least"),
        ("gueses_of_all = 3", "unknown key 'gueses_of_all'"),
    ],
)
def test_a_limit_that_cannot_be_is_said_in_a_sentence(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "policy.toml").write_text(f"[limits]\n{line}\n", "utf-8")
    with pytest.raises(InvalidProvider, match=says):
        load(tmp_path)
