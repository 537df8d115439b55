"""The demo in a terminal: you are the subscriber, and the agents' cards stand beside your chat."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from functools import partial

from chat.terminal_channel import TerminalMessage, TerminalUser
from console.commands.chat_session import ChatSession, typed_lines
from console.demo.actors import DemoScene, MailSubscriber
from console.demo.desk import DemoDesk, desk_at_work
from console.demo.display import DemoDisplay
from console.demo.folder import PROVIDER
from console.terminal.screen import Screen

AGENT, NAME = "ivanova", "Мария Иванова"
LOOKS = 0.05


async def play_live(screen: Screen) -> None:
    """Until /quit or Ctrl-D."""
    stage = DemoDisplay(screen)
    async with desk_at_work(shown_elsewhere=True) as town:
        _explained(stage, town)
        live = _LiveDemo(town, stage)
        await live.goes_on()
    stage.narrates("The demo is over, and its folder is gone.")


def _explained(stage: DemoDisplay, town: DemoDesk) -> None:
    firstline = "firstline" if shutil.which("firstline") else os.path.relpath(sys.argv[0])
    stage.opening(
        f"This desk lives in {town.house.settings.root} until you leave; nothing of it leaves this machine. You are "
        "Anna Smirnova, a subscriber of Sever Net, in its chat. The boxes on the right are the agents' group.",
    )
    lines = (
        "нет интернета, договор 40-1187      or in English: no internet, contract 40-1187",
        "1, 2 ...                            presses that button; then, say: не помогло",
        "оператор                            a human, at any moment",
        "/status                             how your case is doing",
        "/photo FILE                         shows a picture",
        "/take   /say WORDS   /eta 2h   /resolve WORDS      as the agent Maria, about the newest case",
        "/mail WORDS                         as John Carter, a subscriber who writes letters",
        "/quit                               ends the demo",
    )
    stage.narrates("Try, line by line:")
    for line in lines:
        stage.screen.write(f"   {line}")
    stage.screen.write()
    stage.narrates("Or be the agent in a second terminal:")
    root = town.house.settings.root
    for line in ("cases", f"take 1 --as {AGENT}", f'say 1 --as {AGENT} "Здравствуйте!"', f"resolve 1 --as {AGENT}"):
        stage.screen.write(f"   {firstline} -C {root} {line}")
    stage.screen.write()


class _LiveDemo:
    """The conversation, and what is shown beside it."""

    def __init__(self, town: DemoDesk, stage: DemoDisplay) -> None:
        self._town = town
        self._stage = stage
        self._hinted = False
        self._john = MailSubscriber(DemoScene(town, stage), "John Carter", "john@example.test")
        anna = TerminalUser(PROVIDER, "anna", "Анна")
        self._conversation = ChatSession(town.house, anna, stage.screen, self._show, self._commanded)

    async def goes_on(self) -> None:
        """Talks until the lines end."""
        beside = asyncio.create_task(self._beside())
        try:
            await self._conversation.held(typed_lines())
        finally:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)

    def _show(self, shown: TerminalMessage) -> None:
        self._stage.screen.write()
        self._stage.chat(shown)

    async def _beside(self) -> None:
        while True:
            await asyncio.sleep(LOOKS)
            while self._town.group:
                self._conversation.breaks_in(partial(self._card, self._town.group.pop(0)))
            while self._town.letters:
                letter = self._town.letters.pop(0)
                if self._john.address in str(letter["To"]):
                    self._john.last = letter
                self._conversation.breaks_in(partial(self._stage.letter, letter))

    def _card(self, one: TerminalMessage) -> None:
        self._stage.group(one)
        if not (one.edit or self._hinted) and any(option.id == "take" for option in one.options):
            self._hinted = True
            self._stage.narrates("That is what the agents see. To be the agent Maria, type: /take")

    async def _commanded(self, line: str) -> bool:
        command, _, words = line.partition(" ")
        if command == "/mail" and words:
            await self._john.posts(words)
            return True
        if command not in ("/take", "/say", "/eta", "/resolve") or (command in ("/say", "/eta") and not words):
            return False
        numbers = [case.number for case in await self._town.cases() if case.number]
        if not numbers:
            self._stage.narrates("There is no case with a number yet.")
            return True
        order = words if command == "/say" else line
        self._stage.agent(NAME, order)
        await self._town.accepts(self._town.agents_group.says(AGENT, order, numbers[-1], self._town.house.clock()))
        return True
