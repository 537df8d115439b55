"""A call that the subscriber asks for: promised as far as it can be made, made, tried again, or missed and told (A7).

Rules, pure. Whatever rule heard the wish sets ``preferred_way`` to "phone"; `promise_callback` follows from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from desk.language.rich_text import literal
from desk.language.time_labels import time_labels
from desk.model.acts import (
    AddJournalEntry,
    AddReaction,
    Addressee,
    Button,
    CancelTimer,
    Decision,
    Facts,
    Ignore,
    Names,
    PopupNotice,
    RefuseOperation,
    RuleAct,
    SayTemplate,
    SetFields,
    SetTimer,
    UpdateCard,
    decide,
)
from desk.model.agent_operations import CallDone
from desk.model.arrival_outcomes import IgnoredCode, OperationRefusalCode
from desk.model.calendars.business_calendar import NeverDue
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.events import Event, Inbound, OperationOrdered, TimerFired
from desk.model.journal import CallbackEnded, CallbackPromised, CallMade
from desk.model.provider_files import Provider
from desk.model.service_levels.clocks import ClockKind
from desk.model.service_levels.policy import ServiceLevel
from desk.model.shared_facts import Identification
from desk.understanding.phone_numbers import spaced_phone
from escalation.callbacks.asked_time import AskedTime, asked_time, words_of_call
from escalation.callbacks.callback_table import Callback, CallOutcome, CaseCallback, WriteCallback
from escalation.callbacks.capacity import time_needed
from escalation.ownership import acting_agent, take_over
from escalation.sla.clock_rules import clock_values

CALLBACK_TIMER = "callback"
"""The kind of the one timer of a case's call, and its key."""
ALARM_AT = 0.8
"""The share of the promised time after which the agents are reminded."""
TRIES = 3
"""After so many calls that nobody answered the subscriber is asked when to call."""
TRY_AGAIN_AFTER = timedelta(minutes=30)
_MINUTE, _FIVE, _LAPSED_AGAIN = timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=4)
_BUTTONS = (
    (Button("called:reached", "button_called_reached"),),
    (Button("called:no_answer", "button_called_no_answer"), Button("called:wrong_number", "button_called_wrong")),
)


def promise_callback(case: Case, inbound: Inbound[Event], facts: Facts, acts: Sequence[RuleAct]) -> Decision | None:
    """A wish to be called, heard in this round, becomes a call with a time; a case that is over needs none any more."""
    if not case.registered:
        return None
    if not case.open:
        return _called_off(facts)
    phone = case.callback_phone or case.phone
    if not phone or not _is_wished(acts):
        return None
    known, now, provider = _known(facts), facts.need(Now).at, facts.need(Provider)
    asked = asked_time(words_of_call(inbound.text), now, provider.timezone)
    waiting = known.awaited
    if waiting and waiting.phone == phone and asked is None:
        return _said_again(case, waiting, facts)
    made = _promised(case, _fresh(known, phone, now), asked, facts)
    ended = [WriteCallback(replace(waiting, outcome=CallOutcome.CANCELLED, ended_at=now))] if waiting else []
    told = [SayTemplate("callback_promised", _labels(made, case, asked, facts))] if made.promised_at else []
    return decide(*ended, *_watched(made, case, facts), *told, _task(made, case, facts))


def _known(facts: Facts) -> CaseCallback:
    return facts.get(CaseCallback) or CaseCallback()


def _is_wished(acts: Iterable[RuleAct]) -> bool:
    return any(isinstance(act, SetFields) and act.changes.get("preferred_way") == "phone" for act in acts)


def _fresh(known: CaseCallback, phone: str, now: datetime) -> Callback:
    return Callback(known.last.place + 1 if known.last else 1, phone, now)


def _called_off(facts: Facts) -> Decision | None:
    known = _known(facts)
    if known.awaited is None:
        return None
    return decide(*_ended(known.awaited, CallOutcome.CANCELLED, facts), AddJournalEntry(CallbackEnded()))


def _said_again(case: Case, waiting: Callback, facts: Facts) -> Decision | None:
    """The same wish once more: by when it was promised, as long as that is to come."""
    if waiting.promised_at is None or waiting.promised_at <= facts.need(Now).at:
        return None
    return decide(SayTemplate("callback_promised", _labels(waiting, case, None, facts)))


