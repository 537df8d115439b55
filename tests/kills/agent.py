"""An agent in the provider's group: takes every case that comes as a card, and answers each once in unlike words."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field

from tests.kills.outside_record import AgentWords
from tests.kills.telegram_process import TelegramProcess

NUMBER = re.compile(r"\b[A-Z]{2}-\d{4}-\d{6}-\d\b")


@dataclass
class Agent:
    """Vera Lugovaya of teams.toml. Sees of the desk what its group shows, and nothing else."""

    telegram: TelegramProcess
    token: str
    chat_id: int
    user_id: int = 700101
    said: list[AgentWords] = field(default_factory=list)
    goes_home: bool = False
    _taking: dict[str, float] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    async def work(self) -> None:
        """Looks at the group again and again, until it is time to go home and every case is answered."""
        while not self.goes_home or set(self._taking) - self._taken:
            await self._look()
            await asyncio.sleep(2)

    async def _look(self) -> None:
        shown = (await self.telegram.does("messages", token=self.token, chat_id=self.chat_id))["messages"]
        for message in shown:
            words = message.get("text") or ""
            found = NUMBER.search(words)
            if not message["from"]["is_bot"] or found is None:
                continue
            number = found[0]
            if number not in self._taking and "Словами абонента" in words:
                await self._says(f"/take {number}")
                self._taking[number] = time.monotonic()
            elif number in self._taking and number not in self._taken and "Вера Луговая" in words:
                self._taken.add(number)
                answer = f"Вера отвечает по заявке {number}: проверим линию сегодня."
                await self._says(f"#{number} {answer}")
                self.said.append(AgentWords(time.time(), number, answer))

    async def _says(self, text: str) -> None:
        user = {"id": self.user_id, "first_name": "Вера"}
        words = {"token": self.token, "user": user, "chat_id": self.chat_id, "text": text}
        await self.telegram.says([words])
