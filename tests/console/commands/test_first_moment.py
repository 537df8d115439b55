"""SIGHUP is handled from the first moment of `serve`; `env:` says that it cannot be renewed, `file:` is."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.console.command_line import Service, Terminal
from tests.stories.desk import eventually

HELD = 1 << (signal.SIGHUP - 1)


async def starts(terminal: Terminal, *before: str) -> Service:
    """`serve` as the installed command begins it, by way of ``before``."""
    process = await asyncio.create_subprocess_exec(
        *(*before, sys.executable, "-m", "console.start", "-C", str(terminal.root), "serve"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=terminal._environment(),
    )
    return Service(process)


def holds_hangups(process: int) -> bool:
    """Whether the process holds SIGHUP back (SigBlk of proc(5))."""
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    (mask,) = (line.split()[1] for line in lines if line.startswith("SigBlk:"))
    return bool(int(mask, 16) & HELD)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to look at")
@pytest.mark.parametrize("before", [(), ("env", "--block-signal=HUP")], ids=["by itself", "as the unit starts it"])
async def test_a_hangup_in_the_first_moment_is_a_reload(terminal: Terminal, before: tuple[str, ...]) -> None:
    """It comes before anything is imported, and is neither the end of the desk nor lost."""
    await terminal.types("migrate")
    service = await starts(terminal, *before)

    async def is_held() -> bool:
        return holds_hangups(service.process.pid)

    try:
        await eventually(is_held)
        os.kill(service.process.pid, signal.SIGHUP)
        await service.logs("the settings were read anew", 90)
        await service.logs(" serves: ", 90)
        assert "only a new start renews them: env:TELEGRAM_TOKEN" in service.log
    finally:
        code = await service.stops()
    assert code == 0
