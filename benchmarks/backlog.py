"""A backlog: ten thousand unread letters in one mailbox, and what four others notice of it.

The desk is a process of its own on SQLite, with everything but the sending of answers. One letter every half second
comes to one of the quiet mailboxes, first while nothing else is to be done, then from the start of the desk until the
backlog is decided. Their delay is from the delivery to the commit that stores them, and to the decision. The rival is
the same desk without a backlog.
"""

from __future__ import annotations

import argparse
import itertools
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.mail import letters
from benchmarks.measuring import Figures, percentile, resident, rounded, running, tell
from benchmarks.start import folder_with
from tests.peers.dovecot import Dovecot, Mailbox

ROLES = ("receiver", "worker", "timers")
QUIET = 4
EVERY = 0.5


@dataclass(slots=True)
class Quiet:
    """Mailboxes to which a letter comes now and then. ``sent`` has the moment of each delivery, by lane."""

    dovecot: Dovecot
    boxes: list[Mailbox]
    sent: dict[str, datetime] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def gets_one(self) -> None:
        """The next one gets a letter."""
        number = next(self._numbers)
        at = number % len(self.boxes)
        sender = f"quiet{number}@example.org"
        raw = f"From: {sender}\r\nSubject: x\r\nMessage-ID: <{sender}>\r\n\r\nНет интернета, договор 40-1187\r\n"
        self.sent[f"mail:m{at + 1}:{sender}"] = datetime.now(UTC)
        self.dovecot.deliver(self.boxes[at], raw.encode())


def _rows(database: Path, query: str) -> list[Any]:
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as opened:
        return opened.execute(query).fetchall()
    return []


def _until_connected(database: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(_rows(database, "SELECT channel FROM mailboxes WHERE reconciled_at IS NOT NULL")) < count:
        if time.monotonic() > deadline:
            raise TimeoutError("the mailboxes were not connected")
        time.sleep(0.05)


def _delays(database: Path, quiet: Quiet) -> tuple[list[float], list[float]]:
    """Seconds from each delivery until it was stored, and until it was decided."""
    rows = _rows(database, "SELECT lane, received_at, decided_at FROM arrivals WHERE lane LIKE '%:quiet%'")
    stored, decided = [], []
    for lane, *instants in rows:
        known, done = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in instants)
        stored.append((known - quiet.sent[lane]).total_seconds())
        decided.append((done - quiet.sent[lane]).total_seconds())
    if len(rows) != len(quiet.sent):
        raise RuntimeError(f"{len(rows)} of {len(quiet.sent)} quiet letters arrived")
    quiet.sent.clear()
    with closing(sqlite3.connect(database, timeout=10)) as opened:
        opened.execute("DELETE FROM arrivals WHERE lane LIKE '%:quiet%'")
        opened.commit()
    return stored, decided


def _line(who: str, stored: list[float], decided: list[float], memory: float) -> Figures:
    return {
        "who": who,
        "letters": len(stored),
        "stored p50 s": percentile(stored, 0.5),
        "stored p95 s": percentile(stored, 0.95),
        "decided p50 s": percentile(decided, 0.5),
        "decided p95 s": percentile(decided, 0.95),
        "MiB at most": memory,
    }


def alone(file: Path, quiet: Quiet, count: int) -> Figures:
    """The quiet mailboxes with nothing else to be done."""
    with running("benchmarks.desk_process", str(file), "--roles", *ROLES) as (process, _):
        _until_connected(file.parent / "desk.db", QUIET + 1)
        memory = resident(process.pid)
        for _ in range(count):
            quiet.gets_one()
            time.sleep(EVERY)
            memory = max(memory, resident(process.pid))
        time.sleep(3)
        return _line("no backlog", *_delays(file.parent / "desk.db", quiet), memory)


def beside(file: Path, quiet: Quiet, count: int) -> tuple[Figures, dict[str, float]]:
    """The same while a backlog of ``count`` letters is drained and decided."""
    database = file.parent / "desk.db"
    backlog = "SELECT count(*), sum(state = 'done') FROM arrivals WHERE channel = 'mail:m0'"
    memory, stored_after, began = 0.0, 0.0, time.monotonic()
    with running("benchmarks.desk_process", str(file), "--roles", *ROLES) as (process, _):
        while True:
            quiet.gets_one()
            for _ in range(5):
                time.sleep(EVERY / 5)
                memory = max(memory, resident(process.pid))
            came, done = next(iter(_rows(database, backlog)), (0, 0))
            took = time.monotonic() - began
            stored_after = stored_after or (took if came >= count else 0.0)
            if (done or 0) >= count:
                break
            if took > 60 + count / 10:
                raise TimeoutError(f"{done} of {count} letters were decided")
        time.sleep(3)
        line = _line(f"{count} unread in another mailbox", *_delays(database, quiet), memory)
    return line, {"backlog_stored_after_s": rounded(stored_after), "backlog_decided_after_s": rounded(took)}


def mailbox(number: int, dovecot: Dovecot, box: Mailbox) -> dict[str, Any]:
    """The settings of a mailbox."""
    server = (dovecot.host, dovecot.port)
    return {
        "name": f"m{number}", "address": box.address, "imap": ("imaps", box.address, *server),
        "smtp": ("smtps", box.address, *server), "password": box.password, "provider": f"p{number}",
        "ca_file": str(dovecot.ca_file),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backlog", description=__doc__)
    parser.add_argument("--letters", type=int, default=10_000, help="in the backlog (10,000)")
    parser.add_argument("--alone", type=int, default=40, help="letters to the quiet mailboxes before it (40)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if package := Dovecot.missing():
        sys.exit(f"Dovecot is not on this machine (install {package}), so a backlog cannot be measured")
    with ExitStack() as stack:
        dovecot = Dovecot.launch()
        stack.callback(dovecot.remove)
        boxes = [dovecot.mailbox(f"support{number}@desk.test") for number in range(QUIET + 1)]
        settings = [mailbox(number, dovecot, box) for number, box in enumerate(boxes)]
        file = stack.enter_context(folder_with(QUIET + 1, [], settings))
        quiet = Quiet(dovecot, boxes[1:])
        lines = [alone(file, quiet, chosen.alone)]
        dovecot.deliver_many(boxes[0], letters(chosen.letters))
        line, more = beside(file, quiet, chosen.letters)
        tell("A backlog, and the others meanwhile", [*lines, line], chosen.json, **more)


if __name__ == "__main__":
    main()
