"""The entrance: the database and the channels to the world, all it takes to store what comes in.

It is open seconds before the house behind it is furnished (`console.runtime.wiring`), and nothing is imported for it
but the rooms that have a channel here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from console.runtime.attachments import AttachmentOpener
from desk.clock import Clock, now
from desk.model.channel import Channel
from desk.model.settings import Settings
from desk.pipeline.reply_tokens import ReplyTokens
from desk.storage.database import Database
from desk.storage.process_identity import this_process
from mail.reading.sandbox import MessageReaderPool


@runtime_checkable
class ClosableChannel(Protocol):
    """A channel that keeps connections."""

    async def close(self) -> None:
        """Closes them."""


@dataclass(slots=True)
class Receiver:
    """What listens and stores, for one process. ``holder`` is its name towards the others on the same database."""

    settings: Settings
    database: Database
    reply_tokens: ReplyTokens
    readers: MessageReaderPool
    channels: dict[str, Channel]
    attachments: AttachmentOpener
    holder: str
    clock: Clock

    def configured_channels(self) -> list[tuple[str, Channel]]:
        """The channels through which the world comes in, by name: those of the settings."""
        names = [*(bot.channel for bot in self.settings.telegram), *(box.channel for box in self.settings.mailboxes)]
        return [(name, self.channels[name]) for name in names]

    async def close(self) -> None:
        """Closes what was opened."""
        await asyncio.gather(
            *(channel.close() for channel in self.channels.values() if isinstance(channel, ClosableChannel))
        )
        await self.readers.close()
        await self.database.close()


def build_receiver(
    settings: Settings,
    clock: Clock = now,
    workers: int = 2,
    monotonic: Callable[[], float] = time.monotonic,
) -> Receiver:
    """Makes it; nothing is connected yet.

    ``workers`` are the children that read mail, ``monotonic`` the seconds by which a wire's own limits are kept.
    """
    database, reply_tokens = Database(settings.database), ReplyTokens(settings.secret, settings.former_secret)
    readers = MessageReaderPool(workers=workers)
    channels: dict[str, Channel] = {}
    attachments = AttachmentOpener(database, readers, channels, settings)
    if settings.telegram:
        channels |= _telegram_channels(settings, reply_tokens, attachments, clock, monotonic)
    if settings.mailboxes:
        channels |= _mail_channels(settings, database, readers, attachments, clock)
    return Receiver(settings, database, reply_tokens, readers, channels, attachments, this_process(), clock)


def _telegram_channels(
    settings: Settings,
    reply_tokens: ReplyTokens,
    attachments: AttachmentOpener,
    clock: Clock,
    monotonic: Callable[[], float],
) -> dict[str, Channel]:
    from bots.channel import TelegramChannel  # noqa: PLC0415 (only where there is a bot)
    from bots.http_sessions import HttpSessions  # noqa: PLC0415 (the same)

    sessions = HttpSessions()
    secrets = {
        bot.channel: reply_tokens.derived(f"webhook {bot.name}") if bot.webhook else "" for bot in settings.telegram
    }
    return {
        bot.channel: TelegramChannel(bot, attachments.open, secrets[bot.channel], clock, monotonic, sessions)
        for bot in settings.telegram
    }


def _mail_channels(
    settings: Settings, database: Database, readers: MessageReaderPool, attachments: AttachmentOpener, clock: Clock
) -> dict[str, Channel]:
    from mail.channel import MailChannel  # noqa: PLC0415 (only where there is a mailbox)
    from mail.receiving.fair_scheduling import FetchScheduler  # noqa: PLC0415 (the same)

    scheduler = FetchScheduler()
    return {
        box.channel: MailChannel(box, readers, attachments.open, database, clock, scheduler)
        for box in settings.mailboxes
    }
