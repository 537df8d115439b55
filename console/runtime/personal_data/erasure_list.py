"""The list of erasures, ``erasures.jsonl`` in the desk folder: a backup made before an erasure brings the person back,
so whoever restores one carries them out again.

It names nobody. A line has the time, the ids that the erased people had (which lead nowhere any more) and keyed hashes
of their addresses, for messages that belonged to no case. It is never restored over; `merge` takes what another list
has besides.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

FILE = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure: ``at`` what time, the ids of people, the hashes of their lanes (`lane_hash`)."""

    at: datetime
    people: frozenset[int]
    lanes: frozenset[str]


def lane_hash(lane: str, secret: str) -> str:
    """The keyed hash of a lane, "mail:support:anna@example.org"; who lacks the desk's secret cannot try addresses."""
    return hmac.new(secret.encode(), b"erasure:" + lane.lower().encode(), hashlib.sha256).hexdigest()


def note(root: Path, at: datetime, people: Collection[int], lanes: Iterable[str], secret: str) -> None:
    """Adds an erasure to the list of the desk in ``root``, and has it on the disk when it returns. Raises OSError."""
    hashes = sorted(lane_hash(lane, secret) for lane in lanes)
    _append(root, [json.dumps({"at": at.isoformat(), "people": sorted(map(str, people)), "lanes": hashes})])


def read(root: Path) -> list[Erasure]:
    """The list of the desk in ``root``, the earliest first. Raises OSError, and ValueError for a line that is none."""
    return [_erasure(line) for line in _lines(root)]


def merge(root: Path, other: Path) -> int:
    """Adds to the list in ``root`` what ``other`` has besides, a list or the folder of one. Returns how much that was.
    Raises OSError where there is none, and ValueError for what is no list."""
    known = set(_lines(root))
    file = other / FILE if other.is_dir() else other
    new = [line for line in file.read_text("utf-8").splitlines() if line.strip() and line not in known]
    for line in new:
        _erasure(line)
    if new:
        _append(root, new)
    return len(new)


def _lines(root: Path) -> Sequence[str]:
    try:
        return [line for line in (root / FILE).read_text("utf-8").splitlines() if line.strip()]
    except FileNotFoundError:
        return ()


def _append(root: Path, lines: Iterable[str]) -> None:
    with os.fdopen(os.open(root / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())


def _erasure(line: str) -> Erasure:
    row = json.loads(line)
    return Erasure(datetime.fromisoformat(row["at"]), frozenset(map(int, row["people"])), frozenset(row["lanes"]))
