"""Alarms in words, and an agents' group that the bot is put out of and let in again. Rules, pure."""

from __future__ import annotations

from datetime import timedelta

from desk.alarms.alarm_policy import CARD_AGAIN, Alarm, AlarmKind, BringTimersForward, EndAlarm, RaiseAlarm
from desk.model.acts import (
    Decision,
    Facts,
    Ignore,
    OperatorAddressee,
    RuleAct,
    SayTemplate,
    SetTimer,
    UpdateCard,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.events import AgentsGroupChanged, AlarmsDue, Event, Inbound, MaybeSent, TimerFired
from desk.model.messages import FRONT

FIRST_TRY, LAST_TRY = timedelta(minutes=1), timedelta(minutes=30)
"""A card that its group refused is tried again after a quarter of the time the case has waited, within these."""


def tell_alarms(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """Each address reads what stands or is over."""
    event = inbound.event
    if not isinstance(event, AlarmsDue):
        return None
    return decide(*(SayTemplate(one.template, one.names, OperatorAddressee(one.to)) for one in event.words))


def agents_group_changed(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """A group that the bot is put out of is an alarm; once it is let in again, the cards that were refused are made."""
    event, channel = inbound.event, inbound.channel
    if not isinstance(event, AgentsGroupChanged):
        return None
    key = f"put_out:{channel}"
    if event.present:
        return decide(EndAlarm(key), BringTimersForward(CARD_AGAIN), Ignore(IgnoredCode.NOT_FOR_DESK))
    alarm = Alarm(key, AlarmKind.GROUP_LOST, "" if inbound.provider == FRONT else inbound.provider, what=channel)
    return decide(RaiseAlarm(alarm, stands=True), Ignore(IgnoredCode.NOT_FOR_DESK))


def card_again(case: Case, facts: Facts) -> list[RuleAct]:
    """The timer of a card that its group has refused."""
    if not (case.registered and case.open):
        return []
    now = facts.need(Now).at
    waited = now - (case.registered_at or now)
    return [SetTimer(CARD_AGAIN, now + min(max(waited / 4, FIRST_TRY), LAST_TRY), CARD_AGAIN)]


def try_card_again(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """The card is shown, made anew where there was none; if the group refuses it once more, that is waited for."""
    return decide(UpdateCard()) if case.registered and case.open else decide(Ignore(IgnoredCode.TIMER_OBSOLETE))


def maybe_sent_alarm(event: MaybeSent) -> RaiseAlarm:
    """What was perhaps sent and perhaps not, of one channel, is counted for whoever looks after the desk."""
    channel = ":".join(event.lane.split(":")[:2])
    return RaiseAlarm(Alarm(f"maybe:{channel}", AlarmKind.MAYBE_SENT, what=channel))
