"""One command in a process of its own that is killed with SIGKILL in the middle of its work.

What it does is counted: statements, files that are opened below its folders, and names that are given and taken. It
dies at the act of a given number, or so many milliseconds later, in the middle of what has no acts of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kills.desk_process import CHECKOUT, ENGLISH, DeskFolder

NAMES = ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate", "sqlite3.connect")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit status (-9 when it was killed), what it said, how many acts there were."""

    code: int
    said: str
    acts: int


async def run_killed(folder: DeskFolder, words: Sequence[str], act: int = 0, later_ms: int = 0) -> Ended:
    """Runs a command and kills it at an act; at none it is let end."""
    counted = folder.root.parent / f"{folder.root.name}.acts"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.kills.killed_command", str(act), str(later_ms), str(counted)),
        *("-C", str(folder.root), *words),
        cwd=CHECKOUT,
        env={**os.environ, **ENGLISH, **folder.environment, "PYTHONPATH": str(CHECKOUT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    acts = int(counted.read_text()) if counted.exists() else 0
    counted.unlink(missing_ok=True)
    return Ended(process.returncode or 0, said.decode(), acts)


def _main(act: int, later_ms: int, counted: Path, words: list[str]) -> None:
    from sqlalchemy import Engine, event

    from console.main import cli

    below, numbers, last = str(counted.parent), itertools.count(1), 0

    def done(*_: object) -> None:
        nonlocal last
        last = next(numbers)
        if last == act:
            if later_ms:
                threading.Thread(target=_die, args=(later_ms,), daemon=True).start()
            else:
                _die(0)

    def heard(name: str, given: tuple[Any, ...]) -> None:
        if name in NAMES or (name == "open" and str(given[0]).startswith(below) and str(given[0]) != str(counted)):
            done()

    event.listen(Engine, "before_cursor_execute", done)
    sys.addaudithook(heard)
    try:
        cli(words, standalone_mode=True)
    finally:
        counted.write_text(str(last))


def _die(later_ms: int) -> None:
    time.sleep(later_ms / 1000)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
