"""Who holds what: the name of this process, and whether another holder on this machine is still alive.

A holder is ``<host>:<pid>:<start>:<random>``. The start tells a process from a later one with the same number, so that
whatever a killed process held can be taken over at once instead of when its time runs out.
"""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path


def new_holder() -> str:
    """A fresh holder's name for this process."""
    return f"{_machine()}:{os.getpid()}:{_start_time(os.getpid())}:{secrets.token_hex(4)}"


def host_and_pid(holder: str) -> tuple[str, int]:
    """The machine and the number of the process that a holder is; 0 where its name tells none."""
    host, _, rest = holder.partition(":")
    pid = rest.partition(":")[0]
    return host.partition("/")[0], int(pid) if pid.isdigit() else 0


def is_of_this_machine(holder: str) -> bool:
    """Whether it is or was a process of this machine, so that `is_known_dead` can tell for certain."""
    return holder.partition(":")[0] == _machine()


def is_known_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that is gone. False where that cannot be told."""
    _, _, rest = holder.partition(":")
    pid, _, rest = rest.partition(":")
    start, _, _ = rest.partition(":")
    if not is_of_this_machine(holder) or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return bool(start) and _start_time(int(pid)) not in ("", start)


def _machine() -> str:
    """This machine, and on Linux the namespace its process numbers belong to: containers may share a host's name."""
    try:
        namespace = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        namespace = ""
    return f"{socket.gethostname().replace(':', '_')[:24]}/{namespace}"


def _start_time(pid: int) -> str:
    """When the process started, in clock ticks since boot; "" on systems that do not say (no /proc)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    # A zombie holds nothing any more: it counts as ended.
    return "ended" if fields[0] == "Z" else fields[19]
