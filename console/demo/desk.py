"""A desk at work on this machine, and what its people get to see: chats, letters, the agents' group."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, or_, select

from chat.terminal_channel import ChatDoor, Shown, door_name
from console.demo.folder import MAILBOX, PROVIDER, new_password, settled_in
from console.demo.servers import PostOffice
from console.demo.staff import StaffDoor
from console.runtime.server import Serving
from console.runtime.wiring import House, build
from desk.model.case import Case
from desk.model.messages import Raw
from desk.pipeline.send import Sender
from desk.queues import inbox
from desk.storage.queue_tables import arrivals, departures
from mail.receiving.tables import mailboxes

LOOKS = 0.03
"""Seconds between looks whether the desk is done."""


class DidNotHappen(Exception):
    """A step of the demo did not come to pass: says which."""


@dataclass(slots=True)
class Town:
    """The desk and what came of it. ``chats``, ``group`` and ``letters`` hold what nobody has taken yet."""

    house: House
    office: PostOffice
    staff: StaffDoor
    chats: list[Shown] = field(default_factory=list)
    group: list[Shown] = field(default_factory=list)
    letters: list[EmailMessage] = field(default_factory=list)

    async def accepts(self, raw: Raw) -> None:
        """Takes in what somebody typed or pressed."""
        await inbox.accept(self.house.database, [raw])

    async def settles(self, seconds: float = 60) -> None:
        """Waits until everything that came is decided and everything decided is said. Raises `DidNotHappen`."""
        for _ in range(int(seconds / LOOKS)):
            if not (left := await self._left()):
                return
            await asyncio.sleep(LOOKS)
        raise DidNotHappen(f"within {seconds:.0f} seconds {left}")

    async def cases(self) -> list[Case]:
        """Every case of the provider, oldest first."""
        async with self.house.database.read(PROVIDER) as session:
            return list((await session.scalars(select(Case).order_by(Case.id))).all())

    async def _left(self) -> str:
        """What is still to be done; "" when nothing is."""
        mail = arrivals.c.door == f"mail:{self.house.settings.mailboxes[0].name}"
        now = self.house.clock()
        unsaid = or_(departures.c.state == "sending", (departures.c.state == "pending") & (departures.c.due_at <= now))
        if await self._count(select(func.count(arrivals.c.id)).where(mail)) < self.office.delivered:
            return "a letter was not fetched from the mailbox"
        if await self._count(select(func.count(arrivals.c.id)).where(arrivals.c.state == "waiting")):
            return "something that came in was not decided"
        if await self._count(select(func.count(departures.c.id)).where(unsaid)):
            return "something decided was not sent"
        return ""

    async def _count(self, query: Select[Any]) -> int:
        async with self.house.database.look() as connection:
            return int((await connection.execute(query)).scalar_one())


@asynccontextmanager
async def desk_at_work(shown_elsewhere: bool = False) -> AsyncIterator[Town]:
    """The whole town in a temporary folder, until the end of the block.

    With ``shown_elsewhere`` somebody else sends what goes into the chat: a terminal.
    """
    with tempfile.TemporaryDirectory(prefix="firstline-demo-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        letters: list[EmailMessage] = []
        office = PostOffice(root, MAILBOX, await asyncio.to_thread(new_password, root), letters.append)
        await office.opens()
        try:
            async with _serving(root, office, letters, shown_elsewhere) as town:
                yield town
        finally:
            await office.closes()


@asynccontextmanager
async def _serving(
    root: Path, office: PostOffice, letters: list[EmailMessage], shown_elsewhere: bool
) -> AsyncIterator[Town]:
    settings = await settled_in(root, office)
    group: list[Shown] = []

    async def told(shown: Shown) -> None:
        group.append(shown)

    staff = StaffDoor(PROVIDER, told, settings.data / "chat")
    house = await build(settings, extra_doors=[staff], workers=1, staff={PROVIDER: staff.address})
    town = Town(house, office, staff, group=group, letters=letters)
    serving = Serving(house)
    doors = [staff.name] if shown_elsewhere else [staff.name, _listened_to(town)]
    tasks = [asyncio.create_task(serving.run()), asyncio.create_task(_sent(house, doors))]
    try:
        await _connected(town, tasks)
        yield town
    finally:
        serving.stop()
        tasks[1].cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        await house.close()


def _listened_to(town: Town) -> str:
    door = town.house.doors[door_name(PROVIDER)]
    assert isinstance(door, ChatDoor)  # noqa: S101 - the wiring makes one for every provider

    async def told(shown: Shown) -> None:
        town.chats.append(shown)

    door.show = told
    return door.name


async def _sent(house: House, doors: list[str]) -> None:
    """What goes to terminals is the business of their own process, not of `serve`."""
    sender = Sender(house.database, house.switchboard, house.holder, house.clock)
    while True:
        await sender.sweep(doors)
        await asyncio.sleep(LOOKS)


async def _connected(town: Town, tasks: list[asyncio.Task[None]], seconds: float = 60) -> None:
    """Waits for the first look into the mailbox: whatever lay there before it is not ours, and never answered."""
    for _ in range(int(seconds / LOOKS)):
        if broken := next((task for task in tasks if task.done()), None):
            broken.result()
        async with town.house.database.look() as connection:
            if (await connection.execute(select(mailboxes.c.door))).first():
                return
        await asyncio.sleep(LOOKS)
    raise DidNotHappen(f"the desk did not connect to its mailbox within {seconds:.0f} seconds")
