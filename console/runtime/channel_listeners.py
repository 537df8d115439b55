"""Listening at the channels of the world: which of them are this process's, by leases, and storing what comes in.

It needs the receiver only. So a desk that starts stores what waits for it before anything is there to decide it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
from collections.abc import Callable, Collection, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from console.runtime import schema_version
from console.runtime.receiver_wiring import Receiver
from console.runtime.resilient_loop import run_repeatedly
from desk.backoff import Backoff, retry_delay
from desk.language.translatable import sentence
from desk.model.channel_interface import Channel, ExtraWrite
from desk.model.messages import RawMessage
from desk.queues import inbox
from desk.storage import channel_leases
from desk.storage.channel_leases import LeaseLost
from desk.storage.serving_processes import process_lease

if TYPE_CHECKING:
    from aiohttp import web

log = logging.getLogger(__name__)

ROLES = ("receiver", "worker", "sender", "timers")
"""What a process may do, and by default does."""
CLOCK = "clock"
"""The lease of the process whose timers fire: one clock is enough."""
LEASE_RENEWAL = 2.0
"""Seconds between renewals of leases."""
CALM_AFTER = 60.0
"""A channel that has listened for so many seconds begins anew at once when it crashes."""


class ChannelListeners:
    """Listens while it is entered (``async with``). ``on_stored`` is called whenever something was stored; by itself it
    sets ``stored``. ``on_leases`` is called whenever this process holds other leases than before; ``schema_changed`` is
    set once the database is of another version than this desk."""

    def __init__(self, receiver: Receiver, roles: Collection[str]) -> None:
        self._receiver = receiver
        self._roles = roles
        self._lease_kinds = [channel_leases.listen_lease] if "receiver" in roles else []
        self._held_until: dict[str, float] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._crashed: dict[str, str] = {}
        self._renewing = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None
        self._webhooks: web.AppRunner | None = None
        self._opening: asyncio.Task[None] | None = None
        self.stored, self.schema_changed = asyncio.Event(), asyncio.Event()
        self.on_stored: Callable[[], object] = self.stored.set
        self.on_leases: Callable[[], object] = bool

    async def __aenter__(self) -> Self:
        if "receiver" in self._roles:
            self._webhooks = await self._start_webhooks()
        self._renewal = asyncio.create_task(run_repeatedly("leases", self._renew_leases, LEASE_RENEWAL))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tasks = [*self._tasks.values(), *(task for task in (self._renewal, self._opening) if task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._webhooks:
            await self._webhooks.cleanup()
        with contextlib.suppress(Exception):
            await channel_leases.release(self._receiver.database, self._receiver.holder)

    async def also_send(self) -> None:
        """From now on the leases to send through these channels are taken as well, if that is a role of this
        process."""
        if "sender" in self._roles:
            self._lease_kinds.append(channel_leases.send_lease)
            with contextlib.suppress(Exception):  # the loop tries again, and tells
                await self._renew_leases()

    def listening_channels(self) -> list[str]:
        """The channels that are listened to at this moment."""
        return [name for name, task in self._tasks.items() if not task.done()]

    def listened_channels(self) -> list[tuple[str, Channel, str]]:
        """The channels that are this process's to listen to, each with why its listening crashed, "" where it did
        not."""
        mine = (name for name in self._tasks if self._holds(channel_leases.listen_lease(name)))
        return [(name, self._receiver.channels[name], self._crashed.get(name, "")) for name in mine]

    def sendable_channels(self) -> list[str]:
        """The channels whose lease to send is ours beyond doubt."""
        return [name for name in self._receiver.channels if self._holds(channel_leases.send_lease(name))]

    def holds_clock(self) -> bool:
        """Whether this process is the one whose timers fire."""
        return self._holds(CLOCK)

    def _holds(self, lease: str) -> bool:
        return self._held_until.get(lease, 0.0) > asyncio.get_running_loop().time()

    async def _renew_leases(self) -> None:
        async with self._renewing:
            # Counted from before the question, on a clock that runs on while we are stopped and never goes back.
            until = asyncio.get_running_loop().time() + channel_leases.LEASE_TIME.total_seconds()
            receiver = self._receiver
            names = [name for name, _ in receiver.configured_channels()]
            wanted = [lease(name) for name in names for lease in self._lease_kinds]
            wanted += [CLOCK] if "timers" in self._roles else []
            wanted.append(process_lease(self._roles, receiver.own.since, receiver.holder))
            with receiver.own.turns.at_work("leases"):
                if await schema_version.is_changed(receiver.database):
                    self.schema_changed.set()
                taken = await channel_leases.acquire(receiver.database, wanted, receiver.holder, receiver.clock())
            changed = set(taken) != self._held_until.keys()
            self._held_until = dict.fromkeys(taken, until)
            if changed:
                self.on_leases()
            for name, channel in receiver.configured_channels():
                self._start_or_stop(name, channel)

    def _start_or_stop(self, name: str, channel: Channel) -> None:
        """Begins or ends to listen at a channel, as its lease says."""
        task, mine = self._tasks.get(name), channel_leases.listen_lease(name) in self._held_until
        if mine and (task is None or task.done()):
            self._tasks[name] = asyncio.create_task(self._listen(name, channel))
        elif not mine and task is not None:
            if task.cancel():
                log.warning("%s is listened to by another process now", name)
            del self._tasks[name]

    async def _listen(self, name: str, channel: Channel) -> None:
        lease = (channel_leases.listen_lease(name), self._receiver.holder)

        async def accept(raws: Sequence[RawMessage], also: ExtraWrite | None = None) -> int:
            return await self._accept(raws, also, lease)

        crashes = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await channel.listen(accept)
                return
            except LeaseLost:
                log.warning("%s is listened to by another process now", name)
                return
            except Exception as error:
                log.exception("%s stopped listening; it begins again", name)
                crashes = 1 if asyncio.get_running_loop().time() - began > CALM_AFTER else crashes + 1
                self._crashed[name] = type(error).__name__
                await asyncio.sleep(retry_delay(crashes, 2.0, 60.0))
                self._crashed.pop(name, None)

    async def _accept(
        self, raws: Sequence[RawMessage], also: ExtraWrite | None = None, lease: tuple[str, str] | None = None
    ) -> int:
        stored = await inbox.accept(self._receiver.database, raws, also, lease)
        self._receiver.own.counts.count_stored(raws, stored)
        self.on_stored()
        return stored

    async def _start_webhooks(self) -> web.AppRunner | None:
        """One receiver for the bots that have a webhook. It needs no lease: a repeat is a no-op by its key."""
        with_webhook = [bot for bot in self._receiver.settings.telegram if bot.webhook]
        if not with_webhook:
            return None
        from aiohttp import web  # noqa: PLC0415 (few desks have a webhook, and all of them want to store at once)

        from bots.webhook import WebhookTarget, webhook_app  # noqa: PLC0415 (the same)

        targets = [
            WebhookTarget.of(bot, self._receiver.reply_tokens.derived(f"webhook {bot.name}")) for bot in with_webhook
        ]
        runner = web.AppRunner(webhook_app(targets, self._accept, self._receiver.clock), access_log=None)
        await runner.setup()
        host, _, port = self._receiver.settings.listen.rpartition(":")
        self._opening = asyncio.create_task(self._open(partial(web.TCPSite, runner, host, int(port))))
        # Whatever else is wrong with the address ends the start.
        await asyncio.wait({self._opening}, timeout=1.0)
        if self._opening.done():
            self._opening.result()
        return runner

    async def _open(self, site: Callable[[], web.TCPSite]) -> None:
        """One process of a machine receives at the address; another waits until that one is gone."""
        backoff = Backoff(sentence("webhooks"), first=1.0, longest=2.0)
        while True:
            try:
                await site().start()
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                why = sentence(
                    "another process receives at {address}: this one does once that is gone",
                    address=self._receiver.settings.listen,
                )
                await backoff.wait(why, certain=True)
            else:
                backoff.worked()
                return
