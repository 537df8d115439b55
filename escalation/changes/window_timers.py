"""What the desk does of its own about a window: reminds before it, asks for the result behind it. Rules, pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    Button,
    CancelTimer,
    ChangeState,
    Decision,
    Expect,
    Facts,
    Ignore,
    RuleAct,
    SayTemplate,
    SetTimer,
    UpdateCard,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.events import Inbound, TimerFired
from desk.model.journal import ChangeReported
from desk.model.provider_files import Provider
from escalation.changes.planned_change import PlannedChange, planned_change, window_labels
from escalation.names_and_times import owner_name
from escalation.promised_time_rules import notice_on_file

REMINDER, OVER, LAPSED = "change_reminder", "change_over", "change_lapsed"
"""The kinds of timers. The last two stand under one key: a window that is agreed to ends, another one lapses."""
_BEFORE = (timedelta(hours=24), timedelta(hours=2))
"""A reminder comes so long before the window, or so short where it was agreed to late."""
_HARDLY = timedelta(hours=1)
"""So soon after both have agreed nobody is reminded."""
_ASKED_AGAIN = timedelta(days=1)
_OBSOLETE = Ignore(IgnoredCode.TIMER_OBSOLETE)


def timers_until_agreed(change: PlannedChange, provider: Provider) -> list[RuleAct]:
    """A window that is not agreed to lapses when it begins; both sides are told by day."""
    at = provider.day_hours.next_day_time(change.begins, provider.timezone)
    return [CancelTimer(REMINDER), SetTimer(LAPSED, at, OVER)]


def timers_once_agreed(change: PlannedChange, now: datetime, provider: Provider) -> list[RuleAct]:
    """The end of the window, and a reminder before it, by day."""
    by_day = (provider.day_hours.next_day_time(change.begins - one, provider.timezone) for one in _BEFORE)
    at = next((one for one in by_day if now + _HARDLY < one < change.begins), None)
    return [SetTimer(OVER, change.ends, OVER), *([SetTimer(REMINDER, at, REMINDER)] if at else [])]


def no_timers() -> list[RuleAct]:
    """Nothing is waited for any more."""
    return [CancelTimer(REMINDER), CancelTimer(OVER)]


def remind_of_window(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """Both sides are reminded before the window; after a downtime only while it lies ahead, and the customer by day."""
    change, now, provider = planned_change(case), facts.need(Now).at, facts.need(Provider)
    if change is None or not change.agreed or now >= change.begins:
        return decide(_OBSOLETE)
    by_day = provider.day_hours.next_day_time(now, provider.timezone)
    if now < by_day < change.begins:
        return decide(SetTimer(REMINDER, by_day, REMINDER))
    names = window_labels(change, now, provider, case.language)
    told = [
        SayTemplate("change_reminder", names, Addressee.SUBSCRIBER),
        *notice_on_file("change_reminder", names, case),
    ]
    return decide(*(told if by_day == now else []), _to_agents("agents_change_reminder", case, change, facts))


def ask_for_result(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """The window is over: whoever has the case says what came of it, and is asked daily until they do."""
    change, now = planned_change(case), facts.need(Now).at
    if change is None or not change.agreed:
        return decide(_OBSOLETE)
    buttons = (
        (
            Button(f"change:done:{change.version}", "button_change_done"),
            Button(f"change:undone:{change.version}", "button_change_undone"),
        ),
    )
    return decide(
        _to_agents("agents_change_result", case, change, facts, buttons), SetTimer(OVER, now + _ASKED_AGAIN, OVER)
    )


def let_window_lapse(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """The window has come, and not both have agreed: nothing is done in it, and both sides are told."""
    change, now, provider = planned_change(case), facts.need(Now).at, facts.need(Provider)
    if change is None or change.agreed:
        return decide(_OBSOLETE)
    return decide(
        ChangeState("inProgress", "change_lapsed"),
        Expect(),
        AddJournalEntry(ChangeReported(lapsed=True)),
        SetTimer("eta_missing", now + provider.first_eta_within, "eta"),
        SayTemplate("change_lapsed", window_labels(change, now, provider, case.language), Addressee.SUBSCRIBER),
        _to_agents("agents_change_lapsed", case, change, facts),
        UpdateCard(),
    )


def _to_agents(
    template: str,
    case: Case,
    change: PlannedChange,
    facts: Facts,
    buttons: tuple[tuple[Button, ...], ...] = (),
) -> SayTemplate:
    provider = facts.need(Provider)
    names = {
        **window_labels(change, facts.need(Now).at, provider, provider.language),
        "agent": owner_name(case, provider, provider.language),
        "customer": "1" if change.customer else "",
        "provider_agreed": "1" if change.provider else "",
    }
    return SayTemplate(template, names, Addressee.AGENTS, buttons)
