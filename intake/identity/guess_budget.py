"""How often somebody may try which contract numbers there are. Pure.

An exact number identifies and discloses nothing, and whoever types one reads the same whether anybody has it or not.
So guessing tells nothing; all the same only a few guesses reach the source: so many a day of one person, through
whatever channels, and so many an hour of all strangers of a provider together. After that numbers are noted and not
looked up: the dialog goes on as "not verified yet", and the agents read once that somebody is guessing.

A number that nobody has is a guess, and so is one after another was known; the first number of a person, found at
once, is none, since that is how honest people begin. When the net is down many of them write within the hour, and some
of them mistype: the more were found at once, the more guesses all strangers have.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.model.acts import AddJournalEntry, Addressee, Facts, RuleAct, SayTemplate
from desk.model.case import Case
from desk.model.events import Event, Inbound
from desk.model.journal import GuessingSuspected
from desk.model.provider_sections.limits_and_promises import AbuseLimits
from desk.model.shared_facts import ContractGuess, Identification

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CountGuess(RuleAct):
    """A guess has reached the source: it counts, under a number nobody else may use."""

    guess: ContractGuess


@dataclass(frozen=True, slots=True)
class CountedGuess:
    """One guess that was counted: by whom, under which number, and when."""

    number: int
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GuessBudget:
    """How many guesses reach the source: of one ``person`` in a day, and of ``all`` strangers in an hour."""

    person: int
    all: int

    @classmethod
    def of(cls, limits: AbuseLimits, found: int = 0) -> GuessBudget:
        """The provider's budget after an hour in which ``found`` strangers named a number that somebody has."""
        honest = found // (2 * limits.guesses_of_all)
        return cls(limits.guesses_of_person, limits.guesses_of_all * (1 + honest))


def is_lookup_allowed(
    guesses: Sequence[CountedGuess], addresses: Collection[str], budget: GuessBudget, now: datetime
) -> bool:
    """Whether one more number may be looked up for the person who writes from these ``addresses``."""
    by_person, by_all = _counts(guesses, addresses, now)
    return by_person < budget.person and by_all < budget.all


def next_guess(
    guesses: Sequence[CountedGuess], who: str, addresses: Collection[str], budget: GuessBudget, now: datetime
) -> ContractGuess:
    """One more guess, as it is to be counted."""
    by_person, by_all = _counts(guesses, addresses, now)
    last = "all" if by_all + 1 >= budget.all else "person" if by_person + 1 >= budget.person else ""
    return ContractGuess(max((one.number for one in guesses), default=0) + 1, who, last)


def _counts(guesses: Sequence[CountedGuess], addresses: Collection[str], now: datetime) -> tuple[int, int]:
    by_person = sum(now - one.at < DAY and one.who in addresses for one in guesses)
    return by_person, sum(now - one.at < HOUR for one in guesses)


def count_guesses(case: Case, inbound: Inbound[Event], facts: Facts, acts: Sequence[RuleAct]) -> Sequence[RuleAct]:
    """Counts the guess of this round, whatever else became of it; the last one of a budget is told to the agents."""
    identified = facts.get(Identification)
    guess = identified.guess if identified else None
    if guess is None:
        return acts
    notice: tuple[RuleAct, ...] = ()
    if guess.last:
        notice = (
            AddJournalEntry(GuessingSuspected()),
            SayTemplate(f"agents_guessing_{guess.last}", to=Addressee.AGENTS),
        )
    return [*acts, CountGuess(guess), *notice]
