"""Two processes with one configuration on one PostgreSQL: they share the work, and each can do without the other."""

from __future__ import annotations

import itertools

from sqlalchemy import select

from desk.storage.queue_tables import arrivals
from tests.faults.scene import FIRST, Scene, eventually
from tests.kills.process import DeskProcess
from tests.peers.botapi.faults import Fault

LISTEN = "listen:telegram:main"


async def test_two_share_the_work_and_either_takes_over_from_the_other(shared_scene: Scene) -> None:
    """One polls and both decide; whoever is killed, the other goes on, and Telegram never sees two pollers."""
    scene = shared_scene
    await scene.opens("one")
    await scene.opens("two")
    assert await _deciders(scene) == {desk.pid for desk in scene.desks}
    for number in (1, 2):
        poller = await scene.holder(LISTEN)
        scene.desk_of(poller).kill()
        await scene.serves(6000 + number)
        assert await scene.holder(LISTEN) != poller
        await scene.opens(f"new{number}")
    poller = await scene.holder(LISTEN)
    next(desk for desk in scene.desks if desk.alive and desk.pid != poller).kill()
    await scene.serves(6003)
    await scene.settled()
    assert await scene.count("done") == await scene.count()
    assert [call for call in scene.api.calls("getUpdates") if call.code == 409 and call.answered] == []


async def _deciders(scene: Scene) -> set[int]:
    """Who holds arrivals while many come, and until two were seen at it."""
    seen: set[int] = set()
    for number in itertools.count():
        if number >= 120 and (len(seen) > 1 or number == 2000):
            break
        await scene.says(
            scene.person(6100 + number % 40), FIRST if number < 40 else f"лампочка горит, проверка {number}"
        )
        query = select(arrivals.c.holder).where(arrivals.c.state == "waiting", arrivals.c.holder.is_not(None))
        seen |= {int(row.holder.split(":")[1]) for row in await scene.rows(query)}
    await scene.settled()
    return seen


async def test_a_poller_that_was_frozen_wakes_up_fenced_and_writes_nothing(shared_scene: Scene) -> None:
    """It had updates in its hands when it was stopped: the other stores them, and they are there once."""
    scene = shared_scene
    await scene.opens("one")
    await scene.serves(6201)
    await scene.opens("two")
    frozen = scene.desk_of(await scene.holder(LISTEN))
    # The answer with the updates reaches the frozen one's socket, and is read there only after it wakes up.
    delay = scene.api.fails("getUpdates", "delay", seconds=1.5, times=1)
    await scene.says(scene.person(6202))
    await eventually(lambda: _hit(delay))
    person = scene.person(6203)
    await scene.says(person)
    frozen.freeze()
    await scene.answered(person, 60)
    assert await scene.holder(LISTEN) != frozen.pid
    polls = len(scene.api.calls("getUpdates"))
    frozen.thaw()
    await eventually(lambda: _says(frozen, "another process"))
    await scene.serves(6204)
    await scene.settled()
    assert await scene.holder(LISTEN) != frozen.pid
    assert (await scene.count(), await scene.count("done")) == (4, 4)
    conflicts = [
        call for call in scene.api.log if call.method == "getUpdates" and call.number > polls and call.code == 409
    ]
    assert len(conflicts) <= 1, "the frozen one has asked Telegram again"


async def _hit(fault: Fault) -> bool:
    return fault.hits > 0


async def _says(desk: DeskProcess, words: str) -> bool:
    return words in desk.said()
