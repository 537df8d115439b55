"""Promises and who keeps them: a time that lapses is told, a case that nobody takes is not forgotten. Rules, pure.

Each promise has one timer, moved on as it fires: what fell due while the desk was down is said once, as it is then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from desk.language.time_labels import span_labels, time_labels
from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    Button,
    CancelTimer,
    Decision,
    Facts,
    Ignore,
    Names,
    RuleAct,
    SayTemplate,
    SetFields,
    SetTimer,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.events import Inbound, TimerFired
from desk.model.journal import EtaLapseTold, EtaPromised
from desk.model.provider_files import Provider
from desk.model.states import CaseState

LEAD, SHORTEST_LEAD = 0.1, timedelta(minutes=5)
"""An agent is asked whether a promised time will be kept: a tenth of the span before, or five minutes (C11)."""
_OBSOLETE = Ignore(IgnoredCode.TIMER_OBSOLETE)
_NOT_ME = ((Button("not_me", "button_not_me"),),)


def promise(case: Case, at: datetime, facts: Facts) -> list[RuleAct]:
    """A time is promised, or another one than before: told at once, also that it is later, and watched (C10, C12)."""
    now, zone, version = facts.need(Now).at, facts.need(Provider).timezone, case.eta_version + 1
    moved = "" if case.eta is None or at == case.eta else "later" if at > case.eta else "earlier"
    before = (
        {f"was_{key}": value for key, value in time_labels(case.eta, now, zone, case.language).items()}
        if case.eta
        else {}
    )
    names: Names = {**time_labels(at, now, zone, case.language), **before, "moved": moved}
    return [
        SetFields({"eta": at, "eta_version": version}),
        AddJournalEntry(EtaPromised(at.astimezone(zone).isoformat(timespec="minutes"), version), public=True),
        SayTemplate("eta_told", names, Addressee.SUBSCRIBER),
        *_told_on_file("eta_told", names, case),
        SetTimer("eta_over", at, "eta"),
        *_asked_before(at, now),
    ]


def notice_on_file(template: str, names: Names, case: Case) -> list[RuleAct]:
    """A notice to the mail address on file, for a person who proved that the account is theirs; to the holder of
    somebody else's contract the case is no business."""
    return [SayTemplate(template, names, Addressee.ON_FILE)] if case.proved else []


def _told_on_file(template: str, names: Names, case: Case) -> list[RuleAct]:
    """The same of the first time that is promised; where nothing is proved, one neutral letter with a way to say "not
    me"."""
    if case.proved or case.eta_version:
        return notice_on_file(template, names, case)
    return [SayTemplate("holder_asked", {}, Addressee.ON_FILE, buttons=_NOT_ME)]


def _asked_before(at: datetime, now: datetime) -> list[RuleAct]:
    lead = max((at - now) * LEAD, SHORTEST_LEAD)
    return [SetTimer("eta_soon", at - lead, "eta_soon") if at - lead > now + lead else CancelTimer("eta_soon")]


