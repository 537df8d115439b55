"""How a backup of a desk that serves leaves processor and disk to it."""

from __future__ import annotations

import os
import sys
import threading
import time

from console.runtime.backup.archive import Progress
from desk.language.translatable import sentence

LONGEST_REST = 5.0
"""Seconds of rest between two steps, at most: where the disk is slow, a step is long, and so is its rest."""


class Pace:
    """Each step of SQLite's backup is brought to the disk at once, since the desk's own commits would wait for all of
    it later, and gently is followed by a rest as long as it took."""

    def __init__(self, descriptor: int, progress: Progress, gently: bool) -> None:
        self._descriptor, self._progress, self._gently = descriptor, progress, gently
        self._began = time.monotonic()

    def step(self, _status: int, left: int, total: int) -> None:
        """After each step, as `sqlite3.Connection.backup` calls it."""
        os.fsync(self._descriptor)
        self._progress(sentence("pages"), total - left, total)
        time.sleep(min(time.monotonic() - self._began, LONGEST_REST) if self._gently else 0.0)
        self._began = time.monotonic()


def step_back() -> None:
    """Lets the desk's own processes go first, from here on in this thread. Only Linux gives threads a priority."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
