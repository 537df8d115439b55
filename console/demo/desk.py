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

from chat.terminal_channel import TerminalChannel, TerminalMessage, channel_name
from console.demo.agents_group import AgentsGroupChannel
from console.demo.folder import MAILBOX, PROVIDER, make_demo_folder, new_password
from console.demo.servers import LoopbackMailServers
from console.runtime.server import Server
from console.runtime.wiring import Application, build_application
from desk.model.case import Case
from desk.model.messages import RawMessage
from desk.pipeline.send import OutboxSender
from desk.queues import inbox
from desk.storage.queue_tables import arrivals, departures
from mail.receiving.tables import mailboxes

LOOKS = 0.03
"""Seconds between looks whether the desk is done."""


class StepDidNotHappen(Exception):
    """A step of the demo did not come to pass: says which."""


@dataclass(slots=True)
class DemoDesk:
    """The desk and what came of it. ``chats``, ``group`` and ``letters`` hold what nobody has taken yet."""

    house: Application
    office: LoopbackMailServers
    agents_group: AgentsGroupChannel
    chats: list[TerminalMessage] = field(default_factory=list)
    group: list[TerminalMessage] = field(default_factory=list)
    letters: list[EmailMessage] = field(default_factory=list)

    async def accepts(self, raw: RawMessage) -> None:
        """Takes in what somebody typed or pressed."""
        await inbox.accept(self.house.database, [raw])

    async def settles(self, seconds: float = 60) -> None:
        """Waits until everything that came is decided and everything decided is said. Raises `StepDidNotHappen`."""
        for _ in range(int(seconds / LOOKS)):
            if not (left := await self._left()):
                return
            await asyncio.sleep(LOOKS)
        raise StepDidNotHappen(f"within {seconds:.0f} seconds {left}")

    async def cases(self) -> list[Case]:
        """Every case of the provider, oldest first."""
        async with self.house.database.read(PROVIDER) as session:
            return list((await session.scalars(select(Case).order_by(Case.id))).all())

    async def _left(self) -> str:
        """What is still to be done; "" when nothing is."""
        mail = arrivals.c.channel == f"mail:{self.house.settings.mailboxes[0].name}"
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
async def desk_at_work(shown_elsewhere: bool = False) -> AsyncIterator[DemoDesk]:
    """The whole town in a temporary folder, until the end of the block.

    With ``shown_elsewhere`` somebody else sends what goes into the chat: a terminal.
    """
    with tempfile.TemporaryDirectory(prefix="firstline-demo-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        letters: list[EmailMessage] = []
        office = LoopbackMailServers(root, MAILBOX, await asyncio.to_thread(new_password, root), letters.append)
        await office.opens()
        try:
            async with _serving(root, office, letters, shown_elsewhere) as town:
                yield town
        finally:
            await office.closes()


@asynccontextmanager
async def _serving(
    root: Path, office: LoopbackMailServers, letters: list[EmailMessage], shown_elsewhere: bool
) -> AsyncIterator[DemoDesk]:
    settings = await make_demo_folder(root, office)
    group: list[TerminalMessage] = []

    async def told(shown: TerminalMessage) -> None:
        group.append(shown)

    agents_group = AgentsGroupChannel(PROVIDER, told, settings.data / "chat")
    house = await build_application(
        settings, extra_channels=[agents_group], workers=1, agents_group={PROVIDER: agents_group.address}
    )
    town = DemoDesk(house, office, agents_group, group=group, letters=letters)
    serving = Server(house)
    channels = [agents_group.name] if shown_elsewhere else [agents_group.name, _listened_to(town)]
    tasks = [asyncio.create_task(serving.run()), asyncio.create_task(_sent(house, channels))]
    try:
        await _connected(town, tasks)
        yield town
    finally:
        serving.stop()
        tasks[1].cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        await house.close()


def _listened_to(town: DemoDesk) -> str:
    channel = town.house.channels[channel_name(PROVIDER)]
    assert isinstance(channel, TerminalChannel)  # noqa: S101 - the wiring makes one for every provider

    async def told(shown: TerminalMessage) -> None:
        town.chats.append(shown)

    channel.show = told
    return channel.name


async def _sent(house: Application, channels: list[str]) -> None:
    """What goes to terminals is the business of their own process, not of `serve`."""
    sender = OutboxSender(house.database, house.registry, house.holder, house.clock)
    while True:
        await sender.sweep(channels)
        await asyncio.sleep(LOOKS)


async def _connected(town: DemoDesk, tasks: list[asyncio.Task[None]], seconds: float = 60) -> None:
    """Waits for the first look into the mailbox: whatever lay there before it is not ours, and never answered."""
    for _ in range(int(seconds / LOOKS)):
        if broken := next((task for task in tasks if task.done()), None):
            broken.result()
        async with town.house.database.look() as connection:
            if (await connection.execute(select(mailboxes.c.channel))).first():
                return
        await asyncio.sleep(LOOKS)
    raise StepDidNotHappen(f"the desk did not connect to its mailbox within {seconds:.0f} seconds")
