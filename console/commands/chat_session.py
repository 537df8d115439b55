"""A talk at a terminal: lines in, messages out, buttons by number, whoever decides and whoever answers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from rich.console import RenderableType
from sqlalchemy import select

from chat.terminal_channel import ShownFile, ShownMessage, TerminalChannel, TerminalUser, copy_file, without_echo
from console.runtime.channel_listeners import LEASE_RENEWAL
from console.runtime.wiring import Application
from console.terminal.command_context import WRONG, refuse, told
from console.terminal.rich_output import Output, button_lines, indented, message, text
from desk.error_reasons import describe_file_error
from desk.language.translatable import sentence
from desk.model.messages import RawMessage, RenderedButton
from desk.pipeline.send import OutboxSender
from desk.queues import inbox
from desk.storage import channel_leases
from desk.storage.database import is_database_trouble
from desk.storage.queue_and_lease_tables import arrivals, departures

log = logging.getLogger(__name__)

POLL_PAUSE = 0.03
"""Seconds between looks for something to be shown."""
ANSWER_TIMEOUT = 20.0
"""Seconds a piped line waits for its answer."""
DESK, AGENT = "blue", "green"
HELP = "A number presses that button. /photo FILE shows a picture, /quit ends; /status and /help ask the desk."
DESK_COMMANDS = frozenset({"/status", "/help", "/start"})
"""What the desk itself answers, as in Telegram."""


class ChatSession:
    """One person at one terminal, talking with the desk.

    ``show`` prints a message its own way. ``commands`` is asked about every line that begins with a slash, and says
    whether it knew it.
    """

    def __init__(
        self,
        application: Application,
        user: TerminalUser,
        output: Output,
        show: Callable[[ShownMessage], None] | None = None,
        commands: Callable[[str], Awaitable[bool]] | None = None,
    ) -> None:
        self._application = application
        self._user = user
        self._output = output
        self._print = show or self._print_message
        self._commands = commands
        self._last_prompt: ShownMessage | None = None
        self._pressed_label = ""
        self._has_prompt = False
        channel = application.channels[user.channel]
        assert isinstance(channel, TerminalChannel)  # noqa: S101 - the wiring makes one for every provider
        self._channel = channel
        self._channel.show = self._display
        self._sender = OutboxSender(
            application.database, application.registry, application.holder, application.clock, user.lane
        )

    async def run(self, lines: AsyncIterator[str]) -> None:
        """Until /quit or the end of the lines. A line from a pipe waits for the answer to the one before."""
        interactive = sys.stdin.isatty()
        showing = asyncio.create_task(self.deliver_until_cancelled())
        try:
            await self._show_last_or_greet(wait=not interactive)
            if interactive and self._commands is None:
                self._output.print(text(HELP, "dim"))
            self._prompt(interactive)
            async for line in lines:
                self._has_prompt = False
                if line.strip() == "/quit":
                    break
                await self.types(line.strip(), wait=not interactive)
                self._prompt(interactive)
        finally:
            if self._has_prompt:
                self._output.print()
            self._has_prompt = False
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def types(self, line: str, wait: bool = False) -> None:
        """One line: the number of a button, a picture, or words."""
        now = self._application.clock()
        if not line:
            return
        self._pressed_label = ""
        if (prompt := self._last_prompt) and (option := _chosen_option(line, prompt)):
            self._last_prompt, self._pressed_label = None, option.label
            await self.accepts(self._user.presses(prompt, option.id, now), wait)
        elif line.startswith("/photo "):
            await self._send_picture(line.removeprefix("/photo ").strip(), wait)
        elif line.startswith("/") and line.lower() not in DESK_COMMANDS:
            if not (self._commands and await self._commands(line)):
                self._output.print(text(HELP, "dim"))
        elif line.lower() == "/start":
            await self.accepts(self._user.opens(now), wait)
        else:
            await self.accepts(self._user.says(line, now), wait)

    async def accepts(self, raw: RawMessage, wait: bool) -> None:
        """Brings a message in like any channel, and waits until it was answered where nobody sees the screen."""
        await inbox.accept(self._application.database, [raw])
        if wait and not await self.wait_answered(raw):
            refuse(
                sentence("the desk did not answer in time: see 'firstline quarantine' and the log of 'serve'"), WRONG
            )

    async def wait_answered(self, raw: RawMessage, seconds: float = ANSWER_TIMEOUT) -> bool:
        """Whether what was typed is decided and all that was said about it is on the screen, within ``seconds``."""
        for _ in range(int(seconds / POLL_PAUSE)):
            if await self._is_settled(raw):
                return True
            await asyncio.sleep(POLL_PAUSE)
        return False

    async def _show_last_or_greet(self, wait: bool) -> None:
        """Shows where the talk was left, so that its buttons can be pressed. Someone new is greeted, if asked to be."""
        last_sent = select(departures.c.body).where(departures.c.lane == self._user.lane, departures.c.state == "sent")
        earlier = select(arrivals.c.id).where(arrivals.c.lane == self._user.lane).limit(1)
        async with self._application.database.look() as connection:
            last = (await connection.execute(last_sent.order_by(departures.c.id.desc()).limit(1))).scalar()
            new = (await connection.execute(earlier)).first() is None
        if last:
            await self._display(await self._channel.read(last))
        elif new and self._user.language:
            # Without a language given, the first words show which one it is; a greeting before them would guess.
            await self.accepts(self._user.opens(self._application.clock()), wait)

    async def deliver_until_cancelled(self) -> None:
        """Shows what is said to this person, for ever. The lease tells commands that somebody looks at this channel."""
        loop, renewed_at = asyncio.get_running_loop(), 0.0
        while True:
            try:
                if loop.time() - renewed_at > LEASE_RENEWAL:
                    application, renewed_at = self._application, loop.time()
                    await channel_leases.acquire(
                        application.database, [f"send:{self._user.channel}"], application.holder, application.clock()
                    )
                await self._sender.sweep([self._user.channel])
                await asyncio.sleep(POLL_PAUSE)
            except Exception as error:
                if not is_database_trouble(error):
                    log.exception("something could not be shown")
                await asyncio.sleep(1)

    async def _is_settled(self, raw: RawMessage) -> bool:
        undecided = select(arrivals.c.id).where(
            arrivals.c.channel == raw.channel, arrivals.c.key == raw.key, arrivals.c.state == "waiting"
        )
        unsent = select(departures.c.id).where(
            departures.c.lane == raw.lane, departures.c.state.in_(("pending", "sending"))
        )
        async with self._application.database.look() as connection:
            if (await connection.execute(undecided)).first():
                return False
            return (await connection.execute(unsent.limit(1))).first() is None

    async def _send_picture(self, name: str, wait: bool) -> None:
        try:
            file = await asyncio.to_thread(copy_file, Path(name), self._application.settings.data / "chat")
        except OSError as error:
            self._output.print(text(told(sentence("{what}: {why}", what=name, why=describe_file_error(error)))))
            return
        await self.accepts(self._user.says("", self._application.clock(), (file,)), wait)

    async def _display(self, message: ShownMessage) -> None:
        if message.options:
            self._last_prompt = message
        self.print_above_prompt(lambda: self._print(without_echo(message, self._pressed_label)))

    def print_above_prompt(self, print_lines: Callable[[], None]) -> None:
        """Prints above the line that somebody may just be typing."""
        prompting, self._has_prompt = self._has_prompt, False
        if prompting:
            self._output.erase_line()
        print_lines()
        self._prompt(prompting)

    def _prompt(self, enabled: bool) -> None:
        if enabled:
            self._output.prompt("> ")
            self._has_prompt = True

    def _print_message(self, message: ShownMessage) -> None:
        print_message(self._output, message)
        self._output.print()


def _chosen_option(line: str, prompt: ShownMessage) -> RenderedButton | None:
    number = int(line) if line.isascii() and line.isdecimal() and len(line) < 3 else 0
    return prompt.options[number - 1] if 0 < number <= len(prompt.options) else None


def print_message(output: Output, shown: ShownMessage, indent: int = 0, paths: bool = True) -> None:
    """Prints one message of the desk: words, files (with the ``paths`` they lie at), buttons by number."""
    if shown.reaction:
        output.print(indented(text(shown.reaction), indent))
        return
    content: list[RenderableType] = [text(f"({shown.alert})") if shown.alert else message(shown.text)]
    content += [text(_picture_line(one, paths), "dim") for one in shown.files]
    content += button_lines(numbered_labels(shown), output.width - indent - 2)
    output.print(indented(output.beside_bar(*content, style=AGENT if shown.human else DESK), indent))


def numbered_labels(shown: ShownMessage) -> list[str]:
    """The buttons as they are pressed: "[1] Помогло"."""
    return [f"[{number}] {option.label}" for number, option in enumerate(shown.options, 1)]


def _picture_line(one: ShownFile, paths: bool) -> str:
    path = f" {one.path or '(gone)'}" if paths else ""
    return f"[picture: {one.name}]{path}"


async def read_lines() -> AsyncIterator[str]:
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
