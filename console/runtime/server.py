"""The loops of `serve`: workers that decide, a sender, the clock, beside the channels that listen
(`console.runtime.receiver`).

Who listens at a channel or sends through it is one process at a time, by leases; deciding is shared by claims.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterator
from datetime import timedelta

from bots.channel import TelegramChannel
from console.runtime.loops import forever, wait_for_event
from console.runtime.receiver import RENEW, ROLES, ChannelListeners
from console.runtime.wiring import Application
from desk.language.detect import LANGUAGES
from desk.queues import inbox, outbox, timers
from intake.identity import guess_limiter
from intake.limits import abandoned
from mail.sending import loop_guard_store

MENU = ("operator", "status", "help")
"""What a bot's menu offers in a private chat."""
IDLE = 0.05
"""Seconds between looks at an empty queue: a cheap read, and the most that an answer waits for a poll."""
TIDYING = timedelta(hours=1)
"""How often what no budget looks at any more is dropped."""
LOOKS = 5.0
"""Seconds between looks for what changed beside us: tables, articles, phrases that were confirmed."""


class Server:
    """Runs the chosen roles of one house until `stop`. ``listening`` is its entrance's, if that listens already."""

    def __init__(
        self,
        house: Application,
        roles: Collection[str] = ROLES,
        listening: ChannelListeners | None = None,
        looks: float = LOOKS,
    ) -> None:
        self._house = house
        self._roles = roles
        self._looks = looks
        self._begun = listening
        self._listening = listening or ChannelListeners(house, roles)
        self._stopping = asyncio.Event()
        self._beside: dict[str, asyncio.Task[None]] = {}
        self._goes = asyncio.Event()
        self._tidied = house.clock()

    def stop(self) -> None:
        """Asks every loop to end after what it has in hand."""
        self._stopping.set()
        self._house.sender.stopping = True
        self._listening.came.set()
        self._goes.set()

    async def run(self) -> None:
        """Until stopped. What is in hand is finished, and leases are given back."""
        async with contextlib.nullcontext() if self._begun else self._listening:
            try:
                await self._listening.send_too()
                self._warm_up()
                await asyncio.gather(*self._loops())
            finally:
                for task in self._beside.values():
                    task.cancel()
                await asyncio.gather(*self._beside.values(), return_exceptions=True)
                await self._house.worker.close()

    def _loops(self) -> Iterator[Awaitable[None]]:
        yield self._forever("tables", self._refresh, self._looks)
        if "worker" in self._roles:
            yield self._forever("worker", self._decide, 0)
            yield self._forever("claims", self._house.worker.keep_holding, RENEW)
        if "sender" in self._roles:
            yield self._forever("sender", self._send, 0)
        if "clock" in self._roles:
            yield self._forever("clock", self._tick, 1.0)
            yield self._forever("learning", self._learn, self._looks)
        if "channels" in self._roles:
            yield self._forever("menus", self._show_menus, RENEW)

    def _forever(self, name: str, beat: Callable[[], Awaitable[object]], pause: float) -> Awaitable[None]:
        return forever(name, beat, pause, self._stopping)

    def _warm_up(self) -> None:
        """The first message is not kept waiting for what reads it, nor the first answer for what sends it."""
        if "worker" in self._roles and self._house.settings.mailboxes:
            self._beside["readers"] = asyncio.create_task(self._house.readers.warm())
        if "channels" in self._roles and {"worker", "sender"} & set(self._roles):
            for name in self._house.channels:
                self._warm(name)

    async def _decide(self) -> None:
        came = self._listening.came
        came.clear()
        if await self._house.worker.work():
            self._goes.set()
        else:
            await wait_for_event(came, IDLE)

    async def _send(self) -> None:
        self._goes.clear()
        if not await self._house.sender.sweep(_SendableChannels(self._may_send)):
            await wait_for_event(self._goes, IDLE)

    def _may_send(self) -> list[str]:
        """The channels which could send this very moment.

        What waits for a channel to get ready must not be marked as being sent: a kill would leave it in doubt.
        """
        return [name for name in self._listening.may_send() if self._warm(name)]

    def _warm(self, name: str) -> bool:
        channel = self._house.channels[name]
        if not isinstance(channel, TelegramChannel) or channel.is_warm:
            return True
        if name not in self._beside or self._beside[name].done():
            self._beside[name] = asyncio.create_task(channel.warm())
        return False

    async def _show_menus(self) -> None:
        """Each bot that is listened to here shows its menu, once."""
        for name in self._listening.at():
            channel = self._house.channels[name]
            if isinstance(channel, TelegramChannel) and f"menu of {name}" not in self._beside:
                self._beside[f"menu of {name}"] = asyncio.create_task(self._menu(channel))

    async def _menu(self, channel: TelegramChannel) -> None:
        words = self._house.words
        menus = {
            language: {name: words.label(channel.provider, language, f"command_{name}") for name in MENU}
            for language in LANGUAGES
        }
        home = self._house.providers[channel.provider].language
        await channel.show_menu({"": menus[home], **menus})

    async def _tick(self) -> None:
        database, now = self._house.database, self._house.clock()
        await inbox.release_dead_claims(database)
        await outbox.recover(database, now)
        await outbox.supersede(database, list(self._house.channels))
        if await timers.fire_due(database, now):
            self._listening.came.set()
        if now >= self._tidied + TIDYING:
            self._tidied = now
            await loop_guard_store.forget(database, now)
            await guess_limiter.forget(database, now)
            if await abandoned.fire_abandoned(database, self._house.providers.values(), now):
                self._listening.came.set()

    async def _learn(self) -> None:
        """What was confirmed meanwhile becomes known; every worker takes it with its next refresh."""
        await self._house.phrase_learner.learn(self._house.clock())

    async def _refresh(self) -> None:
        """Tables of subscribers and articles may change under us: looked at now and then, read off the event loop."""
        await self._house.article_loader.refresh(self._house.knowledge)
        for source in self._house.sources.values():
            await asyncio.to_thread(source.refresh)


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
