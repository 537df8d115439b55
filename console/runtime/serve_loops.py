"""The loops of `serve`: workers that decide, a sender, the clock, beside the channels that listen
(`console.runtime.channel_listeners`).

Who listens at a channel or sends through it is one process at a time, by leases; deciding is shared by claims.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator
from datetime import timedelta

from bots.channel import TelegramChannel
from console.runtime.channel_listeners import LEASE_RENEWAL, ROLES, ChannelListeners
from console.runtime.channel_troubles import ChannelTroubles
from console.runtime.personal_data.retention_purge import RetentionPurge
from console.runtime.queue_wakeup import QueueWatch
from console.runtime.resilient_loop import run_repeatedly
from console.runtime.wiring import Application
from desk.language.detect import LANGUAGES
from desk.queues import recovery, timers
from desk.storage import serving_processes
from intake.identity import guess_limiter
from intake.identity.proof.code_lookup import delete_old_proofs
from intake.limits import abandoned
from mail.sending import loop_guard_store

log = logging.getLogger(__name__)

MENU_COMMANDS = ("operator", "status", "help")
"""What a bot's menu offers in a private chat."""
RECOVERY_INTERVAL = 2.5
"""Seconds between looks for what processes left behind that are gone. Every process looks: a clock may be dead too."""
CLEANUP_INTERVAL = timedelta(hours=1)
"""How often what no budget looks at any more is dropped."""
PURGE_INTERVAL = timedelta(hours=1)
"""How often it is looked for what the policy does not keep any longer."""
PURGE_AFTER_START = timedelta(minutes=1)
REFRESH_INTERVAL = 5.0
"""Seconds between looks for what changed beside us: tables, articles, phrases that were confirmed."""


