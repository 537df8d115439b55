"""systemd is told how this process is (sd_notify(3)): that it is ready, what it is doing, and that it still moves on.

The protocol is lines in a datagram to the socket that ``$NOTIFY_SOCKET`` names; where there is none, nobody is told.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Mapping

from console.runtime.watch.own_process import OwnProcess, Phase
from desk.language.translatable import sentence

log = logging.getLogger(__name__)
STATUS_INTERVAL = 10.0
"""Seconds between two lines of status."""
_PHASES = {
    Phase.STARTING: sentence("starts"),
    Phase.SERVING: sentence("serves"),
    Phase.STOPPING: sentence("stops"),
}


class ServiceManager:
    """The manager that this process was started by. ``watchdog`` is after how many seconds without a sign of life it
    ends the process, 0 for never."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        # An abstract name begins with @, which stands for a zero byte.
        self._address = environment.get("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        ours = environment.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
        microseconds = environment.get("WATCHDOG_USEC", "")
        self.watchdog = int(microseconds) / 1e6 if ours and microseconds.isdigit() else 0.0

    def ready(self) -> None:
        """It serves; also said when settings have been read anew, or were not taken."""
        self._notify("READY=1")

    def reloading(self) -> None:
        """The settings are being read anew."""
        self._notify(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """It was asked to stop, and finishes what is in hand."""
        self._notify("STOPPING=1")

    async def keep_told(self, own: OwnProcess) -> None:
        """Tells of ``own`` until cancelled. A process whose loops are stuck gives no sign of life, and is ended."""
        if not self._address:
            return
        pause = min(STATUS_INTERVAL, self.watchdog / 3) if self.watchdog else STATUS_INTERVAL
        warned = False
        while True:
            stuck = own.turns.stuck()
            if stuck and not warned:
                log.error("stuck: %s; the service manager gets no sign of life", ", ".join(name for name, _ in stuck))
            warned = bool(stuck)
            self._notify(f"STATUS={own.tell(status_line(own))}" + ("" if stuck else "\nWATCHDOG=1"))
            await asyncio.sleep(pause)

    def _notify(self, lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.settimeout(1.0)
                sender.sendto(lines.encode(), self._address)
        except OSError as error:
            log.debug("the service manager cannot be told: %s", error.strerror)


def status_line(own: OwnProcess) -> str:
    """What `systemctl status` shows: what it does, and what has passed through it."""
    counts = own.counts
    sent = sum(number for (_, result), number in counts.sent.items() if result == "sent")
    return sentence(
        "{phase}: {roles}; stored {stored}, decided {decided}, sent {sent}",
        phase=_PHASES[own.phase],
        roles=", ".join(own.roles),
        stored=counts.stored.total(),
        decided=counts.decided.total(),
        sent=sent,
    )
