"""Whoever writes faster than anybody can read is heard more slowly, and a flood of theirs is folded. Rules, pure.

Nothing is lost by it: what is folded stays stored as it came and is set aside, where an operator sees it and can have
it read after all. Somebody who opens one matter after the other the whole day is handed to a human, who has it open
until it is solved: more matters do not begin meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from desk.model.acts import Act, Decision, Facts, Record, Say, Set, Wait, decide
from desk.model.case import Case
from desk.model.facts import Now, Picked, Recent
from desk.model.messages import Heard, Role
from desk.model.policy import Provider
from intake.engine.completion import is_ready, ready


@dataclass(frozen=True, slots=True)
class Haste:
    """How fast a person writes: ``wait`` until their turn, ``behind`` so many more of theirs wait to be decided.

    ``told`` when they read lately that this is too much. The head of a flood, which is folded, waits no more.
    """

    wait: timedelta = timedelta(0)
    behind: int = 0
    told: bool = False


@dataclass(frozen=True, slots=True)
class Fold(Act):
    """Everything that waits behind this message in its lane is set aside, unread."""


def too_fast(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """A burst is heard at once, the rest one by one; of a flood the first is heard, and the others are set aside."""
    haste = facts.get(Haste)
    if haste is None or heard.role is not Role.SUBSCRIBER:
        return None
    if haste.behind >= facts.need(Provider).limits.waiting:
        folded = f"{haste.behind} more messages came at once and were set aside: see 'firstline quarantine list'"
        told = [] if haste.told else [Say("too_many")]
        return decide(Fold(), Record("finding", folded), *told, done=False)
    return decide(Wait(facts.need(Now).at + haste.wait)) if haste.wait else None


def too_often(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Who opens a new matter for the tenth time within a day is helped by a human, not by one more article."""
    recent = facts.get(Recent)
    if recent is None or facts.need(Picked).how != "new" or heard.role is not Role.SUBSCRIBER or is_ready(case):
        return None
    if recent.cases < facts.need(Provider).limits.cases_of_person:
        return None
    return decide(Set({"awaiting": ""}), Say("often_today"), *ready(case), done=False)
