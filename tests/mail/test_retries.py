"""When mail cannot leave: it waits by SMTP's classes, slows nobody else, and is not poured out on return."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from desk.model.channels import ChannelRegistry
from desk.model.messages import Departure, SendResult, Sent
from desk.pipeline.send import OutboxSender
from desk.storage.queue_tables import departures
from tests.mail.office import Office, box, mail
from tests.peers.post import Post
from tests.ready import Ready
from tests.stories.world import eventually

PEOPLE = 12


@pytest.fixture
async def office(tmp_path: Path, ready: Ready, post: Post) -> AsyncIterator[Office]:
    """A desk whose letters leave over a real SMTP conversation."""
    real = post.settings(name="sever")
    post.sink.account("help@sever.test", post.box.password)
    settings = replace(box("sever"), smtp=replace(real.smtp, user=post.box.address), password=real.password)
    settings = replace(settings, ca_file=real.ca_file)
    made = await Office.opened(ready.on_sqlite(tmp_path / "desk"), [settings])
    yield made
    await made.house.close()


async def states(office: Office) -> dict[str, int]:
    """How many letters are in which state."""
    query = select(departures.c.state, func.count()).where(departures.c.kind == "mail").group_by(departures.c.state)
    async with office.house.database.look() as connection:
        return {row[0]: row[1] for row in (await connection.execute(query)).all()}


async def sweep(office: Office) -> None:
    """Sends what is due."""
    await office.house.sender.sweep(["mail:sever"])
    await office.works()


async def test_a_server_that_was_away_for_four_days_gets_every_letter_once_over_one_connection(
    office: Office, post: Post
) -> None:
    """Meanwhile the whole mailbox waits, not each letter by itself; on return they go one after the other (T31)."""
    await office.receives(*(mail(f"p{one}@mail.test", "нет интернета") for one in range(PEOPLE)))
    post.sink.stop()
    for _ in range(4 * 24):
        await sweep(office)
        office.passes(hours=1)
    assert await states(office) == {"pending": PEOPLE}
    post.sink.start_again()
    before = post.sink.connections
    office.passes(hours=1)
    await sweep(office)
    await sweep(office)
    assert await states(office) == {"sent": PEOPLE}
    assert post.sink.connections == before + 1
    assert len({letter.message_id for letter in post.sink.letters}) == len(post.sink.letters) == PEOPLE


async def test_after_five_days_the_agents_are_told_and_nothing_more_is_tried(office: Office, post: Post) -> None:
    """Each letter is given up, visibly in its case; a server that comes back then gets none of them."""
    await office.receives(mail("anna@mail.test", "нет интернета, оператор"))
    post.sink.stop()
    for _ in range(7):
        await sweep(office)
        office.passes(days=1)
    assert await states(office) == {"failed": 1}
    (case,) = await office.cases()
    assert "not delivered: not sent in 5 days" in await office.journal(case)
    post.sink.start_again()
    await sweep(office)
    assert post.sink.letters == []


async def test_greylisting_is_waited_out_for_its_own_recipient_only(office: Office, post: Post) -> None:
    """5 and 15 minutes later for the one; everybody else at once."""
    post.sink.refuse("450 4.2.0 Greylisted", to="grey@mail.test", times=2)
    await office.receives(mail("grey@mail.test", "нет интернета"), mail("anna@mail.test", "нет интернета"))
    tries = []
    for minute in range(25):
        await sweep(office)
        tries += [minute] if await states(office) == {"sent": 2} else []
        if minute == 0:
            assert await states(office) == {"sent": 1, "pending": 1}
        office.passes(minutes=1)
    assert tries[0] == 20


class _Hanging:
    """A mailbox whose server never answers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.taken = 0

    async def send(self, departure: Departure, remotes: object) -> SendResult:
        self.taken += 1
        await asyncio.Event().wait()
        raise AssertionError


class _Quick(_Hanging):
    """A mailbox whose server is well."""

    async def send(self, departure: Departure, remotes: object) -> SendResult:
        self.taken += 1
        return Sent()


async def test_many_hanging_servers_do_not_hold_up_the_one_that_is_well(office: Office) -> None:
    """Forty mailboxes hang with more letters than there are places; the forty-first sends all the same (T13)."""
    hanging = {f"mail:h{one}": _Hanging(f"mail:h{one}") for one in range(40)}
    quick = _Quick("mail:quick")
    channels = {**hanging, quick.name: quick}
    await _queue(office, dict.fromkeys(hanging, 20))
    sender = OutboxSender(office.house.database, ChannelRegistry(channels, {}), "p:1", lambda: office.now)  # type: ignore[arg-type]
    sending = asyncio.create_task(sender.sweep(list(channels)))
    try:
        await eventually(lambda: _taken(hanging.values(), 240))
        await _queue(office, {quick.name: 30})
        await eventually(lambda: _taken([quick], 30))
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _taken(channels: Iterable[_Hanging], count: int) -> bool:
    return sum(channel.taken for channel in channels) >= count


async def _queue(office: Office, counts: dict[str, int]) -> None:
    rows = [
        {
            "key": f"{channel}.{number}", "provider": "sever", "channel": channel,
            "lane": f"{channel}:{number}", "kind": "mail",
            "policy": "retry", "body": {}, "case_id": 1, "state": "pending", "due_at": office.now,
            "created_at": datetime.now(UTC),
        }
        for channel, count in counts.items()
        for number in range(count)
    ]  # fmt: skip
    async with office.house.database.work() as connection:
        await connection.execute(departures.insert(), rows)
