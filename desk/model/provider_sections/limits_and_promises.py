"""How much of people a provider puts up with, and what it promises to who waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from desk.language.translatable import sentence
from desk.model.calendars.day_hours import USUAL_DAY, DayHours
from desk.model.calendars.typed_hours import InvalidHours, parse_interval
from desk.model.provider_sections.values import durations_of, read_duration, read_durations
from desk.model.toml_table import TomlTable

_LIMIT_KEYS = ("guesses_of_person", "guesses_of_all", "cases_of_person", "waiting")


@dataclass(frozen=True, slots=True)
class AbuseLimits:
    """How much of one person, and of all strangers together, a public desk puts up with.

    ``guesses_of_person`` a day and ``guesses_of_all`` an hour reach the table of subscribers; from ``cases_of_person``
    within a day on, a new matter goes to a human at once; of one person ``waiting`` messages may wait to be read one
    by one; what was never registered and is silent for ``silent_after`` is over.
    """

    guesses_of_person: int = 5
    guesses_of_all: int = 20
    cases_of_person: int = 10
    waiting: int = 100
    silent_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WaitingPromises:
    """What a provider promises to who waits.

    ``usual`` is how long it usually takes until somebody answers, None where the desk is to measure it. The agents are
    pressed about a case nobody takes after each of ``press_after``. A new ETA, or word that there is none, comes within
    ``eta_news_within`` of one that lapsed. A closed case is taken up again for ``reopen_within``.
    """

    usual: timedelta | None = None
    press_after: tuple[timedelta, ...] = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
    eta_news_within: timedelta = timedelta(minutes=30)
    reopen_within: timedelta = timedelta(days=7)


DESKS_LIMITS, DESKS_WAITING = AbuseLimits(), WaitingPromises()
"""What is so where a provider says nothing."""


def read_limits(section: TomlTable) -> AbuseLimits:
    """The section [limits]."""
    defaults = AbuseLimits()
    counts = {name: section.number(name, getattr(defaults, name), (1, 100_000)) for name in _LIMIT_KEYS}
    silent_after = read_duration(section, "silent_after", "7d")
    if silent_after < timedelta(hours=1):
        what = sentence("silent_after: people are called away, so give them an hour at least")
        section.report(what, "silent_after")
    section.report_unknown_keys()
    return AbuseLimits(**counts, silent_after=silent_after)


def read_waiting(section: TomlTable, consent: TomlTable, eta: TomlTable) -> WaitingPromises:
    """The section [waiting], with what [consent] and [eta] promise."""
    usual = section.text("usual", "")
    policy = WaitingPromises(
        durations_of(section, "usual", (usual,), ("30m",))[0] if usual else None,
        tuple(sorted(read_durations(section, "press_after", ("15m", "1h", "4h")))),
        read_duration(eta, "news_within", "30m"),
        read_duration(consent, "reopen_within", "7d"),
    )
    section.report_unknown_keys()
    return policy


def read_day_hours(section: TomlTable) -> DayHours:
    """When people may be told what they did not ask for, of the section [notices]."""
    text = section.text("day_hours", "09:00-21:00")
    try:
        return DayHours(*parse_interval(text))
    except InvalidHours as error:
        section.report(sentence("{key}: {why}", key="day_hours", why=error.args[0]), "day_hours")
        return USUAL_DAY
