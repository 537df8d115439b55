"""How far long work is, told in one line of a terminal that is written over again; nowhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from console.runtime.backup.archive import BackupRefused, Progress
from console.terminal.command_context import REFUSED, refuse, told
from desk.language.translatable import said_by

EVERY = 0.2
"""Seconds between two words on it."""


@contextmanager
def telling_progress() -> Iterator[Progress]:
    """Within it, progress is told, and a `BackupRefused` ends the command with its sentence."""
    last = 0.0

    def tell(what: str, done: int, total: int) -> None:
        nonlocal last
        if sys.stderr.isatty() and time.monotonic() >= last + EVERY:
            last = time.monotonic()
            sys.stderr.write(f"\r\x1b[K{told(what)}: {done * 100 // max(total, 1)} %")
            sys.stderr.flush()

    try:
        yield tell
    except BackupRefused as error:
        refuse(said_by(error), REFUSED)
    finally:
        if last:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
