"""The receiver: the database and the channels to the world, all it takes to store what comes in.

It is ready seconds before the rest of the application (`console.runtime.wiring`), and only packages are imported for it
that have a channel here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from console.runtime.channel_kinds import ChannelDependencies, configured, make_channels
from console.runtime.file_fetch import FileOpener
from console.runtime.own_pictures import OwnPictures
from console.runtime.watch.own_process import OwnProcess
from desk.clock import Clock, now
from desk.model.channel_interface import Channel
from desk.model.settings import Settings
from desk.pipeline.reply_tokens import ReplyTokenSigner
from desk.storage.database import Database
from desk.storage.process_identity import new_holder
from mail.reading.sandbox import MessageReaderPool


@runtime_checkable
class ClosableChannel(Protocol):
    """A channel that keeps connections."""

    async def close(self) -> None:
        """Closes them."""


@runtime_checkable
class WarmableChannel(Protocol):
    """A channel that needs a while before it can hear or send for the first time."""

    async def warm(self) -> None:
        """Gets ready; does nothing the second time."""


@dataclass(slots=True)
class Receiver:
    """What listens and stores, for one process. ``holder`` is its name towards the others on the same database, ``own``
    what it knows of itself."""

    settings: Settings
    database: Database
    reply_tokens: ReplyTokenSigner
    readers: MessageReaderPool
    channels: dict[str, Channel]
    attachments: FileOpener
    holder: str
    clock: Clock
    own: OwnProcess

    def configured_channels(self) -> list[tuple[str, Channel]]:
        """The channels through which the world comes in, by name: those of the settings."""
        return [(one.channel, self.channels[one.channel]) for _, one in configured(self.settings)]

    async def warm(self) -> None:
        """Gets every channel ready to hear and to send, with whatever must be imported for that."""
        channels = [channel for channel in self.channels.values() if isinstance(channel, WarmableChannel)]
        await asyncio.gather(*(channel.warm() for channel in channels))

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
    own: OwnProcess | None = None,
) -> Receiver:
    """Makes it; nothing is connected yet.

    ``workers`` are the children that read mail, ``monotonic`` the seconds by which servers' rate limits are kept.
    ``own`` is what the process knows of itself, where it has served before.
    """
    database, reply_tokens = Database(settings.database), ReplyTokenSigner(settings.secret, settings.former_secret)
    readers = MessageReaderPool(workers=workers)
    channels: dict[str, Channel] = {}
    attachments = FileOpener(database, readers, channels, settings)
    own_pictures = OwnPictures(settings)
    tools = ChannelDependencies(database, reply_tokens, readers, attachments, own_pictures, clock, monotonic)
    channels |= make_channels(settings, tools)
    own = own or OwnProcess((), clock)
    return Receiver(settings, database, reply_tokens, readers, channels, attachments, new_holder(), clock, own)
