"""A desk at work on this machine, and what its people get to see: chats, mails, the agents' group."""

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

from chat.terminal_channel import ShownMessage, TerminalChannel, channel_name
from console.demo.agents_chat import AgentsGroupChannel
from console.demo.folder import MAILBOX, PROVIDER, make_demo_folder, new_password
from console.demo.mail_servers import LoopbackMailServers
from console.runtime.serve_loops import Server
from console.runtime.wiring import Application, build_application
from desk.model.case import Case
from desk.model.messages import RawMessage
from desk.pipeline.send import OutboxSender
from desk.queues import inbox
from desk.storage.queue_and_lease_tables import arrivals, departures
from mail.receiving.tables import mailboxes

POLL_PAUSE = 0.03
"""Seconds between looks whether the desk is done."""


class StepDidNotHappen(Exception):
    """A step of the demo did not come to pass: says which."""


@dataclass(slots=True)
class DemoDesk:
    """The desk and what came of it. ``chats``, ``group`` and ``mails`` hold what nobody has taken yet."""

    application: Application
    mail_servers: LoopbackMailServers
    agents_group: AgentsGroupChannel
    chats: list[ShownMessage] = field(default_factory=list)
    group: list[ShownMessage] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)

    async def submit(self, raw: RawMessage) -> None:
        """Takes in what somebody typed or pressed."""
        await inbox.accept(self.application.database, [raw])

    async def wait_settled(self, seconds: float = 60) -> None:
        """Waits until everything that came is decided and everything decided is said. Raises `StepDidNotHappen`."""
        for _ in range(int(seconds / POLL_PAUSE)):
            if not (unfinished := await self._unfinished()):
                return
            await asyncio.sleep(POLL_PAUSE)
        raise StepDidNotHappen(f"within {seconds:.0f} seconds {unfinished}")

    async def cases(self) -> list[Case]:
        """Every case of the provider, oldest first."""
        async with self.application.database.read(PROVIDER) as session:
            return list((await session.scalars(select(Case).order_by(Case.id))).all())

    async def _unfinished(self) -> str:
        """What is still to be done; "" when nothing is."""
        mail = arrivals.c.channel == f"mail:{self.application.settings.mailboxes[0].name}"
        now = self.application.clock()
        unsaid = or_(departures.c.state == "sending", (departures.c.state == "pending") & (departures.c.due_at <= now))
        if await self._count(select(func.count(arrivals.c.id)).where(mail)) < self.mail_servers.delivered:
            return "a mail was not fetched from the mailbox"
        if await self._count(select(func.count(arrivals.c.id)).where(arrivals.c.state == "waiting")):
            return "something that came in was not decided"
        if await self._count(select(func.count(departures.c.id)).where(unsaid)):
            return "something decided was not sent"
        return ""

    async def _count(self, query: Select[Any]) -> int:
        async with self.application.database.look() as connection:
            return int((await connection.execute(query)).scalar_one())


@asynccontextmanager
async def desk_at_work(chat_in_terminal: bool = False) -> AsyncIterator[DemoDesk]:
    """The whole desk and its mail servers in a temporary folder, until the end of the block.

    With ``chat_in_terminal`` somebody else sends what goes into the chat: a terminal.
    """
    with tempfile.TemporaryDirectory(prefix="firstline-demo-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        mails: list[EmailMessage] = []
        mail_servers = LoopbackMailServers(root, MAILBOX, await asyncio.to_thread(new_password, root), mails.append)
        await mail_servers.start()
        try:
            async with _running(root, mail_servers, mails, chat_in_terminal) as desk:
                yield desk
        finally:
            await mail_servers.stop()


@asynccontextmanager
async def _running(
    root: Path, mail_servers: LoopbackMailServers, mails: list[EmailMessage], chat_in_terminal: bool
) -> AsyncIterator[DemoDesk]:
    settings = await make_demo_folder(root, mail_servers)
    group: list[ShownMessage] = []

    async def capture(message: ShownMessage) -> None:
        group.append(message)

    agents_group = AgentsGroupChannel(PROVIDER, capture, settings.data / "chat")
    application = await build_application(
        settings, extra_channels=[agents_group], workers=1, agents_group={PROVIDER: agents_group.address}
    )
    desk = DemoDesk(application, mail_servers, agents_group, group=group, mails=mails)
    serving = Server(application)
    channels = [agents_group.name] if chat_in_terminal else [agents_group.name, _capture_chat(desk)]
    tasks = [asyncio.create_task(serving.run()), asyncio.create_task(_send_to_terminals(application, channels))]
    try:
        await _wait_connected(desk, tasks)
        yield desk
    finally:
        serving.stop()
        tasks[1].cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        await application.close()


def _capture_chat(desk: DemoDesk) -> str:
    channel = desk.application.channels[channel_name(PROVIDER)]
    assert isinstance(channel, TerminalChannel)  # noqa: S101 - the wiring makes one for every provider

    async def capture(message: ShownMessage) -> None:
        desk.chats.append(message)

    channel.show = capture
    return channel.name


async def _send_to_terminals(application: Application, channels: list[str]) -> None:
    """What goes to terminals is the business of their own process, not of `serve`."""
    sender = OutboxSender(application.database, application.registry, application.holder, application.clock)
    while True:
        await sender.sweep(channels)
        await asyncio.sleep(POLL_PAUSE)


async def _wait_connected(desk: DemoDesk, tasks: list[asyncio.Task[None]], seconds: float = 60) -> None:
    """Waits for the first look into the mailbox: whatever lay there before it is not ours, and never answered."""
    for _ in range(int(seconds / POLL_PAUSE)):
        if broken := next((task for task in tasks if task.done()), None):
            broken.result()
        async with desk.application.database.look() as connection:
            if (await connection.execute(select(mailboxes.c.channel))).first():
                return
        await asyncio.sleep(POLL_PAUSE)
    raise StepDidNotHappen(f"the desk did not connect to its mailbox within {seconds:.0f} seconds")
