"""When mail cannot leave: it waits by SMTP's classes, slows nobody else, and is not poured out on return."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from desk.model.channel_registry import ChannelRegistry
from desk.model.messages import ClaimedDeparture, SendResult, Sent
from desk.pipeline.send import OutboxSender
from desk.storage.queue_and_lease_tables import departures
from tests.mail.offline_desk import OfflineDesk, box, mail
from tests.peers.mail_servers import MailServers
from tests.prepared_desks import PreparedDesks
from tests.stories.desk import eventually

PEOPLE = 12


@pytest.fixture
async def offline_desk(
    tmp_path: Path, prepared_desks: PreparedDesks, mail_servers: MailServers
) -> AsyncIterator[OfflineDesk]:
    """A desk whose letters leave over a real SMTP conversation."""
    real = mail_servers.settings(name="sever")
    mail_servers.sink.account("help@sever.test", mail_servers.box.password)
    settings = replace(box("sever"), smtp=replace(real.smtp, user=mail_servers.box.address), password=real.password)
    settings = replace(settings, ca_file=real.ca_file)
    made = await OfflineDesk.opened(prepared_desks.on_sqlite(tmp_path / "desk"), [settings])
    yield made
    await made.house.close()


async def states(offline_desk: OfflineDesk) -> dict[str, int]:
    """How many letters are in which state."""
    query = select(departures.c.state, func.count()).where(departures.c.kind == "mail").group_by(departures.c.state)
    async with offline_desk.house.database.look() as connection:
        return {row[0]: row[1] for row in (await connection.execute(query)).all()}


async def sweep(offline_desk: OfflineDesk) -> None:
    """Sends what is due."""
    await offline_desk.house.sender.sweep(["mail:sever"])
    await offline_desk.works()


async def test_a_server_that_was_away_for_four_days_gets_every_letter_once_over_one_connection(
    offline_desk: OfflineDesk, mail_servers: MailServers
) -> None:
    """Meanwhile the whole mailbox waits, not each letter by itself; on return they go one after the other (T31)."""
    await offline_desk.receives(*(mail(f"p{one}@mail.test", "нет интернета") for one in range(PEOPLE)))
    mail_servers.sink.stop()
    for _ in range(4 * 24):
        await sweep(offline_desk)
        offline_desk.passes(hours=1)
    assert await states(offline_desk) == {"pending": PEOPLE}
    mail_servers.sink.start_again()
    before = mail_servers.sink.connections
    offline_desk.passes(hours=1)
    await sweep(offline_desk)
    await sweep(offline_desk)
    assert await states(offline_desk) == {"sent": PEOPLE}
    assert mail_servers.sink.connections == before + 1
    assert len({letter.message_id for letter in mail_servers.sink.letters}) == len(mail_servers.sink.letters) == PEOPLE


async def test_after_five_days_the_agents_are_told_and_nothing_more_is_tried(
    offline_desk: OfflineDesk, mail_servers: MailServers
) -> None:
    """Each letter is given up, visibly in its case; a server that comes back then gets none of them."""
    await offline_desk.receives(mail("anna@mail.test", "нет интернета, оператор"))
    mail_servers.sink.stop()
    for _ in range(7):
        await sweep(offline_desk)
        offline_desk.passes(days=1)
    assert await states(offline_desk) == {"failed": 1}
    (case,) = await offline_desk.cases()
    assert "not delivered (“not sent in 5 days" in await offline_desk.journal(case)
    mail_servers.sink.start_again()
    await sweep(offline_desk)
    assert mail_servers.sink.letters == []


async def test_greylisting_is_waited_out_for_its_own_recipient_only(
    offline_desk: OfflineDesk, mail_servers: MailServers
) -> None:
    """5 and 15 minutes later for the one; everybody else at once."""
    mail_servers.sink.refuse("450 4.2.0 Greylisted", to="grey@mail.test", times=2)
    await offline_desk.receives(mail("grey@mail.test", "нет интернета"), mail("anna@mail.test", "нет интернета"))
    tries = []
    for minute in range(25):
        await sweep(offline_desk)
        tries += [minute] if await states(offline_desk) == {"sent": 2} else []
        if minute == 0:
            assert await states(offline_desk) == {"sent": 1, "pending": 1}
        offline_desk.passes(minutes=1)
    assert tries[0] == 20


class _Hanging:
    """A mailbox whose server never answers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.taken = 0

    async def send(self, departure: ClaimedDeparture, remotes: object) -> SendResult:
        self.taken += 1
        await asyncio.Event().wait()
        raise AssertionError


class _Quick(_Hanging):
    """A mailbox whose server is well."""

    async def send(self, departure: ClaimedDeparture, remotes: object) -> SendResult:
        self.taken += 1
        return Sent()


async def test_many_hanging_servers_do_not_hold_up_the_one_that_is_well(offline_desk: OfflineDesk) -> None:
    """Forty mailboxes hang with more letters than there are places; the forty-first sends all the same (T13)."""
    hanging = {f"mail:h{one}": _Hanging(f"mail:h{one}") for one in range(40)}
    quick = _Quick("mail:quick")
    channels = {**hanging, quick.name: quick}
    await _queue(offline_desk, dict.fromkeys(hanging, 20))
    sender = OutboxSender(offline_desk.house.database, ChannelRegistry(channels, {}), "p:1", lambda: offline_desk.now)  # type: ignore[arg-type]
    sending = asyncio.create_task(sender.sweep(list(channels)))
    try:
        await eventually(lambda: _taken(hanging.values(), 240))
        await _queue(offline_desk, {quick.name: 30})
        await eventually(lambda: _taken([quick], 30))
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _taken(channels: Iterable[_Hanging], count: int) -> bool:
    return sum(channel.taken for channel in channels) >= count


async def _queue(offline_desk: OfflineDesk, counts: dict[str, int]) -> None:
    rows = [
        {
            "key": f"{channel}.{number}", "provider": "sever", "channel": channel,
            "lane": f"{channel}:{number}", "kind": "mail",
            "policy": "retry", "body": {}, "case_id": 1, "state": "pending", "due_at": offline_desk.now,
            "created_at": datetime.now(UTC),
        }
        for channel, count in counts.items()
        for number in range(count)
    ]  # fmt: skip
    async with offline_desk.house.database.work() as connection:
        await connection.execute(departures.insert(), rows)
