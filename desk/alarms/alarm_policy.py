"""What an alarm is, and when it is told: typed values and one table. Pure.

An alarm stands as long as what it is about. It is told when it has stood for `TellingPolicy.after`, again when it has
stood for each time of `TellingPolicy.again`, then louder, and once more when it is over. What fell due while the desk
was down is told once, as it is then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from desk.model.acts import RuleAct


class AlarmKind(StrEnum):
    """What an alarm is about. Its words are the template ``alarm_<kind>``."""

    NOT_TAKEN = "not_taken"  # cases that nobody takes, though the agents were pressed
    LETTERS_PENDING = "letters_pending"  # mails that wait for an agent's word
    QUARANTINED = "quarantined"  # messages that were set aside
    NOT_DECIDED = "not_decided"  # messages that were stored and are not worked off
    NOT_SENT = "not_sent"  # messages that cannot be sent
    CHANNEL = "channel"  # a bot or mailbox from which nothing is received
    GROUP_LOST = "group_lost"  # an agents' group that takes no messages of the bot
    MAYBE_SENT = "maybe_sent"  # messages whose answer was lost: they may have gone out or not


@dataclass(frozen=True, slots=True)
class TellingPolicy:
    """When one kind of alarm is told, and to whom.

    ``after`` is how long it stands before it is told; ``again`` are the times since its beginning at which it is told
    louder, the last of them over and over. ``tells_end`` when its end is news. ``told_before`` when agents have read
    of each in their group already: then only an operator is told, or nobody where the settings name none. ``to_group``
    when it is told to the agents' group beside the operator.
    """

    after: timedelta
    again: tuple[timedelta, ...]
    tells_end: bool = False
    told_before: bool = False
    to_group: bool = False


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_TROUBLE = (15 * _MINUTE, _HOUR, 4 * _HOUR, _DAY)

POLICIES: Mapping[AlarmKind, TellingPolicy] = {
    AlarmKind.NOT_TAKEN: TellingPolicy(timedelta(), (_HOUR, 4 * _HOUR, _DAY), told_before=True),
    # Of each letter its agents' group has read at once.
    AlarmKind.LETTERS_PENDING: TellingPolicy(30 * _MINUTE, (2 * _HOUR, 8 * _HOUR, _DAY), to_group=True),
    AlarmKind.QUARANTINED: TellingPolicy(timedelta(), (_HOUR, 8 * _HOUR, _DAY)),
    AlarmKind.NOT_DECIDED: TellingPolicy(2 * _MINUTE, _TROUBLE, tells_end=True),
    AlarmKind.NOT_SENT: TellingPolicy(timedelta(), _TROUBLE, tells_end=True),
    # A server that is started anew is no trouble yet.
    AlarmKind.CHANNEL: TellingPolicy(_MINUTE, _TROUBLE, tells_end=True),
    AlarmKind.GROUP_LOST: TellingPolicy(timedelta(), _TROUBLE, tells_end=True),
    AlarmKind.MAYBE_SENT: TellingPolicy(timedelta(), (_HOUR,), told_before=True),
}
CARD_AGAIN, NOT_TAKEN_TOLD = "card_again", "not_taken_told"
"""Timers that are set while a card waits for its group, and while agents have been pressed and nobody took the case."""
CALM = 2 * _MINUTE
"""So long an alarm must be over before its end is told, or it begins anew: a trouble that comes and goes is one."""
PAUSE = 10 * _MINUTE
"""The shortest time between two tellings of one alarm: what becomes more and more is not told one by one."""
EVENT_STANDS = _HOUR
"""How long an alarm stands that is about events (`RaiseAlarm`) after the last of them."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that waits or is in trouble. ``key`` names it for ever; ``provider`` is "" where it concerns the desk.

    ``count`` says of how many it is made; ``what`` names them or their channel, ``why`` is the reason in the words of
    whoever refused. Nothing of a person stands in it. ``since`` is when it began, if that was before it was noticed.
    """

    key: str
    kind: AlarmKind
    provider: str = ""
    count: int = 1
    what: str = ""
    why: str = ""
    since: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class KeptAlarm:
    """An alarm as it is stored. ``step`` is how often it was told louder; ``until`` ends it by itself."""

    alarm: Alarm
    since: datetime
    until: datetime | None = None
    over_at: datetime | None = None
    told_at: datetime | None = None
    told_count: int = 0
    step: int = 0


@dataclass(frozen=True, slots=True)
class AlarmTelling:
    """What is told now: the alarm, at which ``step`` of loudness, or that it is ``over``."""

    kept: KeptAlarm
    step: int
    over: bool = False


@dataclass(frozen=True, slots=True)
class RaiseAlarm(RuleAct):
    """Something happened that people must hear of; more of the same under this key is counted.

    ``stands`` until `EndAlarm`; otherwise it is over `EVENT_STANDS` after the last one.
    """

    alarm: Alarm
    stands: bool = False


@dataclass(frozen=True, slots=True)
class EndAlarm(RuleAct):
    """What was raised under this key is over; none under this key is fine."""

    key: str


@dataclass(frozen=True, slots=True)
class BringTimersForward(RuleAct):
    """All timers of this kind fire now: what they waited for may be there."""

    kind: str


def telling_of(kept: KeptAlarm, now: datetime) -> AlarmTelling | None:
    """What is to be told of an alarm now, None where nothing is. Of steps that were missed the last one counts."""
    policy = POLICIES[kept.alarm.kind]
    if kept.over_at is not None:
        calm = kept.over_at + CALM <= now
        return AlarmTelling(kept, kept.step, over=True) if calm and kept.told_at and policy.tells_end else None
    step = max(steps_passed(policy, now - kept.since), kept.step)
    if kept.told_at is None:
        return AlarmTelling(kept, step) if kept.since + policy.after <= now else None
    news = step > kept.step or kept.alarm.count > kept.told_count
    return AlarmTelling(kept, step) if news and kept.told_at + PAUSE <= now else None


def steps_passed(policy: TellingPolicy, stood: timedelta) -> int:
    """How often an alarm that has stood so long was to be told louder."""
    last = policy.again[-1]
    return sum(one <= stood for one in policy.again) + max(stood // last - 1, 0)


def is_gone(kept: KeptAlarm, now: datetime) -> bool:
    """Whether an alarm that is over needs to be kept no longer."""
    return kept.over_at is not None and kept.over_at + CALM <= now
