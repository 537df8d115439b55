"""The demo in a terminal: you are the subscriber, and the agents' cards stand beside your chat."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from functools import partial

from chat.terminal_channel import ShownMessage, TerminalUser
from console.commands.chat_session import ChatSession, read_lines
from console.demo.actors import DemoStage, MailSubscriber
from console.demo.desk import DemoDesk, desk_at_work
from console.demo.display import DemoDisplay
from console.demo.folder import PROVIDER
from console.terminal.rich_output import Output

AGENT, NAME = "ivanova", "Мария Иванова"
POLL_PAUSE = 0.05


async def play_live(output: Output) -> None:
    """Until /quit or Ctrl-D."""
    display = DemoDisplay(output)
    async with desk_at_work(chat_in_terminal=True) as desk:
        _print_help(display, desk)
        live = _LiveDemo(desk, display)
        await live.show_results()
    display.comment("The demo is over, and its folder is gone.")


def _print_help(display: DemoDisplay, desk: DemoDesk) -> None:
    firstline = "firstline" if shutil.which("firstline") else os.path.relpath(sys.argv[0])
    display.show_intro(
        f"This desk lives in {desk.application.settings.root} until you leave; nothing leaves this machine. You are "
        "Anna Smirnova, a subscriber of Sever Net, in its chat. The boxes on the right are the agents' group.",
    )
    lines = (
        "нет интернета, договор 40-1187      or in English: no internet, contract 40-1187",
        "1, 2 ...                            presses that button; then, say: не помогло",
        "оператор                            a human, at any moment",
        "/status                             how your case is doing",
        "/photo FILE                         shows a picture",
        "/take   /say WORDS   /eta 2h   /resolve WORDS      as the agent Maria, about the newest case",
        "/mail WORDS                         as John Carter, a subscriber who writes mails",
        "/quit                               ends the demo",
    )
    display.comment("Try, line by line:")
    for line in lines:
        display.output.print(f"   {line}")
    display.output.print()
    display.comment("Or be the agent in a second terminal:")
    root = desk.application.settings.root
    for line in ("cases", f"take 1 --as {AGENT}", f'say 1 --as {AGENT} "Здравствуйте!"', f"resolve 1 --as {AGENT}"):
        display.output.print(f"   {firstline} -C {root} {line}")
    display.output.print()


class _LiveDemo:
    """The conversation, and what is shown beside it."""

    def __init__(self, desk: DemoDesk, display: DemoDisplay) -> None:
        self._desk = desk
        self._display = display
        self._hint_given = False
        self._john = MailSubscriber(DemoStage(desk, display), "John Carter", "john@example.test")
        anna = TerminalUser(PROVIDER, "anna", "Анна")
        self._session = ChatSession(desk.application, anna, display.output, self._show, self._run_command)

    async def show_results(self) -> None:
        """Talks until the lines end."""
        beside = asyncio.create_task(self._show_others())
        try:
            await self._session.run(read_lines())
        finally:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)

    def _show(self, shown: ShownMessage) -> None:
        self._display.output.print()
        self._display.chat(shown)

    async def _show_others(self) -> None:
        while True:
            await asyncio.sleep(POLL_PAUSE)
            while self._desk.group:
                self._session.print_above_prompt(partial(self._show_card, self._desk.group.pop(0)))
            while self._desk.mails:
                mail = self._desk.mails.pop(0)
                if self._john.address in str(mail["To"]):
                    self._john.last = mail
                self._session.print_above_prompt(partial(self._display.mail, mail))

    def _show_card(self, one: ShownMessage) -> None:
        self._display.group(one)
        if not (one.edit or self._hint_given) and any(option.id == "take" for option in one.options):
            self._hint_given = True
            self._display.comment("That is what the agents see. To be the agent Maria, type: /take")

    async def _run_command(self, line: str) -> bool:
        command, _, words = line.partition(" ")
        if command == "/mail" and words:
            await self._john.post(words)
            return True
        if command not in ("/take", "/say", "/eta", "/resolve") or (command in ("/say", "/eta") and not words):
            return False
        numbers = [case.number for case in await self._desk.cases() if case.number]
        if not numbers:
            self._display.comment("There is no case with a number yet.")
            return True
        command_text = words if command == "/say" else line
        self._display.agent(NAME, command_text)
        await self._desk.submit(
            self._desk.agents_group.says(AGENT, command_text, numbers[-1], self._desk.application.clock())
        )
        return True