def warn_eta_missing(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """A case that was taken and has no promised time yet is pointed out to the agents."""
    if case.state != CaseState.IN_PROGRESS or case.eta is not None:
        return decide(_OBSOLETE)
    return decide(SayTemplate("agents_eta_missing", to=Addressee.AGENTS))


def warn_eta_soon(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """Shortly before a promised time its agent is asked whether it will be kept (C11)."""
    now = facts.need(Now).at
    if not _waits(case) or case.eta is None or case.eta <= now:
        return decide(_OBSOLETE)
    return decide(SayTemplate("agents_eta_soon", span_labels(case.eta - now), Addressee.AGENTS))


def tell_eta_lapsed(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """A promised time that has come without a solution is told to the subscriber without fail, once per version (C11).

    They hear by when they will hear more; that is watched too, and the agents are pressed for a new time.
    """
    now, provider = facts.need(Now).at, facts.need(Provider)
    if not _waits(case) or case.eta is None or case.eta > now or case.eta_told >= case.eta_version:
        return decide(_OBSOLETE)
    by = _on_the_clock(now + provider.waiting.eta_news_within)
    news = {f"by_{key}": value for key, value in time_labels(by, now, provider.timezone, case.language).items()}
    names: Names = {**time_labels(case.eta, now, provider.timezone, case.language), **news}
    return decide(
        SetFields({"eta_told": case.eta_version}),
        AddJournalEntry(EtaLapseTold(case.eta_version), public=True),
        SayTemplate("eta_lapsed", names, Addressee.SUBSCRIBER),
        *notice_on_file("eta_lapsed", names, case),
        SayTemplate("agents_eta_over", news, Addressee.AGENTS),
        SetTimer("eta_news", by, "eta"),
    )


def tell_no_new_eta(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """The time by which news were promised has come without any: the subscriber hears so, the agents hear it louder."""
    if not _owes_new_eta(case, facts):
        return decide(_OBSOLETE)
    return decide(SayTemplate("eta_news_none", to=Addressee.SUBSCRIBER), *_pressed_for_eta(facts))


def press_for_eta(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """As long as no new time is named, the agents are pressed for one."""
    return decide(*_pressed_for_eta(facts)) if _owes_new_eta(case, facts) else decide(_OBSOLETE)


def _pressed_for_eta(facts: Facts) -> list[RuleAct]:
    again = facts.need(Now).at + max(facts.need(Provider).waiting.press_after, default=timedelta(hours=4))
    return [SayTemplate("agents_eta_owed", to=Addressee.AGENTS), SetTimer("eta_owed", again, "eta")]


def _owes_new_eta(case: Case, facts: Facts) -> bool:
    lapsed = case.eta is not None and case.eta <= facts.need(Now).at
    return _waits(case) and lapsed and case.eta_told == case.eta_version


def watch_for_taker(case: Case, facts: Facts) -> list[RuleAct]:
    """The timer of a case that nobody has: after each time of the policy the agents are pressed."""
    after = min(facts.need(Provider).waiting.press_after, default=None)
    return [SetTimer("not_taken", facts.need(Now).at + after, "take")] if after is not None else []


def press_not_taken(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """Nobody took the case: the agents are told, louder with time, and the subscriber hears of it once.

    The kind of the timer remembers that: after ``not_taken`` comes ``not_taken_told``.
    """
    if case.owner or not _waits(case) or case.registered_at is None:
        return decide(_OBSOLETE)
    now, steps = facts.need(Now).at, facts.need(Provider).waiting.press_after
    since = case.taken_up_at or case.registered_at
    passed = [step for step in steps if since + step <= now]
    untold = inbound.event.kind == "not_taken"
    tell = untold and len(passed) >= min(2, len(steps)) and _may_be_told(case, facts)
    following = min((since + step for step in steps if since + step > now), default=now + max(steps, default=_A_WHILE))
    waited: Names = {**span_labels(now - since), "loud": "1" if len(passed) > 1 else ""}
    return decide(
        SayTemplate("agents_not_taken", waited, Addressee.AGENTS),
        SetFields({"reminded_at": now}),
        *([SayTemplate("still_waiting", to=Addressee.SUBSCRIBER)] if tell else []),
        SetTimer("not_taken", following, "take")
        if untold and not tell
        else SetTimer("not_taken_told", following, "take"),
    )


_A_WHILE = timedelta(hours=4)
LIVE = timedelta(hours=1)
"""Who spoke with the desk so lately is awake."""


def _may_be_told(case: Case, facts: Facts) -> bool:
    """Whether it is day at the subscriber's, or they are in a talk with the desk."""
    now, provider = facts.need(Now).at, facts.need(Provider)
    live = case.asked_at is not None and now - case.asked_at < LIVE
    return live or provider.day_hours.contains(now, provider.timezone)


def _waits(case: Case) -> bool:
    return case.open and case.state != CaseState.RESOLVED


def _on_the_clock(at: datetime) -> datetime:
    """The next moment that people would name: a full five minutes."""
    ahead = timedelta(minutes=-at.minute % 5) - timedelta(seconds=at.second, microseconds=at.microsecond)
    return at + ahead if ahead >= timedelta(0) else at + ahead + timedelta(minutes=5)
