"""A talk at a terminal: lines in, messages out, buttons by number, whoever decides and whoever answers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from sqlalchemy import select

from chat.terminal_channel import ShownFile, TerminalChannel, TerminalMessage, TerminalUser, copy_file, without_echo
from console.runtime.receiver import RENEW
from console.runtime.wiring import Application
from console.terminal.context import WRONG, refuse
from console.terminal.screen import Screen, packed
from desk.language.rich_text import RichText
from desk.model.messages import ButtonOption, RawMessage
from desk.pipeline.send import OutboxSender
from desk.queues import inbox
from desk.storage import leases
from desk.storage.database import is_database_trouble
from desk.storage.queue_tables import arrivals, departures

log = logging.getLogger(__name__)

LOOKS = 0.03
"""Seconds between looks for something to be shown."""
PATIENCE = 20.0
"""Seconds a piped line waits for its answer."""
DESK, AGENT = "blue", "green"
HELP = "A number presses that button. /photo FILE shows a picture, /quit ends; /status and /help ask the desk."
ASKED = frozenset({"/status", "/help", "/start"})
"""What the desk itself answers, as in Telegram."""


class ChatSession:
    """One person at one terminal, talking with the desk.

    ``show`` prints a message its own way. ``commands`` is asked about every line that begins with a slash, and says
    whether it knew it.
    """

    def __init__(
        self,
        house: Application,
        typist: TerminalUser,
        screen: Screen,
        show: Callable[[TerminalMessage], None] | None = None,
        commands: Callable[[str], Awaitable[bool]] | None = None,
    ) -> None:
        self._house = house
        self._typist = typist
        self._screen = screen
        self._print = show or self._printed
        self._commands = commands
        self._last: TerminalMessage | None = None
        self._pressed = ""
        self._prompting = False
        channel = house.channels[typist.channel]
        assert isinstance(channel, TerminalChannel)  # noqa: S101 - the wiring makes one for every provider
        self._channel = channel
        self._channel.show = self._shown
        self._sender = OutboxSender(house.database, house.registry, house.holder, house.clock, typist.lane)

    async def held(self, lines: AsyncIterator[str]) -> None:
        """Until /quit or the end of the lines. A line from a pipe waits for the answer to the one before."""
        interactive = sys.stdin.isatty()
        showing = asyncio.create_task(self.keeps_showing())
        try:
            await self._comes_in(wait=not interactive)
            if interactive and self._commands is None:
                self._screen.write(self._screen.style(HELP, dim=True))
            self._prompt(interactive)
            async for line in lines:
                self._prompting = False
                if line.strip() == "/quit":
                    break
                await self.types(line.strip(), wait=not interactive)
                self._prompt(interactive)
        finally:
            if self._prompting:
                self._screen.write()
            self._prompting = False
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def types(self, line: str, wait: bool = False) -> None:
        """One line: the number of a button, a picture, or words."""
        now = self._house.clock()
        if not line:
            return
        self._pressed = ""
        if (prompt := self._last) and (option := _numbered(line, prompt)):
            self._last, self._pressed = None, option.label
            await self.accepts(self._typist.presses(prompt, option.id, now), wait)
        elif line.startswith("/photo "):
            await self._shows(line.removeprefix("/photo ").strip(), wait)
        elif line.startswith("/") and line.lower() not in ASKED:
            if not (self._commands and await self._commands(line)):
                self._screen.write(self._screen.style(HELP, dim=True))
        elif line.lower() == "/start":
            await self.accepts(self._typist.opens(now), wait)
        else:
            await self.accepts(self._typist.says(line, now), wait)

    async def accepts(self, raw: RawMessage, wait: bool) -> None:
        """Brings a message in like any channel, and waits until it was answered where nobody sees the screen."""
        await inbox.accept(self._house.database, [raw])
        if wait and not await self.answered(raw):
            refuse("the desk did not answer in time: see 'firstline quarantine' and the log of 'serve'", WRONG)

    async def answered(self, raw: RawMessage, patience: float = PATIENCE) -> bool:
        """Whether what was typed is decided and all that was said about it is on the screen, within ``patience``."""
        for _ in range(int(patience / LOOKS)):
            if await self._settled(raw):
                return True
            await asyncio.sleep(LOOKS)
        return False

    async def _comes_in(self, wait: bool) -> None:
        """Shows where the talk was left, so that its buttons can be pressed. Someone new is greeted, if asked to be."""
        seen = select(departures.c.body).where(departures.c.lane == self._typist.lane, departures.c.state == "sent")
        known = select(arrivals.c.id).where(arrivals.c.lane == self._typist.lane).limit(1)
        async with self._house.database.look() as connection:
            last = (await connection.execute(seen.order_by(departures.c.id.desc()).limit(1))).scalar()
            new = (await connection.execute(known)).first() is None
        if last:
            await self._shown(await self._channel.read(last))
        elif new and self._typist.language:
            # Without a language given, the first words show which one it is; a greeting before them would guess.
            await self.accepts(self._typist.opens(self._house.clock()), wait)

    async def keeps_showing(self) -> None:
        """Shows what is said to this person, for ever. The lease tells commands that somebody looks at this channel."""
        loop, renewed = asyncio.get_running_loop(), 0.0
        while True:
            try:
                if loop.time() - renewed > RENEW:
                    house, renewed = self._house, loop.time()
                    await leases.take(house.database, [f"send:{self._typist.channel}"], house.holder, house.clock())
                await self._sender.sweep([self._typist.channel])
                await asyncio.sleep(LOOKS)
            except Exception as error:
                if not is_database_trouble(error):
                    log.exception("something could not be shown")
                await asyncio.sleep(1)

    async def _settled(self, raw: RawMessage) -> bool:
        decided = select(arrivals.c.id).where(
            arrivals.c.channel == raw.channel, arrivals.c.key == raw.key, arrivals.c.state == "waiting"
        )
        unsaid = select(departures.c.id).where(
            departures.c.lane == raw.lane, departures.c.state.in_(("pending", "sending"))
        )
        async with self._house.database.look() as connection:
            if (await connection.execute(decided)).first():
                return False
            return (await connection.execute(unsaid.limit(1))).first() is None

    async def _shows(self, name: str, wait: bool) -> None:
        try:
            file = await asyncio.to_thread(copy_file, Path(name), self._house.settings.data / "chat")
        except OSError as error:
            self._screen.write(f"{name}: {error.strerror}")
            return
        await self.accepts(self._typist.says("", self._house.clock(), (file,)), wait)

    async def _shown(self, shown: TerminalMessage) -> None:
        if shown.options:
            self._last = shown
        self.breaks_in(lambda: self._print(without_echo(shown, self._pressed)))

    def breaks_in(self, prints: Callable[[], None]) -> None:
        """Prints above the line that somebody may just be typing."""
        prompting, self._prompting = self._prompting, False
        if prompting:
            self._screen.raw("\r\x1b[K")
        prints()
        self._prompt(prompting)

    def _prompt(self, wanted: bool) -> None:
        if wanted:
            self._screen.raw("> ")
            self._prompting = True

    def _printed(self, shown: TerminalMessage) -> None:
        message(self._screen, shown)
        self._screen.write()


def _numbered(line: str, prompt: TerminalMessage) -> ButtonOption | None:
    number = int(line) if line.isascii() and line.isdecimal() and len(line) < 3 else 0
    return prompt.options[number - 1] if 0 < number <= len(prompt.options) else None


def message(screen: Screen, shown: TerminalMessage, indent: int = 0, places: bool = True) -> None:
    """Prints one message of the desk: words, pictures (with the ``places`` they lie at), buttons by number."""
    if shown.reaction:
        screen.write(" " * indent + shown.reaction)
        return
    more = [screen.style(_picture(one, places), dim=True) for one in shown.pictures]
    more += [screen.style(line, bold=True) for line in buttons(shown, screen.width - indent - 3)]
    text = RichText(f"({shown.alert})") if shown.alert else shown.text
    screen.barred(text, AGENT if shown.human else DESK, indent, more)


def buttons(shown: TerminalMessage, width: int) -> list[str]:
    """ "[1] Помогло  [2] Не помогло", in as many lines as it takes."""
    return packed([f"[{number}] {option.label}" for number, option in enumerate(shown.options, 1)], width)


def _picture(one: ShownFile, places: bool) -> str:
    where = f" {one.place or '(gone)'}" if places else ""
    return f"[picture: {one.name}]{where}"


async def typed_lines() -> AsyncIterator[str]:
    """Lines of standard input, read in a thread that nobody waits for at the end."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str] = asyncio.Queue()
    source = sys.stdin

    def read() -> None:
        while True:
            line = source.readline()
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(queue.put_nowait, line)
            if not line:
                return

    threading.Thread(target=read, name="typed", daemon=True).start()
    while line := await queue.get():
        yield line