def _promised(case: Case, callback: Callback, asked: AskedTime | None, facts: Facts) -> Callback:
    """The call with the time that can be kept: as the contract says, or later where too many wait (domain.md 3.6)."""
    level, now = _level(case, facts), facts.need(Now).at
    target = level.target(ClockKind.CALLBACK, case.severity) if level else None
    not_before = asked.start if asked and asked.start > now else None
    if level is None or target is None or target.amount is None:
        return replace(callback, not_before=not_before)
    known = _known(facts)
    needed = time_needed(known.agents, known.ahead, target.amount)
    versions = facts.need(Provider).service.versions_of(level.calendar)
    try:
        possible = versions.due(now, needed)
        wanted = versions.due(asked.start, timedelta()) if asked else possible
    except NeverDue:
        return replace(callback, not_before=not_before)
    on_time = needed == target.amount and possible - now == needed
    at = _floor(possible, _MINUTE) if on_time else _ceil(possible, _FIVE)
    if asked:
        at = max(at, asked.end if wanted <= asked.end else _ceil(versions.due(asked.start, target.amount), _FIVE))
    return replace(callback, not_before=not_before, promised_at=at)


def _level(case: Case, facts: Facts) -> ServiceLevel | None:
    """The service level of the case; of one that is registered in this round, the one it gets."""
    policy, identified = facts.need(Provider).service, facts.get(Identification)
    values = clock_values(case, identified.account if identified else None)
    return policy.level(case.sla) or policy.level_for(case.ticket_type, values)


def _watched(made: Callback, case: Case, facts: Facts) -> list[RuleAct]:
    """The call is written down; its timer, where there is anything to wait for, and its entry in the journal."""
    at = _next_look(made, facts.need(Now).at)
    zone, promised = facts.need(Provider).timezone, made.promised_at
    told = promised.astimezone(zone).isoformat(timespec="minutes") if promised else ""
    return [
        WriteCallback(made),
        AddJournalEntry(CallbackPromised(told), public=True),
        SetTimer(CALLBACK_TIMER, at, CALLBACK_TIMER) if at else CancelTimer(CALLBACK_TIMER),
    ]


def _next_look(made: Callback, now: datetime) -> datetime | None:
    """When the agents are told next: that it is time to call, that the promise is near, that it has lapsed."""
    begins = made.not_before if made.not_before and made.not_before > now else None
    if begins or made.promised_at is None:
        return begins
    return _soon(made, now) if now < _soon(made, now) else made.promised_at


def _soon(made: Callback, now: datetime) -> datetime:
    since, until = made.not_before or made.asked_at, made.promised_at or now
    return since + (until - since) * ALARM_AT


