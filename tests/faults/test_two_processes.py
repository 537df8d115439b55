"""Two processes with one configuration on one PostgreSQL: they share the work, and each can do without the other."""

from __future__ import annotations

import itertools

from sqlalchemy import select

from desk.storage.queue_and_lease_tables import arrivals
from tests.faults.served_desk import FIRST, ServedDesk, eventually
from tests.kills.desk_process import DeskProcess
from tests.peers.botapi.faults import Fault

LISTEN = "listen:telegram:main"


async def test_two_share_the_work_and_either_takes_over_from_the_other(shared_desk: ServedDesk) -> None:
    """One polls and both decide; whoever is killed, the other goes on, and Telegram never sees two pollers."""
    served_desk = shared_desk
    await served_desk.opens("one")
    await served_desk.opens("two")
    assert await _deciders(served_desk) == {desk.pid for desk in served_desk.desks}
    for number in (1, 2):
        poller = await served_desk.holder(LISTEN)
        served_desk.desk_of(poller).kill()
        await served_desk.serves(6000 + number)
        assert await served_desk.holder(LISTEN) != poller
        await served_desk.opens(f"new{number}")
    poller = await served_desk.holder(LISTEN)
    next(desk for desk in served_desk.desks if desk.alive and desk.pid != poller).kill()
    await served_desk.serves(6003)
    await served_desk.settled()
    assert await served_desk.count("done") == await served_desk.count()
    assert [call for call in served_desk.api.calls("getUpdates") if call.code == 409 and call.answered] == []


async def _deciders(served_desk: ServedDesk) -> set[int]:
    """Who holds arrivals while many come, and until two were seen at it."""
    seen: set[int] = set()
    for number in itertools.count():
        if number >= 120 and (len(seen) > 1 or number == 2000):
            break
        await served_desk.says(
            served_desk.person(6100 + number % 40), FIRST if number < 40 else f"лампочка горит, проверка {number}"
        )
        query = select(arrivals.c.holder).where(arrivals.c.state == "waiting", arrivals.c.holder.is_not(None))
        seen |= {int(row.holder.split(":")[1]) for row in await served_desk.rows(query)}
    await served_desk.settled()
    return seen


async def test_a_poller_that_was_frozen_wakes_up_fenced_and_writes_nothing(shared_desk: ServedDesk) -> None:
    """It had updates in its hands when it was stopped: the other stores them, and they are there once."""
    served_desk = shared_desk
    await served_desk.opens("one")
    await served_desk.serves(6201)
    await served_desk.opens("two")
    frozen = served_desk.desk_of(await served_desk.holder(LISTEN))
    # The answer with the updates reaches the frozen one's socket, and is read there only after it wakes up.
    delay = served_desk.api.fails("getUpdates", "delay", seconds=1.5, times=1)
    await served_desk.says(served_desk.person(6202))
    await eventually(lambda: _hit(delay))
    person = served_desk.person(6203)
    await served_desk.says(person)
    frozen.freeze()
    await served_desk.answered(person, 60)
    assert await served_desk.holder(LISTEN) != frozen.pid
    polls = len(served_desk.api.calls("getUpdates"))
    frozen.thaw()
    await eventually(lambda: _says(frozen, "another process"))
    await served_desk.serves(6204)
    await served_desk.settled()
    assert await served_desk.holder(LISTEN) != frozen.pid
    assert (await served_desk.count(), await served_desk.count("done")) == (4, 4)
    conflicts = [
        call for call in served_desk.api.log if call.method == "getUpdates" and call.number > polls and call.code == 409
    ]
    assert len(conflicts) <= 1, "the frozen one has asked Telegram again"


async def _hit(fault: Fault) -> bool:
    return fault.hits > 0


async def _says(desk: DeskProcess, words: str) -> bool:
    return words in desk.said()
