"""What a desk tells of itself to whoever watches it is what happened: on both databases, by the same look as alarms."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console.runtime.channel_listeners import ROLES
from console.runtime.watch.desk_status import DeskStatus, count_cases, load_desk_status
from console.runtime.watch.prometheus_text import Observed, metrics_text
from console.runtime.watch.status_cache import Look
from console.runtime.watch.status_findings import status_findings
from desk.alarms.alarm_policy import AlarmKind
from tests.peers.botapi import BotApi
from tests.stories.desk import TOKEN, AgentsGroup, Desk, eventually
from tests.stories.subscribers import MailSubscriber, Subscriber

FIRST = "нет интернета, договор 40-1187, позовите оператора"
UNREADABLE = '{"update_id": 77, "message": {"message_id": 1}}'


async def status_of(desk: Desk) -> DeskStatus:
    """What `firstline status` reads."""
    application = desk.application
    assert application is not None
    names = [name for name, _ in application.configured_channels()]
    return await load_desk_status(application.database, desk.settings, names, desk.clock())


def troubles(status: DeskStatus) -> list[str]:
    return [str(one.where) for one in status_findings(status, ROLES) if one.level != "ok"]


@pytest.mark.channels("telegram", "mail", because="a terminal's messages come through a process of its own")
async def test_a_desk_at_work_is_well_and_counts_what_passes_through_it(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    await subscriber.says(FIRST)
    await agents.sees("card", state="acknowledged")
    await desk.settled()
    status = await status_of(desk)
    assert troubles(status) == []
    assert [one.roles for one in status.processes] == [list(ROLES)]
    assert all(one.listener and one.sender and one.listener.pid for one in status.channels)
    assert desk.application is not None
    counts = desk.application.own.counts
    assert counts.stored.total() >= 1
    assert counts.decided.total() >= counts.stored.total()
    assert sum(number for (_, result), number in counts.sent.items() if result == "sent") >= 2
    assert sum(counts.decision_buckets) > 0
    cases = await count_cases(desk.application.database, desk.settings)
    assert cases["sever", "acknowledged"] == 1
    application = desk.application
    known = dict.fromkeys(name for name, _ in application.configured_channels())
    observed = Observed(
        application.own, Look(status, 0.0, cases=cases), desk.settings, application.channels, known, ROLES
    )
    text = metrics_text(observed)[0].decode()
    assert 'firstline_cases{provider="sever",state="acknowledged"} 1.0' in text
    assert "40-1187" not in text


@pytest.mark.channels("telegram", because="what cannot be read is an update here")
async def test_what_was_set_aside_needs_a_look_and_so_does_a_bot_that_is_away(desk: Desk, api: BotApi) -> None:
    api.bots[TOKEN].push_raw(UNREADABLE)

    async def quarantined() -> bool:
        return troubles(await status_of(desk)) == ["quarantine"]

    await eventually(quarantined)
    status = await status_of(desk)
    assert status.waits.quarantined == {"telegram:main": 1}
    assert [one.kind for one in status.alarms] == [AlarmKind.QUARANTINED]
    await desk.closes()
    await desk.opens(["receiver"])

    async def half() -> bool:
        return (await status_of(desk)).without(ROLES) == ["worker", "sender", "timers"]

    await eventually(half)


@pytest.mark.channels("mail", because="letters that prove nothing come by mail")
async def test_mail_without_proof_needs_a_look_after_half_an_hour(desk: Desk) -> None:
    """Before that it is the agents' ordinary work."""
    anna = MailSubscriber(desk, "Анна")
    await anna.says(FIRST)
    await anna.hears("registered")
    await anna.person.writes("Ещё", "Это точно я, лампочка красная", authentication="fail")

    async def waits() -> bool:
        return bool((await status_of(desk)).waits.pending)

    await eventually(waits)
    status = await status_of(desk)
    assert (status.waits.pending["sever"].number, troubles(status)) == (1, [])
    assert status.ledger_gap == {"mail:support": 0}
    desk.clock.ahead += timedelta(minutes=31)

    async def late() -> bool:
        return "mail without proof" in troubles(await status_of(desk))

    await eventually(late)