class Server:
    """Runs the chosen roles of one application until `stop`. ``listeners`` are given if they listen already."""

    def __init__(
        self,
        application: Application,
        roles: Collection[str] = ROLES,
        listeners: ChannelListeners | None = None,
        refresh_interval: float = REFRESH_INTERVAL,
    ) -> None:
        self._application = application
        self._roles = roles
        self._refresh_interval = refresh_interval
        self._already_listening = listeners
        self._listeners = listeners or ChannelListeners(application, roles)
        self._stopping = asyncio.Event()
        self._background: dict[str, asyncio.Task[None]] = {}
        self._watch = QueueWatch(
            application.database, application.clock, self._listeners.stored, self._listeners.sendable_channels
        )
        self._listeners.on_stored = self._stored
        self._listeners.on_leases = self._watch.departures_due.set
        self._troubles = ChannelTroubles(application.database, application.clock)
        self._cleaned_at = application.clock()
        self._purged_at = self._cleaned_at - PURGE_INTERVAL + PURGE_AFTER_START

    def stop(self) -> None:
        """Asks every loop to end after what it has in hand."""
        self._stopping.set()
        self._application.sender.stopping = True
        self._listeners.stored.set()
        self._watch.departures_due.set()
        self._watch.found_nothing()

    async def run(self) -> None:
        """Until stopped. What is in hand is finished, and leases are given back."""
        async with contextlib.nullcontext() if self._already_listening else self._listeners:
            try:
                # What waits for a channel to get ready is not marked as being sent: a kill would leave it in doubt.
                await self._warm_up()
                await self._listeners.also_send()
                await asyncio.gather(*self._role_loops())
            finally:
                for task in self._background.values():
                    task.cancel()
                await asyncio.gather(*self._background.values(), return_exceptions=True)
                await self._application.worker.close()

    def _role_loops(self) -> Iterator[Awaitable[None]]:
        yield self._repeat("tables", self._refresh, self._refresh_interval)
        yield self._repeat("recovery", self._recover, RECOVERY_INTERVAL)
        yield self._watch.run(self._stopping)
        if "worker" in self._roles:
            yield self._repeat("worker", self._decide, 0)
            yield self._repeat("claims", self._application.worker.keep_holding, LEASE_RENEWAL)
        if "sender" in self._roles:
            yield self._repeat("sender", self._send, 0)
        if "timers" in self._roles:
            yield self._repeat("timers", self._run_timers, 1.0)
            yield self._repeat("alarms", self._tell_alarms, self._refresh_interval)
            yield self._repeat("retention", self._purge, self._refresh_interval)
            yield self._repeat("learning", self._learn, self._refresh_interval)
        if "receiver" in self._roles:
            yield self._repeat("menus", self._show_menus, LEASE_RENEWAL)
            yield self._repeat("troubles", self._write_troubles, LEASE_RENEWAL)

    def _repeat(self, name: str, step: Callable[[], Awaitable[object]], pause: float) -> Awaitable[None]:
        return run_repeatedly(name, step, pause, self._stopping)

    async def _warm_up(self) -> None:
        """The first message is not kept waiting for what reads it, nor the first answer for what sends it."""
        if "worker" in self._roles and self._application.settings.mailboxes:
            self._background["readers"] = asyncio.create_task(self._application.readers.warm())
        if {"worker", "sender"} & set(self._roles):
            await self._application.warm()

    def _stored(self) -> None:
        self._watch.stored(worker_here="worker" in self._roles)

    async def _decide(self) -> None:
        due = self._watch.arrivals_due
        due.clear()
        with self._watch.deciding(), self._application.own.turns.at_work("worker"):
            worked = await self._application.worker.work()
        if worked:
            self._watch.departures_due.set()
            if len(self._listeners.sendable_channels()) < len(self._application.configured_channels()):
                self._watch.ring()
        else:
            self._watch.found_nothing()
            await due.wait()

    async def _send(self) -> None:
        due = self._watch.departures_due
        due.clear()
        with self._watch.sending():
            sent = await self._application.sender.sweep(_SendableChannels(self._listeners.sendable_channels), due)
        if not sent:
            self._watch.found_nothing()
            await due.wait()

    async def _show_menus(self) -> None:
        """Each bot that is listened to here shows its menu, once."""
        for name in self._listeners.listening_channels():
            channel = self._application.channels[name]
            if isinstance(channel, TelegramChannel) and f"menu of {name}" not in self._background:
                self._background[f"menu of {name}"] = asyncio.create_task(self._send_menu(channel))

    async def _send_menu(self, channel: TelegramChannel) -> None:
        templates = self._application.templates
        menus = {
            language: {name: templates.label(channel.provider, language, f"command_{name}") for name in MENU_COMMANDS}
            for language in LANGUAGES
        }
        language = self._application.providers[channel.provider].language
        await channel.show_menu({"": menus[language], **menus})

    async def _recover(self) -> None:
        if await recovery.recover(self._application.database, self._application.clock()):
            self._stored()
            self._watch.departures_due.set()

    async def _run_timers(self) -> None:
        if not self._listeners.holds_clock():
            return
        database, now = self._application.database, self._application.clock()
        with self._application.own.turns.at_work("timers"):
            fired = await timers.fire_due(database, now)
        if fired:
            self._stored()
        if now >= self._cleaned_at + CLEANUP_INTERVAL:
            self._cleaned_at = now
            await serving_processes.delete_left_behind(database, now)
            await loop_guard_store.delete_expired(database, now)
            await guess_limiter.delete_old_guesses(database, self._application.providers, now)
            await delete_old_proofs(database, self._application.providers, now)
            if await abandoned.fire_abandoned(database, self._application.providers.values(), now):
                self._stored()

    async def _purge(self) -> None:
        """What the policy does not keep any longer goes, step by step."""
        application, now = self._application, self._application.clock()
        if now < self._purged_at + PURGE_INTERVAL or not self._listeners.holds_clock():
            return
        purge = RetentionPurge(application.database, application.settings, application.providers, own_rhythm=True)
        gone = Counter[str]()
        async for step in purge.steps(now):
            gone += step
            if self._stopping.is_set() or not self._listeners.holds_clock():
                break
        else:
            self._purged_at = now
        if gone:
            log.info("purged by the policy: %s", ", ".join(f"{name} {number}" for name, number in sorted(gone.items())))

    async def _tell_alarms(self) -> None:
        """What waits unseen or is in trouble is told by the process that holds the clock."""
        if self._listeners.holds_clock() and await self._application.alarm_watch.look():
            self._stored()

    async def _write_troubles(self) -> None:
        await self._troubles.write_down(self._listeners.listened_channels())

    async def _learn(self) -> None:
        """What was confirmed meanwhile becomes known; every worker takes it with its next refresh."""
        if self._listeners.holds_clock():
            await self._application.phrase_learner.learn(self._application.clock())

    async def _refresh(self) -> None:
        """Agents, articles and tables of subscribers may change under us: looked at now and then, read off the loop."""
        await self._application.providers_with_agents.refresh()
        await self._application.article_loader.refresh(self._application.knowledge)
        await self._application.tables.refresh()


class _SendableChannels(Collection[str]):
    """A live view of the channels to send through."""

    def __init__(self, names: Callable[[], list[str]]) -> None:
        self._names = names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, name: object) -> bool:
        return name in self._names()