def callback_fires(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """The time to call has come, is nearly over, or is over: then the subscriber is told, once, and by when instead."""
    known, now = _known(facts), facts.need(Now).at
    waiting = known.awaited
    if waiting is None or not case.open:
        return decide(Ignore(IgnoredCode.TIMER_OBSOLETE))
    if waiting.promised_at and waiting.promised_at <= now:
        return _lapsed(case, waiting, facts)
    following = _next_look(waiting, now)
    again = [SetTimer(CALLBACK_TIMER, following, CALLBACK_TIMER)] if following else []
    if waiting.promised_at and now >= _soon(waiting, now):
        return decide(SayTemplate("agents_callback_soon", _names(waiting, case, facts), Addressee.AGENTS), *again)
    return decide(_task(waiting, case, facts), *again)


def _lapsed(case: Case, waiting: Callback, facts: Facts) -> Decision:
    now = facts.need(Now).at
    pressed = SayTemplate("agents_callback_over", _names(waiting, case, facts), Addressee.AGENTS, _BUTTONS)
    if waiting.missed > waiting.attempts:  # it was told since the last call
        again = SetTimer(CALLBACK_TIMER, now + _LAPSED_AGAIN, CALLBACK_TIMER)
        return decide(WriteCallback(replace(waiting, missed=waiting.missed + 1)), pressed, again)
    later = _promised(case, replace(waiting, not_before=None), None, facts)
    made = replace(later, missed=waiting.missed + 1)
    was = {f"was_{name}": value for name, value in _time(waiting.promised_at, case, facts).items()}
    told: Names = {**was, **_time(made.promised_at, case, facts)}
    return decide(*_watched(made, case, facts), SayTemplate("callback_late", told, Addressee.SUBSCRIBER), pressed)


def call_done(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """An agent says how a call ended. Nobody answered: it is tried again, and the subscriber is told."""
    order, known = inbound.event.operation, _known(facts)
    if not isinstance(order, CallDone) or order.result not in _ENDS:
        return decide(RefuseOperation(OperationRefusalCode.CALL_RESULT_UNCLEAR))
    if known.awaited is None:
        return decide(RefuseOperation(OperationRefusalCode.NO_CALL_AWAITED))
    tried = replace(known.awaited, attempts=known.awaited.attempts + 1)
    owned = [] if case.owner or case.state == "resolved" else take_over(case, acting_agent(facts), facts, quietly=True)
    entry = AddJournalEntry(CallMade(order.result, tried.attempts), order.note)
    done = (PopupNotice("call_noted"), AddReaction(), UpdateCard())
    return decide(*owned, entry, *_ENDS[CallOutcome(order.result)](case, tried, facts), *done)


def _reached(case: Case, tried: Callback, facts: Facts) -> list[RuleAct]:
    return [*_ended(tried, CallOutcome.REACHED, facts), SetFields({"unread": 0, "answered_at": facts.need(Now).at})]


def _not_answered(case: Case, tried: Callback, facts: Facts) -> list[RuleAct]:
    now, provider = facts.need(Now).at, facts.need(Provider)
    called = {f"at_{name}": value for name, value in _time(now, case, facts).items()}
    if tried.attempts >= TRIES:
        asks = SetFields({"last_acknowledgement": "callback_ask"})
        told = SayTemplate("callback_given_up", called, Addressee.SUBSCRIBER)
        return [*_ended(tried, CallOutcome.NO_ANSWER, facts), asks, told]
    start = provider.day_hours.next_day_time(now + TRY_AGAIN_AFTER, provider.timezone)
    again = _promised(case, replace(tried, not_before=None), AskedTime(start, start + TRY_AGAIN_AFTER), facts)
    told = SayTemplate("callback_no_answer", {**called, **_time(again.promised_at, case, facts)}, Addressee.SUBSCRIBER)
    return [*_watched(replace(again, not_before=start), case, facts), told]


def _wrong_number(case: Case, tried: Callback, facts: Facts) -> list[RuleAct]:
    asks = SetFields({"callback_phone": "", "last_acknowledgement": "callback_ask"})
    told = SayTemplate("callback_wrong_number", {}, Addressee.SUBSCRIBER)
    return [*_ended(tried, CallOutcome.WRONG_NUMBER, facts), asks, told]


_ENDS = {
    CallOutcome.REACHED: _reached,
    CallOutcome.NO_ANSWER: _not_answered,
    CallOutcome.WRONG_NUMBER: _wrong_number,
}


def _ended(callback: Callback, outcome: CallOutcome, facts: Facts) -> list[RuleAct]:
    over = replace(callback, outcome=outcome, ended_at=facts.need(Now).at)
    return [WriteCallback(over), CancelTimer(CALLBACK_TIMER)]


def _task(made: Callback, case: Case, facts: Facts) -> SayTemplate:
    """What the agents are to do: whom to call, by when, what to say, and the buttons for how it ended."""
    return SayTemplate("agents_callback", _names(made, case, facts), Addressee.AGENTS, _BUTTONS)


def _names(made: Callback, case: Case, facts: Facts) -> Names:
    begins = _time(made.not_before, case, facts)
    return {
        "phone": literal(spaced_phone(made.phone)),
        "attempt": str(made.attempts + 1) if made.attempts else "",
        **{f"from_{name}": value for name, value in begins.items()},
        **_time(made.promised_at, case, facts),
    }


def _labels(made: Callback, case: Case, asked: AskedTime | None, facts: Facts) -> Names:
    """What the subscriber is told of a promise: in how many minutes where that is soon, else when, and why so late."""
    now, level = facts.need(Now).at, _level(case, facts)
    target = level.target(ClockKind.CALLBACK, case.severity) if level else None
    amount = target.amount if target and target.amount else timedelta()
    left = (made.promised_at or now) - now
    sayable = amount < timedelta(hours=1) and not amount % _FIVE
    within = sayable and not made.not_before and made.asked_at == now and amount - _MINUTE < left <= amount
    known = _known(facts)
    busy = not asked and not within and time_needed(known.agents, known.ahead, amount) > amount
    begins = _time(made.not_before, case, facts)
    return {
        "minutes": str(amount // _MINUTE) if within else "",
        "busy": "1" if busy else "",
        **{f"from_{name}": value for name, value in begins.items()},
        **_time(made.promised_at, case, facts),
    }


def _time(at: datetime | None, case: Case, facts: Facts) -> dict[str, str]:
    """The names of an instant; all of them "" where there is none."""
    labels = time_labels(at or facts.need(Now).at, facts.need(Now).at, facts.need(Provider).timezone, case.language)
    return {name: value if at else "" for name, value in labels.items()}


def _floor(at: datetime, to: timedelta) -> datetime:
    return at - timedelta(seconds=at.timestamp() % to.total_seconds())


def _ceil(at: datetime, to: timedelta) -> datetime:
    return at if at == (down := _floor(at, to)) else down + to
