"""What a desk's status means to its operator: a sentence for each part, and what to do where it is wrong. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from console.runtime.watch.desk_status import ChannelStatus, DeskStatus
from desk.alarms.alarm_policy import POLICIES, Alarm, AlarmKind
from desk.language.translatable import KeptReason, counted, sentence
from desk.model.check_findings import CheckFinding

SERVING = sentence("serving")
"""Where a finding stands that tells who serves. An error there means that the desk is down, or a part of it."""
INBOX, OUTBOX = sentence("inbox"), sentence("outbox")
SET_ASIDE, UNPROVED = sentence("quarantine"), sentence("mail without proof")
CASES, GROUP, LEDGER = sentence("cases"), sentence("agents' group"), sentence("mail ledger")

_LOST_WITHOUT = {
    "receiver": sentence("nothing is received"),
    "worker": sentence("nothing is decided"),
    "sender": sentence("nothing is sent"),
    "timers": sentence("no timer fires and no alarm is told"),
}


def status_findings(status: DeskStatus, roles: Collection[str]) -> list[CheckFinding]:
    """Everything that the database tells. ``roles`` are those that some process must have."""
    return [
        *_serving(status, roles),
        *(_channel(one, status) for one in status.channels),
        *_not_decided(status),
        *_not_sent(status),
        *_waiting_for_people(status),
        *_ledger(status),
    ]


def span(since: datetime | None, now: datetime) -> str:
    """How long ago, in the one unit that says it best; 0 seconds for None."""
    seconds = max(int((now - (since or now)).total_seconds()), 0)
    if seconds < 60:
        return sentence("{number} s", number=seconds)
    if seconds < 3600:
        return sentence("{number} min", number=seconds // 60)
    if seconds < 2 * 86400:
        return sentence("{number} h", number=seconds // 3600)
    return sentence("{number} d", number=seconds // 86400)


def _serving(status: DeskStatus, roles: Collection[str]) -> Iterator[CheckFinding]:
    for one in status.silent:
        what = sentence(
            "process {pid} on {host} lives, but has given no sign of life for {ago}",
            pid=one.pid,
            host=one.host,
            ago=span(one.seen_at, status.at),
        )
        todo = sentence("it is stopped, stuck or cut off from the database: see its log, and begin it anew")
        yield CheckFinding("error", SERVING, what, todo)
    if not status.processes:
        what = sentence("no process serves this desk: messages wait where they are")
        yield CheckFinding("error", SERVING, what, sentence("start it: 'firstline serve', or its service"))
        return
    for one in status.processes:
        what = sentence(
            "process {pid} on {host}, up for {span}, last sign of life {ago} ago: {roles}",
            pid=one.pid,
            host=one.host,
            span=span(one.since, status.at),
            ago=span(one.seen_at, status.at),
            roles=", ".join(one.roles),
        )
        yield CheckFinding("ok", SERVING, what)
    for role in status.without(roles):
        what = sentence("no process has the role {role}: {lost}", role=role, lost=_LOST_WITHOUT.get(role, ""))
        todo = sentence("start one with 'firstline serve --only {role}', or one without --only", role=role)
        yield CheckFinding("error", SERVING, what, todo)


def _channel(one: ChannelStatus, status: DeskStatus) -> CheckFinding:
    missing = set(status.without(("receiver", "sender")))
    if one.trouble and "receiver" not in missing:
        what = sentence(
            "nothing is received for {span}: {why}",
            span=span(one.failing_since, status.at),
            why=KeptReason(one.trouble),
        )
        todo = sentence("'firstline check' tries it and says more; nothing is lost meanwhile")
        return CheckFinding("error", one.channel, what, todo)
    if one.listener is None and "receiver" not in missing:
        what = sentence("no process listens there")
        todo = sentence("a process that has just started needs a moment; if it stays so, look at the log of 'serve'")
        return CheckFinding("error", one.channel, what, todo)
    if one.sender is None and "sender" not in missing:
        what = sentence("no process sends there yet")
        todo = sentence("a process that has just started needs a moment; if it stays so, look at the log of 'serve'")
        return CheckFinding("warning", one.channel, what, todo)
    if missing:
        what = sentence("it waits for a process that serves it")
        return CheckFinding("warning", one.channel, what)
    return CheckFinding("ok", one.channel, sentence("listens and sends"))


def _not_decided(status: DeskStatus) -> Iterator[CheckFinding]:
    undecided = status.waits.undecided
    if not undecided.number:
        yield CheckFinding("ok", INBOX, sentence("no message waits to be decided"))
        return
    what = counted(
        "{number} message waits to be decided, for {span}|{number} messages wait to be decided, the oldest for {span}|",
        undecided.number,
        span=span(undecided.since, status.at),
    )
    todo = sentence("look at the log of 'firstline serve', at memory and disk")
    late = bool(status.waits.late.number)
    yield CheckFinding("error" if late else "ok", INBOX, what, todo if late else "")


def _not_sent(status: DeskStatus) -> Iterator[CheckFinding]:
    unsent = status.waits.unsent
    if not unsent:
        yield CheckFinding("ok", OUTBOX, sentence("no message waits to be sent"))
    for one in unsent:
        what = counted(
            "{channel}: {number} message waits to be sent, for {span}|"
            "{channel}: {number} messages wait to be sent, the oldest for {span}|",
            one.all.number,
            channel=one.channel,
            span=span(one.all.since, status.at),
        )
        if one.failing.number:
            what = sentence("{what}: {why}", what=what, why=KeptReason(one.why))
            todo = sentence("'firstline check' tries the channel; the desk goes on trying by itself")
            yield CheckFinding("error", OUTBOX, what, todo)
        else:
            yield CheckFinding("ok", OUTBOX, what)
    if status.held:
        what = counted(
            "{number} message is held since a restore|{number} messages are held since a restore|", status.held
        )
        todo = sentence("they may have been sent before it: see 'firstline outbox list'")
        yield CheckFinding("warning", OUTBOX, what, todo)
    for alarm in _alarms(status, AlarmKind.MAYBE_SENT):
        what = counted(
            "{channel}: {number} message may have gone out or not: the connection was lost|"
            "{channel}: {number} messages may have gone out or not: the connection was lost|",
            alarm.count,
            channel=alarm.what,
        )
        todo = sentence("the agents of each case have been told; nothing is left to do here")
        yield CheckFinding("warning", OUTBOX, what, todo)


def _waiting_for_people(status: DeskStatus) -> Iterator[CheckFinding]:
    waits, now = status.waits, status.at
    if number := sum(waits.quarantined.values()):
        channels = ", ".join(f"{channel}: {count}" for channel, count in waits.quarantined.items())
        what = counted(
            "{number} message is set aside, unanswered ({channels})|"
            "{number} messages are set aside, unanswered ({channels})|",
            number,
            channels=channels,
        )
        yield CheckFinding("warning", SET_ASIDE, what, sentence("see 'firstline quarantine list'"))
    else:
        yield CheckFinding("ok", SET_ASIDE, sentence("no message is set aside"))
    patience = POLICIES[AlarmKind.LETTERS_PENDING].after
    for provider, one in waits.pending.items():
        what = counted(
            "{provider}: {number} mail waits for an agent's word, for {span}|"
            "{provider}: {number} mails wait for an agent's word, the oldest for {span}|",
            one.number,
            provider=provider,
            span=span(one.since, now),
        )
        late = one.since is not None and one.since <= now - patience
        todo = sentence("see 'firstline pending list'") if late else ""
        yield CheckFinding("warning" if late else "ok", UNPROVED, what, todo)
    for alarm in _alarms(status, AlarmKind.NOT_TAKEN):
        what = counted(
            "{provider}: nobody takes {number} case, though the agents were reminded|"
            "{provider}: nobody takes {number} cases, though the agents were reminded|",
            alarm.count,
            provider=alarm.provider,
        )
        yield CheckFinding("warning", CASES, what, sentence("see 'firstline cases'"))
    for alarm in _alarms(status, AlarmKind.GROUP_LOST):
        what = sentence("{provider}: the agents' group takes no messages of the bot", provider=alarm.provider)
        todo = sentence("add the bot to the group again, and compare agents_chat with its number")
        yield CheckFinding("error", GROUP, what, todo)


def _ledger(status: DeskStatus) -> Iterator[CheckFinding]:
    for channel, number in status.ledger_gap.items():
        if number:
            what = counted(
                "{channel}: {number} mail has no outcome after ten minutes|"
                "{channel}: {number} mails have no outcome after ten minutes|",
                number,
                channel=channel,
            )
            name = channel.partition(":")[2]
            yield CheckFinding(
                "error", LEDGER, what, sentence("see 'firstline mail ledger --mailbox {name}'", name=name)
            )


def _alarms(status: DeskStatus, kind: AlarmKind) -> Sequence[Alarm]:
    return [one for one in status.alarms if one.kind is kind]
