"""What every benchmark needs: medians, percentiles, a table to read, JSON for machines, processes with their memory."""

from __future__ import annotations

import json
import os
import platform
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Figures = dict[str, Any]
"""One line of a table: names of columns and their values; every line of a table has the same names."""


def median(values: Sequence[float]) -> float:
    """The middle one, rounded to what is worth reading."""
    return rounded(statistics.median(values))


def rounded(value: float) -> float:
    """Three significant figures; whole numbers from a hundred on."""
    return round(value) if abs(value) >= 100 else float(f"{value:.3g}")


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of all do not exceed."""
    ordered = sorted(values)
    return rounded(ordered[min(len(ordered) - 1, int(share * len(ordered)))])


def tell(title: str, lines: Sequence[Figures], as_json: bool, **more: Any) -> None:
    """Prints the figures of one benchmark: a table, or one JSON object with the machine it was measured on."""
    if as_json:
        print(json.dumps({"title": title, "machine": machine(), **more, "figures": lines}, ensure_ascii=False))
        return
    print(f"\n{title}  ({machine()})")
    names = list(lines[0])
    rows = [names, *([str(line[name]) for name in names] for line in lines)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(names))]
    for number, row in enumerate(rows):
        print("  " + "  ".join(_aligned(cell, width, number) for cell, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            print("  " + "  ".join("-" * width for width in widths))
    for name, value in more.items():
        print(f"  {name}: {value}")


def _aligned(cell: str, width: int, row: int) -> str:
    return cell.rjust(width) if row and cell.replace(".", "", 1).isdigit() else cell.ljust(width)


def machine() -> str:
    """Cores, Python and system, since a rate says nothing without them."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def resident(pid: int) -> float:
    """MiB that a process and its children hold in memory; 0 where the system does not tell (no /proc)."""
    total = 0.0
    for one in [pid, *children(pid)]:
        for line in _read(f"/proc/{one}/status").splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1]) / 1024
    return rounded(total)


def processor_seconds(pid: int) -> float:
    """Seconds of processor time a process has used so far, without its children; 0 where the system does not tell."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def children(pid: int) -> list[int]:
    """Every process below this one."""
    found = [int(one) for one in _read(f"/proc/{pid}/task/{pid}/children").split()]
    return [*found, *(deeper for one in found for deeper in children(one))]


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:
        return ""


@contextmanager
def running(module: str, *arguments: str, quiet: bool = False) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``python -m module`` as a process of its own, and the first line it prints; ended by a signal afterwards.

    ``quiet`` hides its complaints, where trouble is part of the arrangement.
    """
    command = [sys.executable, "-m", module, *arguments]
    complaints = subprocess.DEVNULL if quiet else None
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=complaints, text=True) as process:
        try:
            line = process.stdout.readline().strip() if process.stdout else ""
            if not line:
                raise RuntimeError(f"{module} did not start")
            yield process, line
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
