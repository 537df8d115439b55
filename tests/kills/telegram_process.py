"""The Bot API emulator as a process of its own, which no kill of the desk touches, and its control over HTTP."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from tests.kills.desk_process import CHECKOUT
from tests.peers.local_process import free_port

SENDS = ("sendMessage", "sendPhoto", "sendDocument", "sendMediaGroup")


class TelegramProcess:
    """``url`` is the base address for the desk."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self.url = url
        self._process = process
        self._session = ClientSession(timeout=ClientTimeout(total=60))
        self._calls: list[Mapping[str, Any]] = []

    @classmethod
    async def start(cls, tokens: Sequence[str]) -> TelegramProcess:
        """Starts the process and waits until it serves."""
        command = [sys.executable, "-m", "tests.peers.botapi", "--port", str(free_port()), "--tokens", *tokens]
        process = await asyncio.to_thread(
            lambda: subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, start_new_session=True)
        )
        assert process.stdout is not None
        line = await asyncio.to_thread(process.stdout.readline)
        return cls(process, line.decode().strip())

    async def stop(self) -> None:
        """Ends the process."""
        await self._session.close()
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        if self._process.stdout:
            self._process.stdout.close()

    async def does(self, action: str, **fields: Any) -> Any:
        """One request to the control channel. Raises AssertionError with its words when it refuses."""
        async with self._session.post(f"{self.url}/_control/{action}", json=fields) as answer:
            body = await answer.json()
            assert answer.status == 200, f"{action}: {body}"
            return body

    async def says(self, messages: Sequence[Mapping[str, Any]]) -> list[int]:
        """People write: {token, user, text}. Returns the update ids."""
        done = await self.does("says", messages=list(messages))
        return [int(one["update_id"]) for one in done["messages"]]

    async def fails(self, kind: str, method: str | None = None, **how: Any) -> None:
        """Orders a fault; see `tests.peers.botapi.faults`."""
        await self.does("faults", faults=[{"kind": kind, "method": method, **how}])

    async def calls(self) -> list[Mapping[str, Any]]:
        """Every call so far, oldest first. One still on its way is read again the next time."""
        new = (await self.does("log", since=len(self._calls)))["calls"]
        settled = [one for one in new if one["ok"] is not None]
        if len(settled) == len(new):
            self._calls += new
            return self._calls
        unsettled = next(index for index, one in enumerate(new) if one["ok"] is None)
        self._calls += new[:unsettled]
        return [*self._calls, *new[unsettled:]]

    async def sent(self) -> list[Mapping[str, Any]]:
        """Every message that the desk showed somebody."""
        return [one for one in await self.calls() if one["ok"] and one["method"] in SENDS]

    async def count(self) -> int:
        """How many calls there were so far; much cheaper than reading them."""
        return int((await self.does("state"))["calls"])

    async def pending(self) -> int:
        """Updates not confirmed yet, of all bots."""
        return sum(int(bot["pending"]) for bot in (await self.does("state"))["bots"])
