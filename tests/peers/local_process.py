"""What every peer needs of the machine: a folder and a port of its own, and a user that is not root."""

from __future__ import annotations

import grp
import os
import pwd
import random
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen


class DidNotStart(RuntimeError):
    """A peer did not come up; the text carries what it said about it."""


@dataclass(frozen=True, slots=True)
class User:
    """Who a server runs as. As root we step down, since neither Dovecot nor PostgreSQL is meant to work as root."""

    name: str
    uid: int
    gid: int
    group: str
    by_switching: bool

    @classmethod
    def unprivileged(cls, preferred: str = "nobody") -> User:
        """``preferred`` when we are root, else whoever we are. Raises `KeyError` when there is no such user."""
        switching = os.geteuid() == 0
        entry = pwd.getpwnam(preferred) if switching else pwd.getpwuid(os.geteuid())
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, _group(entry.pw_gid), switching)

    def runs(self, command: Sequence[str | Path], log: Path, environment: dict[str, str] | None = None) -> Popen[bytes]:
        """Starts ``command`` as this user in a process group of its own, its output going to ``log``."""
        with log.open("ab") as output:
            self.owns(log)
            return Popen(
                [str(part) for part in command],
                stdin=DEVNULL,
                stdout=output,
                stderr=output,
                cwd=log.parent,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                user=self.uid if self.by_switching else None,
                group=self.gid if self.by_switching else None,
                extra_groups=[] if self.by_switching else None,
            )

    def owns(self, path: Path) -> Path:
        """Gives ``path`` to this user, and returns it."""
        if self.by_switching:
            os.chown(path, self.uid, self.gid)
        return path


def _group(gid: int) -> str:
    return grp.getgrgid(gid).gr_name


def own_folder(name: str, user: User) -> Path:
    """A new folder that ``user`` owns and nobody else reads; its path is short, since a socket's must fit 107 bytes."""
    return user.owns(Path(tempfile.mkdtemp(prefix=f"firstline-{name}-")))


def free_port() -> int:
    """A loopback port that nobody uses now.

    It lies below those that the kernel gives to outgoing connections, one of which could take it before its server
    does, and is drawn by chance, so that sessions beside each other hardly ever draw the same.
    """
    while True:
        port = random.randint(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def program(name: str, *places: str) -> Path | None:
    """Where a program is: in one of ``places`` (glob patterns, the last match of each wins) or in the PATH."""
    for pattern in places:
        found = sorted(Path("/").glob(f"{pattern.lstrip('/')}/{name}"), key=_version)
        if found:
            return found[-1]
    where = shutil.which(name)
    return Path(where) if where else None


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.parts if part.isdigit())


def wait_until(true: Callable[[], bool], what: str, process: Popen[bytes], log: Path, seconds: float = 60) -> None:
    """Waits until ``true()``. Raises `DidNotStart` with the end of ``log`` when the process dies or time runs out."""
    deadline = time.monotonic() + seconds
    while not true():
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text("utf-8", "replace")[-2000:] if log.exists() else ""
            raise DidNotStart(f"{what} did not come up:\n{said}")
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Whether something accepts connections on the loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
