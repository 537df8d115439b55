"""The entrance: the database and the doors to the world, all it takes to store what comes in.

It is open seconds before the house behind it is furnished (`console.runtime.wiring`), and nothing is imported for it but the
rooms that have a door here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from console.runtime.attachments import Opener
from desk.clock import Clock, now
from desk.model.channel import Door
from desk.model.settings import Settings
from desk.pipeline.reply_tokens import Keyring
from desk.storage.database import Database
from desk.storage.process_identity import this_process
from mail.reading.sandbox import Readers


@runtime_checkable
class Closing(Protocol):
    """A door that keeps connections."""

    async def close(self) -> None:
        """Closes them."""


@dataclass(slots=True)
class Entrance:
    """What listens and stores, for one process. ``holder`` is its name towards the others on the same database."""

    settings: Settings
    database: Database
    keyring: Keyring
    readers: Readers
    doors: dict[str, Door]
    opener: Opener
    holder: str
    clock: Clock

    def outer(self) -> list[tuple[str, Door]]:
        """The doors through which the world comes in, by name: those of the settings."""
        names = [*(bot.door for bot in self.settings.telegram), *(box.door for box in self.settings.mailboxes)]
        return [(name, self.doors[name]) for name in names]

    async def close(self) -> None:
        """Closes what was opened."""
        await asyncio.gather(*(door.close() for door in self.doors.values() if isinstance(door, Closing)))
        await self.readers.close()
        await self.database.close()


def entered(
    settings: Settings,
    clock: Clock = now,
    workers: int = 2,
    ticks: Callable[[], float] = time.monotonic,
) -> Entrance:
    """Makes it; nothing is connected yet.

    ``workers`` are the children that read mail, ``ticks`` the seconds by which a wire's own limits are kept.
    """
    database, keyring = Database(settings.database), Keyring(settings.secret, settings.former_secret)
    readers = Readers(workers=workers)
    doors: dict[str, Door] = {}
    opener = Opener(database, readers, doors, settings)
    if settings.telegram:
        doors |= _bots(settings, keyring, opener, clock, ticks)
    if settings.mailboxes:
        doors |= _mailboxes(settings, database, readers, opener, clock)
    return Entrance(settings, database, keyring, readers, doors, opener, this_process(), clock)


def _bots(
    settings: Settings, keyring: Keyring, opener: Opener, clock: Clock, ticks: Callable[[], float]
) -> dict[str, Door]:
    from bots.channel import TelegramDoor  # noqa: PLC0415 (only where there is a bot)
    from bots.http_sessions import Lines  # noqa: PLC0415 (the same)

    lines = Lines()
    secrets = {bot.door: keyring.derived(f"webhook {bot.name}") if bot.webhook else "" for bot in settings.telegram}
    return {
        bot.door: TelegramDoor(bot, opener.open, secrets[bot.door], clock, ticks, lines) for bot in settings.telegram
    }


def _mailboxes(
    settings: Settings, database: Database, readers: Readers, opener: Opener, clock: Clock
) -> dict[str, Door]:
    from mail.channel import MailDoor  # noqa: PLC0415 (only where there is a mailbox)
    from mail.receiving.fair_scheduling import Turns  # noqa: PLC0415 (the same)

    turns = Turns()
    return {box.door: MailDoor(box, readers, opener.open, database, clock, turns) for box in settings.mailboxes}
