"""One desk and the people around it: subscribers in Telegram and by mail, agents in their group.

Everything is real but Telegram itself, whose Bot API is our own emulator over HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import select, update

from console.runtime.listeners import ROLES
from console.runtime.server import Server
from console.runtime.wiring import Application, build_application
from desk.model.case import Case, JournalEntry
from desk.model.settings import MailboxSettings, Secret, Settings, TelegramSettings
from desk.storage.database import Database
from desk.storage.queue_tables import departures, pending
from kb.storage.tables import SuggestionRow
from mail.receiving.tables import mailboxes
from tests.peers.botapi import BotApi, Group, Message, User
from tests.ready import Ground

T = TypeVar("T")
TOKEN = "1000:telegram-canary"
AGENTS = -1001
IVANOVA = 700001


def hurried() -> float:
    """Telegram's limits are proved in tests/bots; in a story nobody waits for them."""
    return time.monotonic() * 100


class Clock:
    """The desk's clock, which a story may move on."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclasses.dataclass
class World:
    """A desk at work. ``house`` is the running one; the database is looked into only where a story asks for figures."""

    settings: Settings
    api: BotApi
    clock: Clock
    house: Application | None = None
    serving: Server | None = None
    task: asyncio.Task[None] | None = None

    async def opens(self, roles: Sequence[str] = ROLES) -> None:
        """The desk starts to serve."""
        self.house = await build_application(self.settings, self.clock, monotonic=hurried)
        self.serving = Server(self.house, roles, refresh_interval=0.5)
        self.task = asyncio.create_task(self.serving.run())

    async def closes(self) -> None:
        """The desk finishes what it has in hand, and stops."""
        if self.serving and self.task and self.house:
            self.serving.stop()
            await asyncio.wait_for(self.task, 60)
            await self.house.close()
        self.house = self.serving = self.task = None

    async def cases(self, provider: str = "sever") -> list[Case]:
        """Every case of a provider, oldest first."""
        database = Database(self.settings.database)
        try:
            async with database.read(provider) as session:
                return list((await session.scalars(select(Case).order_by(Case.id))).all())
        finally:
            await database.close()

    async def journal(self, case: Case) -> list[JournalEntry]:
        """The protocol of a case."""
        database = Database(self.settings.database)
        try:
            async with database.read(case.provider) as session:
                query = select(JournalEntry).where(JournalEntry.case_id == case.id).order_by(JournalEntry.id)
                return list((await session.scalars(query)).all())
        finally:
            await database.close()

    async def has_looked_into_its_mailbox(self) -> None:
        """Waits until the first connection is made: only what comes after it is the desk's."""
        database = Database(self.settings.database)

        async def known() -> bool:
            async with database.look() as connection:
                return (await connection.execute(select(mailboxes.c.channel))).first() is not None

        await eventually(known)
        await database.close()

    async def pending(self) -> list[tuple[str, str, int]]:
        """Letters that wait for an agent's word: sender, why, arrival."""
        database = Database(self.settings.database)
        query = select(pending.c.sender, pending.c.why, pending.c.arrival_id).where(pending.c.state == "waiting")
        async with database.look() as connection:
            rows = [(row.sender, row.why, row.arrival_id) for row in await connection.execute(query)]
        await database.close()
        return rows

    async def suggestions(self, provider: str = "sever") -> list[tuple[str, str]]:
        """Every article offered, and what came of it."""
        database = Database(self.settings.database)
        try:
            async with database.read(provider) as session:
                return [(one.article, one.outcome) for one in (await session.scalars(select(SuggestionRow))).all()]
        finally:
            await database.close()

    async def forgets_what_was_sent(self) -> None:
        """As after a kill between sending and writing down: no sent message has an id any more."""
        database = Database(self.settings.database)

        async def settled() -> bool:
            async with database.look() as connection:
                unsettled = select(departures.c.id).where(departures.c.state.in_(("pending", "sending")))
                return (await connection.execute(unsettled)).first() is None

        await eventually(settled)
        async with database.work() as connection:
            await connection.execute(update(departures).values(remote=""))
        await database.close()

    def later(self, **time: float) -> None:
        """The clock moves on."""
        self.clock.ahead += timedelta(**time)


async def new_world(
    ground: Ground, api: BotApi, mailboxes: Sequence[MailboxSettings] = (), shared: bool = False
) -> World:
    """A desk with one bot, not serving yet."""
    telegram = TelegramSettings(
        name="main",
        token=Secret(TOKEN),
        provider="_front" if shared else "sever",
        api=api.url,
        agents_chat=AGENTS,
    )
    settings = Settings(
        root=ground.root,
        database=ground.database,
        data=ground.root / "data",
        secret=Secret("a secret for tests"),
        telegram=(telegram,),
        mailboxes=tuple(mailboxes),
    )
    return World(settings, api, Clock())


async def eventually(check: Callable[[], Awaitable[T]], seconds: float = 60) -> T:
    """Waits until the check gives something true, and returns it; its last value in the complaint."""
    deadline = asyncio.get_running_loop().time() + seconds
    value: T | None = None
    while asyncio.get_running_loop().time() < deadline:
        with contextlib.suppress(LookupError):
            if value := await check():
                return value
        await asyncio.sleep(0.05)
    raise AssertionError(f"it did not come to pass within {seconds} s; last: {value!r}")


class Chatter:
    """A subscriber in Telegram, told in the words of a story."""

    def __init__(self, user: User, world: World) -> None:
        self.user, self.world = user, world
        self.bot = world.api.bot(TOKEN)

    async def starts(self) -> None:
        """Opens the chat with the bot."""
        await self.user.starts(self.bot)

    async def says(self, text: str) -> None:
        """Types a message."""
        await self.user.says(self.bot, text)

    async def hears(self, containing: str, timeout: float = 60) -> Message:
        """Waits for a message with these words."""
        return await self.user.hears(containing, timeout=timeout)

    async def presses(self, message: Message, label: str) -> None:
        """Taps a button."""
        await self.user.presses(message, label)

    async def all_words(self) -> list[str]:
        """Every message of the chat, as it reads now."""
        return [one.words for one in self.user.dialog(self.bot).messages.values()]


class Desk:
    """The agents' group, and one agent in it."""

    def __init__(self, world: World, group: Group, agent: User) -> None:
        self.world, self.group, self.agent = world, group, agent

    async def sees(self, containing: str, timeout: float = 60) -> Message:
        """Waits for a message in the group."""
        return await self.group.hears(containing, timeout=timeout)

    async def presses(self, message: Message, label: str) -> str:
        """Taps a button once it is there, and reads what it says."""
        deadline = time.monotonic() + 60
        while label not in (button.text for button in message.buttons) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        query = await self.agent.presses(message, label)
        return await query.reply() or ""

    async def replies(self, message: Message, text: str) -> None:
        """Answers a message of the group."""
        await self.agent.says(self.group, text, reply_to=message)
