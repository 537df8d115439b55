"""Limits of how fast one person may write: messages wait their turn, and a flood of them is quarantined. Pure rules.

Nothing is lost: a quarantined message stays stored as it came, and an operator sees it and can have it read after all.
Somebody who opens one case after the other the whole day is handed to a human; no new case begins until that one is
solved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from desk.model.acts import AddJournalEntry, Decision, Expect, Facts, Postpone, RuleAct, SayTemplate, decide
from desk.model.case import Case
from desk.model.core_facts import Now, RecentCaseCount
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.model.journal import FloodQuarantined
from desk.model.provider_files import Provider
from intake.engine.completion import completed


@dataclass(frozen=True, slots=True)
class SenderPace:
    """How fast a person writes: ``wait`` until their turn, ``behind`` so many more of theirs wait to be decided.

    ``was_told`` when they read lately that this is too much. The first message of a flood waits no more.
    """

    wait: timedelta = timedelta(0)
    behind: int = 0
    was_told: bool = False


@dataclass(frozen=True, slots=True)
class QuarantineWaitingMessages(RuleAct):
    """Everything that waits behind this message in its lane is quarantined, unread."""


Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]


def slow_down(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """A burst is answered at once, the rest one by one; of a flood the first are answered, the others quarantined."""
    rate = facts.get(SenderPace)
    if rate is None:
        return None
    if rate.behind >= facts.need(Provider).limits.waiting:
        told = [] if rate.was_told else [SayTemplate("too_many")]
        return decide(QuarantineWaitingMessages(), AddJournalEntry(FloodQuarantined(rate.behind)), *told, done=False)
    return decide(Postpone(facts.need(Now).at + rate.wait)) if rate.wait else None


def too_many_cases(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Who opens a new matter for the tenth time within a day is helped by a human, not by one more article."""
    recent = facts.get(RecentCaseCount)
    if recent is None or recent.cases < facts.need(Provider).limits.cases_of_person:
        return None
    return decide(Expect(), SayTemplate("often_today"), *completed(case), done=False)
