"""A backlog at one channel delays nobody at another."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from desk.model.messages import RawMessage
from desk.queues import inbox
from desk.storage.database import Database

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


async def arrive(database: Database, channel: str, count: int, body: bytes = b"x") -> None:
    raws = [RawMessage(channel, str(number), f"{channel}:{number}", body, NOW) for number in range(count)]
    await inbox.accept(database, raws)


async def test_each_channel_has_its_share_of_every_sweep(database: Database) -> None:
    """A thousand letters came first in one mailbox: two other channels are served with the very first sweep."""
    await arrive(database, "mail:flooded", 1000)
    await arrive(database, "mail:quiet", 2)
    await arrive(database, "telegram:main", 30)
    claimed = Counter(one.channel for one in await inbox.claim(database, "worker", NOW, 40))
    assert claimed["mail:quiet"] == 2
    assert min(claimed["mail:flooded"], claimed["telegram:main"]) >= 13
    assert claimed.total() == 40
    claimed += Counter(one.channel for one in await inbox.claim(database, "worker", NOW, 40))
    assert claimed["telegram:main"] >= 26
    assert claimed.total() == 80


async def test_a_channel_gets_no_more_than_it_has_room_for(database: Database) -> None:
    """What is being read of a flooded mailbox fills no more than its places; the rest stays free for others."""
    await arrive(database, "mail:flooded", 100)
    await arrive(database, "mail:quiet", 2)
    room = {"mail:flooded": 3, "mail:quiet": 10}
    claimed = Counter(one.channel for one in await inbox.claim(database, "worker", NOW, 40, room.__getitem__))
    assert claimed == {"mail:flooded": 3, "mail:quiet": 2}
    assert await inbox.claim(database, "worker", NOW, 40, lambda channel: 0) == []


async def test_one_channel_alone_has_all_the_places(database: Database) -> None:
    await arrive(database, "mail:flooded", 50)
    assert [one.key for one in await inbox.claim(database, "worker", NOW, 40)] == [str(n) for n in range(40)]


async def test_more_channels_than_places_are_served_by_and_by(database: Database) -> None:
    """Nobody is left out for ever, and nobody is served twice before."""
    for number in range(30):
        await arrive(database, f"mail:{number}", 1)
    served: list[str] = []
    for _ in range(6):
        served += [one.channel for one in await inbox.claim(database, "worker", NOW, 5)]
    assert sorted(served) == sorted(f"mail:{number}" for number in range(30))


async def test_of_huge_letters_only_a_few_are_in_memory_at_once(database: Database) -> None:
    """A hundred letters of 20 MB would be 2 GB: the heavy ones wait, and light ones behind them do not."""
    await arrive(database, "mail:flooded", 5, bytes(inbox.LIGHT + 1))
    await arrive(database, "telegram:main", 2)

    async def taken(weight: int) -> Counter[str]:
        return Counter(one.channel for one in await inbox.claim(database, "worker", NOW, 40, weight=weight))

    assert await taken(2 * inbox.LIGHT) == {"mail:flooded": 2, "telegram:main": 2}
    assert await taken(0) == {}
    assert await taken(1) == {"mail:flooded": 1}, "one is always taken, however heavy it is"
    assert await taken(inbox.HEAVY) == {"mail:flooded": 2}
