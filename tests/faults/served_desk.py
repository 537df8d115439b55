"""A desk in processes of its own, with Telegram and mail servers around it, and a look into its database."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, func, select

from desk.model.settings import MailboxSettings
from desk.storage.queue_and_lease_tables import arrivals, departures, leases
from tests.kills.desk_process import Bot, DeskFolder, DeskProcess
from tests.peers.botapi import BotApi, User
from tests.prepared_desks import PreparedDesks

OUTAGE = float(os.environ.get("FIRSTLINE_OUTAGE", "12"))
"""Seconds that something stays away: longer than the desk's own time-outs. `make kills` makes it thirty."""
TOKEN = "1000:telegram-canary"
BOT = Bot("main", TOKEN)
FIRST = "Здравствуйте! Второй день нет интернета, договор 40-1187"


async def eventually(check: Callable[[], Awaitable[Any]], seconds: float = 60) -> Any:
    """Waits until the check gives something true, and returns it. Raises AssertionError with what it gave last."""
    deadline = asyncio.get_running_loop().time() + seconds
    value: Any = None
    while asyncio.get_running_loop().time() < deadline:
        if value := await check():
            return value
        await asyncio.sleep(0.05)
    raise AssertionError(f"it did not come to pass within {seconds} s; last: {value!r}")


@dataclass
class ServedDesk:
    """One desk folder, and the processes that serve it."""

    api: BotApi
    folder: DeskFolder
    desks: list[DeskProcess] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    """Those who wrote while something was broken."""
    first: str = FIRST
    """What who writes says, unless a test says otherwise."""

    @classmethod
    async def made(
        cls,
        root: Path,
        database: str,
        api: BotApi,
        mailboxes: Sequence[MailboxSettings] = (),
        bot: Bot = BOT,
        prepared_desks: PreparedDesks | None = None,
        **more: str,
    ) -> ServedDesk:
        """A migrated desk with one bot, not serving yet."""
        api.bot(bot.token)
        return cls(
            api, await DeskFolder.made(root, database, api.url, [bot], mailboxes, prepared_desks=prepared_desks, **more)
        )

    async def opens(self, name: str = "desk") -> DeskProcess:
        """One more process serves; returns when it does, and when somebody listens to the bot."""
        desk = DeskProcess(self.folder, name).start()
        self.desks.append(desk)
        await eventually(lambda: self._serving(desk), 120)
        return desk

    async def closes(self) -> None:
        """Kills whatever runs."""
        for desk in self.desks:
            desk.kill()

    def person(self, number: int, name: str = "Анна") -> User:
        """Somebody in Telegram."""
        return self.api.user(number, name, language_code="ru")

    async def says(self, person: User, text: str = "") -> None:
        """Somebody writes to the bot."""
        await person.says(self.api.bot(TOKEN), text or self.first)

    async def answered(self, person: User, seconds: float = 60) -> None:
        """Waits until the desk has said something to this person."""
        try:
            await person.hears(timeout=seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()}") from None

    async def serves(self, number: int) -> None:
        """Somebody new writes and is answered: the desk is at work."""
        person = self.person(number, f"Новый {number}")
        await self.says(person)
        await self.answered(person)

    async def rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        """Looks into the desk's database."""
        database = self.folder.open()
        try:
            async with database.look() as connection:
                found: Sequence[Row[Any]] = (await connection.execute(query)).all()
                return found
        finally:
            await database.close()

    async def count(self, state: str = "", channel: str = "telegram:main") -> int:
        """How many arrivals of a channel are in a state, or in any."""
        query = select(func.count()).where(arrivals.c.channel == channel)
        return int((await self.rows(query.where(arrivals.c.state == state) if state else query))[0][0])

    async def settled(self, seconds: float = 120) -> None:
        """Waits until everything is decided and sent."""

        async def nothing_left() -> bool:
            waiting = select(arrivals.c.id).where(arrivals.c.state == "waiting")
            leaving = select(departures.c.id).where(departures.c.state.in_(("pending", "sending")))
            return not await self.rows(waiting) and not await self.rows(leaving)

        await eventually(nothing_left, seconds)

    async def holder(self, lease: str) -> int:
        """The number of the process that holds a lease; 0 for nobody."""
        found = await self.rows(select(leases.c.holder).where(leases.c.name == lease))
        return int(found[0].holder.split(":")[1]) if found else 0

    def desk_of(self, pid: int) -> DeskProcess:
        """The process with this number."""
        return next(desk for desk in self.desks if desk.alive and desk.pid == pid)

    def log(self) -> str:
        """What the processes have said lately."""
        return "\n".join(desk.said(2000) for desk in self.desks)

    async def _serving(self, desk: DeskProcess) -> bool:
        assert desk.alive, f"a desk ended by itself:\n{desk.said()}"
        if " serves: " not in desk.said():
            return False
        with contextlib.suppress(Exception):
            return bool(await self.holder("listen:telegram:main"))
        return False
