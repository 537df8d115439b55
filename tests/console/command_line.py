"""A terminal in a desk folder: the real command in a process of its own, what it prints, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOKEN = "4242:canary-token-of-the-bot"
AGENTS = -1001
BOT = """
[[telegram]]
name = "main"
token = "env:TELEGRAM_TOKEN"
provider = "sever"
agents_chat = {agents_group}
api = "{api}"
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed on both streams, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed for a machine."""
        return json.loads(self.out)


@dataclass
class Terminal:
    """Somebody types ``firstline ...`` in the folder ``root``."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    async def types(self, *words: str, stdin: str = "", seconds: float = 120) -> Ran:
        """Runs one command to its end."""
        process = await self._starts(*words)
        async with asyncio.timeout(seconds):
            out, err = await process.communicate(stdin.encode())
        assert process.returncode is not None
        return Ran(process.returncode, out.decode(), err.decode())

    async def raw(self, *words: str) -> bytes:
        """What a command prints, byte for byte."""
        process = await self._starts(*words)
        out, _ = await process.communicate()
        return out

    @asynccontextmanager
    async def serving(self, *options: str) -> AsyncIterator[Service]:
        """`firstline serve` beside, until the block ends; then it is asked to stop."""
        service = Service(await self._starts("serve", *options))
        try:
            yield service
        finally:
            await service.stops()

    async def _starts(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "console.main", "-C", str(self.root), *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment(),
            limit=1 << 24,
        )

    def _environment(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FIRSTLINE", "TELEGRAM"))}
        return {**kept, "PYTHONPATH": str(Path.cwd()), "COLUMNS": "80", **self.environment}


class Service:
    """A running `firstline serve`, and its log."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log = ""
        self._more = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log += line.decode()
            self._more.set()

    async def logs(self, words: str, seconds: float = 90) -> None:
        """Waits until these words stand in the log."""
        async with asyncio.timeout(seconds):
            while words not in self.log:
                self._more.clear()
                await self._more.wait()

    async def stops(self, by: int = signal.SIGTERM) -> int:
        """Asks it to stop, and returns its exit code. One that does not stop in time fails the test."""
        with suppress(ProcessLookupError):
            if self.process.returncode is None:
                self.process.send_signal(by)
        try:
            await asyncio.wait_for(self.process.wait(), 60)
        finally:
            with suppress(ProcessLookupError):
                if self.process.returncode is None:
                    self.process.kill()
            await self._reading
        assert self.process.returncode is not None
        return self.process.returncode


def adds_bot(root: Path, api: str) -> None:
    """Writes a bot with an agents' group into firstline.toml, as an operator would."""
    path = root / "firstline.toml"
    path.write_text(path.read_text("utf-8") + BOT.format(agents_group=AGENTS, api=api), "utf-8")
