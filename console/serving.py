"""The loops of `serve`: doors that listen, clerks that decide, a sender, the clock. Each goes on after any trouble.

Who listens at a door or sends through it is one process at a time, by leases; deciding is shared by claims.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from datetime import timedelta

from aiohttp import web

from bots.door import TelegramDoor
from bots.webhook import Hook, receiver
from console.wiring import House
from desk import alarms, inbox, leases, outbox
from desk.database import is_trouble
from desk.doors import Also, Door
from desk.language import LANGUAGES
from desk.leases import LeaseLost
from desk.messages import Raw
from mail import budgets

log = logging.getLogger(__name__)

ROLES = ("doors", "clerk", "sender", "clock")
MENU = ("operator", "status", "help")
"""What a bot's menu offers in a private chat."""
IDLE = 0.05
"""Seconds between looks at an empty queue: a cheap read, and the most that an answer waits for a poll."""
TIDYING = timedelta(hours=1)
"""How often what no budget looks at any more is dropped."""
LEARN = 5.0
"""Seconds between looks for phrases that were confirmed."""
RENEW = 2.5
"""Seconds between renewals of leases and claims."""


class Serving:
    """Runs the chosen roles of one house until `stop`."""

    def __init__(self, house: House, roles: Collection[str] = ROLES) -> None:
        self._house = house
        self._roles = roles
        self._stopping = asyncio.Event()
        self._held: dict[str, float] = {}
        self._warming: dict[str, asyncio.Task[None]] = {}
        self._listening: dict[str, asyncio.Task[None]] = {}
        self._came, self._goes = asyncio.Event(), asyncio.Event()
        self._tidied = house.clock()

    def stop(self) -> None:
        """Asks every loop to end after what it has in hand."""
        self._stopping.set()
        self._house.sender.stopping = True
        self._came.set()
        self._goes.set()

    async def run(self) -> None:
        """Until stopped. What is in hand is finished, and leases are given back."""
        loops: list[Awaitable[None]] = [self._forever("leases", self._keep_leases, RENEW)]
        if "clerk" in self._roles:
            loops.append(self._forever("clerk", self._decide, 0))
            loops.append(self._forever("claims", self._house.clerk.keep_holding, RENEW))
        if "sender" in self._roles:
            loops.append(self._forever("sender", self._send, 0))
        loops.append(self._forever("tables", self._refresh, 5.0))
        if "clock" in self._roles:
            loops.append(self._forever("clock", self._tick, 1.0))
            loops.append(self._forever("learning", self._learn, LEARN))
        webhooks = await self._webhooks() if "doors" in self._roles else None
        warming = asyncio.create_task(self._warm_readers())
        try:
            await asyncio.gather(*loops)
        finally:
            warming.cancel()
            for task in self._listening.values():
                task.cancel()
            await asyncio.gather(*self._listening.values(), return_exceptions=True)
            if webhooks:
                await webhooks.cleanup()
            await self._house.clerk.close()
            with contextlib.suppress(Exception):
                await leases.release(self._house.database, self._house.holder)

    async def _forever(self, name: str, beat: Callable[[], Awaitable[object]], pause: float) -> None:
        """One loop. Trouble of the database makes it wait a little longer each time, up to three seconds."""
        trouble = 0
        while not self._stopping.is_set():
            try:
                await beat()
                trouble = 0
            except Exception as error:
                trouble += 1
                if trouble == 1 or not is_trouble(error):
                    log.warning("%s: %s: %s", name, type(error).__name__, str(error).splitlines()[:1])
                await self._pause(min(3.0, 0.2 * 2**trouble) * random.uniform(0.7, 1.0))  # noqa: S311
            if pause:
                await self._pause(pause)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    # the clerk and the sender

    async def _decide(self) -> None:
        self._came.clear()
        if await self._house.clerk.work():
            self._goes.set()
        else:
            await _either(self._came, IDLE)

    async def _warm_readers(self) -> None:
        """The first letter is not kept waiting for the children that read letters."""
        if "clerk" in self._roles and self._house.settings.mailboxes:
            with contextlib.suppress(Exception):
                await self._house.readers.warm()

    async def _send(self) -> None:
        self._goes.clear()
        if not await self._house.sender.sweep(_Ways(self._may_send)):
            await _either(self._goes, IDLE)

    def _may_send(self) -> list[str]:
        """The doors whose lease is ours beyond doubt, and which could send this very moment.

        What waits for a door to get ready must not be marked as being sent: a kill would leave it in doubt.
        """
        now = asyncio.get_running_loop().time()
        mine = [name for name in self._house.doors if self._held.get(f"send:{name}", 0.0) > now]
        return [name for name in mine if self._warm(name)]

    def _warm(self, name: str) -> bool:
        door = self._house.doors[name]
        if not isinstance(door, TelegramDoor) or door.is_warm:
            return True
        if name not in self._warming or self._warming[name].done():
            self._warming[name] = asyncio.create_task(door.warm())
        return False

    async def _tick(self) -> None:
        database, now = self._house.database, self._house.clock()
        await inbox.free_the_dead(database)
        await outbox.recover(database, now)
        await outbox.supersede(database, list(self._house.doors))
        if await alarms.ring(database, now):
            self._came.set()
        if now >= self._tidied + TIDYING:
            self._tidied = now
            await budgets.forget(database, now)

    async def _learn(self) -> None:
        """What was confirmed meanwhile becomes known; every worker takes it with its next refresh."""
        await self._house.teacher.learn(self._house.clock())

    async def _refresh(self) -> None:
        """Tables of subscribers and articles may change under us: looked at now and then, read off the event loop."""
        await self._house.bookcase.refresh(self._house.knowledge)
        for source in self._house.sources.values():
            await asyncio.to_thread(source.refresh)

    # the doors

    async def _keep_leases(self) -> None:
        # Counted from before the question, on a clock that runs on while we are stopped and never goes back.
        until = asyncio.get_running_loop().time() + leases.HELD_FOR.total_seconds()
        wanted, house = self._wanted(), self._house
        taken = await leases.take(house.database, wanted, house.holder, house.clock()) if wanted else set()
        held = dict.fromkeys(taken, until)
        self._held = held
        for name, door in self._outer():
            task, mine = self._listening.get(name), f"listen:{name}" in held
            if mine and (task is None or task.done()):
                self._listening[name] = asyncio.create_task(self._listen(name, door))
            elif not mine and task is not None:
                if task.cancel():
                    log.warning("%s is listened to by another process now", name)
                del self._listening[name]

    def _wanted(self) -> Sequence[str]:
        kinds = [kind for kind, role in (("listen", "doors"), ("send", "sender")) if role in self._roles]
        return [f"{kind}:{name}" for name, _ in self._outer() for kind in kinds]

    def _outer(self) -> list[tuple[str, Door]]:
        return [(name, door) for name, door in self._house.doors.items() if door.channel in ("telegram", "mail")]

    async def _listen(self, name: str, door: Door) -> None:
        lease = (f"listen:{name}", self._house.holder)

        async def accept(raws: Sequence[Raw], also: Also | None = None) -> int:
            stored = await inbox.accept(self._house.database, raws, also, lease)
            self._came.set()
            return stored

        if {"clerk", "sender"} & set(self._roles):
            self._warm(name)
        menu = asyncio.create_task(self._menu(door)) if isinstance(door, TelegramDoor) else None
        while True:
            try:
                await door.listen(accept)
                return
            except LeaseLost:
                log.warning("%s is listened to by another process now", name)
                return
            except asyncio.CancelledError:
                if menu:
                    menu.cancel()
                raise
            except Exception:
                log.exception("%s stopped listening; it begins again", name)
                await asyncio.sleep(2)

    async def _menu(self, door: TelegramDoor) -> None:
        words = self._house.words
        menus = {
            language: {name: words.label(door.provider, language, f"command_{name}") for name in MENU}
            for language in LANGUAGES
        }
        home = self._house.providers[door.provider].language
        await door.show_menu({"": menus[home], **menus})

    async def _webhooks(self) -> web.AppRunner | None:
        """One receiver for the bots that have a webhook. It needs no lease: a repeat is a no-op by its key."""
        hooks = [
            Hook.of(bot, self._house.keyring.derived(f"webhook {bot.name}"))
            for bot in self._house.settings.telegram
            if bot.webhook
        ]
        if not hooks:
            return None

        async def accept(raws: Sequence[Raw], also: Also | None = None) -> int:
            stored = await inbox.accept(self._house.database, raws, also)
            self._came.set()
            return stored

        runner = web.AppRunner(receiver(hooks, accept, self._house.clock), access_log=None)
        await runner.setup()
        host, _, port = self._house.settings.listen.rpartition(":")
        await web.TCPSite(runner, host, int(port)).start()
        return runner


class _Ways(Collection[str]):
    """A live view of the doors to send through."""

    def __init__(self, names: Callable[[], list[str]]) -> None:
        self._names = names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, name: object) -> bool:
        return name in self._names()


async def _either(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
