"""Letters in files: how fast `firstline mail inspect` reads them, beside `email` alone; and what hostile mail costs.

*Rate*: ordinary letters of 1 to 5 KB, counted in letters for each second of processor time, the command's own and its
children's added up, start-up left in; the rival is the standard library's `email` with policy.default in one process,
which reads headers and body and nothing else. Memory is the most that the command and all its children held.

*Hostile*: every generator of tests/mail/hostile with several seeds, each read by a child as the desk would. Told are
the processor time and the most memory of the child, whether it had to be killed, and the longest time for which the
parent's event loop did not turn meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import email
import email.policy
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from random import Random

from benchmarks.child import measured
from benchmarks.measuring import Figures, children, median, processor_seconds, resident, rounded, tell
from mail.reading.message import MailboxReadingOptions
from mail.reading.sandbox import MessageReaderPool
from tests.mail.hostile import GENERATORS

HERE = MailboxReadingOptions("help@sever.test", "mx.sever.test")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one letter cost: processor seconds, MiB at the most, and the longest pause of the event loop in seconds."""

    name: str
    seconds: float
    memory: float
    stall: float
    killed: bool


def inspected(paths: Sequence[Path]) -> tuple[float, float, float]:
    """Letters a processor second and a second of the clock, and the most MiB at once, of the command."""
    command = [sys.executable, "-m", "console.main", "mail", "inspect", "--json", "--stdin-list"]
    began, spent, most = time.monotonic(), 0.0, 0.0
    with tempfile.TemporaryFile() as listed, tempfile.TemporaryFile() as told:
        listed.write("\n".join(map(str, paths)).encode())
        listed.seek(0)
        process = subprocess.Popen(command, stdin=listed, stdout=told)
        while process.poll() is None:
            family = [process.pid, *children(process.pid)]
            spent = max(spent, sum(map(processor_seconds, family)))
            most = max(most, resident(process.pid))
            time.sleep(0.02)
        took = time.monotonic() - began
        told.seek(0)
        if (lines := sum(1 for _ in told)) != len(paths) or process.returncode:
            raise RuntimeError(f"{lines} of {len(paths)} letters were told, exit code {process.returncode}")
    return len(paths) / spent, len(paths) / took, most


def parsed_plainly(paths: Sequence[Path]) -> float:
    """Letters a processor second of the rival."""
    before = time.process_time()
    for path in paths:
        message: EmailMessage = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for _, value in message.items():
            str(value)
        if body := message.get_body(("plain", "html")):
            body.get_content()
    return len(paths) / (time.process_time() - before)


def rates(count: int, runs: int) -> list[Figures]:
    """The command and its rival, beside each other in every run."""
    from benchmarks.mail import letters as ordinary  # not above: every child loads this module, and would be large

    with tempfile.TemporaryDirectory(prefix="firstline-bench-") as folder:
        paths = []
        for number, raw in enumerate(ordinary(min(count, 2000))):
            for copy in range(number, count, 2000):
                paths.append(Path(folder) / f"{copy}.eml")
                paths[-1].write_bytes(raw)
        found = [(inspected(paths), parsed_plainly(paths[:2000])) for _ in range(runs)]
    ours, theirs = median([one[0][0] for one in found]), median([one[1] for one in found])
    more = {"a second of the clock": median([one[0][1] for one in found]), "MiB": max(one[0][2] for one in found)}
    return [
        {"who": "mail inspect", "a processor second": ours, "of the rival": rounded(ours / theirs), **more},
        {"who": "email alone", "a processor second": theirs, "of the rival": 1.0, **dict.fromkeys(more, "")},
    ]


class Ticker:
    """Feels the pulse of the event loop."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def tick(self) -> None:
        """For ever, until cancelled."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.002)
            now = time.monotonic()
            self.longest, last = max(self.longest, now - last - 0.002), now


async def cost(readers: MessageReaderPool, name: str, raw: bytes) -> Cost:
    """One hostile letter, read in a child; a killed child is charged with the limits it died of."""
    ticker = Ticker()
    ticking = asyncio.create_task(ticker.tick())
    try:
        seconds, memory = await readers._run_in_child(measured, raw, HERE)
        killed = False
    except Exception:
        seconds, memory, killed = 2.0, 256.0, True
        await readers.read(raw, HERE)  # degraded, or it raises: nothing may be lost
    ticking.cancel()
    return Cost(name, seconds, memory, ticker.longest, killed)


async def hostile(seeds: int) -> list[Cost]:
    """What every generator costs."""
    readers = MessageReaderPool(workers=1)
    await readers.warm()
    found = []
    try:
        for name, generator in GENERATORS.items():
            for seed in range(seeds):
                raw = await asyncio.to_thread(generator, Random(f"{name} {seed}"))
                found.append(await cost(readers, name, raw))
    finally:
        await readers.close()
    return found


def worst(costs: Sequence[Cost], count: int) -> list[Figures]:
    """A line for all of them, and one for each of the generators that cost the most time."""
    named = {name: [one for one in costs if one.name == name] for name in GENERATORS}
    slowest = sorted(named.items(), key=lambda item: -max(one.seconds for one in item[1]))[:count]
    return [_line("all", costs), *(_line(name, some) for name, some in slowest)]


def _line(name: str, costs: Sequence[Cost]) -> Figures:
    return {
        "generator": name,
        "letters": len(costs),
        "cpu s at most": rounded(max(one.seconds for one in costs)),
        "MiB at most": rounded(max(one.memory for one in costs)),
        "stall ms at most": rounded(max(one.stall for one in costs) * 1000),
        "killed": sum(one.killed for one in costs),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inspect", description=__doc__)
    parser.add_argument("--letters", type=int, default=20_000, help="ordinary ones (20000); 0 leaves them out")
    parser.add_argument("--runs", type=int, default=3, help="of which the medians are told (3)")
    parser.add_argument("--seeds", type=int, default=5, help="of every hostile generator (5); 0 leaves them out")
    parser.add_argument("--worst", type=int, default=10, help="generators told singly (10)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if chosen.letters:
        tell("Letters in files, inspected", rates(chosen.letters, chosen.runs), chosen.json, letters=chosen.letters)
    if chosen.seeds:
        costs = asyncio.run(hostile(chosen.seeds))
        tell("Hostile mail, read in a child", worst(costs, chosen.worst), chosen.json, seeds=chosen.seeds)


if __name__ == "__main__":
    main()
