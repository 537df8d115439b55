"""Draws a conversation with the desk for README: the real chat in a terminal, as an SVG without anything from outside.

Run as ``python -m tools.pictures.terminal docs/chat.svg`` (Linux). It makes a desk in a temporary folder, types a
subscriber's lines into `firstline chat` on a terminal of its own, and keeps what that terminal showed.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

LINES = ("hi, no internet since yesterday evening, contract 40-1187", "it didn't help", "on everything, next door too")
COLUMNS, ROWS = 84, 60
QUIET_SECONDS = 6.0
"""The desk has answered when nothing more came for so long."""
_FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"


def main(arguments: Sequence[str]) -> int:
    """Draws into the file that is named. Returns the exit code."""
    if len(arguments) != 1:
        print("usage: python -m tools.pictures.terminal FILE.svg", file=sys.stderr)
        return 2
    Path(arguments[0]).write_text(drawn(shown(LINES)), "utf-8")
    return 0


def shown(lines: Sequence[str]) -> str:
    """What a terminal of `COLUMNS` x `ROWS` shows of a chat in which these lines are typed, with its colours."""
    environment = {**os.environ, "TERM": "xterm-256color", "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "console.main", "-C", folder]
        subprocess.run([*command[:3], "init", folder], check=True, stdout=subprocess.DEVNULL, env=environment)
        subprocess.run([*command, "migrate"], check=True, stdout=subprocess.DEVNULL, env=environment)
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        chat = subprocess.Popen(
            [*command, "chat", "--as", "anna", "--name", "Anna"],
            stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        output = _read(ours, until=b"> ")
        for line in lines:
            os.write(ours, f"{line}\n".encode())
            output += _read(ours)
        chat.terminate()
        chat.wait()
    erased = re.sub(r"> \r\x1b\[0?K", "", output.decode("utf-8", "replace"))
    return erased.replace("\r", "")


def _read(terminal: int, until: bytes = b"") -> bytes:
    output, last = b"", time.monotonic()
    while until not in output or time.monotonic() - last < QUIET_SECONDS:
        if select.select([terminal], [], [], 0.2)[0]:
            output, last = output + os.read(terminal, 65536), time.monotonic()
    return output


def drawn(output: str) -> str:
    """An SVG of what a terminal showed. Paths of pictures and the empty prompt at the end are left out."""
    kept = re.sub(r"(\[picture: [^\]]+\]) \S+", r"\1", output).rstrip().removesuffix(">").rstrip()
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    console.print(Text.from_ansi(kept))
    picture = console.export_svg(title="firstline chat")
    picture = re.sub(r"(?s)@font-face \{.*?\}\s*", "", picture)
    return re.sub(r"font-family: [^;]+;", f"font-family: {_FONT};", picture)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
